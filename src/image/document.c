#include "image/document.h"

/* jansson recurses up to 2048 levels, and its callers here would follow. */
static bool depth_fits(struct slice bytes)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.at[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > DOCUMENT_DEPTH_MAX)
                return false;
        } else if ((c == '}' || c == ']') && depth) {
            depth--;
        }
    }
    return true;
}

json_t *document_parse(struct slice bytes, struct error *err)
{
    return document_parse_large(bytes, DOCUMENT_MAX, err);
}

json_t *document_parse_large(struct slice bytes, size_t limit, struct error *err)
{
    if (bytes.len > limit) {
        error_set(err, ERROR_LIMIT, "the document has %zu bytes, more than %zu MiB", bytes.len,
                  limit >> 20);
        return NULL;
    }
    if (!depth_fits(bytes)) {
        error_set(err, ERROR_LIMIT, "the document is nested deeper than %d", DOCUMENT_DEPTH_MAX);
        return NULL;
    }
    json_error_t wrong;
    json_t *document = json_loadb(bytes.len ? bytes.at : "", bytes.len,
                                  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &wrong);
    if (!document) {
        /* jansson quotes the document ("… near 'cGFzc3dvcmQ='"), which may be a login file, or
           somebody else's. */
        struct slice text = slice_str(wrong.text);
        text = slice_upto(text, slice_search(text, SLICE(" near '")));
        error_set(err, ERROR_FORMAT, "line %d column %d: %.*s", wrong.line, wrong.column,
                  SLICE_ARG(text));
    }
    return document;
}

void document_free(json_t **document)
{
    json_decref(*document);
}

struct slice document_view(const json_t *string)
{
    return json_is_string(string) ? slice_of(json_string_value(string), json_string_length(string))
                                  : (struct slice){0};
}

bool document_string(const json_t *string, struct arena *arena, struct slice *text)
{
    struct slice copy = {0};
    if (json_is_string(string)) {
        copy = arena_copy(arena, document_view(string));
        if (!copy.at)
            return false;
    }
    *text = copy;
    return true;
}

bool document_text(const json_t *object, const char *name, struct arena *arena, struct slice *text)
{
    return document_string(json_object_get(object, name), arena, text);
}

bool document_texts(const json_t *array, struct arena *arena, struct slice **texts, size_t *count)
{
    size_t size = json_is_string(array) ? 1 : json_array_size(array);
    struct slice *list = arena_array(arena, size, sizeof *list);
    if (!list)
        return false;
    if (json_is_string(array) && !document_string(array, arena, &list[0]))
        return false;
    for (size_t i = 0; i < json_array_size(array); i++)
        if (!document_string(json_array_get(array, i), arena, &list[i]))
            return false;
    *texts = list;
    *count = size;
    return true;
}
