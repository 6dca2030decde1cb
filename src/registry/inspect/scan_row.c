/* See scan_row.h. */
#include "registry/inspect/scan_row.h"

#include <jansson.h>
#include <stdlib.h>

static const char *const status_names[] = {
    [INSPECT_NONE] = "NONE",
    [INSPECT_PENDING] = "PENDING",
    [INSPECT_IN_PROGRESS] = "IN_PROGRESS",
    [INSPECT_COMPLETE] = "COMPLETE",
    [INSPECT_FAILED] = "FAILED",
    [INSPECT_UNSUPPORTED] = "UNSUPPORTED",
};
enum { STATUSES = sizeof status_names / sizeof *status_names };

const char *inspect_status_name(enum inspect_status status)
{
    return (int)status < (int)STATUSES ? status_names[status] : "NONE";
}

static json_t *counts_json(const struct scan_row *row)
{
    json_t *counts = json_array();
    for (int i = 0; counts && i <= SEVERITY_CRITICAL; i++)
        if (json_array_append_new(counts, json_integer((json_int_t)row->counts[i])) != 0) {
            json_decref(counts);
            return NULL;
        }
    return counts;
}

struct slice scan_row_encode(const struct scan_row *row, struct arena *arena)
{
    struct slice made = {NULL, 0};
    json_t *counts = counts_json(row);
    json_t *object =
        counts ? json_pack("{s:s, s:b, s:s%, s:f, s:f, s:o, s:I, s:b, s:b, s:I}", "status",
                           inspect_status_name(row->status), "index", row->is_index, "why",
                           row->why.at ? row->why.at : "", row->why.len, "completed",
                           row->completed, "advisories", row->advisories, "counts", counts,
                           "packages", (json_int_t)row->packages, "partial", row->partial,
                           "starter", row->starter_database, "analysis", (json_int_t)row->analysis)
               : NULL;
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text)
        made = arena_copy(arena, slice_str(text));
    free(text);
    json_decref(object);
    return made;
}

static enum inspect_status status_parse(const char *name)
{
    for (int i = 0; name && i < STATUSES; i++)
        if (strcmp(name, status_names[i]) == 0)
            return (enum inspect_status)i;
    return INSPECT_NONE;
}

bool scan_row_decode(struct slice bytes, struct arena *arena, struct scan_row *row,
                     struct error *err)
{
    json_error_t error;
    json_t *object = json_loadb(bytes.at, bytes.len, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        json_decref(object);
        return error_set(err, ERROR_FORMAT, "a row of a scan is damaged");
    }
    const json_t *why = json_object_get(object, "why"), *counts = json_object_get(object, "counts");
    struct scan_row made = {
        .status = status_parse(json_string_value(json_object_get(object, "status"))),
        .is_index = json_is_true(json_object_get(object, "index")),
        .completed = json_number_value(json_object_get(object, "completed")),
        .advisories = json_number_value(json_object_get(object, "advisories")),
        .packages = (uint64_t)json_integer_value(json_object_get(object, "packages")),
        .partial = json_is_true(json_object_get(object, "partial")),
        .starter_database = json_is_true(json_object_get(object, "starter")),
        .analysis = (uint64_t)json_integer_value(json_object_get(object, "analysis")),
        .why = arena_copy(arena, slice_of(json_string_value(why), json_string_length(why))),
    };
    for (size_t i = 0; i <= SEVERITY_CRITICAL; i++)
        made.counts[i] = (uint64_t)json_integer_value(json_array_get(counts, i));
    json_decref(object);
    if (!made.why.at)
        return arena_error(err);
    *row = made;
    return true;
}
