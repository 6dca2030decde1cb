#include "registry/ecr/blob_member.h"

#include "base/json.h"

static bool find(struct slice document, const char *wanted, struct arena *arena,
                 struct slice *value)
{
    struct json_reader reader;
    struct slice name;
    json_reader_init(&reader, document, arena);
    if (!json_enter_object(&reader))
        return false;
    while (json_member(&reader, &name)) {
        if (slice_equal_str(name, wanted))
            return json_string(&reader, value);
        json_skip(&reader);
    }
    return false;
}

bool blob_member_cut(struct slice *document, const char *name, struct arena *arena,
                     struct slice *value)
{
    struct slice found, text = *document;
    if (!find(text, name, arena, &found) || !found.len || found.at < text.at ||
        found.at >= text.at + text.len)
        return true;
    size_t before = (size_t)(found.at - text.at);
    struct slice after = slice_from(text, before + found.len);
    char *rest = arena_alloc(arena, before + after.len + 1);
    if (!rest)
        return false;
    memcpy(rest, text.at, before);
    memcpy(rest + before, after.at, after.len);
    *document = slice_of(rest, before + after.len);
    *value = found;
    return true;
}
