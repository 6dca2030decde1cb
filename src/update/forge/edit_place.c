#include "update/forge/edit_place.h"

/* The line around [start, end), without its line break and the \r before it. */
static struct slice line_around(struct slice bytes, const struct update_edit *edit, size_t *begins)
{
    size_t stops = edit->end + slice_find(slice_from(bytes, edit->end), '\n');
    *begins = slice_find_last(slice_upto(bytes, edit->start), '\n');
    *begins = *begins == edit->start ? 0 : *begins + 1;
    if (stops > edit->end && bytes.at[stops - 1] == '\r')
        stops--;
    return slice_of(bytes.at + *begins, stops - *begins);
}

/* The line with all edits made that lie in it. */
static bool line_made(struct slice line, size_t begins, const struct update_edit *edits,
                      size_t count, struct arena *arena, struct slice *made, struct error *err)
{
    size_t inside = 0;
    struct update_edit *own = arena_array(arena, count, sizeof *own);
    if (!own)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        if (edits[i].start < begins || edits[i].end > begins + line.len)
            continue;
        own[inside] = edits[i];
        own[inside].start -= begins;
        own[inside++].end -= begins;
    }
    return update_apply(line, own, inside, arena, made, err);
}

/* The lines of an edit, which may be several: how often they stand in `bytes` as whole lines; *at
   becomes where the one does that has `before` of them in front of it. */
static size_t count_lines(struct slice bytes, struct slice lines, size_t before, size_t *at)
{
    size_t count = 0;
    for (size_t from = 0; lines.len && from + lines.len <= bytes.len;) {
        size_t found = from + slice_search(slice_from(bytes, from), lines);
        size_t end = found + lines.len;
        if (found >= bytes.len)
            break;
        bool begins = found == 0 || bytes.at[found - 1] == '\n';
        if (begins && (end == bytes.len || bytes.at[end] == '\n' || bytes.at[end] == '\r')) {
            *at = count == before ? found : *at;
            count++;
        }
        from = found + 1;
    }
    return count;
}

static bool find_one(struct slice ours, struct slice theirs, const struct update_edit *edits,
                     size_t count, struct arena *arena, struct update_edit *moved,
                     enum edit_place *place, struct error *err)
{
    size_t begins, at = 0, ignored = 0;
    struct slice line = line_around(ours, moved, &begins), made;
    if (!line_made(line, begins, edits, count, arena, &made, err))
        return false;
    size_t ordinal = count_lines(slice_upto(ours, begins), line, 0, &ignored);
    size_t before = count_lines(ours, line, 0, &ignored);
    size_t now = count_lines(theirs, line, ordinal, &at);
    *place = now > 0 && now == before ? EDIT_HERE : EDIT_NOWHERE;
    if (now == 0 && count_lines(theirs, made, 0, &ignored) > 0)
        *place = EDIT_DONE;
    if (*place == EDIT_HERE) {
        moved->start = at + (moved->start - begins);
        moved->end = moved->start + moved->old_text.len;
    }
    return true;
}

bool edit_place_find(struct slice ours, struct slice theirs, const struct update_edit *edits,
                     size_t count, struct arena *arena, struct update_edit *moved,
                     enum edit_place *places, struct error *err)
{
    struct slice all;
    if (!update_apply(ours, edits, count, arena, &all, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        moved[i] = edits[i];
        places[i] = EDIT_HERE;
        if (!slice_equal(ours, theirs) &&
            !find_one(ours, theirs, edits, count, arena, &moved[i], &places[i], err))
            return false;
    }
    return true;
}
