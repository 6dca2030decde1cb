/* Secrets in SARIF: a kind is a rule. */
#include "report/sarif_frame.h"
#include "report/sarif_parts.h"
#include "report/sarif_text.h"
#include "report/secrets.h"

static struct slice rule_id(const struct secret_kind *kind, struct arena *arena)
{
    return arena_printf(arena, "secrets/%s", kind->id);
}

static void put_rule(struct json_writer *json, const struct scan_secret *secret, struct slice id,
                     struct arena *arena)
{
    static const char *const scores[] = {"0.0", "0.1", "2.0", "5.5", "8.0", "9.5"};
    const struct secret_kind *kind = secret->kind;
    struct slice advice = slice_str(kind->advice);
    json_begin_object(json);
    json_field(json, "id", id);
    json_field(json, "name", SLICE("SecretInImage"));
    sarif_put_text(json, "shortDescription", slice_str(kind->title));
    sarif_put_text(json, "fullDescription",
                   arena_printf(arena, "The image holds what looks like this: %s", kind->title));
    sarif_put_default_level(json, sarif_level(secret->severity));
    json_name(json, "help");
    json_begin_object(json);
    json_field(json, "text", advice);
    json_field(json, "markdown", advice);
    json_end_object(json);
    json_name(json, "properties");
    json_begin_object(json);
    json_field(json, "precision", SLICE("high"));
    json_field(json, "security-severity", slice_str(scores[secret->severity]));
    json_name(json, "tags");
    json_begin_array(json);
    json_put_string(json, SLICE("security"));
    json_put_string(json, SLICE("secret"));
    json_put_string(json, slice_str(severity_name(secret->severity)));
    json_end_array(json);
    json_end_object(json);
    json_end_object(json);
}

bool sarif_put_secret_rules(struct json_writer *json, const struct scan_result *result,
                            struct table *rules, struct arena *arena)
{
    for (size_t i = 0; i < result->secret_count; i++) {
        struct slice id = rule_id(result->secrets[i].kind, arena);
        bool is_new;
        if (!id.at || !sarif_rule_enter(rules, id, &is_new))
            return false;
        if (is_new)
            put_rule(json, &result->secrets[i], id, arena);
    }
    return true;
}

/* What stands in no file has the image as its place: no result may be without one. */
static void put_location(struct json_writer *json, const struct scan_result *result,
                         const struct scan_secret *secret, struct arena *arena)
{
    bool file = secret->in == SECRET_IN_FILE;
    json_begin_object(json);
    sarif_put_place(json, file ? secret->place : result->image.name, file ? secret->line : 1,
                    arena);
    json_end_object(json);
}

static void put_fingerprint(struct json_writer *json, const struct scan_secret *secret,
                            struct arena *arena)
{
    struct digest digest;
    sha256_of(arena_printf(arena, "secrets/%s\n%.*s\n%.*s", secret->kind->id,
                           SLICE_ARG(secret->place), SLICE_ARG(secret->hint)),
              &digest);
    sarif_put_fingerprint(json, &digest);
}

static struct slice message(const struct scan_secret *secret, struct arena *arena)
{
    struct slice place = secret_place_text(secret, arena), deleted = secret_deleted_text(secret);
    return sarif_plain(arena_printf(arena, "%s %.*s in %.*s%s%.*s. %s", secret->kind->title,
                                    SLICE_ARG(secret->hint), SLICE_ARG(place),
                                    deleted.len ? ", " : "", SLICE_ARG(deleted),
                                    secret->kind->advice),
                       arena);
}

static void put_result(struct json_writer *json, const struct scan_result *result,
                       const struct scan_secret *secret, const struct table *rules, bool baseline,
                       struct arena *arena)
{
    struct scan_finding judged = secret_judgement(secret);
    struct slice id = rule_id(secret->kind, arena);
    json_begin_object(json);
    sarif_put_rule_of(json, rules, id, sarif_level(secret->severity));
    sarif_put_text(json, "message", message(secret, arena));
    json_name(json, "locations");
    json_begin_array(json);
    put_location(json, result, secret, arena);
    json_end_array(json);
    put_fingerprint(json, secret, arena);
    sarif_put_suppression(json, &judged);
    if (baseline)
        json_field(json, "baselineState", secret->in_baseline ? SLICE("unchanged") : SLICE("new"));
    json_end_object(json);
}

void sarif_put_secret_results(struct json_writer *json, const struct scan_result *result,
                              const struct table *rules, bool baseline, struct arena *arena)
{
    for (size_t i = 0; i < result->secret_count; i++)
        put_result(json, result, &result->secrets[i], rules, baseline, arena);
}
