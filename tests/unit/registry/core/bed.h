#pragma once
/* A registry to test with: the machine's files in a folder of its own, a clock that the test sets,
   metadata in memory or in SQLite. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/core/collect.h"
#include "registry/core/journal.h"
#include "registry/core/manifest.h"
#include "registry/core/repository.h"
#include "registry/core/rows.h"
#include "registry/core/upload.h"
#include "test.h"

struct bed_world {
    struct world world;
    struct world *real;
    double now, monotonic;
};

struct bed {
    struct bed_world world;
    struct meta *meta;
    struct blobs *blobs;
    struct registry registry;
    struct arena arena;
    struct scope scope;
    struct failure failure;
    struct world_ops ops;
    char folder[64];
    bool sqlite;
    struct registry_limits limits;
};

static inline double bed_now(struct world *world)
{
    return ((struct bed_world *)world)->now;
}

static inline double bed_monotonic(struct world *world)
{
    return ((struct bed_world *)world)->monotonic;
}

/* The file functions of the machine take its own struct. */
#define BED_REAL(world) (((struct bed_world *)(world))->real)
static inline bool bed_random(struct world *w, void *to, size_t len, struct error *err)
{
    return BED_REAL(w)->ops->random(BED_REAL(w), to, len, err);
}
static inline int bed_open_file(struct world *w, const char *path, bool write, struct error *err)
{
    return BED_REAL(w)->ops->open(BED_REAL(w), path, write, err);
}
static inline void bed_close_file(struct world *w, int file)
{
    BED_REAL(w)->ops->close(BED_REAL(w), file);
}
static inline bool bed_append(struct world *w, int file, uint64_t offset, struct slice bytes,
                              struct error *err)
{
    return BED_REAL(w)->ops->append(BED_REAL(w), file, offset, bytes, err);
}
static inline bool bed_read(struct world *w, int file, uint64_t offset, void *to, size_t len,
                            size_t *got, struct error *err)
{
    return BED_REAL(w)->ops->read(BED_REAL(w), file, offset, to, len, got, err);
}
static inline bool bed_size(struct world *w, int file, uint64_t *size, struct error *err)
{
    return BED_REAL(w)->ops->size(BED_REAL(w), file, size, err);
}
static inline bool bed_sync(struct world *w, int file, struct error *err)
{
    return BED_REAL(w)->ops->sync(BED_REAL(w), file, err);
}
static inline bool bed_rename(struct world *w, const char *from, const char *to, struct error *err)
{
    return BED_REAL(w)->ops->rename(BED_REAL(w), from, to, err);
}
static inline bool bed_remove(struct world *w, const char *path, struct error *err)
{
    return BED_REAL(w)->ops->remove(BED_REAL(w), path, err);
}
static inline bool bed_stat(struct world *w, const char *path, uint64_t *size, double *changed,
                            struct error *err)
{
    return BED_REAL(w)->ops->stat(BED_REAL(w), path, size, changed, err);
}
static inline bool bed_list(struct world *w, const char *folder,
                            bool (*each)(void *context, const char *path), void *context,
                            struct error *err)
{
    return BED_REAL(w)->ops->list(BED_REAL(w), folder, each, context, err);
}

static inline void bed_open_registry(struct bed *bed)
{
    struct error err = {0};
    if (!registry_init(&bed->registry, &bed->world.world, bed->meta, bed->blobs, &bed->limits,
                       &err))
        fail_msg("%s", err.text);
}

static inline void bed_open(struct bed *bed, bool sqlite, const struct registry_limits *limits)
{
    struct error err = {0};
    char path[128];
    *bed = (struct bed){.folder = "/tmp/plimsoll-core-XXXXXX", .sqlite = sqlite};
    if (limits)
        bed->limits = *limits;
    assert_non_null(mkdtemp(bed->folder));
    bed->ops = (struct world_ops){
        bed_now,  bed_monotonic, bed_random, bed_open_file, bed_close_file, bed_append, bed_read,
        bed_size, bed_sync,      bed_rename, bed_remove,    bed_stat,       bed_list};
    bed->world.world.ops = &bed->ops;
    bed->world.real = world_real_new(bed->folder, &err);
    bed->world.now = 1.8e9;
    bed->world.monotonic = 1000;
    assert_non_null(bed->world.real);
    snprintf(path, sizeof path, "%s/registry.db", bed->folder);
    if (!sqlite)
        bed->meta = meta_memory_new();
    else if (!meta_sqlite_open(&bed->meta, path, &err))
        fail_msg("%s", err.text);
    bed->blobs = blobs_disk_new(&bed->world.world, &err);
    assert_non_null(bed->blobs);
    bed_open_registry(bed);
    arena_init(&bed->arena, 256 << 20);
    bed->scope = (struct scope){SLICE("123456789012"), SLICE("us-east-1"), SLICE("team/app")};
}

