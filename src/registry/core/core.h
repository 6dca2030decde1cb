#pragma once
/*
 * The registry itself, below its APIs: repositories, blobs, uploads, manifests, tags, in terms of
 * store/. OCI and ECR are two ways to speak to it. Each call is one transaction (rows.h says which
 * rows there are); what it changes stands in the journal in the same transaction, with who did it.
 * Nothing here asks who may: that is auth/'s, before.
 *
 * Any thread may call. Results live in the arena passed.
 */
#include "registry/core/caller.h"
#include "registry/core/failure.h"
#include "registry/core/scope.h"
#include "store/blobs.h"
#include "store/meta.h"

/*
 * What others want to see as it happens; each may be NULL. Called outside of transactions. The
 * upload ones come from the thread that takes the bytes and must not wait.
 */
struct registry_taps {
    void *context;
    /* An upload begins (also one that is taken up again: `size` bytes are there). `file` is a
       handle of the world, good until finished/cancelled. */
    void (*upload_started)(void *context, const char *id, int file, uint64_t size,
                           struct slice first_bytes);
    void (*upload_grew)(void *context, const char *id, uint64_t size);
    /* It became a blob: its digest is verified. Or it did not: digest NULL. */
    void (*upload_ended)(void *context, const char *id, const struct digest *digest, uint64_t size);
    /* A manifest was stored (`is_new`: was not in this repository), perhaps with tags. */
    void (*manifest_stored)(void *context, const struct scope *scope, const struct digest *digest,
                            bool is_new, const struct caller *who);
    /* It is gone for good. */
    void (*manifest_removed)(void *context, const struct scope *scope, const struct digest *digest);
    /* Something of this repository changed (tags, manifests, settings, policies): forget what you
       know of it. Scope text; empty: forget everything. */
    void (*changed)(void *context, struct slice scope);
    /* The journal has new entries. */
    void (*journal)(void *context);
};

enum { REGISTRY_TAPS_MAX = 8 };

struct registry_limits {
    uint64_t blob_max;        /* bytes of one blob; 0: 64 GiB */
    size_t manifest_max;      /* 0: 4 MiB */
    size_t uploads_max;       /* open at once, of a repository; 0: 1000 */
    uint64_t repository_max;  /* bytes of blobs of one repository; 0: no quota */
    uint64_t account_max;     /* of all repositories of an account; 0: no quota */
    size_t repositories_max;  /* of an account; 0: 1,000,000 */
    size_t images_max;        /* of a repository; 0: 100,000 */
    unsigned upload_seconds;  /* an upload without bytes is given up after; 0: 24 hours */
    unsigned grace_seconds;   /* a blob without a manifest stays for, and up to a quarter longer;
                                 0: 24 hours */
    unsigned recycle_seconds; /* what lifecycle expires can be restored for; 0: is gone at once */
};

struct registry {
    struct world *world;
    struct meta *meta;
    struct blobs *blobs;
    struct registry_limits limits;
    struct registry_taps taps[REGISTRY_TAPS_MAX];
    size_t tap_count;
    struct registry_state *state; /* uploads under way, pulls to be written: core's own */
};

/* The parts stay the caller's. Limits of 0 (or `limits` NULL) become their defaults. */
bool registry_init(struct registry *registry, struct world *world, struct meta *meta,
                   struct blobs *blobs, const struct registry_limits *limits, struct error *err);
/* Writes what is still to be written (pulls). */
void registry_done(struct registry *registry);
/* Before requests come. */
void registry_tap(struct registry *registry, const struct registry_taps *taps);
/* Housekeeping, called every second by the server: writes pulls behind, asks meta_changed. */
bool registry_tick(struct registry *registry, struct error *err);
