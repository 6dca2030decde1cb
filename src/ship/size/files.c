#include "ship/size/files.h"

#include "image/path.h"
#include "ship/size/packages.h"

enum { DEPTH_MAX = 512 };

static struct size_node *node_make(struct size_files *files, struct slice path)
{
    struct size_node *node = arena_new(files->arena, struct size_node);
    if (!node || !table_put(&files->nodes, path, node))
        return NULL;
    node->path = path;
    return node;
}

/* Nodes whose folder was emptied stand in no list of children until they are written again, so that
   emptying costs what was put there since, however often a hostile layer does it. */
static void node_link(struct size_node *node)
{
    for (; node->parent && !node->linked; node = node->parent) {
        node->linked = true;
        node->next = node->parent->child;
        node->parent->child = node;
    }
}

/* The node of a path, with the folders above it; NULL when the budget is spent. A path that is
   deeper than any file system takes loses its first parts: hostile, and nothing but its place. */
static struct size_node *node_get(struct size_files *files, struct slice path)
{
    struct size_node *missing[DEPTH_MAX], *node = NULL;
    size_t count = 0;
    for (struct slice at = path;; at = path_folder(at)) {
        node = at.len ? table_get(&files->nodes, at) : files->root;
        if (node || count == DEPTH_MAX)
            break;
        if (!(missing[count++] = node_make(files, at)))
            return NULL;
    }
    if (!node)
        node = files->root;
    while (count) {
        missing[--count]->parent = node;
        node = missing[count];
    }
    node_link(node);
    return node;
}

const struct size_node *size_files_get(const struct size_files *files, struct slice path)
{
    return path.len ? table_get(&files->nodes, path) : files->root;
}

/* One name of the content less; the last one decides what became of it. */
static void node_hide(struct size_node *node, enum fate fate, size_t by)
{
    struct size_file *file = node->file;
    if (!file)
        return;
    node->file = NULL;
    if (--file->links)
        return;
    file->fate = fate;
    file->by = by;
}

/* The next node below `top` in the order of a walk, NULL behind the last. */
static struct size_node *node_after(const struct size_node *top, struct size_node *node)
{
    if (node->child)
        return node->child;
    while (node != top && !node->next)
        node = node->parent;
    return node == top ? NULL : node->next;
}

static void node_hide_below(struct size_node *top, enum fate fate, size_t by)
{
    struct size_node *node = top->child, *following;
    for (; node; node = following) {
        following = node_after(top, node);
        node_hide(node, fate, by);
        node->linked = false;
        node->child = NULL;
    }
    top->child = NULL;
}

static void take_removal(struct size_files *files, const struct listing_removal *removal, size_t by)
{
    struct size_node *node =
        removal->path.len ? table_get(&files->nodes, removal->path) : files->root;
    if (!node)
        return;
    if (!removal->opaque)
        node_hide(node, FATE_DELETED, by);
    node_hide_below(node, FATE_DELETED, by);
}

/* A whiteout and a file of the same layer and path: not deleted, but written anew. */
static void take_back(struct size_node *node, const struct size_file *file)
{
    struct size_file *last = node->last;
    if (!last || last == file || last->fate != FATE_DELETED || last->by != file->layer)
        return;
    last->fate =
        last->size == file->size && last->hash == file->hash ? FATE_COPIED : FATE_OVERWRITTEN;
}

/* Makes room for something at the node: what stood there, below it, or in place of a folder above
   it is seen no more. */
static void node_clear(struct size_node *node, bool folder, const struct size_file *with, size_t by)
{
    bool same = with && node->file && node->file->size == with->size &&
                node->file->hash == with->hash && node->file->size;
    node_hide(node, same ? FATE_COPIED : FATE_OVERWRITTEN, by);
    if (!folder)
        node_hide_below(node, FATE_OVERWRITTEN, by);
    for (struct size_node *above = node->parent; above; above = above->parent)
        node_hide(above, FATE_OVERWRITTEN, by);
}

static bool take_entry(struct size_files *files, const struct listing_entry *entry, size_t layer)
{
    struct size_node *node = node_get(files, entry->path);
    struct size_file *file = NULL;
    if (!node)
        return false;
    if (entry->type == LISTING_HARDLINK) {
        const struct size_node *target = size_files_get(files, entry->link);
        file = target ? target->file : NULL;
        if (target == node)
            return true;
    } else if (entry->type == LISTING_FILE) {
        file = &files->list[files->count++];
        *file = (struct size_file){.path = entry->path,
                                   .size = entry->size,
                                   .hash = entry->hash,
                                   .debug = entry->debug,
                                   .layer = layer};
        take_back(node, file);
    }
    node_clear(node, entry->type == LISTING_FOLDER, file, layer);
    if (file) {
        file->links++;
        node->file = node->last = file;
    }
    return true;
}

static bool take_layer(struct size_files *files, const struct listing *listing, size_t layer)
{
    for (size_t i = 0; i < listing->removal_count; i++)
        take_removal(files, &listing->removals[i], layer);
    for (size_t i = 0; i < listing->count; i++)
        if (!take_entry(files, &listing->list[i], layer))
            return false;
    return true;
}

/* Content of several names counts at the one it was written under, or, when that is gone, at the
   first that is met. */
static bool counts_here(const struct size_files *files, const struct size_node *node)
{
    struct size_file *file = node->file;
    if (!file || file->counted)
        return false;
    const struct size_node *own = size_files_get(files, file->path);
    return own == node || !own || own->file != file;
}

static void sum_up(const struct size_files *files)
{
    for (struct size_node *node = files->root; node; node = node_after(files->root, node)) {
        if (!counts_here(files, node))
            continue;
        node->file->counted = true;
        for (struct size_node *above = node; above; above = above->parent) {
            above->bytes += node->file->size;
            above->files++;
        }
    }
}

bool size_files_merge(struct size_files *files, const struct listing *const *layers, size_t count,
                      struct arena *arena, struct error *err)
{
    size_t room = 1;
    *files = (struct size_files){.arena = arena};
    table_init(&files->nodes, arena);
    table_init(&files->packages, arena);
    for (size_t i = 0; i < count; i++)
        room += layers[i] ? layers[i]->count : 0;
    files->list = arena_array(arena, room, sizeof *files->list);
    files->root = arena_new(arena, struct size_node);
    if (!files->list || !files->root)
        return arena_error(err);
    files->root->path = SLICE("");
    for (size_t i = 0; i < count; i++)
        if (layers[i] && !take_layer(files, layers[i], i))
            return arena_error(err);
    if (!size_packages_assign(files, layers, count))
        return arena_error(err);
    sum_up(files);
    return true;
}
