/* See sarif_frame.h. */
#include "report/sarif_frame.h"

#include "report/sarif_text.h"

void sarif_begin(struct json_writer *json, FILE *file)
{
    json_writer_init(json, file, 2);
    json_begin_object(json);
    json_field(json, "$schema", SLICE("https://json.schemastore.org/sarif-2.1.0.json"));
    json_field(json, "version", SLICE("2.1.0"));
    json_name(json, "runs");
    json_begin_array(json);
    json_begin_object(json);
}

void sarif_end(struct json_writer *json)
{
    json_end_object(json);
    json_end_array(json);
    json_end_object(json);
}

void sarif_begin_driver(struct json_writer *json)
{
    json_name(json, "tool");
    json_begin_object(json);
    json_name(json, "driver");
    json_begin_object(json);
    json_field(json, "name", SLICE("plimsoll"));
    json_field(json, "semanticVersion", SLICE(PLIMSOLL_VERSION));
}

void sarif_end_driver(struct json_writer *json)
{
    json_end_object(json);
    json_end_object(json);
}

bool sarif_rule_enter(struct table *rules, struct slice id, bool *is_new)
{
    *is_new = !table_get(rules, id);
    return !*is_new || table_put(rules, id, (void *)(uintptr_t)(rules->count + 1));
}

void sarif_put_default_level(struct json_writer *json, const char *level)
{
    json_name(json, "defaultConfiguration");
    json_begin_object(json);
    json_field(json, "level", slice_str(level));
    json_end_object(json);
}

void sarif_put_rule_of(struct json_writer *json, const struct table *rules, struct slice id,
                       const char *level)
{
    json_field(json, "ruleId", id);
    json_field_int(json, "ruleIndex", (int64_t)(uintptr_t)table_get(rules, id) - 1);
    json_field(json, "level", slice_str(level));
}

void sarif_put_fingerprint(struct json_writer *json, const struct digest *digest)
{
    json_name(json, "partialFingerprints");
    json_begin_object(json);
    json_field(json, "plimsoll/v1", slice_from(digest_slice(digest), sizeof "sha256:" - 1));
    json_end_object(json);
}

void sarif_begin_notes(struct json_writer *json, struct slice started)
{
    json_name(json, "invocations");
    json_begin_array(json);
    json_begin_object(json);
    json_field_text(json, "startTimeUtc", started);
    json_field_bool(json, "executionSuccessful", true);
    json_name(json, "toolExecutionNotifications");
    json_begin_array(json);
}

void sarif_put_note(struct json_writer *json, bool unread, struct slice path, struct slice text,
                    struct arena *arena)
{
    struct slice whole =
        arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(path), path.len ? ": " : "", SLICE_ARG(text));
    json_begin_object(json);
    json_field(json, "level", unread ? SLICE("warning") : SLICE("note"));
    sarif_put_text(json, "message", sarif_plain(whole, arena));
    json_end_object(json);
}

void sarif_end_notes(struct json_writer *json)
{
    json_end_array(json);
    json_end_object(json);
    json_end_array(json);
}
