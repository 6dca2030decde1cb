/* Asking for manifests. */
#include "registry/core/codec.h"
#include "registry/core/parts.h"
#include "registry/core/pulls.h"
#include "registry/core/recall.h"
#include "registry/core/unrecorded.h"

bool manifest_find(struct change *change, struct slice reference, struct digest *digest,
                   struct failure *failure)
{
    struct error err;
    bool found;
    if (digest_parse_any(digest, reference, &err)) {
        if (!row_any(change, ROW_MANIFEST, change->at, reference, &found, failure))
            return false;
    } else if (!tag_name_is_valid(reference)) {
        found = false;
    } else if (!tag_get(change, reference, digest, &found, failure)) {
        return false;
    }
    if (found)
        return true;
    return repository_need(change, NULL, failure) &&
           manifest_unknown(&change->scope, reference, failure);
}

bool manifest_read(struct change *change, const struct digest *digest, struct slice *bytes,
                   struct slice *media_type, struct failure *failure)
{
    struct manifest_facts facts;
    bool found, has_bytes;
    if (!facts_get(change, digest, &change->arena, &facts, &found, failure) ||
        !row_get(change, ROW_DOCUMENT, digest_slice(digest), bytes, &has_bytes, failure))
        return false;
    if (!found)
        return repository_need(change, NULL, failure) &&
               manifest_unknown(&change->scope, digest_slice(digest), failure);
    if (!has_bytes) {
        struct error err;
        error_set(&err, ERROR_FORMAT, "the document of the manifest %s is missing", digest->text);
        return failure_of(failure, &err);
    }
    *media_type = facts.media_type;
    return true;
}

bool manifest_resolve(struct registry *registry, const struct scope *scope, struct slice reference,
                      struct digest *digest, struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct recalled recalled;
    *failure = (struct failure){0};
    if (recall_find(registry, scope, reference, &recalled)) {
        *digest = recalled.digest;
        recall_release(&recalled);
        return true;
    }
    return change_begin(&view, registry, scope, false, NULL, failure) &&
           manifest_find(&view, reference, digest, failure);
}

bool manifest_get(struct registry *registry, const struct scope *scope, const struct digest *digest,
                  struct arena *arena, struct slice *bytes, struct slice *media_type,
                  struct failure *failure)
{
    struct recalled recalled;
    if (!recall_load(registry, scope, digest_slice(digest), &recalled, failure))
        return false;
    struct slice copy = arena_copy(arena, recalled.bytes);
    struct slice type = arena_copy(arena, recalled.media_type);
    recall_release(&recalled);
    if (!copy.at || !type.at)
        return failure_memory(failure);
    *bytes = copy;
    *media_type = type;
    return true;
}

bool manifest_describe(struct registry *registry, const struct scope *scope,
                       const struct digest *digest, struct arena *arena,
                       struct manifest_facts *facts, struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct manifest_facts made;
    bool found;
    *failure = (struct failure){0};
    if (!change_begin(&view, registry, scope, false, NULL, failure) ||
        !facts_get(&view, digest, arena, &made, &found, failure))
        return false;
    if (!found)
        return repository_need(&view, NULL, failure) &&
               manifest_unknown(scope, digest_slice(digest), failure);
    if (!facts_complete(&view, arena, &made, failure))
        return false;
    *facts = made;
    return true;
}

/* ---- lists ---- */

enum { LIST_BYTES = 16 << 20 };

struct listing {
    struct arena *arena;
    struct manifest_list list;
    size_t begun; /* what the arena held before */
    struct error err;
    bool failed;
};

static bool list_facts(void *context, const struct meta_row *row)
{
    struct listing *listing = context;
    struct manifest_facts facts;
    listing->failed = !manifest_decode(row->value, listing->arena, &facts, &listing->err);
    if (!listing->failed && !ARENA_PUSH(listing->arena, listing->list.items, listing->list.count,
                                        listing->list.room, facts))
        listing->failed = !arena_error(&listing->err);
    listing->list.more = listing->arena->used - listing->begun > LIST_BYTES;
    return !listing->failed && !listing->list.more;
}

