/* See record.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "ship/voyage/record.h"

const char *const voyage_levels[VOYAGE_LEVELS] = {"critical", "high",       "medium",
                                                  "low",      "negligible", "unknown"};

static const char *const step_names[VOYAGE_STEPS] = {
    "lint", "login", "pull", "build", "scan", "gate", "test", "tag", "push", "deploy", "record"};
static const char *const outcome_names[VOYAGE_OUTCOMES] = {"open", "passed", "skipped", "refused",
                                                           "failed"};

const char *voyage_step_name(enum voyage_step_id id)
{
    return step_names[id];
}

const char *voyage_outcome_name(enum voyage_outcome outcome)
{
    return outcome_names[outcome];
}

static void put_known(struct json_writer *json, const char *name, struct slice text)
{
    json_name(json, name);
    if (text.len)
        json_put_string(json, text);
    else
        json_put_null(json);
}

static void put_findings(const struct voyage_record *record, struct json_writer *json)
{
    json_name(json, "findings");
    if (!record->scanned) {
        json_put_null(json);
        return;
    }
    json_begin_object(json);
    for (size_t i = 0; i < VOYAGE_LEVELS; i++)
        json_field_int(json, voyage_levels[i], record->findings[i]);
    json_field_int(json, "suppressed", record->suppressed);
    json_end_object(json);
}

static void put_tags(const struct voyage_record *record, struct json_writer *json)
{
    json_name(json, "tags");
    json_begin_array(json);
    for (size_t i = 0; i < record->tag_count; i++) {
        const struct voyage_tag *tag = &record->tags[i];
        json_begin_object(json);
        json_field(json, "name", tag->name);
        json_field_bool(json, "move", tag->move);
        put_known(json, "from", tag->from);
        put_known(json, "to", tag->to);
        put_known(json, "from_digest", tag->from_digest);
        json_field(json, "reason", tag->reason);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_attached(const struct voyage_record *record, struct json_writer *json)
{
    json_name(json, "attached");
    json_begin_array(json);
    for (size_t i = 0; i < record->attached_count; i++) {
        json_begin_object(json);
        json_field(json, "type", record->attached[i].type);
        json_field(json, "digest", record->attached[i].digest);
        json_end_object(json);
    }
    json_end_array(json);
    json_field_bool(json, "signed", record->is_signed);
}

static void put_steps(const struct voyage_record *record, struct json_writer *json)
{
    json_name(json, "steps");
    json_begin_array(json);
    for (size_t i = 0; i < VOYAGE_STEPS; i++) {
        const struct voyage_mark *mark = &record->steps[i];
        json_begin_object(json);
        json_field(json, "name", slice_str(step_names[i]));
        json_field(json, "outcome", slice_str(outcome_names[mark->outcome]));
        put_known(json, "input", mark->input);
        put_known(json, "at", mark->at);
        json_field_number(json, "seconds", mark->seconds);
        put_known(json, "said", mark->said);
        json_end_object(json);
    }
    json_end_array(json);
}

void voyage_record_put(const struct voyage_record *record, struct json_writer *json)
{
    json_begin_object(json);
    json_field(json, "schema", SLICE("plimsoll/ship-record/1"));
    json_field(json, "image", record->image);
    json_field(json, "repository", record->repository);
    put_known(json, "release", record->release);
    json_field(json, "started", record->started);
    put_known(json, "finished", record->finished);
    put_known(json, "engine", record->engine);
    put_known(json, "name", record->name);
    put_known(json, "id", record->id);
    put_known(json, "source", record->source);
    put_known(json, "digest", record->digest);
    json_field_int(json, "size", record->size);
    put_findings(record, json);
    put_known(json, "gate", record->gate);
    put_tags(record, json);
    put_attached(record, json);
    put_steps(record, json);
    json_end_object(json);
}

bool voyage_record_write(const char *path, const struct voyage_record *record, struct error *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    struct json_writer json;
    if (!file)
        return error_errno(err, "writing %s", path);
    json_writer_init(&json, file, 2);
    voyage_record_put(record, &json);
    bool fine = !ferror(file);
    if (fclose(file) != 0 || !fine)
        fine = error_set(err, ERROR_LIMIT, "writing %s: out of memory", path);
    fine = fine && file_write(path, slice_of(text, len), err);
    free(text);
    return fine;
}
