/*
 * Rows in memory: a treap whose nodes are never changed once made. A writer copies the path to what
 * it changes; a reader keeps the root that it found, so it sees one moment and never waits.
 *
 *   meta.root ──> node ──> row          committed
 *                 /  \
 *   writer.root ─> …   (shared with the committed tree where nothing changed)
 *
 * Nodes and rows count their users. Priorities are hashes of the keys, so that the same rows make
 * the same tree: the simulation replays exactly. A store for tests: it aborts without memory.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/hash.h"
#include "store/meta_range.h"

struct row {
    atomic_uint users;
    const char *kind;
    struct slice scope, name, value;
};

struct node {
    atomic_uint users;
    uint64_t priority;
    struct row *row;
    struct node *left, *right;
};

struct memory {
    struct meta meta;
    pthread_mutex_t writer; /* held by the writing transaction */
    pthread_mutex_t lock;   /* root, crashes */
    struct node *root;
    unsigned crashes;
};

struct memory_txn {
    struct meta_txn txn;
    struct memory *memory;
    struct node *root;
    unsigned crashes; /* as many as there had been when it began */
};

static void *allocate(size_t size)
{
    void *at = calloc(1, size);
    if (!at)
        abort();
    return at;
}

static void row_release(struct row *row)
{
    if (atomic_fetch_sub(&row->users, 1) == 1)
        free(row);
}

static struct row *row_keep(struct row *row)
{
    atomic_fetch_add(&row->users, 1);
    return row;
}

static char *append(char *at, struct slice bytes)
{
    if (bytes.len)
        memcpy(at, bytes.at, bytes.len);
    return at + bytes.len;
}

static struct row *row_new(const char *kind, struct slice scope, struct slice name,
                           struct slice value)
{
    struct slice own = slice_str(kind);
    struct row *row = allocate(sizeof *row + own.len + 1 + scope.len + name.len + value.len);
    char *at = (char *)(row + 1);
    atomic_init(&row->users, 1);
    row->kind = at;
    at = append(at, own) + 1;
    row->scope = slice_of(at, scope.len);
    at = append(at, scope);
    row->name = slice_of(at, name.len);
    at = append(at, name);
    row->value = slice_of(at, value.len);
    append(at, value);
    return row;
}

static int compare(const char *kind, struct slice scope, struct slice name, const struct row *row)
{
    int order = strcmp(kind, row->kind);
    if (!order)
        order = slice_compare(scope, row->scope);
    return order ? order : slice_compare(name, row->name);
}

static struct node *node_keep(struct node *node)
{
    if (node)
        atomic_fetch_add(&node->users, 1);
    return node;
}

static void node_release(struct node *node)
{
    if (!node || atomic_fetch_sub(&node->users, 1) != 1)
        return;
    node_release(node->left);
    node_release(node->right);
    row_release(node->row);
    free(node);
}

/* Takes over `left` and `right`, and a use of `row`. */
static struct node *node_new(struct row *row, uint64_t priority, struct node *left,
                             struct node *right)
{
    struct node *node = allocate(sizeof *node);
    atomic_init(&node->users, 1);
    node->row = row;
    node->priority = priority;
    node->left = left;
    node->right = right;
    return node;
}

static uint64_t priority_of(const struct row *row)
{
    return hash64(row->scope) * 31 + hash64(row->name) * 17 + hash64(slice_str(row->kind));
}

/* A copy of `node` with another child on one side; rotated when that one is to be above. Takes
   over `child`. */
static struct node *with_child(const struct node *node, struct node *child, bool left)
{
    struct node *other = node_keep(left ? node->right : node->left);
    struct row *row = row_keep(node->row);
    if (!child || child->priority <= node->priority)
        return left ? node_new(row, node->priority, child, other)
                    : node_new(row, node->priority, other, child);
    struct node *inner = node_keep(left ? child->right : child->left);
    struct node *outer = node_keep(left ? child->left : child->right);
    struct node *below = left ? node_new(row, node->priority, inner, other)
                              : node_new(row, node->priority, other, inner);
    struct row *top = row_keep(child->row);
    struct node *result = left ? node_new(top, child->priority, outer, below)
                               : node_new(top, child->priority, below, outer);
    node_release(child);
    return result;
}

