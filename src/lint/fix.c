/* Edits of findings to the bytes of their file. */
#include <stdlib.h>

#include "lint/lint.h"

struct candidate {
    const struct lint_finding *finding;
    size_t first; /* where its first edit begins */
    size_t order;
};

static int compare(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

static int by_place(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int order = compare(x->first, y->first);
    return order ? order : compare(x->order, y->order);
}

static int edit_order(const void *a, const void *b)
{
    const struct lint_edit *x = a, *y = b;
    int order = compare(x->start, y->start);
    return order ? order : compare(x->end, y->end);
}

/* Whether the edits of a finding stand inside the file, begin before they end, and leave each
   other alone: a rule that makes others has a mistake, and must not spoil the file. */
static bool are_sound(const struct lint_finding *finding, size_t size)
{
    for (size_t i = 0; i < finding->edit_count; i++) {
        const struct lint_edit *edit = &finding->edits[i];
        if (edit->start > edit->end || edit->end > size)
            return false;
        for (size_t j = 0; j < i; j++)
            if (edit->start < finding->edits[j].end && finding->edits[j].start < edit->end)
                return false;
    }
    return finding->edit_count > 0;
}

/* Two insertions at one place would both stand there, in an order that nobody chose; and what
   touches is no longer what its rule has seen. */
static bool touches(const struct lint_edit *a, const struct lint_edit *b)
{
    return a->start <= b->end && b->start <= a->end;
}

static bool is_free(const struct lint_finding *finding, const struct lint_edit *taken, size_t count)
{
    for (size_t i = 0; i < finding->edit_count; i++)
        for (size_t j = 0; j < count; j++)
            if (touches(&finding->edits[i], &taken[j]))
                return false;
    return true;
}

static bool collect(const struct lint_report *report, const struct lint_file *file,
                    struct arena *arena, struct candidate **candidates, size_t *count,
                    size_t *edit_count)
{
    size_t room = 0;
    for (size_t i = 0; i < report->count; i++) {
        const struct lint_finding *finding = report->findings[i];
        if (finding->file != file || finding->suppressed || !are_sound(finding, file->bytes.len))
            continue;
        struct candidate candidate = {finding, SIZE_MAX, i};
        for (size_t j = 0; j < finding->edit_count; j++)
            if (finding->edits[j].start < candidate.first)
                candidate.first = finding->edits[j].start;
        if (!ARENA_PUSH(arena, *candidates, *count, room, candidate))
            return false;
        *edit_count += finding->edit_count;
    }
    if (*count)
        qsort(*candidates, *count, sizeof **candidates, by_place);
    return true;
}

static bool write_out(struct slice bytes, const struct lint_edit *edits, size_t count,
                      struct arena *arena, struct slice *out)
{
    size_t size = bytes.len, len = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        if (__builtin_add_overflow(size, edits[i].text.len, &size))
            return false;
    char *made = size < SIZE_MAX ? arena_alloc(arena, size + 1) : NULL;
    if (!made)
        return false;
    for (size_t i = 0; i <= count; i++) {
        size_t start = i < count ? edits[i].start : bytes.len;
        if (start > at)
            memcpy(made + len, bytes.at + at, start - at);
        len += start - at;
        if (i == count)
            break;
        if (edits[i].text.len)
            memcpy(made + len, edits[i].text.at, edits[i].text.len);
        len += edits[i].text.len;
        at = edits[i].end;
    }
    *out = slice_of(made, len);
    return true;
}

bool lint_fix_apply(const struct lint_report *report, const struct lint_file *file,
                    struct arena *arena, struct slice *bytes, size_t *applied, struct error *err)
{
    struct candidate *candidates = NULL;
    size_t count = 0, edit_count = 0, taken = 0, done = 0;
    if (!collect(report, file, arena, &candidates, &count, &edit_count))
        return arena_error(err);
    struct lint_edit *edits = arena_array(arena, edit_count + 1, sizeof *edits);
    if (!edits)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        const struct lint_finding *finding = candidates[i].finding;
        if (!is_free(finding, edits, taken))
            continue;
        for (size_t j = 0; j < finding->edit_count; j++)
            edits[taken++] = finding->edits[j];
        done++;
    }
    qsort(edits, taken, sizeof *edits, edit_order);
    if (!write_out(file->bytes, edits, taken, arena, bytes))
        return arena_error(err);
    *applied = done;
    return true;
}
