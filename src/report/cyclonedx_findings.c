/*
 * Findings as CycloneDX' vulnerabilities. Packages of one source package that one update mends
 * stand in one vulnerability with several `affects`; where anything else differs, there are two.
 */
#include "base/table.h"
#include "report/cyclonedx_parts.h"
#include "report/package_index.h"
#include "report/summary.h"

struct flaw {
    const struct scan_finding *finding; /* the first */
    size_t *packages;                   /* positions in result->packages */
    size_t count, room;
};

struct flaws {
    struct flaw *items;
    size_t count, room;
};

static struct slice flaw_key(const struct scan_finding *scanned, struct arena *arena)
{
    const struct finding *finding = &scanned->finding;
    return arena_printf(arena, "%.*s\n%.*s\n%.*s\n%.*s\n%d%d%d\n%.*s\n%.*s", SLICE_ARG(finding->id),
                        SLICE_ARG(finding->package->source),
                        SLICE_ARG(finding->package->source_version), SLICE_ARG(finding->fixed),
                        finding->state, scanned->suppressed, scanned->in_baseline,
                        SLICE_ARG(scanned->exception_source), SLICE_ARG(finding->feed));
}

static bool flaws_add(struct flaws *flaws, struct table *known,
                      const struct package_index *packages, const struct scan_finding *finding,
                      struct arena *arena)
{
    struct slice key = flaw_key(finding, arena);
    size_t found = key.at ? (uintptr_t)table_get(known, key) : 0;
    struct flaw fresh = {.finding = finding};
    if (!key.at)
        return false;
    if (!found) {
        if (!ARENA_PUSH(arena, flaws->items, flaws->count, flaws->room, fresh) ||
            !table_put(known, key, (void *)(uintptr_t)flaws->count))
            return false;
        found = flaws->count;
    }
    struct flaw *flaw = &flaws->items[found - 1];
    const struct scan_package *installed = package_index_find(packages, finding->finding.package);
    size_t position = installed ? (size_t)(installed - packages->result->packages) : 0;
    return !installed || ARENA_PUSH(arena, flaw->packages, flaw->count, flaw->room, position);
}

static void put_source(struct json_writer *json, const char *name, struct slice source,
                       struct slice url)
{
    json_name(json, name);
    json_begin_object(json);
    json_field(json, "name", source);
    json_field_text(json, "url", url);
    json_end_object(json);
}

static void put_aliases(struct json_writer *json, const struct finding *finding)
{
    if (!finding->alias_count)
        return;
    json_name(json, "references");
    json_begin_array(json);
    for (size_t i = 0; i < finding->alias_count; i++) {
        json_begin_object(json);
        json_field(json, "id", finding->aliases[i]);
        put_source(json, "source", finding->feed, (struct slice){0});
        json_end_object(json);
    }
    json_end_array(json);
}

/* The schema has neither "negligible" nor a severity of bare words. */
static const char *severity_word(enum severity severity)
{
    return severity == SEVERITY_NEGLIGIBLE ? "info" : severity_name(severity);
}

