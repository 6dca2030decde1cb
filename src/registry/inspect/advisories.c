/* See advisories.h. */
#include "registry/inspect/advisories.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { READERS = 6, ADOPT_TRIES = 5 };

struct advisories {
    char *folder;
    pthread_mutex_t lock;
    pthread_cond_t returned;
    struct store_reader *free[READERS];
    size_t free_count, count;
    bool adopting;
    uint64_t generation;
    char identity[STORE_IDENTITY_MAX];
    struct stat seen; /* of the store's file, when it was last asked */
};

static void readers_close(struct store_reader **readers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        store_reader_close(readers[i]);
}

/* A commit may fall between two of them: then they are made again. */
static bool readers_open(const char *folder, struct store_reader **readers,
                         char identity[STORE_IDENTITY_MAX], struct error *err)
{
    for (int try = 0; try < ADOPT_TRIES; try++) {
        size_t made = 0;
        bool same = true;
        for (; made < READERS && same; made++) {
            char other[STORE_IDENTITY_MAX];
            if (!store_reader_open(&readers[made], folder, err)) {
                readers_close(readers, made);
                return false;
            }
            store_reader_identity(readers[made], made ? other : identity);
            same = !made || strcmp(identity, other) == 0;
        }
        if (same)
            return true;
        readers_close(readers, made);
    }
    return error_set(err, ERROR_BUSY, "the advisory database is being written");
}

static void advisories_look(const char *folder, struct stat *about)
{
    char path[4096];
    *about = (struct stat){0};
    if (folder && snprintf(path, sizeof path, "%s/data.mdb", folder) < (int)sizeof path)
        (void)stat(path, about); /* not there: all zero, and the starter database */
}

bool advisories_open(struct advisories **advisories, const char *folder, struct error *err)
{
    struct advisories *made = calloc(1, sizeof *made);
    if (!made || (folder && !(made->folder = strdup(folder)))) {
        free(made);
        return arena_error(err);
    }
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->returned, NULL);
    advisories_look(folder, &made->seen);
    if (!readers_open(folder, made->free, made->identity, err)) {
        advisories_close(made);
        return false;
    }
    made->free_count = made->count = READERS;
    made->generation = 1;
    *advisories = made;
    return true;
}

void advisories_close(struct advisories *advisories)
{
    if (!advisories)
        return;
    readers_close(advisories->free, advisories->free_count);
    pthread_cond_destroy(&advisories->returned);
    pthread_mutex_destroy(&advisories->lock);
    free(advisories->folder);
    free(advisories);
}

struct store_reader *advisories_lend(struct advisories *advisories, uint64_t *generation)
{
    pthread_mutex_lock(&advisories->lock);
    while (advisories->adopting || !advisories->free_count)
        pthread_cond_wait(&advisories->returned, &advisories->lock);
    struct store_reader *reader = advisories->free[--advisories->free_count];
    if (generation)
        *generation = advisories->generation;
    pthread_mutex_unlock(&advisories->lock);
    return reader;
}

void advisories_return(struct advisories *advisories, struct store_reader *reader)
{
    if (!reader)
        return;
    pthread_mutex_lock(&advisories->lock);
    advisories->free[advisories->free_count++] = reader;
    pthread_cond_broadcast(&advisories->returned);
    pthread_mutex_unlock(&advisories->lock);
}

void advisories_identity(struct advisories *advisories, char text[STORE_IDENTITY_MAX],
                         uint64_t *generation)
{
    pthread_mutex_lock(&advisories->lock);
    memcpy(text, advisories->identity, STORE_IDENTITY_MAX);
    if (generation)
        *generation = advisories->generation;
    pthread_mutex_unlock(&advisories->lock);
}

static bool stat_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool advisories_changed(struct advisories *advisories)
{
    struct stat now;
    char identity[STORE_IDENTITY_MAX], old[STORE_IDENTITY_MAX];
    struct store_reader *reader;
    struct error err;
    advisories_look(advisories->folder, &now);
    pthread_mutex_lock(&advisories->lock);
    bool same = stat_same(&now, &advisories->seen);
    memcpy(old, advisories->identity, sizeof old);
    pthread_mutex_unlock(&advisories->lock);
    if (same)
        return false;
    /* One that cannot be opened beside the others may have become larger: adopting closes them. */
    if (!store_reader_open(&reader, advisories->folder, &err))
        return true;
    store_reader_identity(reader, identity);
    store_reader_close(reader);
    if (strcmp(identity, old) != 0)
        return true; /* and stays so until it is adopted */
    pthread_mutex_lock(&advisories->lock);
    advisories->seen = now;
    pthread_mutex_unlock(&advisories->lock);
    return false;
}

bool advisories_adopt(struct advisories *advisories, struct error *err)
{
    struct store_reader *readers[READERS];
    char identity[STORE_IDENTITY_MAX];
    pthread_mutex_lock(&advisories->lock);
    advisories->adopting = true;
    while (advisories->free_count < advisories->count)
        pthread_cond_wait(&advisories->returned, &advisories->lock);
    /* First the old ones go: LMDB cannot follow a map that grew while they are there. */
    readers_close(advisories->free, advisories->free_count);
    advisories->free_count = advisories->count = 0;
    advisories_look(advisories->folder, &advisories->seen);
    bool fine = readers_open(advisories->folder, readers, identity, err);
    if (!fine) { /* a moment ago it could be read; the starter cannot fail */
        struct error second;
        if (!readers_open(advisories->folder, readers, identity, &second))
            (void)readers_open(NULL, readers, identity, &second);
    }
    memcpy(advisories->free, readers, sizeof readers);
    memcpy(advisories->identity, identity, sizeof identity);
    advisories->free_count = advisories->count = READERS;
    advisories->generation++;
    advisories->adopting = false;
    pthread_cond_broadcast(&advisories->returned);
    pthread_mutex_unlock(&advisories->lock);
    return fine;
}
