/* The rows that a manifest has: facts, references, referrer. */
#include "registry/core/codec.h"
#include "registry/core/parts.h"
#include "registry/core/pulls.h"

bool manifest_unknown(const struct scope *scope, struct slice reference, struct failure *failure)
{
    return failure_set(failure, FAILURE_MANIFEST_UNKNOWN,
                       "Requested image not found: '%.*s' in the repository '%.*s'",
                       SLICE_ARG(slice_upto(reference, 140)), SLICE_ARG(scope->repository));
}

bool facts_get(struct change *change, const struct digest *digest, struct arena *arena,
               struct manifest_facts *facts, bool *found, struct failure *failure)
{
    struct slice value;
    struct error err;
    if (!row_get(change, ROW_MANIFEST, digest_slice(digest), &value, found, failure))
        return false;
    if (*found && !manifest_decode(value, arena, facts, &err))
        return failure_of(failure, &err);
    return true;
}

bool facts_put(struct change *change, const struct manifest_facts *facts, struct failure *failure)
{
    struct slice value;
    if (!manifest_encode(facts, &change->arena, &value))
        return failure_memory(failure);
    return row_put(change, ROW_MANIFEST, digest_slice(&facts->digest), value, failure);
}

bool tags_of(struct change *change, const struct digest *digest, struct arena *arena,
             struct slice **tags, size_t *count, struct failure *failure)
{
    struct slice prefix = row_pair(change, digest_slice(digest), SLICE(""));
    struct row_list rows;
    if (!prefix.at)
        return failure_memory(failure);
    if (!row_list_prefix(change, ROW_TAGGED, prefix, SLICE(""), 0, &rows, failure))
        return false;
    struct slice *list = arena_array(arena, rows.count + 1, sizeof *list);
    if (!list)
        return failure_memory(failure);
    for (size_t i = 0; i < rows.count; i++) {
        list[i] = arena_copy(arena, slice_from(rows.items[i].name, prefix.len));
        if (!list[i].at)
            return failure_memory(failure);
    }
    *tags = list;
    *count = rows.count;
    return true;
}

bool facts_complete(struct change *change, struct arena *arena, struct manifest_facts *facts,
                    struct failure *failure)
{
    double pending = pulls_pending(change->registry->state->pulls, &change->scope, &facts->digest);
    if (!row_get_time(change, ROW_PULLED, digest_slice(&facts->digest), &facts->pulled, failure))
        return false;
    if (pending > facts->pulled)
        facts->pulled = pending;
    return tags_of(change, &facts->digest, arena, &facts->tags, &facts->tag_count, failure);
}

/* One reference row: this manifest names that blob or manifest. */
static bool reference(struct change *change, const struct digest *named,
                      const struct manifest_facts *facts, bool put, struct failure *failure)
{
    struct slice name = row_pair(change, digest_slice(named), digest_slice(&facts->digest));
    if (!name.at)
        return failure_memory(failure);
    return put ? row_put(change, ROW_REFERENCE, name, SLICE(""), failure)
               : row_remove(change, ROW_REFERENCE, name, failure);
}

static bool references(struct change *change, const struct manifest_facts *facts, bool put,
                       struct failure *failure)
{
    if (facts->config.digest.text[0] &&
        !reference(change, &facts->config.digest, facts, put, failure))
        return false;
    for (size_t i = 0; i < facts->layer_count; i++)
        if (!reference(change, &facts->layers[i].digest, facts, put, failure))
            return false;
    for (size_t i = 0; i < facts->child_count; i++)
        if (!reference(change, &facts->children[i].digest, facts, put, failure))
            return false;
    return true;
}

static bool referrer_row(struct change *change, const struct manifest_facts *facts, bool put,
                         struct failure *failure)
{
    if (!facts->subject.text[0])
        return true;
    struct slice name =
        row_pair(change, digest_slice(&facts->subject), digest_slice(&facts->digest));
    if (!name.at)
        return failure_memory(failure);
    return put ? row_put(change, ROW_REFERRER, name, SLICE(""), failure)
               : row_remove(change, ROW_REFERRER, name, failure);
}

bool manifest_rows_put(struct change *change, const struct manifest_facts *facts,
                       struct failure *failure)
{
    return facts_put(change, facts, failure) && references(change, facts, true, failure) &&
           referrer_row(change, facts, true, failure) &&
           counter_add(change, change->at, "images", 1, failure);
}

bool manifest_rows_purge(struct change *change, const struct manifest_facts *facts,
                         struct failure *failure)
{
    struct slice name = digest_slice(&facts->digest);
    return references(change, facts, false, failure) &&
           row_remove(change, ROW_DOCUMENT, name, failure) &&
           row_remove(change, ROW_MOVED, name, failure) &&
           row_remove(change, ROW_PULLED, name, failure) &&
           change_tell(change, NEWS_REMOVED, &facts->digest, failure);
}

bool manifest_rows_leave(struct change *change, const struct manifest_facts *facts,
                         struct failure *failure)
{
    change->touched = true;
    return row_remove(change, ROW_MANIFEST, digest_slice(&facts->digest), failure) &&
           referrer_row(change, facts, false, failure) &&
           counter_add(change, change->at, "images", -1, failure);
}

bool facts_unchanged(const struct manifest_facts *now, const struct manifest_facts *judged,
                     struct failure *failure)
{
    bool same = now->tag_count == judged->tag_count && now->is_archived == judged->is_archived &&
                now->pushed == judged->pushed && now->activated == judged->activated;
    for (size_t i = 0; same && i < now->tag_count; i++)
        same = slice_equal(now->tags[i], judged->tags[i]);
    return same || failure_set(failure, FAILURE_BUSY, "the image %s was changed meanwhile",
                               now->digest.text);
}
