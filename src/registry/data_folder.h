#pragma once
/*
 * A data folder, opened: what `plimsoll serve` runs on, and what the commands that look after a
 * folder (registry, user, check, backup) work with, beside a running server too.
 *
 *   DATA/registry.db               metadata (store/meta.h)
 *   DATA/blobs, uploads, objects   (store/blobs.h)
 *   DATA/lock                      held by the one server
 */
#include "registry/core/core.h"

struct data_folder {
    struct world *world;
    struct meta *meta;
    struct blobs *blobs;
    struct registry registry;
    bool registry_is_open;
    int lock; /* -1: not taken */
};

enum data_folder_use {
    DATA_FOLDER_SERVE,  /* makes it when absent; alone */
    DATA_FOLDER_FROZEN, /* must be there; we only read it: a backup, a read-only disk */
    DATA_FOLDER_VISIT,  /* must be there (ERROR_NOT_FOUND); a server may be running */
};

/* For who only looks: DATA_FOLDER_VISIT, or _FROZEN where we may not write. */
enum data_folder_use data_folder_look(const char *path);
/* `folder` must be given to data_folder_close in any case. `limits` may be NULL. ERROR_BUSY:
   another server has it. */
bool data_folder_open(struct data_folder *folder, const char *path, enum data_folder_use use,
                      const struct registry_limits *limits, struct error *err);
void data_folder_close(struct data_folder *folder);
#define CLEANUP_DATA_FOLDER __attribute__((cleanup(data_folder_close)))
