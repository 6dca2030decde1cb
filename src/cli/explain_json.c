/* An explanation as JSON, schema docs/schema/explain.json. */
#include "base/json.h"
#include "cli/explain_report.h"

static void put_package(struct json_writer *json, const struct explained_reason *item)
{
    const struct package *package = item->reason.package;
    if (!package)
        return;
    json_name(json, "package");
    json_begin_object(json);
    json_field(json, "name", package->name);
    json_field(json, "version", package->version);
    json_field(json, "type", slice_str(package_type_name(package->type)));
    json_field_text(json, "source", package->source);
    json_field_text(json, "path", package->path);
    json_field_text(json, "evidence", package->evidence);
    if (item->layer) {
        json_name(json, "layer");
        json_begin_object(json);
        json_field_int(json, "index", (int64_t)item->layer_index + 1);
        json_field_text(json, "digest", digest_slice(&item->layer->digest));
        json_field_text(json, "diff_id", digest_slice(&item->layer->diff_id));
        json_field_text(json, "created_by", item->layer->created_by);
        json_end_object(json);
    }
    json_end_object(json);
}

static void put_rating(struct json_writer *json, const struct rating *rating)
{
    json_begin_object(json);
    json_field(json, "source", rating->source);
    json_field(json, "severity", slice_str(severity_name(rating->severity)));
    json_field_text(json, "version", rating->version);
    json_field_text(json, "vector", rating->vector);
    if (rating->score > 0)
        json_field_number(json, "score", rating->score);
    json_end_object(json);
}

static void put_exception(struct json_writer *json, const struct scan_finding *found)
{
    if (!found->suppressed)
        return;
    json_name(json, "exception");
    json_begin_object(json);
    json_field(json, "source", found->exception_source);
    json_field(json, "reason", found->reason);
    json_field_text(json, "owner", found->owner);
    json_field_text(json, "expires", found->expires);
    json_end_object(json);
}

static void put_finding(struct json_writer *json, const struct scan_finding *found)
{
    const struct finding *finding = &found->finding;
    json_name(json, "finding");
    json_begin_object(json);
    json_field(json, "id", finding->id);
    json_field(json, "severity", slice_str(severity_name(finding->severity)));
    json_field_text(json, "severity_source", finding->severity_source);
    json_field(json, "state", slice_str(fix_state_name(finding->state)));
    json_field_text(json, "fixed", finding->fixed);
    json_name(json, "cvss");
    json_begin_array(json);
    for (size_t i = 0; i < finding->rating_count; i++)
        put_rating(json, &finding->ratings[i]);
    json_end_array(json);
    if (finding->epss >= 0)
        json_field_number(json, "epss", finding->epss);
    json_field_bool(json, "kev", finding->kev);
    json_field_text(json, "url", finding->url);
    put_exception(json, found);
    json_end_object(json);
}

static void put_reason(struct json_writer *json, const struct explained_reason *item)
{
    const struct match_reason *reason = &item->reason;
    json_begin_object(json);
    json_field(json, "verdict", slice_str(explain_verdict_name(reason->verdict)));
    json_field(json, "text", reason->text);
    json_field_text(json, "platform", item->platform);
    put_package(json, item);
    json_field_text(json, "feed", reason->feed);
    json_field_text(json, "feed_date", reason->feed_date);
    json_field_text(json, "order", slice_str(reason->order));
    json_field_text(json, "range", reason->range);
    json_field_text(json, "fixed", reason->fixed);
    if (item->finding && reason->verdict == MATCH_AFFECTED)
        put_finding(json, item->finding);
    json_end_object(json);
}

void explain_write_json(FILE *file, const struct explanation *explanation)
{
    struct json_writer json;
    json_writer_init(&json, file, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/explain/1"));
    json_field(&json, "id", explanation->id);
    json_field_text(&json, "image", explanation->result->image.name);
    json_field_bool(&json, "reported", explanation->reported);
    json_field_bool(&json, "starter_database", explanation->result->starter_database);
    json_name(&json, "reasons");
    json_begin_array(&json);
    for (size_t i = 0; i < explanation->count; i++)
        put_reason(&json, &explanation->reasons[i]);
    json_end_array(&json);
    json_name(&json, "notes");
    json_begin_array(&json);
    for (size_t i = 0; i < explanation->result->note_count; i++)
        json_put_string(&json, explanation->result->notes[i].text);
    json_end_array(&json);
    json_end_object(&json);
    fputc('\n', file);
}
