/* Everything that a scan knows, as docs/schema/scan-1.json describes it: null where there is
   nothing, so that every object has all its members. */
#include "base/json.h"
#include "report/formats.h"
#include "report/package_index.h"
#include "report/secrets.h"
#include "report/summary.h"

static void put_layer(struct json_writer *json, const struct layer *layer)
{
    json_begin_object(json);
    json_field_or_null(json, "digest", digest_slice(&layer->digest));
    json_field_or_null(json, "diff_id", digest_slice(&layer->diff_id));
    json_field_int(json, "size", (int64_t)layer->size);
    json_field_or_null(json, "created_by", layer->created_by);
    json_end_object(json);
}

static void put_image(struct json_writer *json, const struct scan_result *result,
                      struct arena *arena)
{
    const struct image *image = &result->image;
    json_name(json, "image");
    json_begin_object(json);
    json_field(json, "name", image->name);
    json_field(json, "kind", slice_str(image->kind));
    json_field_or_null(json, "tag", image->tag);
    json_field_or_null(json, "platform", image_platform(image, arena));
    json_field_strings(json, "platforms", result->platforms, result->platform_count);
    json_field_or_null(json, "digest", digest_slice(&image->manifest_digest));
    json_field_or_null(json, "index_digest", digest_slice(&image->index_digest));
    json_field_or_null(json, "config_digest", digest_slice(&image->config_digest));
    json_field_or_null(json, "created", image->created);
    json_name(json, "layers");
    json_begin_array(json);
    for (size_t i = 0; i < image->layer_count; i++)
        put_layer(json, &image->layers[i]);
    json_end_array(json);
    json_end_object(json);
}

static void put_distribution(struct json_writer *json, const struct distribution *distribution)
{
    json_name(json, "distribution");
    if (distribution->id.len == 0) {
        json_put_null(json);
        return;
    }
    json_begin_object(json);
    json_field(json, "id", distribution->id);
    json_field(json, "version_id", distribution->version_id);
    json_field_or_null(json, "codename", distribution->codename);
    json_field_or_null(json, "pretty", distribution->pretty);
    json_field_or_null(json, "path", distribution->path);
    json_end_object(json);
}

static void put_coverage(struct json_writer *json, const struct coverage *coverage)
{
    json_name(json, "coverage");
    json_begin_object(json);
    json_field_bool(json, "covered", coverage->covered);
    json_field_or_null(json, "scope", coverage->scope);
    json_field_or_null(json, "feed", coverage->feed);
    json_field_or_null(json, "feed_date", coverage->feed_date);
    json_field_or_null(json, "end_of_life", coverage->end_of_life);
    json_field_bool(json, "past_end_of_life", coverage->past_end_of_life);
    json_end_object(json);
}

/* The members of a package that findings and the package list have alike. */
static void put_package_members(struct json_writer *json, const struct package *package,
                                const struct layer *layer, struct slice purl)
{
    json_field(json, "name", package->name);
    json_field(json, "version", package->version);
    json_field(json, "type", slice_str(package_type_name(package->type)));
    json_field(json, "source", package->source);
    json_field(json, "source_version", package->source_version);
    json_field_or_null(json, "arch", package->arch);
    json_field_or_null(json, "vendor", package->vendor);
    json_field_or_null(json, "path", package->path);
    struct slice digest = {0};
    if (layer)
        digest = digest_slice(layer->digest.text[0] ? &layer->digest : &layer->diff_id);
    json_field_or_null(json, "layer", digest);
    json_field_or_null(json, "purl", purl);
}

