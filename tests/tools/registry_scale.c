/*
 * registry-scale make DATA REPOSITORIES TAGS   a data folder of that size
 * registry-scale measure DATA                  how long questions take on it; exit 1 over the limit
 * registry-scale commit DATA THREADS SECONDS   manifest PUTs a second
 *
 * A repository with an image and tags is made by the registry itself; then its rows are copied
 * under other names, a few thousand in a transaction. One repository has a tenth of all tags.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "registry/core/manifest.h"
#include "registry/core/repository.h"
#include "registry/core/rows.h"
#include "registry/core/upload.h"
#include "registry/data_folder.h"

enum { TEMPLATE_TAGS = 9, BATCH = 500, QUESTIONS = 2000, PAGE = 100, THREADS_MAX = 64 };

static const double limit_ms = 5;
static struct data_folder data;
static const struct caller who = {
    .kind = CALLER_SYSTEM, .name = {"scale", 5}, .account = {"123456789012", 12}, .admin = true};

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "registry-scale: %s: %s\n", what, why);
    exit(3);
}

static void need(bool done, const char *what, const struct failure *failure)
{
    if (!done)
        stop(what, failure->inside.kind ? failure->inside.text : failure->text);
}

static void need_row(bool done, const struct error *err)
{
    if (!done)
        stop("rows", err->text);
}

static struct scope scope_of(const char *repository)
{
    return (struct scope){SLICE("123456789012"), SLICE("us-east-1"), slice_str(repository)};
}

/* "r000/a000000": names that sort as they are numbered. */
static const char *name_of(uint64_t number, char name[40])
{
    snprintf(name, 40, "team%03" PRIu64 "/app%07" PRIu64, number / 1000, number);
    return name;
}

static void create(const char *name)
{
    struct scope scope = scope_of(name);
    struct repository repository = {.name = scope.repository};
    struct failure failure = {0};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    bool done = repository_create(&data.registry, &scope, &repository, &who, &arena, &failure);
    need(done || failure.reason == FAILURE_REPOSITORY_EXISTS, "repository", &failure);
    arena_done(&arena);
}

/* An image of two blobs; `salt` makes it another one. */
static void push(const char *name, const char *tag, unsigned salt)
{
    struct scope scope = scope_of(name);
    struct digest config, layer;
    struct failure failure = {0};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    need(blob_put(&data.registry, &scope, SLICE("{}"), &who, &config, &failure) &&
             blob_put(&data.registry, &scope, SLICE("layer"), &who, &layer, &failure),
         "blob", &failure);
    struct slice bytes = arena_printf(
        &arena,
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
        "\"annotations\":{\"salt\":\"%u\"},"
        "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\","
        "\"size\":2},\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\","
        "\"digest\":\"%s\",\"size\":5}]}",
        salt, config.text, layer.text);
    struct slice tags[] = {slice_str(tag)};
    struct manifest_push what = {.bytes = bytes,
                                 .media_type = SLICE("application/vnd.oci.image.manifest.v1+json"),
                                 .tags = tags,
                                 .tag_count = 1};
    struct manifest_facts facts;
    struct tag_result result;
    need(manifest_put(&data.registry, &scope, &what, &who, &arena, &facts, &result, &failure),
         "manifest", &failure);
    arena_done(&arena);
}

/* ---- make ---- */

struct rows {
    struct arena arena;
    struct {
        const char *kind;
        struct slice scope, name, value;
    } * items;
    size_t count, room;
    const char *kind;
};

static bool take_row(void *context, const struct meta_row *row)
{
    struct rows *rows = context;
    __typeof__(*rows->items) copy = {rows->kind, arena_copy(&rows->arena, row->scope),
                                     arena_copy(&rows->arena, row->name),
                                     arena_copy(&rows->arena, row->value)};
    if (!copy.value.at || !ARENA_PUSH(&rows->arena, rows->items, rows->count, rows->room, copy))
        stop("rows", "out of memory");
    return true;
}

