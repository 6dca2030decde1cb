#include "registry/data_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DATA_PATH_MAX = 4096 };

static bool path_in(char *path, const char *folder, const char *name, struct error *err)
{
    int length = snprintf(path, DATA_PATH_MAX, "%s/%s", folder, name);
    return (length > 0 && length < DATA_PATH_MAX) ||
           error_set(err, ERROR_USAGE, "the path of the data folder is too long");
}

/* One server at a time: a second one would have another idea of what is in memory. */
static bool take_lock(struct data_folder *folder, const char *path, struct error *err)
{
    char name[DATA_PATH_MAX];
    if (!path_in(name, path, "lock", err))
        return false;
    folder->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (folder->lock < 0)
        return error_errno(err, "opening %s", name);
    if (flock(folder->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return error_set(err, ERROR_BUSY,
                         "another plimsoll serves %s; stop it, or give --data another folder",
                         path);
    return error_errno(err, "locking %s", name);
}

static bool is_there(const char *database, const char *path, struct error *err)
{
    if (access(database, F_OK) == 0)
        return true;
    return error_set(err, ERROR_NOT_FOUND,
                     "%s is no data folder of plimsoll serve (no registry.db in it); --data says "
                     "where it is",
                     path);
}

enum data_folder_use data_folder_look(const char *path)
{
    return access(path, W_OK) == 0 ? DATA_FOLDER_VISIT : DATA_FOLDER_FROZEN;
}

bool data_folder_open(struct data_folder *folder, const char *path, enum data_folder_use use,
                      const struct registry_limits *limits, struct error *err)
{
    static const struct registry_limits defaults;
    char database[DATA_PATH_MAX];
    *folder = (struct data_folder){.lock = -1};
    umask(S_IRWXG | S_IRWXO); /* keys and images are in it */
    if (!path_in(database, path, "registry.db", err) ||
        (use != DATA_FOLDER_SERVE && !is_there(database, path, err)))
        return false;
    folder->world = world_real_new(path, err);
    if (!folder->world || (use == DATA_FOLDER_SERVE && !take_lock(folder, path, err)) ||
        !(use == DATA_FOLDER_FROZEN ? meta_sqlite_open_frozen(&folder->meta, database, err)
                                    : meta_sqlite_open(&folder->meta, database, err)))
        return false;
    folder->blobs = blobs_disk_new(folder->world, err);
    if (!folder->blobs || !registry_init(&folder->registry, folder->world, folder->meta,
                                         folder->blobs, limits ? limits : &defaults, err))
        return false;
    folder->registry_is_open = true;
    return true;
}

void data_folder_close(struct data_folder *folder)
{
    if (folder->registry_is_open)
        registry_done(&folder->registry);
    blobs_free(folder->blobs);
    meta_close(folder->meta);
    world_real_free(folder->world);
    if (folder->lock >= 0)
        close(folder->lock);
    *folder = (struct data_folder){.lock = -1};
}
