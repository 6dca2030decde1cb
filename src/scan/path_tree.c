/* See path_tree.h. */
#include "scan/path_tree.h"

#include "image/path.h"

enum { PATH_LEN_MAX = 4096 }; /* longer ones are taken to stand in the root */

void path_tree_init(struct path_tree *tree, struct arena *arena)
{
    tree->arena = arena;
    table_init(&tree->nodes, arena);
}

/* A merged /usr makes "lib" a link to "usr/lib"; both have one key, and a layer that writes the
   link anew does not hide the folder. */
static bool path_is_merged_link(struct slice path)
{
    if (slice_starts(path, SLICE("usr/")))
        path = slice_from(path, 4);
    if (slice_find(path, '/') < path.len)
        return false;
    return slice_equal_str(path, "bin") || slice_equal_str(path, "sbin") ||
           slice_starts(path, SLICE("lib"));
}

struct path_node *path_tree_add(struct path_tree *tree, struct slice clean_path)
{
    struct path_node *node = table_get(&tree->nodes, clean_path);
    if (node)
        return node;
    node = arena_new(tree->arena, struct path_node);
    if (!node || !table_put(&tree->nodes, clean_path, node))
        return NULL;
    node->path = clean_path;
    node->key = path_key(clean_path);
    node->merged_link = path_is_merged_link(clean_path);
    if (!clean_path.len)
        return node;
    /* The depth of this recursion: records come from the child and may hold anything. */
    size_t slash = clean_path.len > PATH_LEN_MAX ? 0 : slice_find_last(clean_path, '/');
    struct slice folder = slice_upto(clean_path, slash < clean_path.len ? slash : 0);
    node->parent = path_tree_add(tree, folder);
    return node->parent ? node : NULL;
}

const struct path_node *path_tree_get(const struct path_tree *tree, struct slice clean_path)
{
    return table_get(&tree->nodes, clean_path);
}

bool path_set_has(const struct path_set *set, uint64_t key)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->hashes[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->count && set->hashes[low] == key;
}

static void path_tree_fill_removals(struct path_tree *tree, const struct analysis *analysis,
                                    size_t layer)
{
    for (size_t i = 0; i < analysis->removal_count; i++) {
        struct path_node *node = table_get(&tree->nodes, analysis->removals[i].path);
        if (node && analysis->removals[i].opaque)
            node->opaque = layer;
        else if (node)
            node->removed = layer;
    }
}

void path_tree_fill(struct path_tree *tree, const struct analysis *const *layers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (layers[i])
            path_tree_fill_removals(tree, layers[i], i + 1);
    for (size_t n = 0; n < tree->nodes.count; n++) {
        struct path_node *node = tree->nodes.entries[n].value;
        for (size_t i = count; i > 0 && !node->written; i--)
            if (layers[i - 1] && path_set_has(&layers[i - 1]->written, node->key))
                node->written = i;
    }
}

bool path_node_hidden(const struct path_node *node, size_t layer)
{
    if (node->written > layer || node->removed > layer)
        return true;
    for (node = node->parent; node; node = node->parent) {
        if (node->removed > layer || node->opaque > layer)
            return true;
        if (node->written > layer && !node->merged_link)
            return true;
    }
    return false;
}

size_t path_node_removed(const struct path_node *node)
{
    size_t last = node->removed;
    for (node = node->parent; node; node = node->parent) {
        size_t here = node->removed > node->opaque ? node->removed : node->opaque;
        last = here > last ? here : last;
    }
    return last;
}
