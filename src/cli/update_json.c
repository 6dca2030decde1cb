/* The result of `plimsoll update` as JSON: docs/schema/update.json. */
#include "base/json.h"
#include "cli/update_call.h"

static bool put_tags(struct json_writer *json, const struct bases_row *row, struct arena *arena,
                     struct error *err)
{
    struct choose_request request = bases_request(row);
    json_name(json, "tags");
    json_begin_array(json);
    for (size_t i = 0; i < request.count; i++) {
        struct slice text = tag_verdict_text(&request, &row->choice, i, arena);
        if (!text.at)
            return arena_error(err);
        json_begin_object(json);
        json_field(json, "name", request.tags[i].name);
        json_field(json, "verdict", slice_str(tag_verdict_name(row->choice.verdicts[i])));
        json_field(json, "why", text);
        json_end_object(json);
    }
    json_end_array(json);
    return true;
}

static bool put_row(struct json_writer *json, const struct bases_row *row, bool why,
                    struct arena *arena, struct error *err)
{
    bool newer = row->state == BASES_NEWER || (row->state == BASES_LEFT && row->newest.len);
    json_begin_object(json);
    json_field(json, "file", row->place->path);
    json_field_int(json, "line", row->place->line);
    json_field(json, "where", slice_str(place_kind_name(row->place->kind)));
    json_field(json, "image", row->image ? row->image->name : row->place->text);
    json_field_text(json, "now", row->image ? row->now : (struct slice){0});
    json_field_text(json, "digest", row->place->reference.digest);
    json_field(json, "state", slice_str(bases_state_name(row->state)));
    json_field_text(json, "newest", row->newest);
    json_field_text(json, "newDigest", row->new_digest);
    json_field_text(json, "updated", row->updated);
    if (newer)
        json_field(json, "level", slice_str(change_level_name(row->level)));
    json_field(json, "policy", slice_str(update_policy_name(row->policy)));
    json_field_text(json, "suffix", row->suffix);
    json_field(json, "why", row->why);
    json_field_text(json, "also", row->also);
    if (why && row->choice.verdicts && !put_tags(json, row, arena, err))
        return false;
    json_end_object(json);
    return true;
}

static void put_differences(struct json_writer *json, const char *name,
                            const struct brings_differences *list, bool severity)
{
    json_name(json, name);
    json_begin_array(json);
    for (size_t i = 0; i < list->count; i++) {
        const struct brings_difference *one = &list->items[i];
        json_begin_object(json);
        json_field(json, severity ? "id" : "name", one->name);
        if (severity) {
            json_field(json, "severity", slice_str(severity_name(one->severity)));
            json_field(json, "package", one->before.len ? one->before : one->after);
        } else {
            json_field_text(json, "before", one->before);
            json_field_text(json, "after", one->after);
        }
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_brings(struct json_writer *json, const struct update_brings *brings)
{
    json_name(json, "brings");
    json_begin_object(json);
    json_field_bool(json, "compared", brings->looked);
    json_field_text(json, "problem", brings->why_not);
    json_field_text(json, "updated", brings->updated);
    json_field_text(json, "digest", brings->digest);
    if (brings->looked) {
        json_field_int(json, "sizeBefore", (int64_t)brings->size_before);
        json_field_int(json, "sizeAfter", (int64_t)brings->size_after);
        json_field_int(json, "vulnerabilitiesInBoth", (int64_t)brings->kept);
        put_differences(json, "fixed", &brings->fixed, true);
        put_differences(json, "new", &brings->fresh, true);
        put_differences(json, "settings", &brings->settings, false);
        put_differences(json, "packages", &brings->packages, false);
    }
    json_end_object(json);
}

static void put_change(struct json_writer *json, const struct update_change *change,
                       const struct update_brings *brings)
{
    json_begin_object(json);
    json_field(json, "name", change->name);
    json_field(json, "from", change->from);
    json_field(json, "to", change->to);
    json_field(json, "level", slice_str(change_level_name(change->level)));
    if (brings)
        put_brings(json, brings);
    json_name(json, "edits");
    json_begin_array(json);
    for (size_t i = 0; i < change->edit_count; i++) {
        const struct update_edit *edit = &change->edits[i];
        json_begin_object(json);
        json_field(json, "file", edit->path);
        json_field_int(json, "start", (int64_t)edit->start);
        json_field_int(json, "end", (int64_t)edit->end);
        json_field(json, "old", edit->old_text);
        json_field(json, "new", edit->new_text);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static void put_notes(struct json_writer *json, const struct bases_result *result)
{
    json_name(json, "notes");
    json_begin_array(json);
    for (size_t i = 0; i < result->note_count; i++) {
        json_begin_object(json);
        json_field(json, "file", result->notes[i].path);
        json_field(json, "text", result->notes[i].text);
        json_end_object(json);
    }
    json_end_array(json);
}

bool update_write_json(const struct bases_result *result, const struct pins_result *pins, bool why,
                       struct arena *arena, struct error *err)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/update/1"));
    json_field_int(&json, "files", (int64_t)result->files);
    json_field_int(&json, "images", (int64_t)result->image_count);
    json_field_int(&json, "requests", result->requests);
    json_field_int(&json, "written", (int64_t)result->written);
    json_name(&json, "bases");
    json_begin_array(&json);
    for (size_t i = 0; i < result->row_count; i++)
        if (!put_row(&json, &result->rows[i], why, arena, err))
            return false;
    json_end_array(&json);
    json_name(&json, "changes");
    json_begin_array(&json);
    for (size_t i = 0; i < result->change_count; i++)
        put_change(&json, &result->changes[i],
                   result->brings && i < result->base_change_count ? &result->brings[i] : NULL);
    json_end_array(&json);
    update_pins_json(&json, pins);
    put_notes(&json, result);
    json_end_object(&json);
    return true;
}
