/* What an engine has of a name: lines as all four are made to write them. */
#include "base/hash.h"
#include "registry/core/scope.h"
#include "ship/engine/engine.h"

/* What `name` may be called in a list. */
static bool is_called(struct slice listed, struct slice name)
{
    static const char *const left_out[] = {"docker.io/library/", "docker.io/"};
    struct slice local = SLICE("localhost/");
    if (slice_equal(listed, name) ||
        (slice_starts(listed, local) && slice_equal(slice_from(listed, local.len), name)))
        return true;
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (slice_starts(name, slice_str(left_out[i])) &&
            slice_equal(listed, slice_from(name, strlen(left_out[i]))))
            return true;
    return false;
}

/* "1.2.0=sha256:…", without the id where it is none; false: the budget was spent. */
static bool write_word(struct slice tag, struct slice id, struct arena *arena, struct slice *word)
{
    struct digest digest;
    struct error ignored;
    *word = slice_starts(id, SLICE("sha256:")) ? arena_copy(arena, id)
                                               : arena_printf(arena, "sha256:%.*s", SLICE_ARG(id));
    if (!word->at)
        return false;
    *word = digest_parse(&digest, *word, &ignored)
                ? arena_printf(arena, "%.*s=%s", SLICE_ARG(tag), digest.text)
                : arena_copy(arena, tag);
    return word->at != NULL;
}

bool ship_engine_tags_read(struct slice output, struct slice name, struct arena *arena,
                           struct slice **tags, size_t *count, struct error *err)
{
    struct slice *made = NULL;
    size_t found = 0, room = 0;
    while (output.len) {
        struct slice id = slice_trim(slice_cut_line(&output)), place = slice_cut(&id, '=');
        size_t colon = slice_find_last(place, ':');
        struct slice tag = slice_from(place, colon + 1), word;
        if (!is_called(slice_upto(place, colon), name) || !tag_name_is_valid(tag))
            continue;
        if (found == SHIP_TAGS_MAX)
            return error_set(err, ERROR_LIMIT, "%.*s has more than %d tags here", SLICE_ARG(name),
                             SHIP_TAGS_MAX);
        if (!write_word(tag, id, arena, &word) || !ARENA_PUSH(arena, made, found, room, word))
            return arena_error(err);
    }
    *tags = made;
    *count = found;
    return true;
}
