#include "registry/auth/htpasswd.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "registry/auth/password.h"
#include "registry/auth/user.h"

enum { FILE_MAX = 8 << 20, MEMORY_MAX = 32 << 20 };

struct line {
    struct slice user, hash;
};

struct lines {
    struct arena arena;
    struct line *items;
    size_t count, room;
};

struct htpasswd {
    const char *path;
    _Atomic double asked; /* when the file was looked at last */
    pthread_mutex_t lock; /* of all below */
    struct stat state;
    struct lines lines;
};

static bool read_lines(const char *path, struct lines *lines, size_t *refused, struct error *err)
{
    struct slice text;
    arena_init(&lines->arena, MEMORY_MAX);
    if (!file_read(path, FILE_MAX, &lines->arena, &text, err))
        return false;
    while (text.len) {
        struct slice hash = slice_trim(slice_cut_line(&text));
        struct line line = {slice_cut(&hash, ':'), slice_upto(hash, slice_find(hash, ':'))};
        if (!line.user.len || line.user.at[0] == '#')
            continue;
        if (!user_name_is_valid(line.user) || !password_hash_is_known(line.hash)) {
            ++*refused;
            continue;
        }
        if (!ARENA_PUSH(&lines->arena, lines->items, lines->count, lines->room, line))
            return arena_error(err);
    }
    return true;
}

static bool load(struct htpasswd *file, struct error *err)
{
    struct lines lines = {0};
    struct stat state;
    size_t refused = 0;
    if (stat(file->path, &state) != 0)
        return error_errno(err, "opening %s", file->path);
    if (!read_lines(file->path, &lines, &refused, err)) {
        arena_done(&lines.arena);
        return false;
    }
    if (refused)
        log_warning("%s: %zu lines left out: only bcrypt, SHA-256, SHA-512, scrypt and yescrypt "
                    "hashes are taken",
                    file->path, refused);
    pthread_mutex_lock(&file->lock);
    struct lines old = file->lines;
    file->lines = lines;
    file->state = state;
    pthread_mutex_unlock(&file->lock);
    arena_done(&old.arena);
    return true;
}

bool htpasswd_open(struct htpasswd **out, const char *path, struct error *err)
{
    struct htpasswd *file;
    *out = NULL;
    if (!path)
        return true;
    if (!(file = calloc(1, sizeof *file)) || !(file->path = strdup(path))) {
        free(file);
        return arena_error(err);
    }
    pthread_mutex_init(&file->lock, NULL);
    if (!load(file, err)) {
        htpasswd_close(file);
        return false;
    }
    *out = file;
    return true;
}

void htpasswd_close(struct htpasswd *file)
{
    if (!file)
        return;
    arena_done(&file->lines.arena);
    pthread_mutex_destroy(&file->lock);
    free((char *)(uintptr_t)file->path);
    free(file);
}

static bool has_changed(struct htpasswd *file)
{
    struct stat now;
    bool there = stat(file->path, &now) == 0;
    pthread_mutex_lock(&file->lock);
    const struct stat *then = &file->state;
    bool changed = there && (now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
                             now.st_mtim.tv_nsec != then->st_mtim.tv_nsec ||
                             now.st_size != then->st_size || now.st_ino != then->st_ino);
    pthread_mutex_unlock(&file->lock);
    return changed;
}

bool htpasswd_poll(struct htpasswd *file, double now)
{
    struct error err = {0};
    if (!file)
        return false;
    double asked = atomic_load_explicit(&file->asked, memory_order_relaxed);
    if (now - asked < 1 || !atomic_compare_exchange_strong(&file->asked, &asked, now) ||
        !has_changed(file))
        return false;
    if (load(file, &err))
        return true;
    log_warning("%s; the users that were read before stay", err.text);
    return false;
}

struct slice htpasswd_hash(struct htpasswd *file, struct slice user, struct arena *arena)
{
    struct slice hash = {0};
    if (!file)
        return hash;
    pthread_mutex_lock(&file->lock);
    for (size_t i = 0; i < file->lines.count && !hash.len; i++)
        if (slice_equal(file->lines.items[i].user, user))
            hash = arena_copy(arena, file->lines.items[i].hash);
    pthread_mutex_unlock(&file->lock);
    return hash;
}