/* A new tree with the row in it; the old one stays as it was. Takes over `row`. */
static struct node *tree_put(const struct node *tree, struct row *row)
{
    if (!tree)
        return node_new(row, priority_of(row), NULL, NULL);
    int order = compare(row->kind, row->scope, row->name, tree->row);
    if (order == 0)
        return node_new(row, tree->priority, node_keep(tree->left), node_keep(tree->right));
    bool left = order < 0;
    return with_child(tree, tree_put(left ? tree->left : tree->right, row), left);
}

/* One tree of two, all of whose rows are in order. */
static struct node *tree_join(struct node *left, struct node *right)
{
    if (!left || !right)
        return node_keep(left ? left : right);
    if (left->priority > right->priority)
        return node_new(row_keep(left->row), left->priority, node_keep(left->left),
                        tree_join(left->right, right));
    return node_new(row_keep(right->row), right->priority, tree_join(left, right->left),
                    node_keep(right->right));
}

static struct node *tree_remove(struct node *tree, const struct row *key)
{
    if (!tree)
        return NULL;
    int order = compare(key->kind, key->scope, key->name, tree->row);
    if (order == 0)
        return tree_join(tree->left, tree->right);
    bool left = order < 0;
    return with_child(tree, tree_remove(left ? tree->left : tree->right, key), left);
}

/* The first row at (after: behind) that key; NULL at the end. */
static struct row *tree_seek(const struct node *tree, const char *kind, struct slice scope,
                             struct slice name, bool after)
{
    struct row *found = NULL;
    while (tree) {
        int order = compare(kind, scope, name, tree->row);
        if (order < 0 || (order == 0 && !after)) {
            found = tree->row;
            tree = tree->left;
        } else {
            tree = tree->right;
        }
    }
    return found;
}

static struct memory_txn *own(struct meta_txn *txn)
{
    return (struct memory_txn *)txn;
}

static bool is_alive(struct memory_txn *txn, struct error *err)
{
    pthread_mutex_lock(&txn->memory->lock);
    bool alive = txn->crashes == txn->memory->crashes;
    pthread_mutex_unlock(&txn->memory->lock);
    return alive || error_set(err, ERROR_IO, "the store crashed");
}

static bool lock_writer(struct memory *memory, struct error *err)
{
    struct timespec until = clock_after(META_WAIT_SECONDS);
    int code = pthread_mutex_clocklock(&memory->writer, CLOCK_MONOTONIC, &until);
    if (code == EDEADLK)
        return error_set(err, ERROR_INTERNAL, "this thread has a writing transaction already");
    return code == 0 || error_set(err, ERROR_BUSY, "another change takes too long");
}

static bool memory_begin(struct meta *meta, bool write, struct meta_txn **txn, struct error *err)
{
    struct memory *memory = (struct memory *)meta;
    if (write && !lock_writer(memory, err))
        return false;
    struct memory_txn *begun = allocate(sizeof *begun);
    begun->memory = memory;
    pthread_mutex_lock(&memory->lock);
    begun->root = node_keep(memory->root);
    begun->crashes = memory->crashes;
    pthread_mutex_unlock(&memory->lock);
    *txn = &begun->txn;
    return true;
}

static void memory_abort(struct meta_txn *txn)
{
    struct memory_txn *ending = own(txn);
    node_release(ending->root);
    if (txn->write)
        pthread_mutex_unlock(&ending->memory->writer);
    free(ending);
}

static bool memory_commit(struct meta_txn *txn, struct error *err)
{
    struct memory_txn *ending = own(txn);
    struct memory *memory = ending->memory;
    bool alive = is_alive(ending, err);
    if (alive && txn->write) {
        pthread_mutex_lock(&memory->lock);
        struct node *before = memory->root;
        memory->root = ending->root;
        ending->root = before;
        pthread_mutex_unlock(&memory->lock);
    }
    memory_abort(txn);
    return alive;
}

