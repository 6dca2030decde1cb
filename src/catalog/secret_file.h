#pragma once
/*
 * Secrets in the files of a layer, which come in pieces of any size: a window over the bytes, whose
 * end is searched again with what follows. One for a walk; runs in the jailed child. Binary files
 * are left out by their names and first bytes.
 */
#include "catalog/finder.h"
#include "catalog/secret.h"

struct secret_file {
    struct secret_searcher *searcher; /* NULL: secrets are not looked for */
    struct collector *collector;
    char *window;
    size_t held;       /* bytes in the window */
    uint64_t at;       /* of the window's first byte, in the file */
    uint64_t taken;    /* places before this one were told already */
    unsigned line;     /* of the window's first byte, from 0 */
    struct slice path; /* the walk's; valid until secret_file_end */
    size_t found;      /* in this file */
    size_t all;        /* in the layer */
    bool active;
};

/* `arena`: for the window. False: out of memory. */
bool secret_file_init(struct secret_file *file, struct collector *collector, struct arena *arena);
void secret_file_done(struct secret_file *file);

/* Whether a file of this name is worth opening. */
bool secret_file_wants(const struct secret_file *file, struct slice path, uint64_t size);
/* The next piece; the first has offset 0. False: no more of this file is wanted. */
bool secret_file_feed(struct secret_file *file, struct slice path, uint64_t offset,
                      struct slice bytes, uint64_t size);
/* After the last piece; may be called without one. */
void secret_file_end(struct secret_file *file);
