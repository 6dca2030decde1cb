#pragma once
/*
 * A registry somewhere else, as a client of the Distribution API: what pull-through asks and what
 * replication sends to. Over image/registry_session.h, which does the tokens; who we are comes from
 * the operator's configuration only (never from the machine's docker login). One thread at a time.
 */
#include "image/registry_session.h"
#include "registry/mirror/configuration.h"

struct upstream_target {
    struct slice url;        /* as configured: "registry-1.docker.io", "http://127.0.0.1:5001" */
    struct slice repository; /* there */
    struct slice user, password;
    const struct mirror_host *host; /* NULL: nothing special */
    const atomic_bool *cancel;      /* ends what is under way; may be NULL */
};

struct upstream {
    struct session session;
    struct http_options options;
    struct http_client *client;
    struct arena arena;
    const atomic_bool *cancel;
};

/* Finds the address (loopback without a scheme: whatever answers). The target's strings are
   copied. */
bool upstream_open(struct upstream *upstream, const struct upstream_target *target,
                   struct error *err);
void upstream_close(struct upstream *upstream); /* accepts one that is all zero */
#define CLEANUP_UPSTREAM __attribute__((cleanup(upstream_close)))

struct upstream_manifest {
    struct slice bytes, media_type; /* bytes empty after `head` */
    struct digest digest;           /* verified; after `head` as told; empty: not told */
};
/* By tag or digest, every media type that registries know. ERROR_NOT_FOUND when it is not there. */
bool upstream_manifest(struct upstream *upstream, struct slice reference, bool head,
                       struct arena *arena, struct upstream_manifest *manifest, struct error *err);
/* A blob's bytes, at most `size` of them, to `sink`; who takes them verifies the digest. Goes on
   after a cut where it stopped. */
bool upstream_blob(struct upstream *upstream, const struct digest *digest, uint64_t size,
                   const struct http_sink *sink, struct arena *arena, struct error *err);
/* Whether somebody answers there who lets us in: GET /v2/. */
bool upstream_check(struct upstream *upstream, struct arena *arena, struct error *err);

/* Sending. */
bool upstream_has_blob(struct upstream *upstream, const struct digest *digest, bool *has,
                       struct arena *arena, struct error *err);
/* `read` gives the bytes at `offset`, at most `len` of them. Sent in pieces, so memory stays
   bounded. */
struct upstream_source {
    void *context;
    bool (*read)(void *context, uint64_t offset, void *to, size_t len, size_t *got,
                 struct error *err);
    uint64_t size;
};
bool upstream_send_blob(struct upstream *upstream, const struct digest *digest,
                        const struct upstream_source *source, struct error *err);
bool upstream_send_manifest(struct upstream *upstream, struct slice reference, struct slice bytes,
                            struct slice media_type, struct arena *arena, struct error *err);
/* Fine when it is not there. */
bool upstream_delete_manifest(struct upstream *upstream, struct slice reference,
                              struct arena *arena, struct error *err);
