/* Manifests, what they name, and the tags that point to them. */
#include "registry/core/check_parts.h"
#include "registry/core/codec.h"

/* ---- documents ---- */

struct search {
    struct arena *arena;
    const struct digest *digest;
    struct slice found;
};

static bool take_copy(void *context, const struct meta_row *row)
{
    struct search *search = context;
    if (!slice_equal(row->name, digest_slice(search->digest)) ||
        !digest_is_of(search->digest, row->value))
        return true;
    search->found = arena_copy(search->arena, row->value);
    return false;
}

/* The same document in another repository. Slow, and only for those that are damaged. */
static bool find_copy(struct checking *checking, struct change *change, const struct digest *digest,
                      struct slice *copy)
{
    struct search search = {.arena = &change->arena, .digest = digest};
    struct meta_range range = {.kind = ROW_DOCUMENT, .below = true};
    struct error err;
    if (!meta_scan(change->txn, &range, take_copy, &search, &err))
        return failure_of(&checking->failure, &err);
    *copy = search.found;
    return true;
}

static bool check_document(struct checking *checking, struct change *change,
                           const struct digest *digest, bool mend, struct finding *finding)
{
    struct slice bytes, copy;
    bool found;
    if (!row_get(change, ROW_DOCUMENT, digest_slice(digest), &bytes, &found, &checking->failure))
        return false;
    if (found && digest_is_of(digest, bytes))
        return true;
    const char *what = found ? "has other bytes than its digest says" : "is missing";
    if (!find_copy(checking, change, digest, &copy))
        return false;
    finding->lost = !copy.len;
    return check_found(checking, change, finding, "%.*s: the manifest %s %s%s",
                       SLICE_ARG(change->at), digest->text, what,
                       copy.len ? "; another repository has it" : "; push it again") &&
           (!mend || !copy.len ||
            row_put(change, ROW_DOCUMENT, digest_slice(digest), copy, &checking->failure));
}

/* ---- what a manifest names ---- */

/* The row by which collection knows that the manifest needs it. */
static bool check_reference(struct checking *checking, struct change *change,
                            const struct digest *named, const struct digest *manifest, bool mend,
                            struct finding *finding)
{
    struct slice name = row_pair(change, digest_slice(named), digest_slice(manifest)), value;
    bool found;
    if (!name.at)
        return failure_memory(&checking->failure);
    if (!row_get(change, ROW_REFERENCE, name, &value, &found, &checking->failure))
        return false;
    if (found)
        return true;
    return check_found(checking, change, finding,
                       "%.*s: nothing kept %s, which the manifest %s names", SLICE_ARG(change->at),
                       named->text, manifest->text) &&
           (!mend || row_put(change, ROW_REFERENCE, name, SLICE(""), &checking->failure));
}

/* A blob that is not in the repository, though a manifest names it: entered when its file is
   there. */
static bool check_blob(struct checking *checking, struct change *change,
                       const struct blob_reference *blob, const struct manifest_facts *facts,
                       bool mend, struct finding *finding)
{
    struct slice value;
    uint64_t size = 0;
    bool found;
    if (!check_reference(checking, change, &blob->digest, &facts->digest, mend, finding) ||
        !row_get(change, ROW_BLOB, digest_slice(&blob->digest), &value, &found, &checking->failure))
        return false;
    if (found || facts->sparse)
        return true;
    if (check_lost_is_told(checking, change, &blob->digest))
        return true;
    bool there = check_blob_now(checking, &blob->digest, &size) == BLOB_FINE;
    finding->lost = finding->lost || !there;
    if (!there)
        finding->blob = blob->digest;
    return check_found(checking, change, finding, "%.*s: the manifest %s names %s, which is not %s",
                       SLICE_ARG(change->at), facts->digest.text, blob->digest.text,
                       there ? "entered in the repository" : "here; push it again") &&
           (!mend || !there || blob_row_enter(change, &blob->digest, size, &checking->failure));
}

/* What an index names is a manifest, or for a type that is none of a manifest's, a blob. */
static bool is_here(struct checking *checking, struct change *change, const struct digest *digest,
                    bool *here)
{
    static const char *const kinds[] = {ROW_MANIFEST, ROW_RECYCLED, ROW_BLOB};
    struct slice value;
    *here = false;
    for (size_t i = 0; !*here && i < sizeof kinds / sizeof *kinds; i++)
        if (!row_get(change, kinds[i], digest_slice(digest), &value, here, &checking->failure))
            return false;
    return true;
}

static bool check_child(struct checking *checking, struct change *change,
                        const struct digest *child, const struct manifest_facts *facts, bool mend,
                        struct finding *finding)
{
    bool here;
    if (!check_reference(checking, change, child, &facts->digest, mend, finding) ||
        !is_here(checking, change, child, &here))
        return false;
    if (here || facts->sparse)
        return true;
    finding->lost = true;
    return check_found(checking, change, finding,
                       "%.*s: the index %s names the manifest %s, which is not here; push it again",
                       SLICE_ARG(change->at), facts->digest.text, child->text);
}