static void put_ratings(struct json_writer *json, const struct finding *finding)
{
    json_name(json, "cvss");
    json_begin_array(json);
    for (size_t i = 0; i < finding->rating_count; i++) {
        const struct rating *rating = &finding->ratings[i];
        json_begin_object(json);
        json_field(json, "source", rating->source);
        json_field_or_null(json, "version", rating->version);
        json_field_or_null(json, "vector", rating->vector);
        json_name(json, "score");
        if (rating->score > 0 || rating->vector.len)
            json_put_number(json, rating->score);
        else
            json_put_null(json);
        json_field(json, "severity", slice_str(severity_name(rating->severity)));
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_exploitation(struct json_writer *json, const struct finding *finding)
{
    json_name(json, "epss");
    if (finding->epss >= 0) {
        json_begin_object(json);
        json_field_number(json, "score", finding->epss);
        json_field_number(json, "percentile", finding->epss_percentile);
        json_end_object(json);
    } else {
        json_put_null(json);
    }
    json_field_bool(json, "kev", finding->kev);
    json_field_or_null(json, "kev_due", finding->kev_due);
}

static void put_suppression(struct json_writer *json, const struct scan_finding *finding)
{
    json_name(json, "suppressed");
    if (!finding->suppressed) {
        json_put_null(json);
        return;
    }
    json_begin_object(json);
    json_field(json, "reason", finding->reason);
    json_field_or_null(json, "owner", finding->owner);
    json_field_text(json, "reviewed", finding->reviewed);
    json_field_or_null(json, "expires", finding->expires);
    json_field_or_null(json, "source", finding->exception_source);
    json_end_object(json);
}

static void put_finding(struct json_writer *json, const struct scan_finding *found,
                        struct slice purl)
{
    const struct finding *finding = &found->finding;
    json_begin_object(json);
    json_field(json, "id", finding->id);
    json_field_strings(json, "aliases", finding->aliases, finding->alias_count);
    json_field(json, "severity", slice_str(severity_name(finding->severity)));
    json_field_or_null(json, "severity_source", finding->severity_source);
    json_field(json, "state", slice_str(fix_state_name(finding->state)));
    json_field_or_null(json, "fixed", finding->fixed);
    json_field_or_null(json, "range", finding->range);
    json_field_or_null(json, "order", slice_str(finding->order));
    json_field_or_null(json, "title", finding->title);
    put_ratings(json, finding);
    put_exploitation(json, finding);
    json_field_or_null(json, "url", finding->url);
    json_field(json, "feed", finding->feed);
    json_field_or_null(json, "feed_date", finding->feed_date);
    put_suppression(json, found);
    json_field_bool(json, "in_baseline", found->in_baseline);
    json_name(json, "package");
    json_begin_object(json);
    put_package_members(json, finding->package, found->layer, purl);
    json_end_object(json);
    json_field_strings(json, "platforms", finding->platforms, finding->platform_count);
    json_end_object(json);
}

static bool put_findings(struct json_writer *json, const struct scan_result *result,
                         struct arena *arena)
{
    struct package_index packages;
    if (!package_index_init(&packages, result, arena))
        return false;
    json_name(json, "findings");
    json_begin_array(json);
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct scan_finding *found = &result->findings[i];
        const struct scan_package *installed =
            package_index_find(&packages, found->finding.package);
        put_finding(json, found, installed ? installed->purl : SLICE(""));
    }
    json_end_array(json);
    return true;
}

static void put_packages(struct json_writer *json, const struct scan_result *result)
{
    json_name(json, "packages");
    json_begin_array(json);
    for (size_t i = 0; i < result->package_count; i++) {
        const struct scan_package *package = &result->packages[i];
        json_begin_object(json);
        put_package_members(json, &package->package, package->layer, package->purl);
        json_field_or_null(json, "evidence", package->package.evidence);
        json_field_or_null(json, "cpe", package->package.cpe);
        json_field_or_null(json, "license", package->package.license);
        json_field_strings(json, "platforms", package->platforms, package->platform_count);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_secret(struct json_writer *json, const struct scan_secret *secret)
{
    struct scan_finding judged = secret_judgement(secret);
    const struct layer *layer = secret->layer;
    struct slice digest = {0};
    json_begin_object(json);
    json_field(json, "id", slice_str(secret->kind->id));
    json_field(json, "title", slice_str(secret->kind->title));
    json_field(json, "severity", slice_str(severity_name(secret->severity)));
    json_field(json, "in", slice_str(secret_place_name(secret->in)));
    json_field(json, "place", secret->place);
    json_name(json, "line");
    if (secret->line)
        json_put_int(json, secret->line);
    else
        json_put_null(json);
    json_field(json, "hint", secret->hint);
    if (layer)
        digest = digest_slice(layer->digest.text[0] ? &layer->digest : &layer->diff_id);
    json_field_or_null(json, "layer", digest);
    json_field_bool(json, "deleted", secret->deleted);
    json_field(json, "advice", slice_str(secret->kind->advice));
    put_suppression(json, &judged);
    json_field_bool(json, "in_baseline", secret->in_baseline);
    json_end_object(json);
}

/* null: they were not looked for. */
static void put_secrets(struct json_writer *json, const struct scan_result *result)
{
    json_name(json, "secrets");
    if (!result->secrets_searched) {
        json_put_null(json);
        return;
    }
    json_begin_array(json);
    for (size_t i = 0; i < result->secret_count; i++)
        put_secret(json, &result->secrets[i]);
    json_end_array(json);
}

static void put_notes(struct json_writer *json, const struct scan_result *result)
{
    json_name(json, "notes");
    json_begin_array(json);
    for (size_t i = 0; i < result->note_count; i++) {
        json_begin_object(json);
        json_field_or_null(json, "path", result->notes[i].path);
        json_field(json, "text", result->notes[i].text);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_database(struct json_writer *json, const struct scan_result *result)
{
    json_name(json, "database");
    json_begin_object(json);
    json_field_bool(json, "starter", result->starter_database);
    json_name(json, "feeds");
    json_begin_array(json);
    for (size_t i = 0; i < result->feed_count; i++) {
        const struct feed_status *feed = &result->feeds[i];
        json_begin_object(json);
        json_field(json, "name", feed->name);
        json_field_or_null(json, "date", feed->date);
        json_field_or_null(json, "updated", feed->updated);
        json_field_or_null(json, "source", feed->source);
        json_field_int(json, "records", (int64_t)feed->records);
        json_field_or_null(json, "error", feed->error);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static void put_summary(struct json_writer *json, const struct scan_result *result)
{
    struct report_summary summary = report_summarise(result);
    json_name(json, "summary");
    json_begin_object(json);
    for (int severity = SEVERITY_CRITICAL; severity >= 0; severity--)
        json_field_int(json, severity_name((enum severity)severity),
                       (int64_t)summary.by_severity[severity]);
    json_field_int(json, "total", (int64_t)summary.total);
    json_field_int(json, "fixable", (int64_t)summary.fixable);
    json_field_int(json, "suppressed", (int64_t)summary.suppressed);
    json_field_int(json, "in_baseline", (int64_t)summary.in_baseline);
    json_field_int(json, "packages", (int64_t)result->package_count);
    json_end_object(json);
}

bool report_json(const struct scan_result *result, const struct report_options *options,
                 struct arena *arena, FILE *file, struct error *err)
{
    (void)options;
    struct json_writer json;
    json_writer_init(&json, file, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/scan/1"));
    json_field(&json, "version", SLICE(PLIMSOLL_VERSION));
    json_field(&json, "started", result->started);
    json_field_bool(&json, "partial", result->partial);
    put_image(&json, result, arena);
    put_distribution(&json, &result->distribution);
    put_coverage(&json, &result->coverage);
    put_summary(&json, result);
    if (!put_findings(&json, result, arena))
        return arena_error(err);
    put_secrets(&json, result);
    put_packages(&json, result);
    put_notes(&json, result);
    put_database(&json, result);
    json_end_object(&json);
    return true;
}
