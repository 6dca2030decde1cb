#pragma once
/*
 * What is done at a registry beyond reading images: manifests by tag or digest, blobs that are
 * sent, tags that are listed. Distribution specification 1.1, "Push" and "Content discovery". Over
 * registry_session.h, which does the tokens; pushing, tagging, replication and pull-through share
 * it.
 *
 * A link is a session and the client of one thread: several threads talk in one session, each with
 * a link of its own. What is returned lives in the arena that was passed. Answers are hostile.
 */
#include "image/registry_session.h"

enum {
    REGISTRY_NAMES_MAX = 100000,  /* tags of a repository; repositories of a registry */
    REGISTRY_PAGE_MAX = 16 << 20, /* bytes of one page of names */
    REGISTRY_PIECE = 8 << 20,     /* a blob over this goes in pieces of it */
};

/* With this header a registry says of a manifest that it honours If-Match and If-None-Match when it
   is put: no standard has a word for it. Ours sends it (registry/oci/manifests.c). */
#define REGISTRY_CONDITIONAL "Plimsoll-Conditional-Put"

struct registry_link {
    struct session *session;
    struct http_client *client;
    const atomic_bool *cancel; /* ends what is under way; may be NULL */
    unsigned tries; /* while nobody answers, with growing waits: 7 are about half a minute; 0: what
                       the client does by itself */
};

struct registry_manifest {
    struct slice bytes;      /* empty after registry_manifest_head */
    struct slice media_type; /* without parameters */
    /* Of the bytes, and as it was asked for and told; after a HEAD as told, empty: not told. */
    struct digest digest;
    bool conditional; /* the registry says that it honours If-Match when a manifest is put */
};

/* By tag or digest, every media type that registries know. ERROR_NOT_FOUND when it is not there. */
bool registry_manifest_head(const struct registry_link *link, struct slice reference,
                            struct arena *arena, struct registry_manifest *manifest,
                            struct error *err);
bool registry_manifest_get(const struct registry_link *link, struct slice reference,
                           struct arena *arena, struct registry_manifest *manifest,
                           struct error *err);

/*
 * Puts manifest->bytes under a tag or a digest. `only_if` NULL: in any case; else If-Match with
 * that digest, or, when its text is empty, If-None-Match: * (registries that know neither ignore
 * it). ERROR_BUSY: the condition does not hold any more. ERROR_DIGEST: the registry says that it
 * keeps other bytes than were sent. `*subject` (may be NULL): whether the registry keeps
 * referrers by itself (OCI-Subject).
 */
bool registry_manifest_put(const struct registry_link *link, struct slice reference,
                           const struct registry_manifest *manifest, const struct digest *only_if,
                           bool *subject, struct arena *arena, struct error *err);
/* Fine when it is not there. */
bool registry_manifest_delete(const struct registry_link *link, struct slice reference,
                              struct arena *arena, struct error *err);

/* ---- blobs (registry_upload.c) ---- */

bool registry_blob_has(const struct registry_link *link, const struct digest *digest, bool *has,
                       struct arena *arena, struct error *err);
/* Takes a blob over from another repository of the registry. *mounted false: the registry would
   rather have it sent (202), or does not let us. */
bool registry_blob_mount(const struct registry_link *link, const struct digest *digest,
                         struct slice from, bool *mounted, struct arena *arena, struct error *err);

/* Whether we may push, found out by beginning an upload, which is cancelled at once. ERROR_DENIED,
   ERROR_NOT_FOUND (no such repository, and this registry makes none by itself), … say what to do.
   session->credentials then tells who we are there. */
bool registry_push_allowed(const struct registry_link *link, struct arena *arena,
                           struct error *err);

/* `read` gives the bytes at `offset`, at most `len` of them. It is asked in order, but for what has
   to be sent once more. */
struct registry_blob_source {
    void *context;
    bool (*read)(void *context, uint64_t offset, void *to, size_t len, size_t *got,
                 struct error *err);
    uint64_t size;
};

struct registry_sending {
    unsigned
        tries; /* in a row, without a byte getting through; 0: 7, which is about half a minute */
    void *context; /* with what the registry has of the blob by now; may go back after a cut */
    void (*progress)(void *context, uint64_t sent); /* may be NULL */
};

/*
 * Small blobs in one request; others in pieces, and after a cut on from where the registry says it
 * is (upload status), with growing waits. Registries that take no pieces get the blob as a whole.
 * Memory: one piece. `sending` may be NULL.
 */
bool registry_blob_send(const struct registry_link *link, const struct digest *digest,
                        const struct registry_blob_source *source,
                        const struct registry_sending *sending, struct error *err);

/* ---- names (registry_names.c) ---- */

/* All tags, over all pages, in the registry's order. ERROR_NOT_FOUND: no such repository;
   ERROR_LIMIT over REGISTRY_NAMES_MAX. */
bool registry_tags_list(const struct registry_link *link, struct arena *arena, struct slice **tags,
                        size_t *count, struct error *err);

struct registry_names {
    struct slice *items;
    size_t count, room;
};
/* Adds the tags of one page, {"name": …, "tags": […]}: for tests and fuzzing. Words that are no
   tags are left out. */
bool registry_tags_read(struct slice page, struct arena *arena, struct registry_names *tags,
                        struct error *err);

/* The names of all repositories that we may see, over all pages of /v2/_catalog. Many registries
   have none (ERROR_NOT_FOUND, ERROR_DENIED) or not for everybody. */
bool registry_catalog_list(const struct registry_link *link, struct arena *arena,
                           struct registry_names *names, struct error *err);
/* Adds the names of one page, {"repositories": […]}: for tests. What is no name is left out. */
bool registry_catalog_read(struct slice page, struct arena *arena, struct registry_names *names,
                           struct error *err);
