#include "base/clock.h"
#include "base/json.h"
#include "report/comply_report.h"

static void put_row(struct json_writer *json, const struct comply_row *row)
{
    json_begin_object(json);
    json_field(json, "id", slice_str(row->rule->id));
    json_field(json, "list", slice_str(row->rule->list));
    json_field_text(json, "section", slice_str(row->rule->section));
    json_field(json, "title", slice_str(row->rule->title));
    json_field(json, "state", slice_str(comply_state_name(row->state)));
    json_field(json, "how", row->how);
    json_field_text(json, "todo", row->todo);
    json_field_text(json, "by", row->by);
    json_field_text(json, "at", row->at);
    json_field_text(json, "note", row->note);
    json_end_object(json);
}

void comply_write_json(const struct comply *comply, FILE *file)
{
    struct json_writer json;
    json_writer_init(&json, file, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/comply/1"));
    json_field(&json, "at", clock_format(comply->options->now, comply->arena));
    if (comply->image) {
        json_name(&json, "image");
        json_begin_object(&json);
        json_field(&json, "name", comply->image->name);
        json_field_text(&json, "tag", comply->image->tag);
        json_field_text(&json, "digest", comply->image_digest);
        json_end_object(&json);
    }
    if (comply->dockerfile)
        json_field(&json, "dockerfile", comply->dockerfile->path);
    json_field_bool(&json, "complies", comply_missing(comply) == 0);
    json_name(&json, "rows");
    json_begin_array(&json);
    for (size_t i = 0; i < comply->count; i++)
        put_row(&json, &comply->rows[i]);
    json_end_array(&json);
    json_field_strings(&json, "notes", comply->notes, comply->note_count);
    json_end_object(&json);
    fputc('\n', file);
}
