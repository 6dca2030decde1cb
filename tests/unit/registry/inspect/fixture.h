#pragma once
/* A registry with a scanner: real package databases, real workers, real jails. */
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "layers.h"
#include "registry/core/bed.h"
#include "registry/inspect/inspect.h"
#include "registry/inspect/inspect_parts.h"
#include "registry/inspect/nursery.h"

enum { PATIENCE = 60 }; /* seconds, for what comes at once on a quiet machine */
#define LAYER_TYPE "application/vnd.oci.image.layer.v1.tar+gzip"

struct fixture {
    struct bed bed;
    struct inspect *inspect;
    const char *store;
    unsigned idle_seconds, silent_seconds;
    bool only_on_request;
    struct slice database; /* apk's, of a real image */
};

static inline const char *shared(void)
{
    const char *folder = getenv("PLIMSOLL_SHARED");
    return folder ? folder : "../shared";
}

static inline void fixture_open_scanner(struct fixture *f)
{
    struct error err = {0};
    struct inspect_options options = {
        .store = f->store,
        .idle_seconds = f->idle_seconds,
        .silent_seconds = f->silent_seconds,
        .only_on_request = f->only_on_request,
    };
    if (!inspect_open(&f->inspect, &f->bed.registry, &options, &err))
        fail_msg("%s", err.text);
}

/* False: there is no real data here. */
static inline bool fixture_open(struct fixture *f, bool sqlite)
{
    struct error err = {0};
    f->inspect = NULL;
    bed_open(&f->bed, sqlite, NULL);
    const char *path =
        arena_printf(&f->bed.arena, "%s/data/apkdb/3.16.9-x86_64.installed", shared()).at;
    if (!file_read(path, 64 << 20, &f->bed.arena, &f->database, &err)) {
        bed_close(&f->bed);
        return false;
    }
    /* One package that the starter database knows something of. */
    f->database = arena_printf(&f->bed.arena, "%.*s\n\nP:aom-libs\nV:3.1.0-r0\nA:x86_64\no:aom\n\n",
                               SLICE_ARG(slice_trim(f->database)));
    struct repository repository = {.name = SLICE("team/app"), .scan_on_push = true};
    OK(&f->bed, repository_create(&f->bed.registry, &f->bed.scope, &repository, NULL, &f->bed.arena,
                                  &f->bed.failure));
    fixture_open_scanner(f);
    return true;
}

static inline void fixture_close(struct fixture *f)
{
    inspect_close(f->inspect, 0);
    bed_close(&f->bed);
}

/* What a test wants of its fixture: the `initial_state` of its row. */
struct fixture_wish {
    bool sqlite; /* else in memory */
    bool only_on_request;
    unsigned idle_seconds, silent_seconds;
};

/* Without real data *state is NULL, which fixture_of takes for a reason to skip the test. */
static inline int fixture_set_up(void **state)
{
    const struct fixture_wish *wish = *state;
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->idle_seconds = wish->idle_seconds;
    f->silent_seconds = wish->silent_seconds;
    f->only_on_request = wish->only_on_request;
    *state = f;
    if (!fixture_open(f, wish->sqlite)) {
        free(f);
        *state = NULL;
    }
    return 0;
}

static inline pid_t the_nursery(void);

static inline int fixture_tear_down(void **state)
{
    if (the_nursery() > 0)
        kill(the_nursery(), SIGCONT); /* a test that failed may have left it stopped */
    if (*state)
        fixture_close(*state);
    free(*state);
    return 0;
}

static inline struct fixture *fixture_of(void **state)
{
    if (!*state)
        skip();
    return *state;
}

/* TEST(test_x, .sqlite = true) */
#define TEST(function, ...)                                                                        \
    {                                                                                              \
#function, function, fixture_set_up, fixture_tear_down, &(struct fixture_wish)             \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

/* The process ends and begins again. */
static inline void fixture_restart(struct fixture *f)
{
    inspect_close(f->inspect, 0);
    registry_done(&f->bed.registry);
    bed_open_registry(&f->bed);
    fixture_open_scanner(f);
}

static inline struct slice alpine_layer(struct fixture *f, struct slice database)
{
    struct tar_made tar = {NULL};
    tar_file(&tar, "etc/os-release", SLICE("ID=alpine\nVERSION_ID=3.16.9\n"));
    tar_file(&tar, "lib/apk/db/installed", database);
    tar_end(&tar);
    return tar_gzip(&tar, 6, &f->bed.arena);
}

static inline bool has_analysis(struct fixture *f, const struct digest *digest)
{
    struct error err;
    struct slice bytes;
    return object_get(f->bed.blobs, "analysis", digest, &f->bed.arena, &bytes, &err);
}

/* 0: it has none. */
static inline pid_t first_child(pid_t parent)
{
    char path[64], text[64] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "r");
    size_t got = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[got] = '\0';
    return (pid_t)strtol(text, NULL, 10);
}

static inline pid_t the_nursery(void)
{
    return first_child(nursery_guard_process());
}

/* A worker that is at work now; 0: none. */
static inline pid_t some_worker(void)
{
    pid_t nursery = the_nursery();
    return nursery > 0 ? first_child(nursery) : 0;
}

/* How many filters of system calls a process has; -1: it is not there, or the kernel is old. */
static inline long jail_filters(pid_t process)
{
    char path[64], line[200];
    long count = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "Seccomp_filters:", 16) == 0)
            count = strtol(line + 16, NULL, 10);
    if (file)
        fclose(file);
    return count;
}

