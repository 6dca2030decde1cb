#pragma once
/*
 * Secrets in bytes: many patterns at once (hyperscan, compiled at build), each with checks of the
 * value. The kinds are rows of data/secrets.yaml, from which the build makes a table. Used by `scan
 * --secrets`, `lint image`, and for values in Dockerfiles and build contexts.
 *
 * A value never leaves this module: what callers get is the kind, where it stands, and a masked
 * hint.
 */
#include "base/arena.h"

struct secret_kind {
    const char *id;       /* "aws-access-key-id" */
    const char *title;    /* "AWS access key id" */
    const char *severity; /* "critical", "high", "medium", "low" */
    const char *advice;   /* what to do instead, one sentence */
};

struct secret_match {
    const struct secret_kind *kind;
    size_t start, end; /* bytes of the value */
    unsigned line;     /* from 1 */
    char hint[24]; /* masked: "AKIA************MPLE"; at most the first 4 and last 4 of 20 or more
                      bytes */
};

/* Told for each match; false: no more. */
typedef bool (*secret_found)(void *context, const struct secret_match *match);

struct secret_searcher;                            /* scratch memory; one a thread */
struct secret_searcher *secret_searcher_new(void); /* NULL: out of memory */
void secret_searcher_free(struct secret_searcher *searcher);

/* `path` decides which kinds look (".env", "id_rsa", …) and what is a test or an example; may be
 * empty. */
void secret_search(struct secret_searcher *searcher, struct slice path, struct slice bytes,
                   secret_found found, void *context);

/* A value given to a name (ENV, ARG, a line of .env): NULL when it looks like none: empty, a
   variable, a placeholder ("changeme", "${X}", "<token>"), a path, a file name, a known test value,
   a user name. */
const struct secret_kind *secret_of_assignment(struct secret_searcher *searcher, struct slice name,
                                               struct slice value, struct secret_match *match);
/* Whether a name alone says that its value is a secret: "DB_PASSWORD", not "PASSWORD_FILE",
   "*_USERNAME", "PUBLIC_KEY", "KEYBOARD". (BuildKit's and Hadolint's checks ask for names alone.)
 */
bool secret_name(struct slice name);

extern const struct secret_kind *const secret_kinds[]; /* ended by NULL */
/* Another number when the table is another one: for keys of caches. */
extern const unsigned secret_table_mark;
/* The kind of this id; NULL: there is none. */
const struct secret_kind *secret_kind_find(struct slice id);
/* Whether a hint has the form of those that a search gives. */
bool secret_hint_is_masked(struct slice hint);
