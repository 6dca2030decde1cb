/* See policy.h. */
#include "scan/policy.h"

#include "base/json.h"
#include "base/table.h"

static bool policy_parse_epss(struct slice word, struct policy_term *term)
{
    struct slice value = slice_trim(slice_from(word, 4));
    if (slice_starts(value, SLICE(">=")))
        value = slice_from(value, 2);
    else if (slice_starts(value, SLICE(">")))
        value = slice_from(value, 1);
    else
        return false;
    term->kind = TERM_EPSS;
    return slice_double(slice_trim(value), &term->epss) && term->epss >= 0 && term->epss <= 1;
}

static bool policy_parse_term(struct slice word, struct policy_term *term)
{
    *term = (struct policy_term){.kind = TERM_SEVERITY};
    if (slice_equal_nocase(word, SLICE("any")))
        return true;
    if (slice_equal_nocase(word, SLICE("kev"))) {
        term->kind = TERM_KEV;
        return true;
    }
    if (slice_equal_nocase(slice_upto(word, 4), SLICE("epss")))
        return policy_parse_epss(word, term);
    /* A severity in feeds, but here a reader would take it for "never". */
    return !slice_equal_nocase(word, SLICE("none")) && severity_parse(word, &term->severity);
}

bool policy_parse(struct policy *policy, struct slice text, struct error *err)
{
    while (text.len) {
        struct slice word = slice_trim(slice_cut(&text, ','));
        if (!word.len)
            continue;
        if (policy->term_count == POLICY_TERMS_MAX)
            return error_set(err, ERROR_USAGE, "--fail-on: more than %d conditions",
                             POLICY_TERMS_MAX);
        if (!policy_parse_term(word, &policy->terms[policy->term_count]))
            return error_set(err, ERROR_USAGE,
                             "--fail-on: \"%.*s\" is neither a severity nor kev nor epss>=NUMBER",
                             SLICE_ARG(slice_upto(word, 40)));
        policy->term_count++;
    }
    return true;
}

static bool policy_term_holds(const struct policy_term *term, const struct finding *finding)
{
    switch (term->kind) {
    case TERM_KEV:
        return finding->kev;
    case TERM_EPSS:
        return finding->epss >= term->epss;
    case TERM_SEVERITY:
        break;
    }
    return finding->severity >= term->severity;
}

static bool policy_secret_violates(const struct policy *policy, const struct scan_secret *secret)
{
    if (secret->suppressed || secret->in_baseline)
        return false;
    for (size_t t = 0; t < policy->term_count; t++)
        if (policy->terms[t].kind == TERM_SEVERITY && secret->severity >= policy->terms[t].severity)
            return true;
    return false;
}

bool policy_meets(const struct policy *policy, const struct finding *finding)
{
    for (size_t i = 0; i < policy->term_count; i++)
        if (policy_term_holds(&policy->terms[i], finding))
            return true;
    return false;
}

size_t policy_violations(const struct policy *policy, const struct scan_result *result)
{
    size_t violations = 0;
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct scan_finding *finding = &result->findings[i];
        if (!finding->suppressed && !finding->in_baseline)
            violations += policy_meets(policy, &finding->finding);
    }
    for (size_t i = 0; i < result->secret_count; i++)
        violations += policy_secret_violates(policy, &result->secrets[i]);
    return violations;
}

void policy_filter(struct scan_result *result, enum severity severity, bool ignore_unfixed)
{
    size_t kept = 0;
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *finding = &result->findings[i].finding;
        if (finding->severity < severity || (ignore_unfixed && !finding->fixed.len))
            continue;
        result->findings[kept++] = result->findings[i];
    }
    result->hidden_count += result->finding_count - kept;
    result->finding_count = kept;
    kept = 0;
    for (size_t i = 0; i < result->secret_count; i++)
        if (result->secrets[i].severity >= severity)
            result->secrets[kept++] = result->secrets[i];
    result->hidden_count += result->secret_count - kept;
    result->secret_count = kept;
}

/* Key: id, NUL, package name. */
static struct slice baseline_key(struct arena *arena, struct slice id, struct slice package)
{
    struct slice key = arena_printf(arena, "%.*s%c%.*s", SLICE_ARG(id), 0, SLICE_ARG(package));
    return key;
}

static void baseline_read_package(struct json_reader *reader, struct slice *name)
{
    struct slice member;
    if (!json_enter_object(reader))
        return;
    while (json_member(reader, &member)) {
        if (slice_equal_str(member, "name"))
            json_string(reader, name);
        else
            json_skip(reader);
    }
}

struct baseline_ids {
    struct slice *items;
    size_t count, room;
};

static bool baseline_read_aliases(struct json_reader *reader, struct arena *arena,
                                  struct baseline_ids *ids)
{
    enum json_token token = json_next(reader);
    if (token != JSON_ARRAY)
        return token == JSON_NULL;
    while ((token = json_next(reader)) == JSON_STRING)
        if (!ARENA_PUSH(arena, ids->items, ids->count, ids->room, reader->text))
            return false;
    return token == JSON_END;
}

