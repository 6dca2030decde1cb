/*
 * The recycle bin. A recycled manifest keeps its document and its references (so that its blobs
 * stay), and is told of nowhere else. What it names and is recycled, too, comes back with it.
 */
#include "base/table.h"
#include "registry/core/codec.h"
#include "registry/core/parts.h"

enum { TOGETHER_MAX = 10000 };

bool recycled_put(struct change *change, const struct manifest_facts *facts, struct slice why,
                  struct failure *failure)
{
    double now = registry_time_late(change->registry);
    struct recycled recycled = {.facts = *facts,
                                .deleted = now,
                                .until = now + change->registry->limits.recycle_seconds,
                                .why = why,
                                .who = change->who->name};
    struct slice value;
    if (!recycled_encode(&recycled, &change->arena, &value))
        return failure_memory(failure);
    return row_put(change, ROW_RECYCLED, digest_slice(&facts->digest), value, failure);
}

bool recycled_get(struct change *change, const struct digest *digest, struct arena *arena,
                  struct recycled *recycled, bool *found, struct failure *failure)
{
    struct slice value;
    struct error err;
    if (!row_get(change, ROW_RECYCLED, digest_slice(digest), &value, found, failure))
        return false;
    if (*found && !recycled_decode(value, arena, recycled, &err))
        return failure_of(failure, &err);
    return true;
}

bool recycled_purge(struct change *change, const struct recycled *recycled, struct failure *failure)
{
    return row_remove(change, ROW_RECYCLED, digest_slice(&recycled->facts.digest), failure) &&
           manifest_rows_purge(change, &recycled->facts, failure);
}

bool recycled_list(struct registry *registry, const struct scope *scope, struct arena *arena,
                   struct recycled **items, size_t *count, struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct row_list rows;
    *failure = (struct failure){0};
    if (!change_begin(&view, registry, scope, false, NULL, failure) ||
        !repository_need(&view, NULL, failure) ||
        !row_list_prefix(&view, ROW_RECYCLED, SLICE(""), SLICE(""), 0, &rows, failure))
        return false;
    struct recycled *list = arena_array(arena, rows.count + 1, sizeof *list);
    if (!list)
        return failure_memory(failure);
    for (size_t i = 0; i < rows.count; i++) {
        struct error err;
        if (!recycled_decode(rows.items[i].value, arena, &list[i], &err))
            return failure_of(failure, &err);
    }
    *items = list;
    *count = rows.count;
    return true;
}

struct restoring {
    struct change *change;
    struct failure *failure;
    struct recycled *items;
    size_t count, room;
    struct table known; /* digests of items */
};

static bool list_one(struct restoring *restoring, const struct digest *digest, bool must)
{
    struct change *change = restoring->change;
    struct recycled recycled;
    bool found;
    if (table_get(&restoring->known, digest_slice(digest)))
        return true;
    if (!recycled_get(change, digest, &change->arena, &recycled, &found, restoring->failure))
        return false;
    if (!found)
        return !must || manifest_unknown(&change->scope, digest_slice(digest), restoring->failure);
    if (restoring->count >= TOGETHER_MAX)
        return failure_set(restoring->failure, FAILURE_LIMIT,
                           "more than %d manifests would come back together", TOGETHER_MAX);
    struct slice key = arena_copy(&change->arena, digest_slice(digest));
    return (key.at && table_put(&restoring->known, key, restoring) &&
            ARENA_PUSH(&change->arena, restoring->items, restoring->count, restoring->room,
                       recycled)) ||
           failure_memory(restoring->failure);
}

/* Children, and their children. */
static bool list_all(struct restoring *restoring, const struct digest *digest)
{
    if (!list_one(restoring, digest, true))
        return false;
    for (size_t i = 0; i < restoring->count; i++)
        for (size_t j = 0; j < restoring->items[i].facts.child_count; j++)
            if (!list_one(restoring, &restoring->items[i].facts.children[j].digest, false))
                return false;
    return true;
}

static bool check_children(struct restoring *restoring, const struct manifest_facts *facts)
{
    struct change *change = restoring->change;
    for (size_t i = 0; i < facts->child_count; i++) {
        struct blob_row row;
        struct slice name = digest_slice(&facts->children[i].digest);
        bool here;
        if (!row_any(change, ROW_MANIFEST, change->at, name, &here, restoring->failure))
            return false;
        if (!here && !manifest_type_is_manifest(facts->children[i].media_type) &&
            !blob_row_get(change, &facts->children[i].digest, &row, &here, restoring->failure))
            return false;
        if (!here)
            return failure_set(restoring->failure, FAILURE_MANIFEST_CHILD_UNKNOWN,
                               "the index names the manifest %.*s, which is gone for good",
                               SLICE_ARG(name));
    }
    return true;
}

/* Tags that point elsewhere by now stay there. */
static bool restore_tags(struct restoring *restoring, const struct manifest_facts *facts,
                         struct arena *arena, struct slice **tags, size_t *count)
{
    struct change *change = restoring->change;
    struct repository free_tags = {.mutability = TAGS_MUTABLE};
    struct slice *list = arena_array(arena, facts->tag_count + 1, sizeof *list);
    size_t made = 0;
    if (!list)
        return failure_memory(restoring->failure);
    for (size_t i = 0; i < facts->tag_count; i++) {
        struct tag_result result;
        struct digest now;
        bool taken;
        if (!tag_get(change, facts->tags[i], &now, &taken, restoring->failure))
            return false;
        if (taken)
            continue;
        if (!tag_move(change, &free_tags, facts->tags[i], &facts->digest, &result,
                      restoring->failure))
            return false;
        list[made] = arena_copy(arena, facts->tags[i]);
        if (!list[made++].at)
            return failure_memory(restoring->failure);
    }
    *tags = list;
    *count = made;
    return true;
}

static bool restore_one(struct restoring *restoring, const struct manifest_facts *facts)
{
    struct change *change = restoring->change;
    return row_remove(change, ROW_RECYCLED, digest_slice(&facts->digest), restoring->failure) &&
           manifest_rows_put(change, facts, restoring->failure) &&
           change_journal(change, "RestoreImage", &facts->digest, SLICE(""), SLICE(""),
                          restoring->failure) &&
           change_tell(change, NEWS_STORED_NEW, &facts->digest, restoring->failure);
}

bool recycled_restore(struct registry *registry, const struct scope *scope,
                      const struct digest *digest, const struct caller *who, struct arena *arena,
                      struct slice **tags, size_t *tag_count, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct restoring restoring = {.change = &change, .failure = failure};
    struct slice *names = NULL;
    size_t count = 0;
    *failure = (struct failure){0};
    if (!change_begin(&change, registry, scope, true, who, failure) ||
        !repository_need(&change, NULL, failure))
        return false;
    table_init(&restoring.known, &change.arena);
    if (!list_all(&restoring, digest))
        return false;
    for (size_t i = 0; i < restoring.count; i++)
        if (!restore_one(&restoring, &restoring.items[i].facts))
            return false;
    for (size_t i = restoring.count; i-- > 0;)
        if (!check_children(&restoring, &restoring.items[i].facts) ||
            !restore_tags(&restoring, &restoring.items[i].facts, arena, &names, &count))
            return false;
    if (!change_commit(&change, failure))
        return false;
    *tags = names; /* those of the one asked for: it was listed first, and came last */
    *tag_count = count;
    return true;
}
