#pragma once
/*
 * The files that an image consists of, by name: in a folder (OCI layout) or in an uncompressed tar
 * (docker save, OCI archive), where they are found by seeking once over the headers and are read in
 * place. A tar that is compressed as a whole is inflated once to find them, without a temporary
 * file, and again (packed.c) when layers are read: their fd is -1. A bundle is the source of its
 * images: descriptors stay open until source_close.
 *
 * For the sources of this room alone. One thread at a time.
 */
#include <pthread.h>

#include "base/table.h"
#include "image/source.h"

enum { BUNDLE_FILES_MAX = 100000 };

struct bundle_file {
    int fd;                /* -1: in a packed tar */
    uint64_t offset, size; /* in the file, or in what comes out of it */
    struct slice bytes;    /* of a packed tar: its first two, or all of it when it may be JSON */
};

struct packed;

struct bundle {
    struct source source;
    struct arena *arena;
    int fd;
    bool folder;
    struct packed *packed; /* NULL unless the tar is compressed */
    pthread_mutex_t lock;  /* of `files`, for source_ops.content */
    struct table files;    /* of a tar: all members, of a folder: what was opened */
};

/* NULL and err when it cannot be opened. `path` decides whether it is a folder. */
struct bundle *bundle_open(const char *path, struct arena *arena, struct error *err);
void bundle_close(struct bundle *bundle); /* accepts NULL */

/* Links inside a tar are followed there. False with ERROR_NOT_FOUND. */
bool bundle_find(struct bundle *bundle, struct slice name, struct bundle_file *file,
                 struct error *err);
bool bundle_has(struct bundle *bundle, const char *name);
/* A whole file of at most `limit` bytes, in the bundle's arena. */
bool bundle_read(struct bundle *bundle, struct slice name, size_t limit, struct slice *bytes,
                 struct error *err);

/* Readers of a packed tar (packed.c): each inflates from the beginning and goes on from layer to
   layer, so that layers that are opened in the archive's order cost one pass for each thread. */
struct packed *packed_new(int fd, uint64_t size, struct arena *arena, struct error *err);
void packed_free(struct packed *packed); /* accepts NULL */
/* Any thread may call. */
bool packed_open(struct packed *packed, uint64_t offset, uint64_t size, struct arena *arena,
                 struct stream **stream, struct error *err);
