#pragma once
/*
 * A repository of a registry that is written to: where images are pushed and tags are moved. One
 * conversation, in which each thread has a link of its own.
 */
#include "image/registry_write.h"

struct destination_options {
    bool plain_http, insecure;
    bool reads_only;   /* nothing will be put: a token to pull will do */
    unsigned wait_max; /* seconds to wait at a rate limit; 0: 30; over that the error tells until
                          when */
    const atomic_bool *cancel; /* ends what goes over the network within a second; may be NULL */
};

struct destination {
    struct session session;
    struct http_options http;
    const atomic_bool *cancel;
    bool is_open;
};

/* `name`: a reference, perhaps behind "http://" or "https://"; its slices must outlive the
   destination. Nothing is asked yet, but whether a registry on this machine speaks TLS. */
bool destination_open(struct destination *destination, const char *name,
                      const struct destination_options *options, struct arena *arena,
                      struct error *err);
void destination_close(struct destination *destination); /* accepts one that is all zero */
#define CLEANUP_DESTINATION __attribute__((cleanup(destination_close)))

/* For one thread; to be closed. A link without a client fails with its first request. */
struct registry_link destination_link(struct destination *destination);
void destination_unlink(struct registry_link *link);
#define CLEANUP_LINK __attribute__((cleanup(destination_unlink)))

/* Whether a name says which image (":tag", "@sha256:…"): "registry:5000/app" does not. */
bool destination_names_image(struct slice name);