/* Those of a repository, its own row and its rows of files. */
static void read_template(struct rows *rows, struct slice scope, struct slice account)
{
    static const char *const kinds[] = {ROW_TAG,       ROW_MANIFEST, ROW_DOCUMENT,
                                        ROW_REFERENCE, ROW_TAGGED,   ROW_BLOB,
                                        ROW_COUNTER,   ROW_BLOBFILE, ROW_REPOSITORY};
    struct meta_txn *txn = NULL;
    struct error err;
    arena_init(&rows->arena, 64 << 20);
    need_row(meta_begin(data.meta, false, &txn, &err), &err);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        rows->kind = kinds[i];
        bool of_nobody = strcmp(kinds[i], ROW_BLOBFILE) == 0;
        bool of_account = strcmp(kinds[i], ROW_REPOSITORY) == 0;
        struct meta_range range = {.kind = kinds[i],
                                   .scope = of_nobody    ? SLICE("")
                                            : of_account ? account
                                                         : scope};
        need_row(meta_scan(txn, &range, take_row, rows, &err), &err);
    }
    meta_abort(&txn);
}

static void copy_rows(struct meta_txn *txn, const struct rows *rows, struct slice account,
                      const char *name, struct arena *arena)
{
    struct slice scope = arena_printf(arena, "%.*s/%s", SLICE_ARG(account), name);
    struct error err;
    for (size_t i = 0; i < rows->count; i++) {
        const char *kind = rows->items[i].kind;
        struct slice at = scope, key = rows->items[i].name, digest = key;
        if (strcmp(kind, ROW_REPOSITORY) == 0) {
            at = account;
            key = slice_str(name);
        } else if (strcmp(kind, ROW_BLOBFILE) == 0) {
            at = SLICE("");
            digest = slice_cut(&digest, '/');
            key = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(digest), SLICE_ARG(scope));
        }
        need_row(meta_put(txn, kind, at, key, rows->items[i].value, &err), &err);
    }
}

/* More tags of the same image. */
static void add_tags(struct slice scope, const struct rows *rows, uint64_t count)
{
    struct meta_txn *txn = NULL;
    struct error err;
    struct slice value = {0}, digest = {0};
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->items[i].kind, ROW_TAG) == 0)
            value = rows->items[i].value;
        if (strcmp(rows->items[i].kind, ROW_MANIFEST) == 0)
            digest = rows->items[i].name;
    }
    char tag[32], tagged[300];
    for (uint64_t i = 0; i < count; i++) {
        if (!txn)
            need_row(meta_begin(data.meta, true, &txn, &err), &err);
        snprintf(tag, sizeof tag, "v%07" PRIu64, i);
        snprintf(tagged, sizeof tagged, "%.*s/%s", SLICE_ARG(digest), tag);
        need_row(meta_put(txn, ROW_TAG, scope, slice_str(tag), value, &err) &&
                     meta_put(txn, ROW_TAGGED, scope, slice_str(tagged), SLICE(""), &err),
                 &err);
        if (i % 10000 == 9999 || i == count - 1)
            need_row(meta_commit(&txn, &err), &err);
    }
}

static void set_counters(struct slice account, uint64_t repositories)
{
    struct meta_txn *txn = NULL;
    struct error err;
    char text[24];
    need_row(meta_begin(data.meta, true, &txn, &err), &err);
    snprintf(text, sizeof text, "%" PRIu64, repositories);
    need_row(meta_put(txn, ROW_COUNTER, account, SLICE("repositories"), slice_str(text), &err),
             &err);
    snprintf(text, sizeof text, "%" PRIu64, repositories * 7);
    need_row(meta_put(txn, ROW_COUNTER, account, SLICE("bytes"), slice_str(text), &err) &&
                 meta_commit(&txn, &err),
             &err);
}

