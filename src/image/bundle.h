#pragma once
/*
 * The files that an image consists of, by name: in a folder (OCI layout) or in an uncompressed tar
 * (docker save, OCI archive), where they are found by seeking once over the headers and are read in
 * place. A bundle is the source of its images: descriptors stay open until source_close.
 *
 * For the sources of this room alone. One thread at a time.
 */
#include "base/table.h"
#include "image/source.h"

enum { BUNDLE_FILES_MAX = 100000 };

struct bundle_file {
    int fd;
    uint64_t offset, size;
};

struct bundle {
    struct source source;
    struct arena *arena;
    int fd;
    bool folder;
    struct table files; /* of a tar: all members, of a folder: what was opened */
};

/* NULL and err when it cannot be opened. `path` decides whether it is a folder. A compressed tar is
   ERROR_UNSUPPORTED with advice. */
struct bundle *bundle_open(const char *path, struct arena *arena, struct error *err);
void bundle_close(struct bundle *bundle); /* accepts NULL */

/* Links inside a tar are followed there. False with ERROR_NOT_FOUND. */
bool bundle_find(struct bundle *bundle, struct slice name, struct bundle_file *file,
                 struct error *err);
bool bundle_has(struct bundle *bundle, const char *name);
/* A whole file of at most `limit` bytes, in the bundle's arena. */
bool bundle_read(struct bundle *bundle, struct slice name, size_t limit, struct slice *bytes,
                 struct error *err);