static const char *rating_method(struct slice version)
{
    static const struct {
        const char *version, *method;
    } methods[] = {{"2.0", "CVSSv2"}, {"3.0", "CVSSv3"}, {"3.1", "CVSSv31"}, {"4.0", "CVSSv4"}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (slice_equal_str(version, methods[i].version))
            return methods[i].method;
    return "other";
}

static void put_rating(struct json_writer *json, const struct rating *rating)
{
    json_begin_object(json);
    put_source(json, "source", rating->source, (struct slice){0});
    if (rating->score > 0 || rating->vector.len)
        json_field_number(json, "score", rating->score);
    json_field(json, "severity", slice_str(severity_word(rating->severity)));
    json_field(json, "method", slice_str(rating_method(rating->version)));
    json_field_text(json, "vector", rating->vector);
    json_end_object(json);
}

static bool rating_decided(const struct finding *finding, const struct rating *rating)
{
    return rating->severity == finding->severity &&
           slice_equal(rating->source, finding->severity_source);
}

/* That which decided comes first, since readers take the first. */
static void put_ratings(struct json_writer *json, const struct finding *finding)
{
    size_t decided = 0;
    json_name(json, "ratings");
    json_begin_array(json);
    for (size_t i = 0; i < finding->rating_count; i++)
        if (rating_decided(finding, &finding->ratings[i])) {
            put_rating(json, &finding->ratings[i]);
            decided++;
        }
    if (!decided)
        put_rating(json, &(struct rating){.source = finding->severity_source.len
                                                        ? finding->severity_source
                                                        : finding->feed,
                                          .severity = finding->severity});
    for (size_t i = 0; i < finding->rating_count; i++)
        if (!rating_decided(finding, &finding->ratings[i]))
            put_rating(json, &finding->ratings[i]);
    json_end_array(json);
}

/* An exception says that people accepted it and why; only one that was made of a VEX statement says
   that it does not affect the image. */
static void put_analysis(struct json_writer *json, const struct scan_finding *scanned)
{
    bool vex =
        slice_search(scanned->exception_source, SLICE("vex")) < scanned->exception_source.len;
    if (!scanned->suppressed)
        return;
    json_name(json, "analysis");
    json_begin_object(json);
    json_field(json, "state", vex ? SLICE("not_affected") : SLICE("exploitable"));
    if (!vex) {
        json_name(json, "response");
        json_begin_array(json);
        json_put_string(json, SLICE("will_not_fix"));
        json_end_array(json);
    }
    json_field_text(json, "detail", scanned->reason);
    json_end_object(json);
}

static void put_affects(struct json_writer *json, const struct scan_result *result,
                        const struct flaw *flaw, const struct slice *refs)
{
    json_name(json, "affects");
    json_begin_array(json);
    for (size_t i = 0; i < flaw->count; i++) {
        const struct package *package = &result->packages[flaw->packages[i]].package;
        json_begin_object(json);
        json_field(json, "ref", refs[flaw->packages[i]]);
        if (package->version.len) {
            json_name(json, "versions");
            json_begin_array(json);
            json_begin_object(json);
            json_field(json, "version", package->version);
            json_field(json, "status", SLICE("affected"));
            json_end_object(json);
            json_end_array(json);
        }
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_number(struct json_writer *json, const char *name, double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.5f", value);
    if (value >= 0)
        cyclonedx_property(json, name, slice_str(text));
}

static void put_properties(struct json_writer *json, const struct scan_finding *scanned)
{
    const struct finding *finding = &scanned->finding;
    json_name(json, "properties");
    json_begin_array(json);
    cyclonedx_property(json, "plimsoll:severity", slice_str(severity_name(finding->severity)));
    cyclonedx_property(json, "plimsoll:severity_source", finding->severity_source);
    cyclonedx_property(json, "plimsoll:state", slice_str(fix_state_name(finding->state)));
    cyclonedx_property(json, "plimsoll:fixed", finding->fixed);
    cyclonedx_property(json, "plimsoll:range", finding->range);
    cyclonedx_property(json, "plimsoll:feed", finding->feed);
    cyclonedx_property(json, "plimsoll:feed_date", finding->feed_date);
    put_number(json, "plimsoll:epss", finding->epss);
    put_number(json, "plimsoll:epss_percentile", finding->epss_percentile);
    if (finding->kev)
        cyclonedx_property(json, "plimsoll:kev", SLICE("true"));
    cyclonedx_property(json, "plimsoll:kev_due", finding->kev_due);
    if (scanned->in_baseline)
        cyclonedx_property(json, "plimsoll:in_baseline", SLICE("true"));
    if (scanned->suppressed)
        cyclonedx_property(json, "plimsoll:suppressed", SLICE("true"));
    cyclonedx_property(json, "plimsoll:exception:owner", scanned->owner);
    cyclonedx_property(json, "plimsoll:exception:expires", scanned->expires);
    cyclonedx_property(json, "plimsoll:exception:source", scanned->exception_source);
    for (size_t i = 0; i < finding->platform_count; i++)
        cyclonedx_property(json, "plimsoll:platform", finding->platforms[i]);
    json_end_array(json);
}

static void put_advisory(struct json_writer *json, struct slice url)
{
    if (!url.len)
        return;
    json_name(json, "advisories");
    json_begin_array(json);
    json_begin_object(json);
    json_field(json, "url", url);
    json_end_object(json);
    json_end_array(json);
}

static void put_flaw(struct json_writer *json, const struct scan_result *result,
                     const struct flaw *flaw, const struct slice *refs, struct arena *arena)
{
    const struct finding *finding = &flaw->finding->finding;
    json_begin_object(json);
    json_field(json, "bom-ref",
               arena_printf(arena, "vulnerability %zu %.*s",
                            (size_t)(flaw->finding - result->findings), SLICE_ARG(finding->id)));
    json_field(json, "id", finding->id);
    put_source(json, "source", finding->feed, (struct slice){0});
    put_aliases(json, finding);
    put_ratings(json, finding);
    json_field_text(json, "description", finding->title);
    if (finding->fixed.len)
        json_field(json, "recommendation",
                   arena_printf(arena, "Update %.*s to %.*s.",
                                SLICE_ARG(finding->package->source.len ? finding->package->source
                                                                       : finding->package->name),
                                SLICE_ARG(finding->fixed)));
    put_advisory(json, finding->url);
    put_analysis(json, flaw->finding);
    put_affects(json, result, flaw, refs);
    put_properties(json, flaw->finding);
    json_end_object(json);
}

bool cyclonedx_put_vulnerabilities(struct json_writer *json, const struct scan_result *result,
                                   const struct slice *refs, struct arena *arena, struct error *err)
{
    struct flaws flaws = {NULL};
    struct table known;
    struct package_index packages;
    table_init(&known, arena);
    if (!package_index_init(&packages, result, arena))
        return arena_error(err);
    for (size_t i = 0; i < result->finding_count; i++)
        if (!flaws_add(&flaws, &known, &packages, &result->findings[i], arena))
            return arena_error(err);
    if (!flaws.count)
        return true;
    json_name(json, "vulnerabilities");
    json_begin_array(json);
    for (size_t i = 0; i < flaws.count; i++)
        put_flaw(json, result, &flaws.items[i], refs, arena);
    json_end_array(json);
    return true;
}