static void make(uint64_t repositories, uint64_t tags)
{
    struct slice account = SLICE("123456789012/us-east-1");
    struct rows rows = {0};
    struct error err;
    char name[40], scope[100], tag[16];
    create(name_of(0, name));
    for (unsigned i = 0; i < TEMPLATE_TAGS; i++) {
        snprintf(tag, sizeof tag, "1.%u", i);
        push(name, tag, 0);
    }
    snprintf(scope, sizeof scope, "%.*s/%s", SLICE_ARG(account), name);
    read_template(&rows, slice_str(scope), account);
    for (uint64_t i = 1; i < repositories;) {
        struct meta_txn *txn = NULL;
        need_row(meta_begin(data.meta, true, &txn, &err), &err);
        for (uint64_t end = i + BATCH; i < end && i < repositories; i++) {
            struct arena arena;
            arena_init(&arena, 1 << 20);
            copy_rows(txn, &rows, account, name_of(i, name), &arena);
            arena_done(&arena);
        }
        need_row(meta_commit(&txn, &err), &err);
    }
    add_tags(slice_str(scope), &rows, tags > repositories * 9 ? tags - repositories * 9 : 0);
    set_counters(account, repositories);
    arena_done(&rows.arena);
}

/* ---- measure ---- */

static uint64_t seed = 1;

static uint64_t random_below(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 20) % below;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* A busy machine makes questions wait for a processor: so what counts is the 99th percentile of the
   processor's time. */
static bool report(const char *what, double times[QUESTIONS], double own[QUESTIONS])
{
    qsort(times, QUESTIONS, sizeof *times, by_value);
    qsort(own, QUESTIONS, sizeof *own, by_value);
    double p50 = times[QUESTIONS / 2] * 1000, p99 = own[QUESTIONS * 99 / 100] * 1000;
    bool fine = p99 < limit_ms;
    printf("%-34s p50 %6.3f ms  p99 %6.3f ms (processor: %6.3f ms)%s\n", what, p50,
           times[QUESTIONS * 99 / 100] * 1000, p99, fine ? "" : "  TOO SLOW");
    return fine;
}

static double processor_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void ask_catalog(uint64_t repositories)
{
    struct scope account = scope_of("");
    struct repository_list list = {0};
    struct failure failure = {0};
    struct arena arena;
    char name[40];
    arena_init(&arena, 16 << 20);
    need(repository_list(&data.registry, &account,
                         slice_str(name_of(random_below(repositories), name)), PAGE, &arena, &list,
                         &failure),
         "catalog", &failure);
    arena_done(&arena);
}

static void ask_tag(uint64_t repositories)
{
    char name[40], tag[16];
    struct scope scope = scope_of(name_of(random_below(repositories), name));
    struct digest digest;
    struct failure failure = {0};
    snprintf(tag, sizeof tag, "1.%u", (unsigned)random_below(TEMPLATE_TAGS));
    need(manifest_resolve(&data.registry, &scope, slice_str(tag), &digest, &failure), "tag",
         &failure);
}

static void ask_tags(uint64_t repositories)
{
    char name[40], tag[16];
    struct scope scope = scope_of(name_of(0, name));
    struct slice *tags;
    size_t count;
    struct failure failure = {0};
    struct arena arena;
    (void)repositories;
    arena_init(&arena, 16 << 20);
    snprintf(tag, sizeof tag, "v%07u", (unsigned)random_below(100000));
    need(tag_list(&data.registry, &scope, slice_str(tag), PAGE, &arena, &tags, NULL, &count,
                  &failure),
         "tags", &failure);
    arena_done(&arena);
}

static void ask_describe(uint64_t repositories)
{
    char name[40];
    struct scope scope = scope_of(name_of(1 + random_below(repositories - 1), name));
    struct manifest_list list = {0};
    struct failure failure = {0};
    struct arena arena;
    arena_init(&arena, 16 << 20);
    need(manifest_list(&data.registry, &scope, SLICE(""), PAGE, &arena, &list, &failure), "images",
         &failure);
    arena_done(&arena);
}

