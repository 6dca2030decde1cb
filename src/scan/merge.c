/*
 * Merging, in steps:
 *   1. the tree of paths at which something was found, with the last layer that touched each;
 *   2. packages: of each database the topmost version that is not hidden, each package credited to
 *      the lowest layer that has it without a break (`merge_credit`);
 *   3. programs that a package owns leave (`merge_owned`);
 *   4. the distribution; the notes.
 */
#include "scan/merge.h"

#include <stdlib.h>

#include "base/hash.h"
#include "image/path.h"
#include "scan/path_tree.h"

struct merge {
    const struct analysis *const *layers;
    size_t count;
    struct arena *arena;
    struct path_tree tree;
    struct merge_result *result;
    bool *owner_current; /* per layer: its set of owned files still holds */
    size_t package_room, layer_room, note_room, note_layer_room;
};

static bool merge_add_paths(struct merge *merge, const struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->package_count; i++)
        if (!path_tree_add(&merge->tree, analysis->packages[i].path))
            return false;
    for (size_t i = 0; i < analysis->distribution_count; i++)
        if (!path_tree_add(&merge->tree, analysis->distributions[i].path))
            return false;
    for (size_t i = 0; i < analysis->database_count; i++)
        if (!path_tree_add(&merge->tree, analysis->databases[i]))
            return false;
    for (size_t i = 0; i < analysis->secret_count; i++)
        if (!path_tree_add(&merge->tree, analysis->secrets[i].path))
            return false;
    for (size_t i = 0; i < analysis->observation_count; i++)
        if (!path_tree_add(&merge->tree, analysis->observations[i].path))
            return false;
    for (size_t i = 0; i < analysis->note_count; i++)
        if (!path_tree_add(&merge->tree, analysis->notes[i].path))
            return false;
    return true;
}

static bool merge_build_tree(struct merge *merge)
{
    path_tree_init(&merge->tree, merge->arena);
    for (size_t i = 0; i < merge->count; i++)
        if (merge->layers[i] && !merge_add_paths(merge, merge->layers[i]))
            return false;
    path_tree_fill(&merge->tree, merge->layers, merge->count);
    return true;
}

static bool package_is_of_distribution(const struct package *package)
{
    return package->type == PACKAGE_APK || package->type == PACKAGE_DEB ||
           package->type == PACKAGE_RPM;
}

static bool package_same(const struct package *a, const struct package *b)
{
    return a->type == b->type && slice_equal(a->name, b->name) &&
           slice_equal(a->version, b->version) && slice_equal(a->arch, b->arch);
}

/* Identity of a package in its database, as a number: for looking it up in lower layers. */
static uint64_t package_identity(const struct package *package)
{
    uint64_t mixed = hash64(package->name) ^ (uint64_t)package->type;
    mixed = mixed * 0x9e3779b97f4a7c15U + hash64(package->version);
    return mixed * 0x9e3779b97f4a7c15U + hash64(package->arch);
}

/* One database (or program) of one layer: the packages it holds, by identity, sorted. */
struct listing {
    uint64_t *identities;
    size_t count;
};

static int identity_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static bool merge_listing(struct merge *merge, const struct analysis *analysis, uint64_t key,
                          struct listing *listing)
{
    *listing = (struct listing){
        arena_array(merge->arena, analysis->package_count + 1, sizeof(uint64_t)), 0};
    if (!listing->identities)
        return false;
    struct slice last = {NULL, 0};
    bool matches = false;
    for (size_t i = 0; i < analysis->package_count; i++) {
        const struct package *package = &analysis->packages[i];
        /* Packages of one database stand together and share their path. */
        if (!last.at || !slice_equal(last, package->path))
            matches = path_key(package->path) == key;
        last = package->path;
        if (matches)
            listing->identities[listing->count++] = package_identity(package);
    }
    qsort(listing->identities, listing->count, sizeof(uint64_t), identity_compare);
    return true;
}

static bool listing_has(const struct listing *listing, const struct package *package)
{
    struct path_set set = {listing->identities, listing->count};
    return path_set_has(&set, package_identity(package));
}

/* The lower versions of one database, by layer; made when first asked for. */
struct history {
    uint64_t key;
    const struct path_node *node;
    size_t top;               /* the layer (from 1) whose version is visible */
    struct listing *by_layer; /* identities NULL: not made yet */
};

static struct history *merge_history(struct merge *merge, struct table *histories,
                                     const struct path_node *node, size_t layer)
{
    struct history *history = table_get(histories, node->path);
    if (history)
        return history;
    history = arena_new(merge->arena, struct history);
    if (!history)
        return NULL;
    *history = (struct history){node->key, node, layer,
                                arena_array(merge->arena, layer, sizeof(struct listing))};
    return history->by_layer && table_put(histories, node->path, history) ? history : NULL;
}

