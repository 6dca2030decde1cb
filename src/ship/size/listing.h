#pragma once
/*
 * What the jailed child tells of one layer for `size`: each file with its size and a hash of its
 * content, what the layer removes, which package database says that a file is whose, and how well
 * samples of it compress. Hostile when it is decoded; strings are slices of the encoded bytes.
 *
 * Encoded form, little-endian: magic, version, the numbers of `struct listing`, a count a section,
 * then records of fixed size a section, then the pool of strings that they refer to.
 *
 * A layer has LISTING_ENTRIES_MAX entries one by one at most; what is beyond is summed up by folder
 * (struct listing_rest).
 */
#include "base/arena.h"

/* Sizes have limits, so that sums of all that fits into memory cannot overflow: of one file (larger
   ones can only be sparse: a tar has 128 GiB at most), and of all of a layer. */
#define LISTING_FILE_MAX  (UINT64_C(1) << 38)
#define LISTING_LAYER_MAX (UINT64_C(1) << 49)

enum listing_type { LISTING_FILE = 1, LISTING_FOLDER, LISTING_HARDLINK, LISTING_OTHER };

enum {
    LISTING_ENTRIES_MAX = 300 * 1000, /* of a layer, one by one */
    LISTING_PATHS_MAX = 32 << 20,     /* bytes of their paths */
    LISTING_RESTS_MAX = 1000,         /* folders that the others are summed up by */
    LISTING_PACKAGES_MAX = 50 * 1000,
    LISTING_OWNED_MAX = 600 * 1000,
    LISTING_REMOVALS_MAX = 100 * 1000,
};

struct listing_entry {
    struct slice path; /* clean */
    struct slice link; /* of a hard link: the clean path it is another name of */
    uint64_t size;     /* bytes of a file, with holes */
    uint64_t hash;     /* of its content; not for security (base/hash.h) */
    uint64_t debug;    /* of `size`: what strip(1) would take from a program */
    uint32_t type;     /* enum listing_type */
};

struct listing_removal {
    struct slice path;
    uint32_t opaque; /* 1: what lower layers have in it, 0: itself */
};

struct listing_package {
    struct slice manager; /* "apk", "deb", "pypi", "npm" */
    struct slice name, version;
    struct slice folder; /* npm: where it stands, all below it is its own; else empty */
    uint64_t declared;   /* bytes by its database; 0: not told */
    uint32_t build_only; /* 1: its lock file says that it is for development */
};

struct listing_owned {
    uint64_t key;     /* path_key (image/path.h) */
    uint32_t package; /* position in packages */
};

/* Entries that were not listed one by one. */
struct listing_rest {
    struct slice folder; /* two parts deep at most */
    uint64_t files, bytes;
};

struct listing {
    uint64_t files, bytes; /* all regular files of the layer, the rest among them */
    uint64_t entries;      /* of the tar */
    uint64_t size;         /* of the tar */
    uint64_t compression;  /* enum layer_compression, as stored */
    uint64_t sampled, sample_deflate, sample_zstd; /* bytes: of samples, and what became of them */
    uint64_t partial;                              /* 1: the end was not reached */
    struct slice problem;                          /* why */
    struct listing_entry *list;
    size_t count, room;
    struct listing_removal *removals;
    size_t removal_count, removal_room;
    struct listing_package *packages;
    size_t package_count, package_room;
    struct listing_owned *owned;
    size_t owned_count, owned_room;
    struct listing_rest *rests;
    size_t rest_count, rest_room;
};

bool listing_encode(const struct listing *listing, struct arena *arena, struct slice *bytes,
                    struct error *err);
/* `bytes` must outlive the result; records are in `arena`. */
bool listing_decode(struct slice bytes, struct arena *arena, struct listing *listing,
                    struct error *err);