static bool measure(void)
{
    static double times[QUESTIONS], own[QUESTIONS];
    static const struct {
        const char *what;
        void (*ask)(uint64_t repositories);
    } questions[] = {{"catalog, a page of 100", ask_catalog},
                     {"tag of a repository", ask_tag},
                     {"tags of 100,000, a page of 100", ask_tags},
                     {"images of a repository", ask_describe}};
    struct meta_txn *txn = NULL;
    struct error err;
    struct arena arena;
    struct slice text;
    uint64_t repositories = 0;
    bool found = false, fine = true;
    arena_init(&arena, 1 << 20);
    need_row(meta_begin(data.meta, false, &txn, &err) &&
                 meta_get(txn, ROW_COUNTER, SLICE("123456789012/us-east-1"), SLICE("repositories"),
                          &arena, &text, &found, &err),
             &err);
    meta_abort(&txn);
    if (!found || !slice_u64(text, &repositories) || repositories <= THREADS_MAX + 2)
        stop("measure", "the folder was not made by registry-scale");
    repositories -= THREADS_MAX; /* `commit` may have added some, and they have other names */
    for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
        for (size_t i = 0; i < QUESTIONS; i++) {
            double start = clock_monotonic(), before = processor_time();
            questions[q].ask(repositories);
            own[i] = processor_time() - before;
            times[i] = clock_monotonic() - start;
        }
        fine = report(questions[q].what, times, own) && fine;
    }
    arena_done(&arena);
    return fine;
}

/* ---- commit ---- */

struct pusher {
    pthread_t thread;
    unsigned number;
    double until;
    uint64_t done;
};

static void put_one(const char *name, const struct digest *config, unsigned number, uint64_t turn)
{
    struct scope scope = scope_of(name);
    struct failure failure = {0};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct slice bytes = arena_printf(
        &arena,
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
        "\"annotations\":{\"turn\":\"%u-%" PRIu64 "\"},"
        "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\","
        "\"size\":2},\"layers\":[]}",
        number, turn, config->text);
    struct slice tags[] = {SLICE("latest")};
    struct manifest_push what = {.bytes = bytes,
                                 .media_type = SLICE("application/vnd.oci.image.manifest.v1+json"),
                                 .tags = tags,
                                 .tag_count = 1};
    struct manifest_facts facts;
    struct tag_result result;
    need(manifest_put(&data.registry, &scope, &what, &who, &arena, &facts, &result, &failure),
         "manifest", &failure);
    arena_done(&arena);
}

static void *push_on(void *context)
{
    struct pusher *pusher = context;
    char name[40];
    struct digest config;
    struct failure failure = {0};
    snprintf(name, sizeof name, "commit/app%u", pusher->number);
    create(name);
    struct scope scope = scope_of(name);
    need(blob_put(&data.registry, &scope, SLICE("{}"), &who, &config, &failure), "blob", &failure);
    for (; clock_monotonic() < pusher->until; pusher->done++)
        put_one(name, &config, pusher->number, pusher->done);
    return NULL;
}

static void commit(unsigned threads, unsigned seconds)
{
    static struct pusher pushers[THREADS_MAX];
    double start = clock_monotonic();
    uint64_t all = 0;
    threads = threads > THREADS_MAX ? THREADS_MAX : threads;
    for (unsigned i = 0; i < threads; i++) {
        pushers[i] = (struct pusher){.number = i, .until = start + seconds};
        if (pthread_create(&pushers[i].thread, NULL, push_on, &pushers[i]) != 0)
            stop("commit", "no thread");
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(pushers[i].thread, NULL);
        all += pushers[i].done;
    }
    printf("%u threads: %.0f manifests a second\n", threads,
           (double)all / (clock_monotonic() - start));
}

static uint64_t number(const char *text)
{
    uint64_t value = 0;
    if (!slice_u64(slice_str(text), &value))
        stop(text, "not a number");
    return value;
}

int main(int argc, char **argv)
{
    struct error err;
    bool fine = true;
    if (argc < 3)
        stop("usage", "make DATA REPOSITORIES TAGS | measure DATA | commit DATA THREADS SECONDS");
    if (!data_folder_open(&data, argv[2], DATA_FOLDER_SERVE, NULL, &err))
        stop(argv[2], err.text);
    double start = clock_monotonic();
    if (strcmp(argv[1], "make") == 0 && argc == 5) {
        make(number(argv[3]), number(argv[4]));
        printf("made in %.1f s\n", clock_monotonic() - start);
    } else if (strcmp(argv[1], "measure") == 0) {
        fine = measure();
    } else if (strcmp(argv[1], "commit") == 0 && argc == 5) {
        commit((unsigned)number(argv[3]), (unsigned)number(argv[4]));
    } else {
        stop(argv[1], "unknown");
    }
    data_folder_close(&data);
    return fine ? 0 : 1;
}
