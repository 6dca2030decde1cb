/* Storing a manifest. */
#include <inttypes.h>

#include "image/document.h"
#include "registry/core/parts.h"

enum { CONFIG_MAX = 1 << 20 };

struct storing {
    const struct manifest_push *push;
    struct manifest_facts *facts;
    struct tag_result *results;
    struct arena *arena;
    struct failure *failure;
    bool known, recycled, whole; /* here already; in the recycle bin; was sparse and is no more */
};

/* ---- before the transaction ---- */

static bool check_push(struct registry *registry, const struct manifest_push *push,
                       struct failure *failure)
{
    if (push->bytes.len > registry->limits.manifest_max)
        return failure_set(failure, FAILURE_TOO_LARGE, "the manifest has %zu bytes, more than %zu",
                           push->bytes.len, registry->limits.manifest_max);
    for (size_t i = 0; i < push->tag_count; i++)
        if (!tag_name_is_valid(push->tags[i]))
            return failure_set(failure, FAILURE_TAG_INVALID, "'%.*s' is no tag",
                               SLICE_ARG(slice_upto(push->tags[i], 200)));
    return true;
}

/* The manifest is known by the digest that the client uses for it, else by SHA-256. */
static bool settle_digest(const struct manifest_push *push, struct manifest_facts *facts,
                          struct failure *failure)
{
    if (!push->expected.text[0])
        return true;
    if (!digest_is_of(&push->expected, push->bytes))
        return failure_set(failure, FAILURE_DIGEST_INVALID,
                           "the manifest does not have the digest %s", push->expected.text);
    facts->digest = push->expected;
    return true;
}

/* What the configuration says of the platform; a configuration that cannot be read says nothing. */
static bool read_platform(struct registry *registry, struct storing *storing)
{
    CLEANUP_ARENA struct arena scratch;
    struct manifest_facts *facts = storing->facts;
    struct slice bytes;
    struct error err;
    arena_init(&scratch, 2 * CONFIG_MAX);
    if (facts->kind != MANIFEST_IS_IMAGE ||
        !blob_read_all(registry->blobs, &facts->config.digest, CONFIG_MAX, &scratch, &bytes, &err))
        return true;
    CLEANUP_JSON json_t *config = document_parse(bytes, &err);
    return (document_text(config, "os", storing->arena, &facts->os) &&
            document_text(config, "architecture", storing->arena, &facts->architecture) &&
            document_text(config, "variant", storing->arena, &facts->variant)) ||
           failure_memory(storing->failure);
}

/* ---- inside ---- */

static bool need_blob(struct change *change, const struct blob_reference *wanted,
                      struct failure *failure)
{
    struct blob_row row;
    bool found;
    if (!blob_row_get(change, &wanted->digest, &row, &found, failure))
        return false;
    if (!found)
        return wanted->elsewhere ||
               failure_set(failure, FAILURE_MANIFEST_BLOB_UNKNOWN,
                           "the manifest names the blob %s, which is not in the repository",
                           wanted->digest.text);
    if (row.size != wanted->size && !wanted->elsewhere)
        return failure_set(failure, FAILURE_MANIFEST_INVALID,
                           "manifest invalid: the blob %s has %" PRIu64
                           " bytes, and the manifest says %" PRIu64,
                           wanted->digest.text, row.size, wanted->size);
    return true;
}

/* An index may also name things that are no manifests: those lie here as blobs. */
static bool need_child(struct change *change, const struct blob_reference *wanted,
                       struct failure *failure)
{
    struct blob_row row;
    bool found;
    if (!row_any(change, ROW_MANIFEST, change->at, digest_slice(&wanted->digest), &found, failure))
        return false;
    if (!found && !manifest_type_is_manifest(wanted->media_type) &&
        !blob_row_get(change, &wanted->digest, &row, &found, failure))
        return false;
    return found || failure_set(failure, FAILURE_MANIFEST_CHILD_UNKNOWN,
                                "the index names the manifest %s, which is not in the repository",
                                wanted->digest.text);
}

static bool need_all(struct change *change, const struct manifest_facts *facts,
                     struct failure *failure)
{
    if (facts->config.digest.text[0] && !need_blob(change, &facts->config, failure))
        return false;
    for (size_t i = 0; i < facts->layer_count; i++)
        if (!need_blob(change, &facts->layers[i], failure))
            return false;
    for (size_t i = 0; i < facts->child_count; i++)
        if (!need_child(change, &facts->children[i], failure))
            return false;
    return true;
}

static bool check_room(struct change *change, struct failure *failure)
{
    uint64_t images;
    if (!counter_get(change, change->at, "images", &images, failure))
        return false;
    return images < change->registry->limits.images_max ||
           failure_set(failure, FAILURE_LIMIT,
                       "the repository has %" PRIu64 " images, and no more are allowed", images);
}