static bool check_named(struct checking *checking, struct change *change,
                        const struct manifest_facts *facts, bool mend, struct finding *finding)
{
    if (facts->config.digest.text[0] &&
        !check_blob(checking, change, &facts->config, facts, mend, finding))
        return false;
    for (size_t i = 0; i < facts->layer_count; i++)
        if (!check_blob(checking, change, &facts->layers[i], facts, mend, finding))
            return false;
    for (size_t i = 0; i < facts->child_count; i++)
        if (!check_child(checking, change, &facts->children[i].digest, facts, mend, finding))
            return false;
    return true;
}

bool check_manifest_row(struct checking *checking, struct change *change, const struct row *row,
                        bool mend, struct finding *finding)
{
    struct manifest_facts facts;
    struct error err;
    if (!manifest_decode(row->value, &change->arena, &facts, &err)) {
        finding->lost = true;
        return check_found(checking, change, finding, "%.*s: the row of the manifest %.*s: %s",
                           SLICE_ARG(change->at), SLICE_ARG(row->name), err.text);
    }
    return check_named(checking, change, &facts, mend, finding) &&
           check_document(checking, change, &facts.digest, mend, finding);
}

bool check_recycled_row(struct checking *checking, struct change *change, const struct row *row,
                        bool mend, struct finding *finding)
{
    struct recycled recycled;
    struct error err;
    if (!recycled_decode(row->value, &change->arena, &recycled, &err)) {
        finding->lost = true;
        return check_found(checking, change, finding, "%.*s: the row of the recycled %.*s: %s",
                           SLICE_ARG(change->at), SLICE_ARG(row->name), err.text);
    }
    /* Children of a recycled index may go before it: restoring then says so. */
    recycled.facts.child_count = 0;
    return check_named(checking, change, &recycled.facts, mend, finding) &&
           check_document(checking, change, &recycled.facts.digest, mend, finding);
}

/* ---- tags ---- */

bool check_tag_row(struct checking *checking, struct change *change, const struct row *row,
                   bool mend, struct finding *finding)
{
    struct digest digest;
    struct error err;
    struct slice value;
    bool found = false;
    bool sound = tag_decode(row->value, &digest, &err);
    if (sound &&
        !row_get(change, ROW_MANIFEST, digest_slice(&digest), &value, &found, &checking->failure))
        return false;
    if (!found)
        return check_found(checking, change, finding, "%.*s: the tag %.*s points to nothing%s%s",
                           SLICE_ARG(change->at), SLICE_ARG(row->name), sound ? ": " : "",
                           sound ? digest.text : "") &&
               (!mend || row_remove(change, ROW_TAG, row->name, &checking->failure));
    struct slice tagged = row_pair(change, digest_slice(&digest), row->name);
    if (!tagged.at)
        return failure_memory(&checking->failure);
    if (!row_get(change, ROW_TAGGED, tagged, &value, &found, &checking->failure))
        return false;
    return found || (check_found(checking, change, finding, "%.*s: %s does not know its tag %.*s",
                                 SLICE_ARG(change->at), digest.text, SLICE_ARG(row->name)) &&
                     (!mend || row_put(change, ROW_TAGGED, tagged, SLICE(""), &checking->failure)));
}

/* DIGEST/TAG: the tag points there. */
bool check_tagged_row(struct checking *checking, struct change *change, const struct row *row,
                      bool mend, struct finding *finding)
{
    struct slice tag = row->name, digest = slice_cut(&tag, '/'), value;
    struct digest now = {0};
    struct error err;
    bool found;
    if (!row_get(change, ROW_TAG, tag, &value, &found, &checking->failure))
        return false;
    if (found && tag_decode(value, &now, &err) && slice_equal(digest_slice(&now), digest))
        return true;
    return check_found(checking, change, finding, "%.*s: %.*s claims the tag %.*s",
                       SLICE_ARG(change->at), SLICE_ARG(digest), SLICE_ARG(tag)) &&
           (!mend || row_remove(change, ROW_TAGGED, row->name, &checking->failure));
}

/* ---- rows of manifests that are gone ---- */

static bool is_kept(struct checking *checking, struct change *change, struct slice manifest,
                    bool *kept)
{
    struct slice value;
    return row_get(change, ROW_MANIFEST, manifest, &value, kept, &checking->failure) &&
           (*kept || row_get(change, ROW_RECYCLED, manifest, &value, kept, &checking->failure));
}

/* NAMED/MANIFEST */
bool check_reference_row(struct checking *checking, struct change *change, const struct row *row,
                         bool mend, struct finding *finding)
{
    struct slice manifest = row->name, named = slice_cut(&manifest, '/');
    bool kept;
    if (!is_kept(checking, change, manifest, &kept))
        return false;
    return kept || (check_found(checking, change, finding,
                                "%.*s: %.*s is kept for the manifest %.*s, which is gone",
                                SLICE_ARG(change->at), SLICE_ARG(named), SLICE_ARG(manifest)) &&
                    (!mend || row_remove(change, ROW_REFERENCE, row->name, &checking->failure)));
}

bool check_document_row(struct checking *checking, struct change *change, const struct row *row,
                        bool mend, struct finding *finding)
{
    bool kept;
    if (!is_kept(checking, change, row->name, &kept))
        return false;
    return kept ||
           (check_found(checking, change, finding, "%.*s: the document of %.*s, which is gone",
                        SLICE_ARG(change->at), SLICE_ARG(row->name)) &&
            (!mend || row_remove(change, ROW_DOCUMENT, row->name, &checking->failure)));
}