/* The lowest layer (from 1) that has `package` without a break up to history->top; 0 when the
   budget is spent. A layer that did not write the database does not break the chain. */
static size_t merge_credit(struct merge *merge, struct history *history,
                           const struct package *package)
{
    size_t credit = history->top, removed = path_node_removed(history->node);
    for (size_t layer = history->top - 1; layer > 0 && layer >= removed; layer--) {
        const struct analysis *analysis = merge->layers[layer - 1];
        if (!analysis || !path_set_has(&analysis->written, history->key))
            continue;
        struct listing *listing = &history->by_layer[layer];
        if (!listing->identities && !merge_listing(merge, analysis, history->key, listing))
            return 0;
        if (!listing_has(listing, package))
            break;
        credit = layer;
    }
    return credit;
}

/* An apk database is replaced whole: where a later layer has one, the old one's list of files says
   nothing any more. dpkg adds a file list a package, so all layers' lists count. */
static bool merge_owner_is_current(const struct merge *merge, size_t layer)
{
    const struct analysis *analysis = merge->layers[layer - 1];
    bool replaced = false;
    for (size_t i = 0; analysis && i < analysis->database_count; i++) {
        struct slice path = analysis->databases[i];
        if (slice_search(path, SLICE("dpkg/")) < path.len)
            return true;
        if (slice_ends(path, SLICE("apk/db/installed")))
            replaced = path_node_hidden(path_tree_get(&merge->tree, path), layer);
    }
    return analysis && !replaced;
}

/* Whether the last layer below `layer` that wrote the path has the very same program there (a chmod
   copies a file up), or no lower layer wrote it. */
static bool merge_same_below(const struct merge *merge, const struct package *package, uint64_t key,
                             size_t layer)
{
    for (size_t below = layer - 1; below > 0; below--) {
        const struct analysis *analysis = merge->layers[below - 1];
        if (!analysis || !path_set_has(&analysis->written, key))
            continue;
        for (size_t i = 0; i < analysis->package_count; i++)
            if (slice_equal(analysis->packages[i].path, package->path) &&
                package_same(&analysis->packages[i], package))
                return true;
        return false;
    }
    return true;
}

/*
 * Whether a distribution package owns the program found in `layer`. An owner in the same or a later
 * layer owns it. One in an earlier layer only if the file is still the one that was installed: a
 * program copied over a packaged one is no longer the package's.
 */
static bool merge_owned(const struct merge *merge, const struct package *package,
                        const struct path_node *node, size_t layer)
{
    size_t removed = path_node_removed(node);
    for (size_t owner = merge->count; owner > 0 && owner >= removed; owner--) {
        if (!merge->owner_current[owner] ||
            !path_set_has(&merge->layers[owner - 1]->owned, node->key))
            continue;
        return owner >= layer || merge_same_below(merge, package, node->key, layer);
    }
    return false;
}

static bool merge_add_package(struct merge *merge, const struct package *package, size_t credit)
{
    struct merge_result *result = merge->result;
    size_t count = result->package_count;
    return ARENA_PUSH(merge->arena, result->layers, count, merge->layer_room, credit - 1) &&
           ARENA_PUSH(merge->arena, result->packages, result->package_count, merge->package_room,
                      *package);
}

static bool merge_layer_packages(struct merge *merge, struct table *histories, size_t layer)
{
    const struct analysis *analysis = merge->layers[layer - 1];
    for (size_t i = 0; i < analysis->package_count; i++) {
        const struct package *package = &analysis->packages[i];
        const struct path_node *node = path_tree_get(&merge->tree, package->path);
        if (path_node_hidden(node, layer))
            continue;
        if (!package_is_of_distribution(package) && merge_owned(merge, package, node, layer))
            continue;
        struct history *history = merge_history(merge, histories, node, layer);
        size_t credit = history ? merge_credit(merge, history, package) : 0;
        if (!credit || !merge_add_package(merge, package, credit))
            return false;
    }
    return true;
}

static bool merge_packages(struct merge *merge)
{
    struct table histories;
    table_init(&histories, merge->arena);
    merge->owner_current = arena_array(merge->arena, merge->count + 1, sizeof(bool));
    if (!merge->owner_current)
        return false;
    for (size_t layer = 1; layer <= merge->count; layer++)
        merge->owner_current[layer] = merge_owner_is_current(merge, layer);
    for (size_t layer = 1; layer <= merge->count; layer++)
        if (merge->layers[layer - 1] && !merge_layer_packages(merge, &histories, layer))
            return false;
    return true;
}