/* What is here keeps when it was pushed and how it is stored. */
static bool look_before(struct change *change, struct storing *storing)
{
    struct manifest_facts before;
    struct recycled recycled;
    struct failure *failure = storing->failure;
    if (!facts_get(change, &storing->facts->digest, &change->arena, &before, &storing->known,
                   failure))
        return false;
    if (storing->known) {
        storing->facts->pushed = before.pushed;
        storing->facts->archived = before.archived;
        storing->facts->activated = before.activated;
        storing->facts->is_archived = before.is_archived;
        storing->facts->sparse = before.sparse && storing->push->sparse;
        storing->whole = before.sparse && !storing->push->sparse;
        return true;
    }
    storing->facts->sparse = storing->push->sparse;
    return recycled_get(change, &storing->facts->digest, &change->arena, &recycled,
                        &storing->recycled, failure);
}

static bool store(struct change *change, struct storing *storing)
{
    struct manifest_facts *facts = storing->facts;
    struct failure *failure = storing->failure;
    struct slice name = digest_slice(&facts->digest);
    if (!look_before(change, storing))
        return false;
    if (storing->whole)
        return need_all(change, facts, failure) && facts_put(change, facts, failure);
    if (storing->known)
        return true;
    facts->pushed = change->now;
    return (facts->sparse || need_all(change, facts, failure)) && check_room(change, failure) &&
           (!storing->recycled || row_remove(change, ROW_RECYCLED, name, failure)) &&
           row_put(change, ROW_DOCUMENT, name, storing->push->bytes, failure) &&
           manifest_rows_put(change, facts, failure);
}

/* Who moves a tag may say from where: nobody's move in between is lost. */
static bool check_condition(struct change *change, const struct storing *storing)
{
    struct digest now = {""};
    bool found;
    const struct manifest_push *push = storing->push;
    if (!push->only_if || !push->tag_count)
        return true;
    if (!tag_get(change, push->tags[0], &now, &found, storing->failure))
        return false;
    if (!found)
        now = (struct digest){""};
    return digest_equal(&now, push->only_if) || digest_equal(&now, &storing->facts->digest) ||
           failure_set(storing->failure, FAILURE_CONDITION, "The image tag '%.*s' %s%s",
                       SLICE_ARG(push->tags[0]), found ? "points to " : "does not exist", now.text);
}

/* Immutable tags fail alone; when all of several do, or the only one, the push fails. */
static bool move_tags(struct change *change, const struct repository *repository,
                      struct storing *storing, bool *moved)
{
    size_t refused = 0;
    for (size_t i = 0; i < storing->push->tag_count; i++) {
        struct tag_result *result = &storing->results[i];
        if (!tag_move(change, repository, storing->push->tags[i], &storing->facts->digest, result,
                      storing->failure))
            return false;
        *moved = *moved || result->moved;
        refused += result->failure.reason != FAILURE_NONE;
    }
    if (refused && refused == storing->push->tag_count) {
        *storing->failure = storing->results[0].failure;
        return false;
    }
    return true;
}

static bool write_journal(struct change *change, const struct storing *storing)
{
    struct journal_entry entry = {.action = SLICE("PutImage"),
                                  .digest = digest_slice(&storing->facts->digest),
                                  .media_type = storing->facts->media_type};
    size_t told = 0;
    for (size_t i = 0; i < storing->push->tag_count; i++) {
        if (!storing->results[i].moved)
            continue;
        entry.tag = storing->push->tags[i];
        if (!change_journal_entry(change, &entry, storing->failure))
            return false;
        told++;
    }
    return told || change_journal_entry(change, &entry, storing->failure);
}

static bool put(struct change *change, struct storing *storing)
{
    struct repository repository;
    struct failure *failure = storing->failure;
    bool moved = false;
    if (!repository_need(change, &repository, failure) || !check_condition(change, storing) ||
        !store(change, storing) || !move_tags(change, &repository, storing, &moved))
        return false;
    bool changes = moved || !storing->known || storing->whole;
    if (!changes && storing->push->refuse_existing)
        return failure_set(failure, FAILURE_MANIFEST_EXISTS,
                           "Image with digest '%s' and the same tags already exists in the "
                           "'%.*s' repository",
                           storing->facts->digest.text, SLICE_ARG(change->scope.repository));
    if (!facts_complete(change, storing->arena, storing->facts, failure))
        return false;
    if (!changes)
        return true; /* the transaction is given up: there is nothing in it */
    return write_journal(change, storing) &&
           change_tell(change, storing->known ? NEWS_STORED : NEWS_STORED_NEW,
                       &storing->facts->digest, failure) &&
           change_commit(change, failure);
}

bool manifest_put(struct registry *registry, const struct scope *scope,
                  const struct manifest_push *push, const struct caller *who, struct arena *arena,
                  struct manifest_facts *facts, struct tag_result *results, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct manifest_facts made;
    struct storing storing = {
        .push = push, .facts = &made, .results = results, .arena = arena, .failure = failure};
    *failure = (struct failure){0};
    if (!check_push(registry, push, failure) ||
        !manifest_facts_parse(push->bytes, push->media_type, arena, &made, failure) ||
        !settle_digest(push, &made, failure) || !read_platform(registry, &storing) ||
        !change_begin(&change, registry, scope, true, who, failure) || !put(&change, &storing))
        return false;
    *facts = made;
    return true;
}