static bool memory_get(struct meta_txn *txn, const char *kind, struct slice scope,
                       struct slice name, struct arena *arena, struct slice *value, bool *found,
                       struct error *err)
{
    if (!is_alive(own(txn), err))
        return false;
    const struct row *row = tree_seek(own(txn)->root, kind, scope, name, false);
    *found = row && compare(kind, scope, name, row) == 0;
    if (!*found)
        return true;
    struct slice copy = arena_copy(arena, row->value);
    if (!copy.at)
        return arena_error(err);
    *value = copy;
    return true;
}

static void replace_root(struct memory_txn *txn, struct node *root)
{
    node_release(txn->root);
    txn->root = root;
}

static bool memory_put(struct meta_txn *txn, const char *kind, struct slice scope,
                       struct slice name, struct slice value, struct error *err)
{
    if (!is_alive(own(txn), err))
        return false;
    replace_root(own(txn), tree_put(own(txn)->root, row_new(kind, scope, name, value)));
    return true;
}

static bool memory_remove(struct meta_txn *txn, const char *kind, struct slice scope,
                          struct slice name, struct error *err)
{
    if (!is_alive(own(txn), err))
        return false;
    struct row key = {.kind = kind, .scope = scope, .name = name};
    replace_root(own(txn), tree_remove(own(txn)->root, &key));
    return true;
}

static bool memory_scan(struct meta_txn *txn, const struct meta_range *range,
                        bool (*each)(void *context, const struct meta_row *row), void *context,
                        struct error *err)
{
    struct range_walk walk;
    if (!is_alive(own(txn), err))
        return false;
    range_walk_begin(&walk, range);
    struct slice scope = walk.scope, name = walk.name;
    bool after = walk.after;
    for (;;) {
        const struct row *row = tree_seek(own(txn)->root, range->kind, scope, name, after);
        if (!row || strcmp(row->kind, range->kind) != 0)
            return true;
        enum range_verdict verdict = range_walk_judge(&walk, row->scope, row->name);
        struct meta_row seen = {.scope = row->scope, .name = row->name, .value = row->value};
        if (verdict == RANGE_END || (verdict == RANGE_TAKE && !each(context, &seen)))
            return true;
        after = verdict == RANGE_TAKE;
        scope = after ? row->scope : walk.scope;
        name = after ? row->name : walk.name;
    }
}

static bool memory_changed(struct meta *meta, bool *changed, struct error *err)
{
    (void)meta, (void)err;
    *changed = false;
    return true;
}

static bool memory_backup(struct meta *meta, const char *path, struct error *err)
{
    (void)meta, (void)path;
    return error_set(err, ERROR_UNSUPPORTED, "rows in memory are not backed up");
}

static bool memory_check(struct meta *meta, struct arena *arena, struct slice *trouble,
                         struct error *err)
{
    (void)meta, (void)arena, (void)err;
    *trouble = SLICE("");
    return true;
}

static void memory_close(struct meta *meta)
{
    struct memory *memory = (struct memory *)meta;
    node_release(memory->root);
    pthread_mutex_destroy(&memory->writer);
    pthread_mutex_destroy(&memory->lock);
    free(memory);
}

static const struct meta_ops memory_ops = {
    .name = "memory",
    .begin = memory_begin,
    .commit = memory_commit,
    .abort = memory_abort,
    .get = memory_get,
    .put = memory_put,
    .remove = memory_remove,
    .scan = memory_scan,
    .changed = memory_changed,
    .backup = memory_backup,
    .check = memory_check,
    .close = memory_close,
};

struct meta *meta_memory_new(void)
{
    struct memory *memory = allocate(sizeof *memory);
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&memory->writer, &kind);
    pthread_mutexattr_destroy(&kind);
    pthread_mutex_init(&memory->lock, NULL);
    memory->meta.ops = &memory_ops;
    return &memory->meta;
}

void meta_memory_crash(struct meta *meta)
{
    struct memory *memory = (struct memory *)meta;
    pthread_mutex_lock(&memory->lock);
    memory->crashes++;
    pthread_mutex_unlock(&memory->lock);
}
