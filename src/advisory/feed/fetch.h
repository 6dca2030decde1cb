#pragma once
/*
 * Bytes of a feed's file, from HTTP or the file system, and what tells whether they have changed.
 * One fetcher a thread.
 */
#include "advisory/feed/feed.h"
#include "net/http.h"

struct fetcher {
    struct http_client *client; /* made when first needed */
    const char *folder;         /* on whose disk bodies are kept while they are read */
};

enum fetch_outcome { FETCH_NEW, FETCH_SAME, FETCH_ABSENT, FETCH_FAILED };

/* What is kept of a file to ask for it again. */
struct fetch_state {
    struct slice where;
    struct slice first, second; /* HTTP: ETag, Last-Modified; files: size and time, empty */
};

struct fetched {
    int fd;
    struct slice bytes; /* mapped or read */
    bool mapped;
    struct arena arena;       /* what is not mapped */
    struct fetch_state state; /* in the caller's arena */
    struct slice date;        /* ISO; in the caller's arena */
};

void fetcher_done(struct fetcher *fetcher);

/* `known` may be NULL: then the bytes are had in any case. A file of the file system is only looked
   at when it is the same. */
enum fetch_outcome fetch_file(struct fetcher *fetcher, const struct feed_file *file,
                              const struct fetch_state *known, struct arena *arena,
                              struct fetched *fetched, struct error *err);
void fetched_done(struct fetched *fetched);
