#pragma once
/*
 * What the files of the tar reader share: the header block, pax records, sparse maps. For tar*.c
 * alone.
 */
#include "image/tar.h"

enum { TAR_BLOCK = 512 };

/* What a header block says, after pax records were put over it. */
struct tar_header {
    struct slice path, link; /* in the reader's scratch arena */
    char type;               /* '0' … '7', 0 (v7's '0'), 'x', 'L', … */
    bool gnu;                /* the old GNU form, where the prefix field means other things */
    uint64_t size, uid, gid;
    int64_t mtime;
    unsigned mode;
};

/* Checks the checksum. `at` (the block's first byte in the stream) is for messages. */
bool tar_header_parse(const char block[TAR_BLOCK], uint64_t at, struct arena *scratch,
                      struct tar_header *header, struct error *err);
/* Octal digits or base-256; false when it is neither, negative, or over 63 bits. */
bool tar_number(const char *field, size_t len, uint64_t *value);

/* The pax records that we use; `set` tells which were there. */
enum {
    PAX_PATH = 1 << 0,
    PAX_LINK = 1 << 1,
    PAX_SIZE = 1 << 2,
    PAX_UID = 1 << 3,
    PAX_GID = 1 << 4,
    PAX_MTIME = 1 << 5,
    PAX_SPARSE_NAME = 1 << 6,
    PAX_REAL_SIZE = 1 << 7,
    PAX_SPARSE_MAJOR = 1 << 8,
    PAX_SPARSE_MAP = 1 << 9,
    PAX_SPARSE_BLOCKS = 1 << 10, /* 0.0: pairs of GNU.sparse.offset and .numbytes */
};

struct tar_pax {
    struct slice path, link, sparse_name, sparse_map;
    uint64_t size, uid, gid, real_size, sparse_major, sparse_minor;
    int64_t mtime;
    uint64_t block_offset; /* GNU.sparse.offset, until its .numbytes comes */
    bool block_open;
    unsigned set;
};

/* Records of a pax header; slices of `records`. The extents of sparse form 0.0 go to tar->extents.
 */
bool tar_pax_parse(struct tar *tar, struct slice records, struct tar_pax *pax, struct error *err);
/* Puts the records over the header's fields. */
void tar_pax_apply(const struct tar_pax *pax, struct tar_header *header);

/* Adds a piece to tar->extents; false at a limit or when it is not behind the last one. */
bool tar_sparse_add(struct tar *tar, uint64_t offset, uint64_t size, struct error *err);
/* Old GNU form: four pieces in the header, more in blocks behind it. */
bool tar_sparse_old(struct tar *tar, const char block[TAR_BLOCK], uint64_t *real_size,
                    struct error *err);
/* "offset,size,offset,size,…" of pax form 0.1. */
bool tar_sparse_text(struct tar *tar, struct slice map, struct error *err);
/* pax form 1.0: decimal lines at the beginning of the content; tar->content must be set. */
bool tar_sparse_content(struct tar *tar, struct error *err);
/* The map must lie within the file's real size, and its sum be what is stored. */
bool tar_sparse_check(const struct tar *tar, uint64_t real_size, struct error *err);
