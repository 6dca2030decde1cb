#pragma once
/*
 * A tar reader over a stream; members that nobody reads are skipped, by seeking where the stream
 * can. Reads v7, ustar (POSIX 1003.1-1988), pax (POSIX 1003.1-2001, with GNU.sparse 0.0, 0.1 and
 * 1.0), GNU long names and links, old GNU sparse members, base-256 numbers. Hostile bytes are fine:
 * header checksums are checked, sizes and counts have limits.
 *
 *     struct tar tar;
 *     tar_init(&tar, stream, NULL);
 *     while (tar_next(&tar, &entry, err)) …tar_piece(&tar, &offset, &bytes, err)…
 *     if (err->kind) …
 *     tar_done(&tar);
 *
 * One thread at a time.
 */
#include "image/stream.h"

enum tar_type {
    TAR_FILE,
    TAR_HARDLINK,
    TAR_SYMLINK,
    TAR_CHARACTER_DEVICE,
    TAR_BLOCK_DEVICE,
    TAR_FOLDER,
    TAR_FIFO,
    TAR_OTHER, /* a type that we do not know: its content is skipped */
};

struct tar_entry {
    enum tar_type type;
    struct slice path; /* as written, valid until the next tar_next; so is link */
    struct slice link;
    uint64_t size; /* bytes of content, with holes */
    uint64_t uid, gid;
    int64_t mtime;   /* seconds since 1970 */
    unsigned mode;   /* permission bits and set-id, without the file type */
    uint64_t stored; /* bytes of content in the archive */
    uint64_t offset; /* where they begin in the stream */
    bool sparse;
};

struct tar_limits {
    size_t path_max;      /* bytes of a path or link */
    size_t extension_max; /* bytes of one pax or GNU extension member */
    uint64_t entries_max; /* members in all */
    size_t sparse_max;    /* pieces of a sparse member */
    uint64_t content_max; /* bytes of one member */
};
extern const struct tar_limits tar_limits_default;

/* One piece of a sparse file that is not a hole. */
struct tar_extent {
    uint64_t offset, size;
};

struct tar {
    struct stream *stream;
    const struct tar_limits *limits;
    struct arena scratch;       /* strings and extents of the present entry */
    struct tar_extent *extents; /* of the present entry, when it is sparse */
    size_t extent_count, extent_room, extent_at;
    uint64_t extent_done; /* bytes given of extents[extent_at] */
    uint64_t content;     /* stored bytes of the present entry that are not read yet */
    uint64_t padding;     /* behind them */
    uint64_t logical;     /* offset in the file of the next stored byte, when not sparse */
    uint64_t entries;     /* headers read, with those of extensions */
    bool sparse;
    bool ended;
};

/* limits NULL: the defaults. */
void tar_init(struct tar *tar, struct stream *stream, const struct tar_limits *limits);
/* Frees what the reader has; the stream stays. */
void tar_done(struct tar *tar);

/* The next member; what is left of the one before is skipped. False at the end (err->kind
   ERROR_NONE) or on an error, which names the byte. */
bool tar_next(struct tar *tar, struct tar_entry *entry, struct error *err);
/* The next bytes of the member's content and where in the file they stand (holes are left out); at
   most `most` bytes (0: as many as are at hand); an empty piece is the end. */
bool tar_piece(struct tar *tar, size_t most, uint64_t *offset, struct slice *bytes,
               struct error *err);
/* Leaves out up to `count` stored bytes of a member that is not sparse. */
bool tar_skip(struct tar *tar, uint64_t count, struct error *err);

/* Whether 512 bytes can be taken for a tar header by anybody: by their checksum, its field read as
   kindly as can be. What begins with others is unpacked by nobody. */
bool tar_may_begin(const char block[512]);
