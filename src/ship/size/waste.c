#include "ship/size/waste.h"

#include <stdio.h>
#include <stdlib.h>

/* Bytes: what strip leaves of a stripped program anyway (.gnu_debuglink and the like). */
enum { STRIP_LEAST = 4096 };

struct finding {
    struct waste *waste;
    struct size_files *files;
    const double *ratios;
    struct arena *arena;
    struct table rows; /* kind and label → position + 1 */
};

static struct waste_row *row_get(struct finding *finding, enum waste_kind kind, struct slice label,
                                 size_t layer, size_t by)
{
    struct waste *waste = finding->waste;
    char text[300];
    int len = snprintf(text, sizeof text, "%d %.*s", (int)kind, SLICE_ARG(slice_upto(label, 250)));
    struct slice key = slice_of(text, (size_t)len);
    uintptr_t at = (uintptr_t)table_get(&finding->rows, key);
    if (!at) {
        struct waste_row row = {
            .kind = kind, .label = arena_copy(finding->arena, label), .layer = layer, .by = by};
        key = arena_copy(finding->arena, key);
        if (!row.label.at || !key.at ||
            !ARENA_PUSH(finding->arena, waste->rows, waste->count, waste->room, row))
            return NULL;
        at = waste->count;
        if (!table_put(&finding->rows, key, (void *)at)) /* a number, not a place */
            return NULL;
    }
    return &waste->rows[at - 1];
}

static void sample_put(struct waste_row *row, struct slice path, uint64_t bytes)
{
    for (size_t i = 0; i < WASTE_SAMPLES; i++) {
        if (row->samples[i].len && bytes <= row->sample_bytes[i])
            continue;
        struct slice moved = row->samples[i];
        uint64_t moved_bytes = row->sample_bytes[i];
        row->samples[i] = path;
        row->sample_bytes[i] = bytes;
        path = moved;
        bytes = moved_bytes;
        if (!path.len)
            return;
    }
}

static bool row_add(struct finding *finding, enum waste_kind kind, struct slice label, size_t by,
                    const struct size_file *file, uint64_t bytes)
{
    struct waste_row *row = row_get(finding, kind, label, file->layer, by);
    if (!row)
        return false;
    if (row->layer != file->layer)
        row->layer = SIZE_MAX;
    uint64_t stored = (uint64_t)((double)bytes * finding->ratios[file->layer]);
    row->bytes += bytes;
    row->stored += stored;
    row->files++;
    sample_put(row, file->path, bytes);
    finding->waste->kinds[kind] += bytes;
    finding->waste->bytes += bytes;
    finding->waste->stored += stored;
    return true;
}

static bool take_hidden(struct finding *finding, struct size_file *file)
{
    static const enum waste_kind kinds[] = {[FATE_DELETED] = WASTE_DELETED,
                                            [FATE_OVERWRITTEN] = WASTE_OVERWRITTEN,
                                            [FATE_COPIED] = WASTE_COPIED};
    char label[100];
    size_t layer = file->layer + 1, by = file->by + 1;
    snprintf(label, sizeof label, "layer %zu, %s in layer %zu", layer,
             file->fate == FATE_DELETED       ? "removed"
             : file->fate == FATE_OVERWRITTEN ? "replaced"
                                              : "carried again",
             by);
    file->kind = (uint8_t)kinds[file->fate];
    return row_add(finding, kinds[file->fate], slice_str(label), file->by, file, file->size);
}

static bool take_visible(struct finding *finding, struct size_file *file)
{
    struct slice label;
    enum waste_kind kind = waste_of_path(file->path, file->package, &label);
    file->kind = (uint8_t)kind;
    if (kind)
        return row_add(finding, kind, label, SIZE_MAX, file, file->size);
    return !file->debug ||
           row_add(finding, WASTE_DEBUG, SLICE("symbols in programs"), SIZE_MAX, file, file->debug);
}

/* ---- the same content ---- */

static int content_compare(const void *a, const void *b)
{
    const struct size_file *x = *(struct size_file *const *)a, *y = *(struct size_file *const *)b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return x < y ? -1 : x > y; /* the lowest layer first, in the order of its tar */
}

/* What is of no other kind counts, but for its first copy; and not what strip would take anyway. */
static bool take_copies(struct finding *finding, struct size_file **same, size_t count)
{
    struct waste *waste = finding->waste;
    struct waste_duplicate made = {.size = same[0]->size, .copies = count};
    for (size_t i = 0; i < count && i < WASTE_SAMPLES; i++) {
        made.paths[i] = same[i]->path;
        made.layers[i] = same[i]->layer;
    }
    for (size_t i = 1; i < count; i++) {
        if (same[i]->kind)
            continue;
        same[i]->kind = WASTE_DUPLICATE;
        if (!row_add(finding, WASTE_DUPLICATE,
                     same[i]->layer == same[0]->layer ? SLICE("within a layer")
                                                      : SLICE("in several layers"),
                     SIZE_MAX, same[i], same[i]->size - same[i]->debug))
            return false;
    }
    return ARENA_PUSH(finding->arena, waste->duplicates, waste->duplicate_count,
                      waste->duplicate_room, made);
}

static bool find_duplicates(struct finding *finding)
{
    struct size_files *files = finding->files;
    struct size_file **list = arena_array(finding->arena, files->count + 1, sizeof *list);
    size_t count = 0;
    if (!list)
        return false;
    for (size_t i = 0; i < files->count; i++)
        if (files->list[i].size && files->list[i].hash && files->list[i].fate == FATE_VISIBLE)
            list[count++] = &files->list[i];
    qsort(list, count, sizeof *list, content_compare);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1;
             end < count && list[end]->hash == list[i]->hash && list[end]->size == list[i]->size;)
            end++;
        if (end - i > 1 && !take_copies(finding, list + i, end - i))
            return false;
    }
    return true;
}

static int row_compare(const void *a, const void *b)
{
    const struct waste_row *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : slice_compare(x->label, y->label);
}

static int duplicate_compare(const void *a, const void *b)
{
    const struct waste_duplicate *x = a, *y = b;
    uint64_t left = x->size * (x->copies - 1), right = y->size * (y->copies - 1);
    return left != right ? (left > right ? -1 : 1) : slice_compare(x->paths[0], y->paths[0]);
}

bool waste_find(struct waste *waste, struct size_files *files, const double *ratios,
                struct arena *arena, struct error *err)
{
    struct finding finding = {waste, files, ratios, arena, {0}};
    *waste = (struct waste){0};
    table_init(&finding.rows, arena);
    for (size_t i = 0; i < files->count; i++) {
        struct size_file *file = &files->list[i];
        if (file->size &&
            !(file->fate ? take_hidden(&finding, file) : take_visible(&finding, file)))
            return arena_error(err);
    }
    if (!find_duplicates(&finding))
        return arena_error(err);
    if (waste->count)
        qsort(waste->rows, waste->count, sizeof *waste->rows, row_compare);
    if (waste->duplicate_count)
        qsort(waste->duplicates, waste->duplicate_count, sizeof *waste->duplicates,
              duplicate_compare);
    return true;
}
