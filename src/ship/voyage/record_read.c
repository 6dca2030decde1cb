/* See record.h. */
#include "base/file.h"
#include "image/document.h"
#include "ship/voyage/record.h"

static bool format(struct error *err, const char *what)
{
    return error_set(err, ERROR_FORMAT, "not a record of plimsoll ship: %s", what);
}

/* Its text, or null (then empty); anything else is not ours. */
static bool known(const json_t *object, const char *name, struct arena *arena, struct slice *text,
                  struct error *err)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value) && !json_is_null(value))
        return format(err, name);
    return document_text(object, name, arena, text) || arena_error(err);
}

static bool whole(const json_t *object, const char *name, int64_t *number, struct error *err)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return format(err, name);
    *number = json_integer_value(value);
    return true;
}

static bool read_findings(const json_t *tree, struct voyage_record *record, struct error *err)
{
    const json_t *findings = json_object_get(tree, "findings");
    if (json_is_null(findings))
        return true;
    record->scanned = true;
    for (size_t i = 0; i < VOYAGE_LEVELS; i++)
        if (!whole(findings, voyage_levels[i], &record->findings[i], err))
            return false;
    return whole(findings, "suppressed", &record->suppressed, err);
}

static bool read_tags(const json_t *tree, struct arena *arena, struct voyage_record *record,
                      struct error *err)
{
    const json_t *tags = json_object_get(tree, "tags");
    if (!json_is_array(tags) || json_array_size(tags) > VOYAGE_TAGS_MAX)
        return format(err, "tags");
    for (size_t i = 0; i < json_array_size(tags); i++) {
        const json_t *from = json_array_get(tags, i);
        struct voyage_tag *tag = &record->tags[record->tag_count++];
        tag->move = json_is_true(json_object_get(from, "move"));
        if (!known(from, "name", arena, &tag->name, err) ||
            !known(from, "from", arena, &tag->from, err) ||
            !known(from, "to", arena, &tag->to, err) ||
            !known(from, "from_digest", arena, &tag->from_digest, err) ||
            !known(from, "reason", arena, &tag->reason, err))
            return false;
    }
    return true;
}

static bool read_attached(const json_t *tree, struct arena *arena, struct voyage_record *record,
                          struct error *err)
{
    const json_t *attached = json_object_get(tree, "attached");
    if (!json_is_array(attached) || json_array_size(attached) > VOYAGE_ATTACHED_MAX)
        return format(err, "attached");
    for (size_t i = 0; i < json_array_size(attached); i++) {
        const json_t *from = json_array_get(attached, i);
        struct voyage_attached *to = &record->attached[record->attached_count++];
        if (!known(from, "type", arena, &to->type, err) ||
            !known(from, "digest", arena, &to->digest, err))
            return false;
    }
    record->is_signed = json_is_true(json_object_get(tree, "signed"));
    return true;
}

static bool read_step(const json_t *from, struct arena *arena, size_t index,
                      struct voyage_mark *mark, struct error *err)
{
    struct slice name, outcome;
    const json_t *seconds = json_object_get(from, "seconds");
    if (!known(from, "name", arena, &name, err) || !known(from, "outcome", arena, &outcome, err) ||
        !known(from, "input", arena, &mark->input, err) ||
        !known(from, "at", arena, &mark->at, err) || !known(from, "said", arena, &mark->said, err))
        return false;
    if (!slice_equal_str(name, voyage_step_name((enum voyage_step_id)index)) ||
        !json_is_number(seconds))
        return format(err, "steps");
    mark->seconds = json_number_value(seconds);
    for (size_t i = 0; i < VOYAGE_OUTCOMES; i++)
        if (slice_equal_str(outcome, voyage_outcome_name((enum voyage_outcome)i))) {
            mark->outcome = (enum voyage_outcome)i;
            return true;
        }
    return format(err, "outcome");
}

static bool read_steps(const json_t *tree, struct arena *arena, struct voyage_record *record,
                       struct error *err)
{
    const json_t *steps = json_object_get(tree, "steps");
    if (!json_is_array(steps) || json_array_size(steps) != VOYAGE_STEPS)
        return format(err, "steps");
    for (size_t i = 0; i < VOYAGE_STEPS; i++)
        if (!read_step(json_array_get(steps, i), arena, i, &record->steps[i], err))
            return false;
    return true;
}

static bool check_digest(struct slice text, const char *name, struct error *err)
{
    struct digest digest;
    struct error ignored;
    return !text.len || digest_parse(&digest, text, &ignored) || format(err, name);
}

bool voyage_record_parse(struct slice bytes, struct arena *arena, struct voyage_record *record,
                         struct error *err)
{
    CLEANUP_JSON json_t *tree = document_parse(bytes, err);
    struct voyage_record made = {.tag_count = 0};
    struct slice schema;
    if (!tree)
        return false;
    if (!known(tree, "schema", arena, &schema, err))
        return false;
    if (!slice_equal_str(schema, "plimsoll/ship-record/1"))
        return format(err, "another schema");
    if (!known(tree, "image", arena, &made.image, err) ||
        !known(tree, "repository", arena, &made.repository, err) ||
        !known(tree, "release", arena, &made.release, err) ||
        !known(tree, "started", arena, &made.started, err) ||
        !known(tree, "finished", arena, &made.finished, err) ||
        !known(tree, "engine", arena, &made.engine, err) ||
        !known(tree, "name", arena, &made.name, err) || !known(tree, "id", arena, &made.id, err) ||
        !known(tree, "source", arena, &made.source, err) ||
        !known(tree, "digest", arena, &made.digest, err) || !whole(tree, "size", &made.size, err) ||
        !read_findings(tree, &made, err) || !known(tree, "gate", arena, &made.gate, err) ||
        !read_tags(tree, arena, &made, err) || !read_attached(tree, arena, &made, err) ||
        !read_steps(tree, arena, &made, err) || !check_digest(made.digest, "digest", err) ||
        !check_digest(made.id, "id", err))
        return false;
    if (!made.image.len)
        return format(err, "image");
    *record = made;
    return true;
}

bool voyage_record_read(const char *path, struct arena *arena, struct voyage_record *record,
                        struct error *err)
{
    struct slice bytes;
    if (!file_read(path, VOYAGE_RECORD_SIZE_MAX, arena, &bytes, err))
        return false;
    return voyage_record_parse(bytes, arena, record, err) || error_add(err, "%s", path);
}
