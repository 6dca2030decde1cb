#pragma once
/*
 * Which layer last touched a path: for the paths that findings stand at, and the folders above
 * them. Part of merge. Layers are numbered from 1 here, so that 0 means "none".
 */
#include "base/table.h"
#include "catalog/analysis.h"

struct path_node {
    struct path_node *parent; /* NULL for the root */
    struct slice path;
    uint64_t key;     /* path_key */
    size_t written;   /* last layer that put a file (no folder) there */
    size_t removed;   /* last layer with a whiteout of it */
    size_t opaque;    /* last layer that hides all below it */
    bool merged_link; /* "lib", "usr/bin", …: where a merged /usr has links that hide nothing */
};

struct path_tree {
    struct table nodes; /* path → struct path_node */
    struct arena *arena;
};

void path_tree_init(struct path_tree *tree, struct arena *arena);
/* The node of a path, with its folders; NULL when the budget is spent. */
struct path_node *path_tree_add(struct path_tree *tree, struct slice clean_path);
const struct path_node *path_tree_get(const struct path_tree *tree, struct slice clean_path);
/* Notes what all layers write and remove; after the last path_tree_add. */
void path_tree_fill(struct path_tree *tree, const struct analysis *const *layers, size_t count);

/* Whether what layer `layer` (from 1) has at the node is hidden by a later one. */
bool path_node_hidden(const struct path_node *node, size_t layer);
/* The last layer that removed the path itself or something above it, 0 when none did. */
size_t path_node_removed(const struct path_node *node);

bool path_set_has(const struct path_set *set, uint64_t key);
