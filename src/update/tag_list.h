#pragma once
/*
 * All tags of a repository. docker.io is asked by Docker Hub's own API, which tells times, sizes
 * and digests (docs.docker.com, "Docker Hub API", List repository tags):
 *
 *     GET
 * https://hub.docker.com/v2/repositories/library/haproxy/tags?page_size=100&ordering=last_updated
 *
 * every other registry by /v2/NAME/tags/list (OCI distribution specification 1.1, "Listing Tags"),
 * which tells names alone. Answers are kept on disk and asked for again only "if changed". What
 * comes is hostile: sizes are limited, `next` is followed on the same host only (what is behind
 * another is left out, and said), bad names are left out and counted. Several threads may fetch at
 * once, each with an arena of its own.
 */
#include "image/reference.h"
#include "image/source.h"

enum {
    TAG_LIST_TAGS_MAX = 100000,
    TAG_LIST_PAGES_MAX = 1000,
    TAG_LIST_PAGE_MAX = 8 << 20, /* bytes of one answer */
};

struct listed_tag {
    struct slice name;    /* a valid tag */
    struct slice updated; /* "2026-11-20T08:15:00.123456Z" as the API has it; empty: not told */
    struct slice digest;  /* "sha256:…" of the index, where there is one; empty: not told */
    uint64_t size;        /* bytes as stored, of one platform; 0: not told */
};

struct tag_listing {
    struct listed_tag *tags; /* Docker Hub: newest first; others: in the registry's order */
    size_t count;
    struct slice host;     /* that was asked: "hub.docker.com", "localhost:5000" */
    size_t left_out;       /* of Docker Hub: names that cannot be tags */
    unsigned requests;     /* sent for this, those of logging in not counted */
    bool cached;           /* nothing was asked, or the registry said "not modified" */
    bool complete;         /* false: `most` was reached before the end, or `problem` */
    struct slice problem;  /* why pages are missing; empty: none are */
    struct slice asked_at; /* "2026-11-23T10:00:00Z": when a registry last said so */
};

/* Until when hosts want to be left alone: shared by the threads of a run, so that one is told and
   all of them wait. */
struct tag_list_gate;
struct tag_list_gate *tag_list_gate_new(void);
void tag_list_gate_free(struct tag_list_gate *gate);

struct tag_list_options {
    struct source_options source; /* plain_http, insecure, offline: only what is kept */
    const char *keep_in;          /* folder of what was heard; NULL: it is not kept */
    const char *hub;              /* "https://hub.docker.com" or what stands in for it; NULL: that,
                                     or PLIMSOLL_HUB_URL */
    size_t most;                  /* tags that are enough (Docker Hub: the newest); 0: all */
    unsigned wait_max;            /* seconds to wait at a rate limit; 0: stop at once */
    struct tag_list_gate *gate;   /* NULL: of this fetch alone */
};

/*
 * ERROR_NOT_FOUND: no such repository, or (offline) nothing is kept; ERROR_DENIED: log in;
 * ERROR_NETWORK: not reached, or a rate limit, with until when; ERROR_FORMAT: an answer that is
 * none.
 */
bool tag_list_fetch(const struct reference *reference, const struct tag_list_options *options,
                    struct arena *arena, struct tag_listing *listing, struct error *err);

/* "$PLIMSOLL_CACHE/tags", "$XDG_CACHE_HOME/plimsoll/tags" or in ~/.cache; NULL: there is none. */
const char *tag_list_folder(struct arena *arena);
