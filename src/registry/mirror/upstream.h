#pragma once
/*
 * A registry somewhere else, as a client of the Distribution API: what pull-through asks and what
 * replication sends to. Manifests are asked for and sent through `link`, by image/registry_write.h;
 * who we are comes from the operator's configuration only (never from the machine's docker login).
 * One thread at a time.
 */
#include "image/registry_write.h"
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
    struct registry_link link; /* of the two above */
};

/* Finds the address (loopback without a scheme: whatever answers). The target's strings are
   copied. */
bool upstream_open(struct upstream *upstream, const struct upstream_target *target,
                   struct error *err);
void upstream_close(struct upstream *upstream); /* accepts one that is all zero */
#define CLEANUP_UPSTREAM __attribute__((cleanup(upstream_close)))

/* A blob's bytes, at most `size` of them, to `sink`; who takes them verifies the digest. Goes on
   after a cut where it stopped. */
bool upstream_blob(struct upstream *upstream, const struct digest *digest, uint64_t size,
                   const struct http_sink *sink, struct arena *arena, struct error *err);
/* Whether somebody answers there who lets us in: GET /v2/. */
bool upstream_check(struct upstream *upstream, struct arena *arena, struct error *err);
