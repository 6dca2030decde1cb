/*
 * The answer of `aws ecr describe-image-scan-findings` (basic scanning): service model ecr
 * 2015-09-21, DescribeImageScanFindingsResponse. Times as the aws CLI prints them. Findings are one
 * for each package, as ECR tells them; suppressed ones and those of the baseline are left out,
 * since nothing in the shape could mark them.
 */
#include "base/json.h"
#include "report/ecr_shape.h"
#include "report/formats.h"
#include "report/summary.h"

static void put_attribute(void *context, const char *key, struct slice value)
{
    struct json_writer *json = context;
    json_begin_object(json);
    json_field(json, "key", slice_str(key));
    json_field(json, "value", value);
    json_end_object(json);
}

static void put_finding(struct json_writer *json, const struct finding *finding,
                        struct arena *arena)
{
    json_begin_object(json);
    json_field(json, "name", finding->id);
    json_field_text(json, "description", finding->title);
    json_field_text(json, "uri", finding->url);
    json_field(json, "severity", slice_str(ecr_severity_name(finding->severity)));
    json_name(json, "attributes");
    json_begin_array(json);
    ecr_attributes(finding, arena, put_attribute, json);
    json_end_array(json);
    json_end_object(json);
}

static void put_counts(struct json_writer *json, const struct report_summary *summary)
{
    json_name(json, "findingSeverityCounts");
    json_begin_object(json);
    for (int severity = SEVERITIES; severity-- > 0;)
        if (summary->by_severity[severity])
            json_field_int(json, ecr_severity_name((enum severity)severity),
                           (int64_t)summary->by_severity[severity]);
    json_end_object(json);
}

/* "registry/team/app:v1" → "team/app" and "v1": the part before the first "/" is a host when it has
   a dot or a port, or is localhost. */
static void split_name(struct slice name, struct slice *repository, struct slice *tag)
{
    name = slice_upto(name, slice_find(name, '@'));
    size_t slash = slice_find(name, '/');
    struct slice host = slice_upto(name, slash);
    if (slash < name.len && (slice_find(host, '.') < host.len || slice_find(host, ':') < host.len ||
                             slice_equal_str(host, "localhost")))
        name = slice_from(name, slash + 1);
    size_t colon = slice_find_last(name, ':');
    bool is_tag = colon < name.len && slice_find(slice_from(name, colon), '/') + colon >= name.len;
    *repository = is_tag ? slice_upto(name, colon) : name;
    *tag = is_tag ? slice_from(name, colon + 1) : (struct slice){0};
}

static void put_image(struct json_writer *json, const struct scan_result *result)
{
    const struct image *image = &result->image;
    struct slice repository, tag;
    split_name(image->tag.len ? image->tag : image->name, &repository, &tag);
    json_field(json, "registryId", SLICE(""));
    json_field(json, "repositoryName", repository);
    json_name(json, "imageId");
    json_begin_object(json);
    json_field_text(json, "imageDigest", digest_slice(&image->manifest_digest));
    json_field_text(json, "imageTag", tag);
    json_end_object(json);
}

/* The only free text of the shape: it also tells what nothing else there could. */
static struct slice status_text(const struct scan_result *result,
                                const struct report_summary *summary, bool unsupported,
                                struct arena *arena)
{
    struct slice text = unsupported
                            ? SLICE("UnsupportedImageError: no advisories for this release of the "
                                    "distribution are in the database.")
                            : SLICE("The scan was completed successfully.");
    if (result->starter_database)
        text = arena_printf(arena,
                            "%.*s Made with the starter database, which knows a few "
                            "packages only.",
                            SLICE_ARG(text));
    if (summary->suppressed)
        text = arena_printf(arena, "%.*s %zu finding%s left out by exceptions.", SLICE_ARG(text),
                            summary->suppressed, summary->suppressed == 1 ? " is" : "s are");
    return text;
}

static void put_status(struct json_writer *json, const struct scan_result *result,
                       const struct report_summary *summary, struct arena *arena)
{
    bool unsupported =
        (result_not_covered(result) || result_unknown_distribution(result)) && summary->total == 0;
    json_name(json, "imageScanStatus");
    json_begin_object(json);
    json_field(json, "status", unsupported ? SLICE("UNSUPPORTED_IMAGE") : SLICE("COMPLETE"));
    json_field(json, "description", status_text(result, summary, unsupported, arena));
    json_end_object(json);
}

bool report_ecr(const struct scan_result *result, const struct report_options *options,
                struct arena *arena, FILE *file, struct error *err)
{
    (void)options, (void)err;
    struct json_writer json;
    struct report_summary summary = report_summarise(result);
    json_writer_init(&json, file, 4);
    json_begin_object(&json);
    json_name(&json, "imageScanFindings");
    json_begin_object(&json);
    json_field(&json, "imageScanCompletedAt", result->started);
    json_field_text(&json, "vulnerabilitySourceUpdatedAt", result_newest_feed(result));
    json_name(&json, "findings");
    json_begin_array(&json);
    for (size_t i = 0; i < result->finding_count; i++)
        if (finding_counts(&result->findings[i]))
            put_finding(&json, &result->findings[i].finding, arena);
    json_end_array(&json);
    put_counts(&json, &summary);
    json_end_object(&json);
    put_image(&json, result);
    put_status(&json, result, &summary, arena);
    json_end_object(&json); /* and the end of the line */
    return true;
}
