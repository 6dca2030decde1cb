#pragma once
/*
 * Manifests and tags of a repository: images, indexes and artifacts of any media type that is JSON
 * (OCI image specification 1.1, Docker schema 2). Bytes are kept as they came.
 */
#include "registry/core/core.h"

enum manifest_class { MANIFEST_IS_IMAGE, MANIFEST_IS_INDEX, MANIFEST_IS_ARTIFACT };

struct blob_reference {
    struct digest digest;
    uint64_t size;
    struct slice media_type;
    struct slice platform_os, platform_architecture, platform_variant; /* of an index's entries */
    struct slice artifact_type;
    bool elsewhere; /* a foreign layer: need not be in the registry */
};

/* What a manifest says, found out once when it is stored. */
struct manifest_facts {
    enum manifest_class kind;
    struct digest digest;
    struct slice media_type, artifact_type; /* artifact_type: its own, else the config's type */
    size_t length;                          /* bytes of the manifest */
    uint64_t image_size;                    /* compressed: layers and configuration */
    struct blob_reference config;           /* digest empty: none */
    struct blob_reference *layers;
    size_t layer_count;
    struct blob_reference *children; /* of an index */
    size_t child_count;
    struct digest subject; /* empty: none */
    struct slice *annotation_names, *annotation_values;
    size_t annotation_count;
    struct slice os, architecture, variant; /* of the configuration; may be empty */
    /* of its life here */
    double pushed, pulled;      /* seconds since 1970; pulled 0: never */
    double archived, activated; /* 0: never */
    bool is_archived;           /* storage class ARCHIVE */
    bool embeds;                /* an index that holds manifests themselves (descriptor.md, "data"):
                                   containerd does not ask for those */
    bool sparse;                /* put so (manifest_push.sparse): what it names may not be here */
    struct slice *tags;         /* filled where said */
    size_t tag_count;
};

struct manifest_list {
    struct manifest_facts *items;
    size_t count, room;
    bool more; /* there may be others behind these; of manifest_list */
};

/* One tag of a push, and how it went. */
struct tag_result {
    struct slice tag;
    bool moved;             /* or new */
    bool was_there;         /* pointed to the same manifest already */
    struct digest before;   /* empty: new */
    struct failure failure; /* FAILURE_TAG_IMMUTABLE of this tag alone; others went on */
};

struct manifest_push {
    struct slice bytes, media_type;
    struct digest expected; /* empty: not told; else FAILURE_DIGEST_INVALID when another */
    struct slice *tags;
    size_t tag_count;
    /* Only while the first tag points to this, or (empty) does not exist; or is what is put
       already. NULL: in any case. Else FAILURE_CONDITION. */
    const struct digest *only_if;
    bool refuse_existing; /* ECR: FAILURE_MANIFEST_EXISTS when nothing would change */
    /* Of a pull-through cache: what it names may still be upstream, and comes when it is asked for.
       A manifest that was sparse becomes whole when it is put again without. */
    bool sparse;
};

/*
 * Parses, asks that everything it names is in the repository, stores it, moves the tags. All or
 * nothing, but for immutable tags when there are several (results[i].failure; when all fail, the
 * push fails with the first). `results` has room for tag_count. `facts` is of the stored manifest.
 */
bool manifest_put(struct registry *registry, const struct scope *scope,
                  const struct manifest_push *push, const struct caller *who, struct arena *arena,
                  struct manifest_facts *facts, struct tag_result *results,
                  struct failure *failure);
/* An artifact of another manifest (a signature, an SBOM): it goes when that goes. An image's
   configuration does not make it an image to lifecycle policies when it says what it is. */
bool manifest_follows_subject(const struct manifest_facts *facts);
/* Parses only: what manifest_put would make of it. For tests and fuzzing. */
bool manifest_facts_parse(struct slice bytes, struct slice media_type, struct arena *arena,
                          struct manifest_facts *facts, struct failure *failure);

/* "v1.0.0" or "sha256:…" → digest. FAILURE_MANIFEST_UNKNOWN. */
bool manifest_resolve(struct registry *registry, const struct scope *scope, struct slice reference,
                      struct digest *digest, struct failure *failure);
