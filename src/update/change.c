#include "update/change.h"

#include <stdlib.h>

const char *change_level_name(enum change_level level)
{
    static const char *const names[] = {"patch", "minor", "major", "digest"};
    return names[level];
}

static int by_place(const void *one, const void *other)
{
    const struct update_edit *a = one, *b = other;
    return a->start != b->start ? (a->start > b->start ? 1 : -1)
                                : (a->end > b->end) - (a->end < b->end);
}

static bool in_place(struct slice bytes, const struct update_edit *edit)
{
    return edit->start <= edit->end && edit->end <= bytes.len &&
           slice_equal(slice_of(bytes.at + edit->start, edit->end - edit->start), edit->old_text);
}

/* The edits in order, each checked; *size becomes the length of what they make. */
static bool sort_edits(struct slice bytes, struct update_edit *edits, size_t count, size_t *size,
                       struct error *err)
{
    size_t behind = 0;
    *size = bytes.len;
    qsort(edits, count, sizeof *edits, by_place);
    for (size_t i = 0; i < count; i++) {
        if (!in_place(bytes, &edits[i]))
            return error_set(err, ERROR_BUSY,
                             "the file was changed meanwhile: \"%.*s\" does not stand at byte %zu "
                             "any more; run update again",
                             SLICE_ARG(slice_upto(edits[i].old_text, 200)), edits[i].start);
        if (edits[i].start < behind)
            return error_set(err, ERROR_INTERNAL, "two edits overlap at byte %zu", edits[i].start);
        behind = edits[i].end;
        *size = *size - edits[i].old_text.len;
        if (__builtin_add_overflow(*size, edits[i].new_text.len, size))
            return error_set(err, ERROR_LIMIT, "the edits are too long");
    }
    return true;
}

static char *put(char *to, const char *from, size_t length)
{
    if (length)
        memcpy(to, from, length);
    return to + length;
}

bool update_apply(struct slice bytes, const struct update_edit *edits, size_t count,
                  struct arena *arena, struct slice *result, struct error *err)
{
    size_t size, from = 0;
    struct update_edit *sorted = arena_array(arena, count + 1, sizeof *sorted);
    if (!sorted)
        return arena_error(err);
    for (size_t i = 0; i < count; i++)
        sorted[i] = edits[i];
    if (!sort_edits(bytes, sorted, count, &size, err))
        return false;
    char *made = arena_alloc(arena, size + 1);
    if (!made)
        return arena_error(err);
    char *to = made;
    for (size_t i = 0; i < count; i++) {
        to = put(to, bytes.at + from, sorted[i].start - from);
        to = put(to, sorted[i].new_text.at, sorted[i].new_text.len);
        from = sorted[i].end;
    }
    to = put(to, bytes.at + from, bytes.len - from);
    *result = slice_of(made, (size_t)(to - made));
    return true;
}
