/*
 * SARIF 2.1.0 (OASIS; sections are quoted as §), as pages for code scanning take it: GitHub wants a
 * physical location for every result, a numeric "security-severity" in a text, and takes what
 * `partialFingerprints` says to follow an alert from one scan to the next. A vulnerability is a
 * rule, a finding a result of it.
 */
#include "base/ascii.h"
#include "report/formats.h"
#include "report/package_index.h"
#include "report/sarif_frame.h"
#include "report/sarif_parts.h"
#include "report/sarif_text.h"
#include "report/summary.h"

/* ---- rules ---- */

const char *sarif_level(enum severity severity)
{
    return severity >= SEVERITY_HIGH ? "error" : severity == SEVERITY_MEDIUM ? "warning" : "note";
}

/* Pages make their word of severity from this number, by the bands of CVSS; so it is a score of a
   rating that has our word, else one of the middle of its band. */
static double security_severity(const struct finding *finding)
{
    static const double middle[] = {0, 0.1, 2.0, 5.5, 8.0, 9.5};
    const struct rating *best = NULL;
    for (size_t i = 0; i < finding->rating_count; i++) {
        const struct rating *rating = &finding->ratings[i];
        if (rating->severity == finding->severity && rating->score > 0 &&
            (!best || slice_compare(rating->version, best->version) > 0))
            best = rating;
    }
    return best ? best->score : middle[finding->severity];
}

static const char *rule_name(enum package_type type)
{
    if (type == PACKAGE_APK || type == PACKAGE_DEB || type == PACKAGE_RPM)
        return "VulnerableDistributionPackage";
    return type == PACKAGE_PROGRAM ? "VulnerableProgram" : "VulnerableLanguagePackage";
}

static struct slice title_of(const struct finding *finding, struct arena *arena)
{
    if (finding->title.len)
        return sarif_plain(finding->title, arena);
    struct slice source =
        finding->package->source.len ? finding->package->source : finding->package->name;
    return sarif_plain(arena_printf(arena, "A vulnerability of %.*s", SLICE_ARG(source)), arena);
}

static void put_help(struct json_writer *json, const struct finding *finding, struct arena *arena)
{
    struct slice title = title_of(finding, arena);
    struct slice remedy = finding_remedy(finding);
    const char *severity = severity_name(finding->severity);
    json_name(json, "help");
    json_begin_object(json);
    json_field(json, "text",
               arena_printf(arena, "%.*s\nSeverity: %s (%.*s)\nFixed: %.*s\nSource: %.*s %.*s",
                            SLICE_ARG(title), severity, SLICE_ARG(finding->severity_source),
                            SLICE_ARG(remedy), SLICE_ARG(finding->feed),
                            SLICE_ARG(finding->feed_date)));
    struct slice link = sarif_is_web(finding->url)
                            ? arena_printf(arena, "\n\n<%.*s>", SLICE_ARG(finding->url))
                            : (struct slice){"", 0};
    json_field(json, "markdown",
               arena_printf(arena, "**%.*s**\n\n%.*s\n\n- severity: %s\n- fixed: %.*s%.*s",
                            SLICE_ARG(sarif_markdown(finding->id, arena)),
                            SLICE_ARG(sarif_markdown(finding->title, arena)), severity,
                            SLICE_ARG(sarif_markdown(remedy, arena)), SLICE_ARG(link)));
    json_end_object(json);
}

static void put_rule_properties(struct json_writer *json, const struct finding *finding,
                                struct arena *arena)
{
    json_name(json, "properties");
    json_begin_object(json);
    json_field(json, "precision", SLICE("very-high"));
    json_field(json, "security-severity", arena_printf(arena, "%.1f", security_severity(finding)));
    json_name(json, "tags");
    json_begin_array(json);
    json_put_string(json, SLICE("security"));
    json_put_string(json, SLICE("vulnerability"));
    json_put_string(json, slice_str(severity_name(finding->severity)));
    if (finding->kev)
        json_put_string(json, SLICE("known-exploited"));
    json_end_array(json);
    json_end_object(json);
}

static void put_rule(struct json_writer *json, const struct finding *finding, struct arena *arena)
{
    struct slice title = title_of(finding, arena);
    json_begin_object(json);
    json_field(json, "id", finding->id);
    json_field(json, "name", slice_str(rule_name(finding->package->type)));
    sarif_put_text(json, "shortDescription",
                   arena_printf(arena, "%.*s: %.*s", SLICE_ARG(finding->id), SLICE_ARG(title)));
    sarif_put_text(json, "fullDescription", title);
    sarif_put_default_level(json, sarif_level(finding->severity));
    if (sarif_is_web(finding->url))
        json_field(json, "helpUri", finding->url);
    put_help(json, finding, arena);
    put_rule_properties(json, finding, arena);
    json_end_object(json);
}

