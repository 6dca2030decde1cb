#include "ship/size/compare.h"

#include <stdlib.h>

static uint64_t difference(const struct size_change *change)
{
    return change->after > change->before ? change->after - change->before
                                          : change->before - change->after;
}

static int change_compare(const void *a, const void *b)
{
    const struct size_change *x = a, *y = b;
    if (difference(x) != difference(y))
        return difference(x) > difference(y) ? -1 : 1;
    return slice_compare(x->name, y->name);
}

static bool change_add(struct size_changes *changes, struct arena *arena,
                       const struct size_change *change)
{
    return ARENA_PUSH(arena, changes->list, changes->count, changes->room, *change);
}

static void changes_sort(struct size_changes *changes)
{
    if (changes->count)
        qsort(changes->list, changes->count, sizeof *changes->list, change_compare);
}

/* ---- layers: the same digest is the same layer, wherever it stands ---- */

static const struct size_layer *layer_same(const struct size_result *in,
                                           const struct size_layer *layer)
{
    const struct layer *wanted = layer->layer;
    for (size_t i = 0; i < in->layer_count; i++) {
        const struct layer *other = in->layers[i].layer;
        bool stored = wanted->digest.text[0] && digest_equal(&wanted->digest, &other->digest);
        bool inside = wanted->diff_id.text[0] && digest_equal(&wanted->diff_id, &other->diff_id);
        if (stored || inside)
            return &in->layers[i];
    }
    return NULL;
}

static bool compare_layers(struct size_comparison *made, struct arena *arena)
{
    for (size_t i = 0; i < made->before->layer_count; i++) {
        const struct size_layer *layer = &made->before->layers[i];
        struct size_change change = {
            size_instruction(layer->layer->created_by), {"", 0}, layer->stored, 0, i + 1, 0};
        if (!layer_same(made->after, layer) && !change_add(&made->layers, arena, &change))
            return false;
    }
    for (size_t i = 0; i < made->after->layer_count; i++) {
        const struct size_layer *layer = &made->after->layers[i];
        struct size_change change = {
            size_instruction(layer->layer->created_by), {"", 0}, 0, layer->stored, 0, i + 1};
        if (layer_same(made->before, layer)) {
            made->layers_shared++;
            made->stored_shared += layer->stored;
        } else if (!change_add(&made->layers, arena, &change)) {
            return false;
        }
    }
    changes_sort(&made->layers);
    return true;
}

/* ---- files that are seen, by path ---- */

static const struct size_file *seen_at(const struct size_result *in, struct slice path)
{
    const struct size_node *node = size_files_get(&in->files, path);
    return node ? node->file : NULL;
}

static bool compare_files(struct size_comparison *made, struct arena *arena)
{
    for (size_t i = 0; i < made->before->files.count; i++) {
        const struct size_file *file = &made->before->files.list[i];
        const struct size_file *now = file->fate ? NULL : seen_at(made->after, file->path);
        struct size_change change = {
            .name = file->path, .before = file->size, .after = now ? now->size : 0};
        if (!file->fate && change.before != change.after &&
            !change_add(&made->files, arena, &change))
            return false;
    }
    for (size_t i = 0; i < made->after->files.count; i++) {
        const struct size_file *file = &made->after->files.list[i];
        struct size_change change = {.name = file->path, .after = file->size};
        if (!file->fate && file->size && !seen_at(made->before, file->path) &&
            !change_add(&made->files, arena, &change))
            return false;
    }
    changes_sort(&made->files);
    return true;
}

/* ---- packages, by their database's name for them ---- */

static bool package_change(struct size_comparison *made, const struct size_package *was,
                           const struct size_package *is, struct arena *arena)
{
    const struct size_package *any = is ? is : was;
    struct size_change change = {.name = any->name,
                                 .detail = any->manager,
                                 .before = was ? was->bytes : 0,
                                 .after = is ? is->bytes : 0};
    bool moved = was && is && !slice_equal(was->version, is->version);
    if (change.before == change.after && !moved)
        return true;
    if (moved)
        change.detail = arena_printf(arena, "%.*s %.*s → %.*s", SLICE_ARG(any->manager),
                                     SLICE_ARG(was->version), SLICE_ARG(is->version));
    else
        change.detail =
            arena_printf(arena, "%.*s %.*s", SLICE_ARG(any->manager), SLICE_ARG(any->version));
    return change.detail.at && change_add(&made->packages, arena, &change);
}

static bool compare_packages(struct size_comparison *made, struct arena *arena)
{
    const struct table *before = &made->before->files.packages,
                       *after = &made->after->files.packages;
    for (size_t i = 0; i < before->count; i++)
        if (!package_change(made, before->entries[i].value,
                            table_get(after, before->entries[i].key), arena))
            return false;
    for (size_t i = 0; i < after->count; i++)
        if (!table_get(before, after->entries[i].key) &&
            !package_change(made, NULL, after->entries[i].value, arena))
            return false;
    changes_sort(&made->packages);
    return true;
}

bool size_compare(const struct size_result *before, const struct size_result *after,
                  struct arena *arena, struct size_comparison *comparison, struct error *err)
{
    *comparison = (struct size_comparison){.before = before, .after = after};
    return (compare_layers(comparison, arena) && compare_files(comparison, arena) &&
            compare_packages(comparison, arena)) ||
           arena_error(err);
}