/* os-release tells most exactly; its two places in the order of os-release(5), then the others. */
static int distribution_rank(const struct distribution *distribution)
{
    if (slice_equal_str(distribution->path, "etc/os-release"))
        return 3;
    return slice_equal_str(distribution->path, "usr/lib/os-release") ? 2 : 1;
}

static void merge_distribution(struct merge *merge)
{
    int best = 0;
    for (size_t layer = merge->count; layer > 0; layer--) {
        const struct analysis *analysis = merge->layers[layer - 1];
        for (size_t i = 0; analysis && i < analysis->distribution_count; i++) {
            const struct distribution *distribution = &analysis->distributions[i];
            const struct path_node *node = path_tree_get(&merge->tree, distribution->path);
            int rank = distribution_rank(distribution);
            if (rank <= best || !distribution->id.len || path_node_hidden(node, layer))
                continue;
            merge->result->distribution = *distribution;
            best = rank;
        }
    }
}

static bool merge_notes(struct merge *merge)
{
    struct merge_result *result = merge->result;
    for (size_t layer = 1; layer <= merge->count; layer++) {
        const struct analysis *analysis = merge->layers[layer - 1];
        result->partial |= analysis && analysis->partial;
        for (size_t i = 0; analysis && i < analysis->note_count; i++) {
            const struct note *note = &analysis->notes[i];
            if (note->path.len && path_node_hidden(path_tree_get(&merge->tree, note->path), layer))
                continue;
            result->partial = true;
            size_t count = result->note_count;
            if (!ARENA_PUSH(merge->arena, result->note_layers, count, merge->note_layer_room,
                            layer - 1) ||
                !ARENA_PUSH(merge->arena, result->notes, result->note_count, merge->note_room,
                            *note))
                return false;
        }
    }
    return true;
}

static bool merge_observations(struct merge *merge)
{
    struct merge_result *result = merge->result;
    size_t room = 0;
    for (size_t layer = 1; layer <= merge->count; layer++) {
        const struct analysis *analysis = merge->layers[layer - 1];
        for (size_t i = 0; analysis && i < analysis->observation_count; i++) {
            const struct observation *observation = &analysis->observations[i];
            const struct path_node *node = path_tree_get(&merge->tree, observation->path);
            struct merged_observation made = {observation, layer - 1,
                                              path_node_hidden(node, layer)};
            if (!ARENA_PUSH(merge->arena, result->observations, result->observation_count, room,
                            made))
                return false;
        }
    }
    return true;
}

static bool merge_secret(struct merge *merge, struct table *known, size_t *room,
                         const struct layer_secret *secret, size_t layer)
{
    struct merge_result *result = merge->result;
    bool hidden = path_node_hidden(path_tree_get(&merge->tree, secret->path), layer);
    struct slice key = arena_printf(merge->arena, "%.*s\n%.*s\n%.*s", SLICE_ARG(secret->kind),
                                    SLICE_ARG(secret->hint), SLICE_ARG(secret->path));
    uintptr_t at = key.at ? (uintptr_t)table_get(known, key) : 0;
    /* The same hint at another line of one file is another secret of one layer. */
    if (at && result->secrets[at - 1].layer != layer - 1) {
        result->secrets[at - 1].hidden &= hidden;
        return true;
    }
    struct merged_secret made = {secret, layer - 1, hidden};
    return key.at && ARENA_PUSH(merge->arena, result->secrets, result->secret_count, *room, made) &&
           (at || table_put(known, key, (void *)(uintptr_t)result->secret_count));
}

static bool merge_secrets(struct merge *merge)
{
    struct table known;
    size_t room = 0;
    table_init(&known, merge->arena);
    for (size_t layer = 1; layer <= merge->count; layer++) {
        const struct analysis *analysis = merge->layers[layer - 1];
        for (size_t i = 0; analysis && i < analysis->secret_count; i++)
            if (!merge_secret(merge, &known, &room, &analysis->secrets[i], layer))
                return false;
    }
    return true;
}

bool merge_layers(const struct analysis *const *layers, size_t count, struct arena *arena,
                  struct merge_result *result, struct error *err)
{
    struct merge_result made = {NULL};
    struct merge merge = {.layers = layers, .count = count, .arena = arena, .result = &made};
    if (!merge_build_tree(&merge) || !merge_packages(&merge) || !merge_notes(&merge) ||
        !merge_observations(&merge) || !merge_secrets(&merge))
        return arena_error(err);
    merge_distribution(&merge);
    *result = made;
    return true;
}
