#pragma once
/*
 * One pass over a layer: stored bytes → (SHA-256) → inflate → tar → a visitor. Paths come cleaned
 * (path.h), whiteouts are told apart (OCI image specification 1.1, layer.md), nothing is ever
 * followed or written. Runs in the jailed child on hostile bytes.
 *
 * A walk that does not reach the end returns false and says why in err: what was visited until then
 * stands, and the caller must call its result partial.
 */
#include "image/image.h"
#include "image/stream.h"

struct tar_limits;

struct layer_limits {
    uint64_t size_max;    /* bytes of the tar */
    uint64_t ratio_after; /* from here on … */
    unsigned ratio_max;   /* … inflated bytes for each stored one */
    uint64_t entries_max;
    size_t path_max;
    size_t whole_max;    /* the largest file that LAYER_WHOLE gives */
    uint64_t window_max; /* zstd window in bytes */
};
/* Read-only; copy to change. See layer.c for what was chosen and why. */
extern const struct layer_limits layer_limits_default;

enum layer_entry_type {
    ENTRY_FILE,
    ENTRY_FOLDER,
    ENTRY_SYMLINK,
    ENTRY_HARDLINK,
    ENTRY_DEVICE,
    ENTRY_FIFO,
};

struct layer_entry {
    enum layer_entry_type type;
    struct slice path; /* clean; valid until the callbacks of this entry are over */
    struct slice link; /* of a symbolic link as written, of a hard link the clean path */
    uint64_t size;
    uint64_t uid, gid;
    int64_t mtime; /* seconds since 1970 */
    unsigned mode; /* permission and set-id bits */
};

enum layer_want {
    LAYER_NONE,   /* skip the content; end is not called */
    LAYER_WHOLE,  /* bytes is called once with all of it; holes are zeros. A file over whole_max is
                     not read: end(complete = false) alone is called */
    LAYER_PIECES, /* bytes is called for each piece in order, the first of at least 4096 bytes (or
                     all the file has; not promised of sparse files); holes are left out */
};

struct layer_visitor {
    /* Every entry but whiteouts. Content can be had of ENTRY_FILE only (an empty file, too: bytes
       is then called once for LAYER_WHOLE, and not for LAYER_PIECES). */
    enum layer_want (*entry)(void *context, const struct layer_entry *entry);
    /* False: no more of this file is wanted (end is called with complete = true). */
    bool (*bytes)(void *context, uint64_t offset, struct slice bytes);
    /* May be NULL. Before a range of a LAYER_PIECES file is read from a source that can seek: false
       leaves it out. */
    bool (*wants)(void *context, uint64_t offset, uint64_t len);
    /* After the last piece. */
    void (*end)(void *context, bool complete);
    /* A whiteout: `path` (clean) is gone; or opaque: all that lower layers have in folder `path`.
     */
    void (*removal)(void *context, struct slice path, bool opaque);
};

struct layer_options {
    const struct layer_limits *limits; /* NULL: the defaults */
    bool digest;                       /* hash the stored bytes (all of them are read then) */
    bool diff_id;                      /* hash the tar */
    bool one_thread; /* no pipeline: for small layers, and where threads may not be made */
};

struct layer_summary {
    uint64_t entries;
    uint64_t size;   /* bytes of the tar read (for a tar that was sought through: its extent) */
    uint64_t stored; /* bytes as stored; 0 unless digest was asked for */
    enum layer_compression compression;
    struct digest digest, diff_id; /* empty text unless asked for and the end was reached */
};

/* The whole of it; closes `stored` in any case. `summary` is filled as far as it went. `arena`
   takes about 2 MiB: one for each call, freed after it. */
bool layer_read(struct stream *stored, const struct layer_options *options,
                const struct layer_visitor *visitor, void *context, struct arena *arena,
                struct layer_summary *summary, struct error *err);

/* Counts what comes out of `inner` against what was taken from `stored`, which it inflates:
   ERROR_LIMIT over the limits' size and ratio. */
struct stream *stream_of_limited(struct arena *arena, struct stream *inner,
                                 const struct stream *stored, const struct layer_limits *limits,
                                 struct error *err);

/* Only the walk, over a tar that is inflated already. */
bool layer_walk(struct stream *tar, const struct layer_limits *limits,
                const struct layer_visitor *visitor, void *context, struct layer_summary *summary,
                struct error *err);

/* The same visitor over a folder that is a root (no whiteouts): symbolic links are not followed,
   nor are other file systems entered; folders that cannot be opened are told by `unreadable` (may
   be NULL). Entries come in an order that is the same every time. */
bool layer_walk_folder(int folder, const struct layer_limits *limits,
                       const struct layer_visitor *visitor, void *context,
                       void (*unreadable)(void *context, struct slice path, const char *why),
                       struct layer_summary *summary, struct error *err);