static bool baseline_read_finding(struct json_reader *reader, struct arena *arena,
                                  struct table *known)
{
    struct slice member, package = {NULL, 0}, id = {NULL, 0};
    struct baseline_ids ids = {NULL};
    bool fine = true;
    while (json_member(reader, &member) && fine) {
        if (slice_equal_str(member, "id"))
            fine =
                json_string(reader, &id) && ARENA_PUSH(arena, ids.items, ids.count, ids.room, id);
        else if (slice_equal_str(member, "aliases"))
            fine = baseline_read_aliases(reader, arena, &ids);
        else if (slice_equal_str(member, "package"))
            baseline_read_package(reader, &package);
        else
            json_skip(reader);
    }
    for (size_t i = 0; i < ids.count && fine; i++) {
        struct slice key = baseline_key(arena, ids.items[i], package);
        fine = key.at && table_put(known, key, known);
    }
    return fine;
}

/* Of a secret: kind, NUL, NUL, place. */
static struct slice baseline_secret_key(struct arena *arena, struct slice id, struct slice place)
{
    return arena_printf(arena, "%.*s%c%c%.*s", SLICE_ARG(id), 0, 0, SLICE_ARG(place));
}

static bool baseline_read_secret(struct json_reader *reader, struct arena *arena,
                                 struct table *known)
{
    struct slice member, id = {NULL, 0}, place = {NULL, 0};
    while (json_member(reader, &member)) {
        if (slice_equal_str(member, "id"))
            json_string(reader, &id);
        else if (slice_equal_str(member, "place"))
            json_string(reader, &place);
        else
            json_skip(reader);
    }
    struct slice key = baseline_secret_key(arena, id, place);
    return key.at && table_put(known, key, known);
}

static bool baseline_read_secrets(struct json_reader *reader, struct arena *arena,
                                  struct table *known)
{
    enum json_token token = json_next(reader);
    bool fine = true;
    if (token != JSON_ARRAY)
        return token == JSON_NULL;
    while (fine && json_next(reader) == JSON_OBJECT)
        fine = baseline_read_secret(reader, arena, known);
    return fine;
}

static bool baseline_read(struct slice report, struct arena *arena, struct table *known,
                          struct error *err)
{
    struct json_reader reader;
    struct slice member;
    bool found = false, fine = true;
    json_reader_init(&reader, report, arena);
    if (!json_enter_object(&reader))
        return error_set(err, ERROR_FORMAT, "not a json report");
    while (fine && json_member(&reader, &member)) {
        if (slice_equal_str(member, "secrets")) {
            fine = baseline_read_secrets(&reader, arena, known);
            continue;
        }
        if (!slice_equal_str(member, "findings")) {
            json_skip(&reader);
            continue;
        }
        found = json_enter_array(&reader);
        while (found && fine && json_next(&reader) == JSON_OBJECT)
            fine = baseline_read_finding(&reader, arena, known);
    }
    if (!json_finish(&reader, err))
        return false;
    if (!fine || !found)
        return error_set(err, ERROR_FORMAT, "not a json report: no list of findings");
    return true;
}

static bool baseline_has(const struct table *known, struct arena *arena,
                         const struct finding *finding)
{
    if (table_get(known, baseline_key(arena, finding->id, finding->package->name)))
        return true;
    for (size_t i = 0; i < finding->alias_count; i++)
        if (table_get(known, baseline_key(arena, finding->aliases[i], finding->package->name)))
            return true;
    return false;
}

bool policy_baseline(struct scan_result *result, struct slice report, struct arena *arena,
                     struct error *err)
{
    struct table known;
    table_init(&known, arena);
    if (!baseline_read(report, arena, &known, err))
        return false;
    for (size_t i = 0; i < result->finding_count; i++)
        result->findings[i].in_baseline = baseline_has(&known, arena, &result->findings[i].finding);
    for (size_t i = 0; i < result->secret_count; i++) {
        struct scan_secret *secret = &result->secrets[i];
        secret->in_baseline = table_get(
            &known, baseline_secret_key(arena, slice_str(secret->kind->id), secret->place));
    }
    return true;
}

void policy_hide_baseline(struct scan_result *result)
{
    size_t kept = 0;
    for (size_t i = 0; i < result->finding_count; i++)
        if (!result->findings[i].in_baseline)
            result->findings[kept++] = result->findings[i];
    result->hidden_count += result->finding_count - kept;
    result->finding_count = kept;
    kept = 0;
    for (size_t i = 0; i < result->secret_count; i++)
        if (!result->secrets[i].in_baseline)
            result->secrets[kept++] = result->secrets[i];
    result->hidden_count += result->secret_count - kept;
    result->secret_count = kept;
}