/* The bytes as pushed; media_type too. */
bool manifest_get(struct registry *registry, const struct scope *scope, const struct digest *digest,
                  struct arena *arena, struct slice *bytes, struct slice *media_type,
                  struct failure *failure);
/* Facts with tags. */
bool manifest_describe(struct registry *registry, const struct scope *scope,
                       const struct digest *digest, struct arena *arena,
                       struct manifest_facts *facts, struct failure *failure);
/* All of a repository with their tags, by digest, after `after` (empty: from the beginning); fewer
   than `limit` where they are large (list->more says so): what is listed takes some 16 MiB of the
   arena, or is one. */
bool manifest_list(struct registry *registry, const struct scope *scope, struct slice after,
                   size_t limit, struct arena *arena, struct manifest_list *list,
                   struct failure *failure);
/* Tags in lexical order. `digests` may be NULL. */
bool tag_list(struct registry *registry, const struct scope *scope, struct slice after,
              size_t limit, struct arena *arena, struct slice **tags, struct digest **digests,
              size_t *count, struct failure *failure);
/* Moves one tag to a manifest that is here (tag apply, restore); immutability holds. */
bool tag_put(struct registry *registry, const struct scope *scope, struct slice tag,
             const struct digest *digest, const struct caller *who, struct failure *failure);
/* Only the tag; the manifest stays. */
bool tag_delete(struct registry *registry, const struct scope *scope, struct slice tag,
                const struct caller *who, struct failure *failure);
/* The manifest and all its tags. FAILURE_MANIFEST_REFERENCED when an index names it, unless
   `with_parents`: then those go with it. `why` stands in the journal ("lifecycle rule 1"); may be
   empty. `recycle`: it can be restored until limits.recycle_seconds later. Artifacts that have it
   as subject go with it when `with_referrers`. */
struct manifest_removal {
    bool with_parents, with_referrers, recycle;
    struct slice why;
    /* Only while it has these tags, these dates and this storage class: FAILURE_BUSY when it was
       changed since it was judged. NULL: in any case. */
    const struct manifest_facts *judged;
};
bool manifest_delete(struct registry *registry, const struct scope *scope,
                     const struct digest *digest, const struct manifest_removal *how,
                     const struct caller *who, struct failure *failure);
/* Manifests whose subject this is, by digest, pushed or not. artifact_type empty: all. */
bool manifest_referrers(struct registry *registry, const struct scope *scope,
                        const struct digest *subject, struct slice artifact_type,
                        struct slice after, size_t limit, struct arena *arena,
                        struct manifest_list *list, struct failure *failure);
/* Somebody pulls it: remembered now, written behind. */
void manifest_pulled(struct registry *registry, const struct scope *scope,
                     const struct digest *digest, const struct caller *who);
bool manifest_set_storage(struct registry *registry, const struct scope *scope,
                          const struct digest *digest, bool archive, const struct caller *who,
                          struct failure *failure);
/* To the archive, by a rule; `judged` and `why` as with manifest_delete. */
bool manifest_archive(struct registry *registry, const struct scope *scope,
                      const struct manifest_facts *judged, struct slice why,
                      const struct caller *who, struct failure *failure);

/* The recycle bin. */
struct recycled {
    struct manifest_facts facts; /* with the tags it had */
    double deleted, until;
    struct slice why, who;
};
bool recycled_list(struct registry *registry, const struct scope *scope, struct arena *arena,
                   struct recycled **items, size_t *count, struct failure *failure);
/* Back, with those of its tags that point nowhere else by now (*tags of them). */
bool recycled_restore(struct registry *registry, const struct scope *scope,
                      const struct digest *digest, const struct caller *who, struct arena *arena,
                      struct slice **tags, size_t *tag_count, struct failure *failure);
/* When a tag last moved away from this manifest; 0: never. Lifecycle asks. */
bool tag_moved_from(struct registry *registry, const struct scope *scope,
                    const struct digest *digest, double *when, struct failure *failure);