bool manifest_list(struct registry *registry, const struct scope *scope, struct slice after,
                   size_t limit, struct arena *arena, struct manifest_list *list,
                   struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct listing listing = {.arena = arena, .begun = arena->used};
    *failure = (struct failure){0};
    if (!change_begin(&view, registry, scope, false, NULL, failure) ||
        !repository_need(&view, NULL, failure))
        return false;
    struct meta_range range = {
        .kind = ROW_MANIFEST, .scope = view.at, .after = after, .limit = limit};
    struct error err;
    if (!meta_scan(view.txn, &range, list_facts, &listing, &err))
        return failure_of(failure, &err);
    if (listing.failed)
        return failure_of(failure, &listing.err);
    for (size_t i = 0; i < listing.list.count; i++)
        if (!facts_complete(&view, arena, &listing.list.items[i], failure))
            return false;
    *list = listing.list;
    list->more |= limit && list->count == limit;
    return true;
}

/* The wanted of one portion of referrers. */
static bool list_referrers(struct change *view, const struct row_list *rows, size_t skip,
                           struct slice artifact_type, size_t limit, struct arena *arena,
                           struct manifest_list *list, struct failure *failure)
{
    for (size_t i = 0; i < rows->count && (!limit || list->count < limit); i++) {
        struct manifest_facts facts;
        struct digest digest;
        struct error err;
        bool found;
        if (!digest_parse_any(&digest, slice_from(rows->items[i].name, skip), &err))
            return failure_of(failure, &err);
        if (!facts_get(view, &digest, arena, &facts, &found, failure))
            return false;
        if (!found || (artifact_type.len && !slice_equal(artifact_type, facts.artifact_type)))
            continue;
        if (!facts_complete(view, arena, &facts, failure))
            return false;
        if (!ARENA_PUSH(arena, list->items, list->count, list->room, facts))
            return failure_memory(failure);
    }
    return true;
}

bool manifest_referrers(struct registry *registry, const struct scope *scope,
                        const struct digest *subject, struct slice artifact_type,
                        struct slice after, size_t limit, struct arena *arena,
                        struct manifest_list *list, struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct manifest_list made = {0};
    struct row_list rows;
    *failure = (struct failure){0};
    if (!change_begin(&view, registry, scope, false, NULL, failure) ||
        !repository_need(&view, NULL, failure))
        return false;
    struct slice prefix = row_pair(&view, digest_slice(subject), SLICE(""));
    struct slice from = after.len ? row_pair(&view, digest_slice(subject), after) : SLICE("");
    if (!prefix.at || !from.at)
        return failure_memory(failure);
    if (!row_list_prefix(&view, ROW_REFERRER, prefix, from, 0, &rows, failure) ||
        !list_referrers(&view, &rows, prefix.len, artifact_type, limit, arena, &made, failure))
        return false;
    *list = made;
    return true;
}

void manifest_pulled(struct registry *registry, const struct scope *scope,
                     const struct digest *digest, const struct caller *who)
{
    if (who && unrecorded_has(registry, scope, who->arn))
        return;
    pulls_note(registry->state->pulls, scope, digest, registry->world->ops->now(registry->world));
}

/* `judged` may be NULL. */
static bool set_storage(struct change *change, const struct digest *digest, bool archive,
                        const struct manifest_facts *judged, struct slice why,
                        struct failure *failure)
{
    struct manifest_facts facts;
    bool found;
    if (!repository_need(change, NULL, failure) ||
        !facts_get(change, digest, &change->arena, &facts, &found, failure))
        return false;
    if (!found)
        return manifest_unknown(&change->scope, digest_slice(digest), failure);
    if (!facts_complete(change, &change->arena, &facts, failure) ||
        (judged && !facts_unchanged(&facts, judged, failure)))
        return false;
    if (facts.is_archived == archive)
        return true;
    facts.is_archived = archive;
    *(archive ? &facts.archived : &facts.activated) = change->now;
    change->touched = true;
    return facts_put(change, &facts, failure) &&
           change_journal(change, archive ? "ArchiveImage" : "ActivateImage", digest, SLICE(""),
                          why, failure) &&
           change_commit(change, failure);
}

bool manifest_set_storage(struct registry *registry, const struct scope *scope,
                          const struct digest *digest, bool archive, const struct caller *who,
                          struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    *failure = (struct failure){0};
    return change_begin(&change, registry, scope, true, who, failure) &&
           set_storage(&change, digest, archive, NULL, SLICE(""), failure);
}

bool manifest_archive(struct registry *registry, const struct scope *scope,
                      const struct manifest_facts *judged, struct slice why,
                      const struct caller *who, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    *failure = (struct failure){0};
    return change_begin(&change, registry, scope, true, who, failure) &&
           set_storage(&change, &judged->digest, true, judged, why, failure);
}