/* Findings come worst first, so a rule is its worst finding's. */
static bool put_rules(struct json_writer *json, const struct scan_result *result,
                      struct table *rules, struct arena *arena)
{
    json_name(json, "rules");
    json_begin_array(json);
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *finding = &result->findings[i].finding;
        bool is_new;
        if (!sarif_rule_enter(rules, finding->id, &is_new))
            return false;
        if (is_new)
            put_rule(json, finding, arena);
    }
    bool fine = sarif_put_secret_rules(json, result, rules, arena);
    json_end_array(json);
    return fine;
}

/* ---- results ---- */

static struct slice message_of(const struct finding *finding, struct arena *arena)
{
    const struct package *package = finding->package;
    struct slice range = finding->range;
    struct slice text = arena_printf(
        arena, "%.*s %.*s: %.*s (%s)%s%.*s. %s%.*s.", SLICE_ARG(package->name),
        SLICE_ARG(package->version), SLICE_ARG(finding->id), severity_name(finding->severity),
        range.len ? ", affects " : "", SLICE_ARG(range), finding->fixed.len ? "Fixed in " : "",
        SLICE_ARG(finding_remedy(finding)));
    return arena_printf(arena, "%.*s %.*s", SLICE_ARG(sarif_plain(text, arena)),
                        SLICE_ARG(title_of(finding, arena)));
}

void sarif_put_place(struct json_writer *json, struct slice path, unsigned line,
                     struct arena *arena)
{
    json_name(json, "physicalLocation");
    json_begin_object(json);
    json_name(json, "artifactLocation");
    json_begin_object(json);
    json_field(json, "uri", sarif_uri(path, arena));
    json_field(json, "uriBaseId", SLICE(SARIF_ROOT));
    json_end_object(json);
    json_name(json, "region");
    json_begin_object(json);
    json_field_int(json, "startLine", line);
    json_end_object(json);
    json_end_object(json);
}

/* Without a path (SBOMs, purls) the image itself is the place: no result may be without one. */
static void put_location(struct json_writer *json, const struct package_index *packages,
                         const struct package *package, struct arena *arena)
{
    const struct scan_package *installed = package_index_find(packages, package);
    struct slice path = package->path.len ? package->path : packages->result->image.name;
    json_begin_object(json);
    sarif_put_place(json, path, 1, arena);
    json_name(json, "logicalLocations");
    json_begin_array(json);
    json_begin_object(json);
    json_field(json, "name", package->name);
    if (installed)
        json_field_text(json, "fullyQualifiedName", installed->purl);
    json_field(json, "kind", SLICE("package"));
    json_end_object(json);
    json_end_array(json);
    json_end_object(json);
}

/* Without versions, so that it stays the same alert when an update does not mend it. */
static void put_fingerprint(struct json_writer *json, const struct finding *finding,
                            struct arena *arena)
{
    struct digest digest;
    sha256_of(arena_printf(arena, "%.*s\n%s\n%.*s\n%.*s", SLICE_ARG(finding->id),
                           package_type_name(finding->package->type),
                           SLICE_ARG(finding->package->name), SLICE_ARG(finding->package->path)),
              &digest);
    sarif_put_fingerprint(json, &digest);
}

void sarif_put_suppression(struct json_writer *json, const struct scan_finding *scanned)
{
    if (!scanned->suppressed)
        return;
    json_name(json, "suppressions");
    json_begin_array(json);
    json_begin_object(json);
    json_field(json, "kind", SLICE("external"));
    json_field(json, "status", SLICE("accepted"));
    json_field_text(json, "justification", scanned->reason);
    json_name(json, "properties");
    json_begin_object(json);
    json_field_text(json, "owner", scanned->owner);
    json_field_text(json, "expires", scanned->expires);
    json_field_text(json, "source", scanned->exception_source);
    json_end_object(json);
    json_end_object(json);
    json_end_array(json);
}

