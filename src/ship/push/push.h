#pragma once
/*
 * An image into a repository of a registry: from an OCI layout or archive, another registry, what
 * `docker save` writes, an engine. Layers that the registry has are not sent, a few go at a time,
 * and what was cut goes on where it stopped (registry_write.h). Manifests of layouts and registries
 * go byte for byte, so that digests stay what they were, with all platforms of an index and the
 * attestations in it; for archives of docker and engines, which have none, one is made, and layers
 * that are not compressed are (in files without a name in $TMPDIR).
 *
 *   contents.c  what there is to send: documents and blobs
 *   made.c      the same for what has no manifest
 *   blobs.c     blobs, side by side
 *   push.c      the order of it all
 */
#include "ship/push/destination.h"

enum { PUSH_AT_ONCE = 3, PUSH_DOCUMENTS_MAX = 1000, PUSH_BLOBS_MAX = 20000 };

struct push_progress {
    uint64_t bytes, all; /* that are at the registry by now; of all blobs */
    size_t blobs, all_blobs;
};

struct push_options {
    struct destination_options destination;
    struct slice platform; /* of an index only that image; empty: all of it */
    struct slice tag;      /* which image of an archive or layout that holds several */
    unsigned at_once;      /* blobs; 0: PUSH_AT_ONCE */
    /* Another repository of the same registry, from which it may take layers over (that of the base
       image, say); empty: none. */
    struct slice mount_from;
    void *context;
    void (*progress)(void *context, const struct push_progress *now); /* may be NULL; any thread */
};

struct push_count {
    size_t blobs;
    uint64_t bytes;
};

struct push_result {
    struct digest digest; /* of the manifest or index that the tag points to */
    struct slice media_type;
    size_t manifests;                       /* that were put; 0: the tag was that image already */
    struct push_count sent, there, mounted; /* there: the registry had them */
    struct slice login; /* where the credentials came from; empty: none were asked for */
};

/*
 * `image` as for source_open, `to` "registry/repository:tag" (or without a tag: by digest alone).
 * When the registry goes away it is tried for about half a minute; after that the error says how
 * far it came, and the same call again sends only what is missing. *result is filled as far as it
 * came.
 */
bool push_image(const char *image, const char *to, const struct push_options *options,
                struct arena *arena, struct push_result *result, struct error *err);