static inline void bed_close(struct bed *bed)
{
    char command[128];
    registry_done(&bed->registry);
    blobs_free(bed->blobs);
    meta_close(bed->meta);
    world_real_free(bed->world.real);
    arena_done(&bed->arena);
    snprintf(command, sizeof command, "%s", bed->folder);
    char *const words[] = {"rm", "-r", "--", command, NULL};
    pid_t child = fork();
    if (child == 0) {
        execvp("rm", words);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static inline void bed_wait(struct bed *bed, double seconds)
{
    bed->world.now += seconds;
    bed->world.monotonic += seconds;
}

/* Fails the test with the failure's words. */
#define OK(bed, call)                                                                              \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s %s", #call, (bed)->failure.text, (bed)->failure.inside.text);         \
    } while (0)
#define REFUSED(bed, call, why)                                                                    \
    do {                                                                                           \
        assert_false(call);                                                                        \
        if ((bed)->failure.reason != (why))                                                        \
            fail_msg("%s: reason %d: %s %s", #call, (bed)->failure.reason, (bed)->failure.text,    \
                     (bed)->failure.inside.text);                                                  \
    } while (0)

/* A test program's one bed, and its tests over both stores of metadata. */
#define BED_FIXTURES(bed, limits)                                                                  \
    static int open_memory(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        bed_open(&bed, false, limits);                                                             \
        return 0;                                                                                  \
    }                                                                                              \
    static int open_sqlite(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        bed_open(&bed, true, limits);                                                              \
        return 0;                                                                                  \
    }                                                                                              \
    static int close_bed(void **state)                                                             \
    {                                                                                              \
        (void)state;                                                                               \
        bed_close(&bed);                                                                           \
        return 0;                                                                                  \
    }
#define BOTH(test)                                                                                 \
    {#test " (memory)", test, open_memory, close_bed, NULL},                                       \
    {                                                                                              \
#test " (sqlite)", test, open_sqlite, close_bed, NULL                                      \
    }

static inline void bed_repository(struct bed *bed, const char *name, enum tag_mutability mutability)
{
    struct repository repository = {.name = slice_str(name), .mutability = mutability};
    bed->scope.repository = slice_str(name);
    OK(bed, repository_create(&bed->registry, &bed->scope, &repository, NULL, &bed->arena,
                              &bed->failure));
}

static inline struct digest bed_blob(struct bed *bed, const char *text)
{
    struct digest digest = {0};
    OK(bed, blob_put(&bed->registry, &bed->scope, slice_str(text), NULL, &digest, &bed->failure));
    return digest;
}

/* A manifest of a configuration and a layer that are pushed before; `extra` stands in the object
   (", \"subject\": {…}"). */
static inline struct slice bed_manifest(struct bed *bed, const char *config, const char *layer,
                                        const char *extra)
{
    struct digest c = bed_blob(bed, config), l = bed_blob(bed, layer);
    return arena_printf(&bed->arena,
                        "{\"schemaVersion\":2,"
                        "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                        "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\","
                        "\"digest\":\"%s\",\"size\":%zu},"
                        "\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\","
                        "\"digest\":\"%s\",\"size\":%zu}]%s}",
                        c.text, strlen(config), l.text, strlen(layer), extra);
}

static inline bool bed_try_push(struct bed *bed, struct slice bytes, const char *tag,
                                struct digest *digest)
{
    struct slice name = slice_str(tag);
    struct tag_result result;
    struct manifest_facts facts;
    struct manifest_push push = {.bytes = bytes, .tags = &name, .tag_count = tag ? 1 : 0};
    if (!manifest_put(&bed->registry, &bed->scope, &push, NULL, &bed->arena, &facts, &result,
                      &bed->failure))
        return false;
    *digest = facts.digest;
    return true;
}

static inline struct digest bed_push(struct bed *bed, struct slice bytes, const char *tag)
{
    struct digest digest = {0};
    OK(bed, bed_try_push(bed, bytes, tag, &digest));
    return digest;
}

static inline struct digest bed_image(struct bed *bed, const char *layer, const char *tag)
{
    return bed_push(
        bed, bed_manifest(bed, "{\"os\":\"linux\",\"architecture\":\"amd64\"}", layer, ""), tag);
}

static inline bool bed_has_file(struct bed *bed, const struct digest *digest)
{
    struct blob blob = {0};
    struct error err;
    bool has = blob_open(bed->blobs, digest, &blob, &err);
    blob_close(&blob);
    return has;
}

static inline bool bed_has_blob(struct bed *bed, const struct digest *digest)
{
    uint64_t size;
    return blob_stat(&bed->registry, &bed->scope, digest, false, &size, &bed->failure);
}

static inline struct collect_report bed_collect(struct bed *bed)
{
    struct collect_report report = {0};
    struct error err = {0};
    if (!collect_run(&bed->registry, 3, NULL, &report, &err))
        fail_msg("%s", err.text);
    return report;
}
