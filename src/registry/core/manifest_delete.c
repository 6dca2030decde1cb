/*
 * Removing manifests. What goes together (indexes above, artifacts about it) is found first, level
 * by level, then all of it goes in the same transaction.
 */
#include "base/table.h"
#include "registry/core/parts.h"

enum { TOGETHER_MAX = 10000 };

struct removing {
    struct change *change;
    const struct manifest_removal *how;
    struct failure *failure;
    struct manifest_facts *items; /* to go; found breadth first */
    size_t count, room;
    struct table known; /* digests of items */
};

/* Nothing when it is not here (a recycled index may name it), or only `artifacts` are wanted and it
   is none: what an engine runs does not go with the subject that it names. */
static bool list_one(struct removing *removing, const struct digest *digest, bool artifacts,
                     bool *here)
{
    struct change *change = removing->change;
    struct manifest_facts facts;
    if (table_get(&removing->known, digest_slice(digest))) {
        *here = true;
        return true;
    }
    if (!facts_get(change, digest, &change->arena, &facts, here, removing->failure))
        return false;
    *here = *here && (!artifacts || manifest_follows_subject(&facts));
    if (!*here)
        return true;
    if (removing->count >= TOGETHER_MAX)
        return failure_set(removing->failure, FAILURE_LIMIT,
                           "more than %d manifests would go together", TOGETHER_MAX);
    if (!tags_of(change, digest, &change->arena, &facts.tags, &facts.tag_count, removing->failure))
        return false;
    struct slice key = arena_copy(&change->arena, digest_slice(digest));
    return (key.at && table_put(&removing->known, key, removing) &&
            ARENA_PUSH(&change->arena, removing->items, removing->count, removing->room, facts)) ||
           failure_memory(removing->failure);
}

/* Lists what rows of `kind` tell about the digest: "DIGEST/OTHER". `refuse`: there must be none. */
static bool list_others(struct removing *removing, const char *kind, const struct digest *digest,
                        bool refuse)
{
    struct change *change = removing->change;
    struct slice prefix = row_pair(change, digest_slice(digest), SLICE(""));
    bool artifacts = strcmp(kind, ROW_REFERRER) == 0;
    struct row_list rows;
    if (!prefix.at)
        return failure_memory(removing->failure);
    if (!row_list_prefix(change, kind, prefix, SLICE(""), 0, &rows, removing->failure))
        return false;
    for (size_t i = 0; i < rows.count; i++) {
        struct digest other;
        struct error err;
        bool here;
        if (!digest_parse_any(&other, slice_from(rows.items[i].name, prefix.len), &err))
            return failure_of(removing->failure, &err);
        if (!list_one(removing, &other, artifacts, &here))
            return false;
        if (here && refuse)
            return failure_set(removing->failure, FAILURE_MANIFEST_REFERENCED,
                               "the index %s names the manifest %s", other.text, digest->text);
    }
    return true;
}

static bool list_all(struct removing *removing, const struct digest *digest)
{
    bool here;
    if (!list_one(removing, digest, false, &here))
        return false;
    if (!here)
        return manifest_unknown(&removing->change->scope, digest_slice(digest), removing->failure);
    if (removing->how->judged &&
        !facts_unchanged(&removing->items[0], removing->how->judged, removing->failure))
        return false;
    for (size_t i = 0; i < removing->count; i++) {
        struct digest at = removing->items[i].digest; /* items may move */
        if (!list_others(removing, ROW_REFERENCE, &at, !removing->how->with_parents))
            return false;
        if (removing->how->with_referrers && !list_others(removing, ROW_REFERRER, &at, false))
            return false;
    }
    return true;
}

static bool remove_tags(struct removing *removing, const struct manifest_facts *facts)
{
    for (size_t i = 0; i < facts->tag_count; i++)
        if (!tag_remove(removing->change, facts->tags[i], &facts->digest, removing->failure))
            return false;
    return true;
}

static bool write_journal(struct removing *removing, const struct manifest_facts *facts)
{
    struct journal_entry entry = {.action = SLICE("DeleteImage"),
                                  .digest = digest_slice(&facts->digest),
                                  .media_type = facts->media_type,
                                  .why = removing->how->why};
    if (slice_starts(removing->how->why, SLICE("lifecycle")))
        entry.action = SLICE("ExpireImage");
    if (!facts->tag_count)
        return change_journal_entry(removing->change, &entry, removing->failure);
    for (size_t i = 0; i < facts->tag_count; i++) {
        entry.tag = facts->tags[i];
        if (!change_journal_entry(removing->change, &entry, removing->failure))
            return false;
    }
    return true;
}

static bool remove_one(struct removing *removing, const struct manifest_facts *facts)
{
    struct change *change = removing->change;
    struct failure *failure = removing->failure;
    bool recycle = removing->how->recycle && change->registry->limits.recycle_seconds;
    return write_journal(removing, facts) && remove_tags(removing, facts) &&
           manifest_rows_leave(change, facts, failure) &&
           (recycle ? recycled_put(change, facts, removing->how->why, failure)
                    : manifest_rows_purge(change, facts, failure));
}

bool manifest_delete(struct registry *registry, const struct scope *scope,
                     const struct digest *digest, const struct manifest_removal *how,
                     const struct caller *who, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct removing removing = {.change = &change, .how = how, .failure = failure};
    *failure = (struct failure){0};
    if (!change_begin(&change, registry, scope, true, who, failure) ||
        !repository_need(&change, NULL, failure))
        return false;
    table_init(&removing.known, &change.arena);
    if (!list_all(&removing, digest))
        return false;
    for (size_t i = 0; i < removing.count; i++)
        if (!remove_one(&removing, &removing.items[i]))
            return false;
    return change_commit(&change, failure);
}