static void put_result_properties(struct json_writer *json, const struct scan_finding *scanned)
{
    const struct finding *finding = &scanned->finding;
    const struct package *package = finding->package;
    json_name(json, "properties");
    json_begin_object(json);
    json_field(json, "package", package->name);
    json_field_text(json, "version", package->version);
    json_field_text(json, "source", package->source);
    json_field_text(json, "fixed", finding->fixed);
    json_field(json, "state", slice_str(fix_state_name(finding->state)));
    json_field(json, "severity", slice_str(severity_name(finding->severity)));
    if (finding->epss >= 0)
        json_field_number(json, "epss", finding->epss);
    json_field_bool(json, "kev", finding->kev);
    if (scanned->layer)
        json_field_text(json, "layer",
                        digest_slice(scanned->layer->digest.text[0] ? &scanned->layer->digest
                                                                    : &scanned->layer->diff_id));
    json_field_text(json, "feed", finding->feed);
    json_end_object(json);
}

static void put_result(struct json_writer *json, const struct package_index *packages,
                       const struct scan_finding *scanned, const struct table *rules, bool baseline,
                       struct arena *arena)
{
    const struct finding *finding = &scanned->finding;
    json_begin_object(json);
    sarif_put_rule_of(json, rules, finding->id, sarif_level(finding->severity));
    sarif_put_text(json, "message", message_of(finding, arena));
    json_name(json, "locations");
    json_begin_array(json);
    put_location(json, packages, finding->package, arena);
    json_end_array(json);
    put_fingerprint(json, finding, arena);
    sarif_put_suppression(json, scanned);
    if (baseline)
        json_field(json, "baselineState", scanned->in_baseline ? SLICE("unchanged") : SLICE("new"));
    put_result_properties(json, scanned);
    json_end_object(json);
}

static bool put_results(struct json_writer *json, const struct scan_result *result,
                        const struct table *rules, struct arena *arena)
{
    struct package_index packages;
    if (!package_index_init(&packages, result, arena))
        return false;
    /* §3.27.24: when one result tells it, all do. */
    bool baseline = false;
    for (size_t i = 0; i < result->finding_count; i++)
        baseline |= result->findings[i].in_baseline;
    for (size_t i = 0; i < result->secret_count; i++)
        baseline |= result->secrets[i].in_baseline;
    json_name(json, "results");
    json_begin_array(json);
    for (size_t i = 0; i < result->finding_count; i++)
        put_result(json, &packages, &result->findings[i], rules, baseline, arena);
    sarif_put_secret_results(json, result, rules, baseline, arena);
    json_end_array(json);
    return true;
}

/* ---- the run ---- */

/* Notes: a result that hides what could not be read would be believed too much. */
static void put_notes(struct json_writer *json, const struct scan_result *result,
                      struct arena *arena)
{
    sarif_begin_notes(json, result->started);
    for (size_t i = 0; i < result->note_count; i++)
        sarif_put_note(json, result->partial, result->notes[i].path, result->notes[i].text, arena);
    sarif_end_notes(json);
}

static void put_root(struct json_writer *json, const struct image *image, struct arena *arena)
{
    json_name(json, "originalUriBaseIds");
    json_begin_object(json);
    json_name(json, SARIF_ROOT);
    json_begin_object(json);
    json_field(json, "uri", SLICE("file:///"));
    sarif_put_text(
        json, "description",
        sarif_plain(arena_printf(arena, "The root folder of %.*s", SLICE_ARG(image->name)), arena));
    json_end_object(json);
    json_end_object(json);
}

static void put_run_properties(struct json_writer *json, const struct scan_result *result,
                               struct arena *arena)
{
    const struct image *image = &result->image;
    json_name(json, "properties");
    json_begin_object(json);
    json_field(json, "image", image->name);
    json_field_text(json, "tag", image->tag);
    json_field_text(json, "digest", digest_slice(&image->manifest_digest));
    json_field_text(json, "platform", result_platforms(result, arena));
    json_field_text(json, "distribution", result_distribution(result, arena));
    json_field_bool(json, "partial", result->partial);
    json_end_object(json);
}

bool report_sarif(const struct scan_result *result, const struct report_options *options,
                  struct arena *arena, FILE *file, struct error *err)
{
    (void)options;
    struct json_writer json;
    struct table rules;
    table_init(&rules, arena);
    sarif_begin(&json, file);
    sarif_begin_driver(&json);
    if (!put_rules(&json, result, &rules, arena))
        return arena_error(err);
    sarif_end_driver(&json);
    put_notes(&json, result, arena);
    put_root(&json, &result->image, arena);
    if (!put_results(&json, result, &rules, arena))
        return arena_error(err);
    json_field(&json, "columnKind", SLICE("unicodeCodePoints"));
    put_run_properties(&json, result, arena);
    sarif_end(&json);
    return true;
}