/* A worker that is in its jail, and so past all that it does before it reads; 0: none. */
static inline pid_t jailed_worker(void)
{
    pid_t worker = some_worker(), nursery = the_nursery();
    if (worker <= 0 || nursery <= 0)
        return 0;
    long own = jail_filters(worker), before = jail_filters(nursery);
    return own > before || own < 0 || getenv("PLIMSOLL_NO_JAIL") ? worker : 0;
}

/* Until it is so, or for too long. */
#define EVENTUALLY(condition)                                                                      \
    do {                                                                                           \
        for (int tries = 0; tries < PATIENCE * 100 && !(condition); tries++)                       \
            nanosleep(&(struct timespec){0, 10 * 1000 * 1000}, NULL);                              \
        assert_true(condition);                                                                    \
    } while (0)

/* Through the upload's functions, in pieces, as a client would. */
static inline struct digest upload_pieces(struct fixture *f, struct slice bytes, size_t piece,
                                          const struct digest *claimed)
{
    struct bed *bed = &f->bed;
    struct digest digest;
    struct upload *upload;
    char id[UPLOAD_ID_MAX];
    sha256_of(bytes, &digest);
    OK(bed, upload_start(&bed->registry, &bed->scope, NULL, id, &bed->failure));
    OK(bed, upload_take(&bed->registry, &bed->scope, slice_str(id), &upload, &bed->failure));
    while (bytes.len) {
        struct slice next = slice_upto(bytes, piece);
        OK(bed, upload_append(upload, next, &bed->failure));
        bytes = slice_from(bytes, next.len);
    }
    if (claimed)
        REFUSED(bed, upload_finish(upload, claimed, NULL, &bed->failure), FAILURE_DIGEST_INVALID);
    else
        OK(bed, upload_finish(upload, &digest, NULL, &bed->failure));
    return digest;
}

/* An upload of which so much has arrived. */
struct arriving {
    struct upload *upload;
    struct slice rest;
    struct digest digest;
};

static inline void arrive(struct fixture *f, struct arriving *arriving, struct slice bytes,
                          size_t upto)
{
    struct bed *bed = &f->bed;
    char id[UPLOAD_ID_MAX];
    sha256_of(bytes, &arriving->digest);
    OK(bed, upload_start(&bed->registry, &bed->scope, NULL, id, &bed->failure));
    OK(bed,
       upload_take(&bed->registry, &bed->scope, slice_str(id), &arriving->upload, &bed->failure));
    OK(bed, upload_append(arriving->upload, slice_upto(bytes, upto), &bed->failure));
    arriving->rest = slice_from(bytes, upto);
}

static inline void arrive_whole(struct fixture *f, struct arriving *arriving)
{
    struct bed *bed = &f->bed;
    OK(bed, upload_append(arriving->upload, arriving->rest, &bed->failure));
    OK(bed, upload_finish(arriving->upload, &arriving->digest, NULL, &bed->failure));
}

/* `extra` stands in the object: ",\"subject\":{…}"; `type` is that of the last layer, with what
   else its descriptor has. */
static inline struct digest push_image_as(struct fixture *f, const struct digest *layers,
                                          size_t count, const char *tag, const char *extra,
                                          const char *type)
{
    struct bed *bed = &f->bed;
    const char *config = "{\"os\":\"linux\",\"architecture\":\"amd64\"}";
    struct digest c = bed_blob(bed, config);
    struct slice list = {"", 0};
    for (size_t i = 0; i < count; i++) {
        uint64_t size;
        OK(bed, blob_stat(&bed->registry, &bed->scope, &layers[i], false, &size, &bed->failure));
        list = arena_printf(&bed->arena,
                            "%.*s%s{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%llu}",
                            SLICE_ARG(list), i ? "," : "", i + 1 == count ? type : LAYER_TYPE,
                            layers[i].text, (unsigned long long)size);
    }
    struct slice manifest = arena_printf(
        &bed->arena,
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
        "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\","
        "\"size\":%zu},\"layers\":[%.*s]%s}",
        c.text, strlen(config), SLICE_ARG(list), extra);
    return bed_push(bed, manifest, tag);
}

static inline struct digest push_image_with(struct fixture *f, const struct digest *layers,
                                            size_t count, const char *tag, const char *extra)
{
    return push_image_as(f, layers, count, tag, extra, LAYER_TYPE);
}

static inline struct digest push_image(struct fixture *f, const struct digest *layers, size_t count,
                                       const char *tag)
{
    return push_image_with(f, layers, count, tag, "");
}

static inline struct inspect_report report_of(struct fixture *f, const struct digest *digest,
                                              bool full)
{
    struct inspect_report report;
    OK(&f->bed, inspect_report(f->inspect, &f->bed.scope, digest, full, &f->bed.arena, &report,
                               &f->bed.failure));
    return report;
}

static inline enum inspect_status wait_for(struct fixture *f, const struct digest *digest)
{
    enum inspect_status status = INSPECT_NONE;
    OK(&f->bed,
       inspect_wait(f->inspect, &f->bed.scope, digest, PATIENCE, &status, &f->bed.failure));
    return status;
}

static inline struct readings_stats stats_of(struct fixture *f)
{
    struct readings_stats stats;
    readings_stats(f->inspect->readings, &stats);
    return stats;
}
