#pragma once
/*
 * The files of all layers on top of each other: what a container sees, and what is carried though
 * nobody sees it any more. Whiteouts take from lower layers only (OCI image specification,
 * layer.md); a hard link keeps content alive when its other name goes. Pure computation; any
 * thread.
 */
#include "base/table.h"
#include "ship/size/listing.h"

enum fate {
    FATE_VISIBLE,
    FATE_DELETED,     /* by a whiteout of a later layer */
    FATE_OVERWRITTEN, /* by other content under the same path */
    FATE_COPIED,      /* a later layer carries the same content once more (chmod, chown, touch) */
};

struct size_package {
    struct slice manager, name, version, folder;
    uint64_t declared;
    bool build_only;
    uint64_t bytes, files; /* visible */
    uint64_t hidden;       /* bytes that are carried and not seen */
    size_t layer;          /* lowest that has visible files of it */
};

/* Content that some layer carries, once. */
struct size_file {
    struct slice path;
    uint64_t size, hash, debug;
    size_t layer; /* from 0 */
    size_t by;    /* the layer that hid it; with a fate */
    uint32_t links;
    enum fate fate;
    bool counted;                 /* in the sums of folders */
    uint8_t kind;                 /* enum waste_kind (waste.h) */
    struct size_package *package; /* NULL: no database knows it */
};

struct size_node {
    struct slice path; /* whole */
    struct size_node *parent, *child, *next;
    bool linked;            /* it stands in its parent's list of children */
    struct size_file *file; /* visible; NULL: a folder, or gone */
    struct size_file *last; /* that stood here last, visible or not */
    uint64_t bytes, files;  /* visible at and below it */
};

struct size_files {
    struct arena *arena;
    struct table nodes; /* path → struct size_node */
    struct size_node *root;
    struct size_file *list; /* of all layers, in their order */
    size_t count;
    struct table packages;        /* key → struct size_package, in order */
    uint64_t *owned_keys;         /* sorted */
    struct size_package **owners; /* beside owned_keys */
    size_t owned_count;
};

/* `layers[i]` NULL: not to be had. Strings stay those of the listings. */
bool size_files_merge(struct size_files *files, const struct listing *const *layers, size_t count,
                      struct arena *arena, struct error *err);
const struct size_node *size_files_get(const struct size_files *files, struct slice path);
