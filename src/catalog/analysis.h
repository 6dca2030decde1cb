#pragma once
/*
 * What was found in one layer: the result of walking it once, independent of the layers around it.
 * It is made by catalog (in the jailed child), crosses to the broker as bytes, is kept in the layer
 * cache, and is merged with its neighbours by scan (merge.h) into what the image holds.
 *
 * Encoded form (analysis_encode / analysis_decode): little-endian, a header, then fixed-size
 * records that refer into one pool of strings by (offset, length), then sorted arrays of path
 * hashes. Decoding checks every count and reference against the size and copies nothing but
 * records: strings and path sets are slices of the encoded bytes. ANALYSIS_VERSION is part of the
 * cache's key, so a new form or a new finder makes old entries unreachable.
 *
 * Paths have no leading "/" and no "." parts: "lib/apk/db/installed".
 */
#include "base/arena.h"
#include "base/hash.h"

enum { ANALYSIS_VERSION = 5 };

/* Kinds of packages; the number is stored, so new kinds are added at the end. */
enum package_type {
    PACKAGE_APK = 1,
    PACKAGE_DEB,
    PACKAGE_RPM,
    PACKAGE_PROGRAM, /* compiled from source; found by evidence in its bytes; purl type generic */
    PACKAGE_PYPI,
    PACKAGE_NPM,
    PACKAGE_GO,
    PACKAGE_CARGO,
    PACKAGE_GEM,
    PACKAGE_MAVEN,
    PACKAGE_COMPOSER,
    PACKAGE_NUGET,
    PACKAGE_BITNAMI,
    PACKAGE_OTHER, /* from an SBOM: of a type that we have no advisories for */
    PACKAGE_TYPES,
};

struct package {
    enum package_type type;
    struct slice name;
    struct slice version;
    struct slice source;         /* origin/source package; equals name when there is none */
    struct slice source_version; /* equals version when not told */
    struct slice arch;           /* in the words of its package manager; may be empty */
    struct slice vendor;         /* non-empty when it was not built by the distribution
                                    ("nginx.org"); advisories are upstream's then */
    struct slice path;           /* the database or the program that tells of it */
    struct slice
        evidence; /* programs: the literal bytes that told, e.g. "HAProxy version 3.3.14" */
    struct slice
        cpe; /* programs, vendors' packages: "vendor:product[,vendor:product…]" as in the NVD */
    struct slice license; /* as the database writes it; may be empty */
};

/* From os-release and its like. Several may be found in one layer; scan picks (os-release first).
 */
struct distribution {
    struct slice id;         /* "alpine", "debian", "wolfi", … lower case; empty: none found */
    struct slice version_id; /* "3.16.9", "12" */
    struct slice codename;   /* "bookworm" */
    struct slice pretty;
    struct slice path;
};

/* Something in the layer that could not be read; the rest was. */
struct note {
    struct slice path; /* in the layer; may be empty */
    struct slice text;
};

/* A file that a whiteout removes from the layers below; `opaque`: all that lower layers have in
 * folder. */
struct removal {
    struct slice path;
    bool opaque;
};

/* What is worth saying of a file, for `lint image`; the number is stored. */
enum observation_kind {
    OBSERVATION_SETID = 1,      /* detail "uid:gid", amount its mode, "4755" */
    OBSERVATION_WORLD_WRITABLE, /* detail "file" or "folder", amount its mode */
    OBSERVATION_CACHE, /* path of one of its files; detail what it is, amount bytes of all */
    OBSERVATION_KEY,   /* here and below: detail what it is, amount bytes */
    OBSERVATION_CREDENTIALS,
    OBSERVATION_ENVIRONMENT,
    OBSERVATION_REPOSITORY,
    OBSERVATION_LEFTOVER,
    OBSERVATION_EMPTY_PASSWORD, /* detail the account */
    OBSERVATION_DUPLICATE_ID,   /* detail "a and b", amount the id; path tells users from groups */
    OBSERVATION_ACCOUNT,        /* detail its name, amount its uid */
    OBSERVATION_KINDS,
};

struct observation {
    enum observation_kind kind;
    struct slice path, detail, amount;
};

/* What `scan --secrets` found: never the value. */
struct layer_secret {
    struct slice path;
    struct slice kind; /* id of a row of data/secrets.yaml */
    struct slice hint; /* masked (secret.h) */
    uint32_t line;     /* from 1 */
};

/* Sorted, without doubles; path_key of image/path.h. */
struct path_set {
    const uint64_t *hashes;
    size_t count;
};

/* dpkg keeps each package's file list in a file of its own, so ownership travels by that file's
 * path. */
struct analysis {
    struct package *packages;
    size_t package_count, package_room;
    struct distribution *distributions;
    size_t distribution_count, distribution_room;
    struct removal *removals;
    size_t removal_count, removal_room;
    struct note *notes;
    size_t note_count, note_room;
    struct path_set owned; /* files that some package database of this layer says are a package's */
    struct path_set written; /* all non-folders that this layer puts there */
    /* Files that finders know by path (package databases, os-release) and that were seen here, even
       when nothing was in them: an empty database replaces a full one below. */
    struct slice *databases;
    size_t database_count, database_room;
    struct observation *observations;
    size_t observation_count, observation_room;
    struct layer_secret *secrets; /* only where they were asked for */
    size_t secret_count, secret_room;
    uint64_t entries;     /* in the tar */
    uint64_t size;        /* of the tar, uncompressed bytes read */
    struct slice diff_id; /* when it was computed; else empty */
    bool partial;         /* the end was not reached: notes say why; never cached */
};

/* Text of a type: "apk", "deb", …, "generic" for programs (the purl type); and back (PACKAGE_OTHER
   when unknown). */
const char *package_type_name(enum package_type type);
enum package_type package_type_parse(struct slice name);

/* The encoded form, in `arena`. */
bool analysis_encode(const struct analysis *analysis, struct arena *arena, struct slice *bytes,
                     struct error *err);
/* Hostile bytes are fine. `bytes` must outlive the result; records are in `arena`. path_set arrays
   are aligned copies when the bytes are not aligned to 8. */
bool analysis_decode(struct slice bytes, struct arena *arena, struct analysis *analysis,
                     struct error *err);
