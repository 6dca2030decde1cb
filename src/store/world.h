#pragma once
/*
 * What the registry takes from outside: time, randomness and files, each behind a table, so that a
 * whole registry can run in one process under a seed (tests/simulation) and crash where the seed
 * says. `world_real` is the machine. Nothing in store and registry/core calls the clock, getrandom
 * or a file function otherwise. Any thread may call.
 *
 * Paths are relative to the data folder, "/" between parts, made by us and never by a client.
 */
#include "base/arena.h"
#include "base/file.h"

struct world;

struct world_ops {
    /* Seconds since 1970 with a fraction; may jump when somebody sets the clock. */
    double (*now)(struct world *world);
    /* Only goes forward. */
    double (*monotonic)(struct world *world);
    bool (*random)(struct world *world, void *to, size_t len, struct error *err);

    /* Files. O_CREAT|O_RDWR, or O_RDONLY; folders above are made. A handle >= 0 (for the machine a
       descriptor, so that sendfile and the jailed reader can have it) or -1 and err. */
    int (*open)(struct world *world, const char *path, bool write, struct error *err);
    void (*close)(struct world *world, int file);
    bool (*append)(struct world *world, int file, uint64_t offset, struct slice bytes,
                   struct error *err);
    bool (*read)(struct world *world, int file, uint64_t offset, void *to, size_t len, size_t *got,
                 struct error *err);
    bool (*size)(struct world *world, int file, uint64_t *size, struct error *err);
    bool (*sync)(struct world *world, int file, struct error *err); /* the bytes are on the disk */
    /* Replaces what is there; the names are on the disk when it returns. */
    bool (*rename)(struct world *world, const char *from, const char *to, struct error *err);
    /* Fine when it is not there. */
    bool (*remove)(struct world *world, const char *path, struct error *err);
    /* ERROR_NOT_FOUND. `changed`: seconds since 1970. */
    bool (*stat)(struct world *world, const char *path, uint64_t *size, double *changed,
                 struct error *err);
    /* Calls `each` for every file below a folder, in any order, until it says false. A folder that
       is not there is empty. */
    bool (*list)(struct world *world, const char *folder,
                 bool (*each)(void *context, const char *path), void *context, struct error *err);
};

/* Embedded first in each world's own struct. */
struct world {
    const struct world_ops *ops;
};

/* The machine, with `folder` (made when absent) as the data folder. */
struct world *world_real_new(const char *folder, struct error *err);
void world_real_free(struct world *world);
