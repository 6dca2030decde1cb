/* Many threads at one repository: pushes of the same tags, pulls, deletions and collection at once.
   Whatever they do to each other, in the end all that is there is whole. Grace is short and the
   clock runs fast, so collection really removes. Built with -Db_sanitize=thread it also finds
   races. */
#include <pthread.h>
#include <stdatomic.h>

#include "registry/core/recall.h"

#include "bed.h"

enum { THREADS = 6, ROUNDS = 60, LAYERS = 4 };

static struct bed bed;
static const struct registry_limits limits = {.upload_seconds = 1000000};
BED_FIXTURES(bed, &limits)

static atomic_uint pushed, pulled, removed, refused, collected;

static bool fine(const struct failure *failure)
{
    switch (failure->reason) {
    case FAILURE_MANIFEST_UNKNOWN:
    case FAILURE_BLOB_UNKNOWN:
    case FAILURE_MANIFEST_BLOB_UNKNOWN:
        atomic_fetch_add(&refused, 1);
        return true;
    default:
        fprintf(stderr, "%d %s %s\n", failure->reason, failure->text, failure->inside.text);
        return false;
    }
}

/* A second passes whenever somebody looks. */
static atomic_uint looks;

static double hasty_clock(struct world *world)
{
    (void)world;
    return 1.8e9 + atomic_fetch_add(&looks, 1);
}

static double hasty_monotonic(struct world *world)
{
    (void)world;
    return 1000 + atomic_fetch_add(&looks, 1);
}

static bool push(unsigned n, struct arena *arena)
{
    char layer[32];
    struct digest config, digest;
    struct failure failure;
    struct manifest_facts facts;
    struct tag_result results[2];
    struct slice tags[] = {SLICE("latest"), arena_printf(arena, "v%u", n % 3)};
    snprintf(layer, sizeof layer, "layer %u", n % LAYERS);
    if (!blob_put(&bed.registry, &bed.scope, SLICE("{}"), NULL, &config, &failure) ||
        !blob_put(&bed.registry, &bed.scope, slice_str(layer), NULL, &digest, &failure))
        return fine(&failure);
    struct manifest_push what = {
        .bytes = arena_printf(arena,
                              "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"digest\":"
                              "\"%s\",\"size\":2},\"layers\":[{\"mediaType\":\"a/b\",\"digest\":"
                              "\"%s\",\"size\":%zu}]}",
                              config.text, digest.text, strlen(layer)),
        .tags = tags,
        .tag_count = 2};
    if (!manifest_put(&bed.registry, &bed.scope, &what, NULL, arena, &facts, results, &failure))
        return fine(&failure);
    atomic_fetch_add(&pushed, 1);
    return true;
}

/* What is told must be whole: the bytes have the digest, whoever removes it meanwhile. */
static bool pull(unsigned n, struct arena *arena)
{
    struct recalled recalled;
    struct failure failure;
    struct slice tag = n % 2 ? SLICE("latest") : arena_printf(arena, "v%u", n % 3);
    if (!recall_load(&bed.registry, &bed.scope, tag, &recalled, &failure))
        return fine(&failure);
    bool whole = digest_is_of(&recalled.digest, recalled.bytes);
    manifest_pulled(&bed.registry, &bed.scope, &recalled.digest, NULL);
    recall_release(&recalled);
    atomic_fetch_add(&pulled, 1);
    return whole;
}

static bool remove_latest(struct arena *arena)
{
    struct digest digest;
    struct failure failure;
    struct manifest_removal how = {.recycle = false};
    (void)arena;
    if (!manifest_resolve(&bed.registry, &bed.scope, SLICE("latest"), &digest, &failure) ||
        !manifest_delete(&bed.registry, &bed.scope, &digest, &how, NULL, &failure))
        return fine(&failure);
    atomic_fetch_add(&removed, 1);
    return true;
}

static bool keep_house(void)
{
    struct collect_report report = {0};
    struct error err;
    bool ok =
        collect_run(&bed.registry, 2, NULL, &report, &err) && registry_tick(&bed.registry, &err);
    atomic_fetch_add(&collected, (unsigned)report.blobs);
    return ok;
}

static void *work(void *argument)
{
    unsigned seed = (unsigned)(uintptr_t)argument * 7919 + 1;
    struct arena arena;
    bool ok = true;
    arena_init(&arena, 64 << 20);
    for (unsigned i = 0; ok && i < ROUNDS; i++) {
        seed = seed * 1664525 + 1013904223;
        unsigned dice = seed >> 16;
        arena_reset(&arena);
        if (dice % 10 < 4)
            ok = push(dice / 10, &arena);
        else if (dice % 10 < 8)
            ok = pull(dice / 10, &arena);
        else if (dice % 10 == 8)
            ok = remove_latest(&arena);
        else
            ok = keep_house();
    }
    arena_done(&arena);
    return ok ? NULL : &bed;
}

static void check_whole(void)
{
    struct manifest_list list;
    struct repository repository;
    struct slice *tags;
    struct digest *digests;
    uint64_t size, bytes = 0;
    size_t count;
    OK(&bed,
       manifest_list(&bed.registry, &bed.scope, SLICE(""), 0, &bed.arena, &list, &bed.failure));
    for (size_t i = 0; i < list.count; i++)
        for (size_t j = 0; j < list.items[i].layer_count; j++) {
            OK(&bed, blob_stat(&bed.registry, &bed.scope, &list.items[i].layers[j].digest, false,
                               &size, &bed.failure));
            assert_true(bed_has_file(&bed, &list.items[i].layers[j].digest));
        }
    OK(&bed, tag_list(&bed.registry, &bed.scope, SLICE(""), 0, &bed.arena, &tags, &digests, &count,
                      &bed.failure));
    for (size_t i = 0; i < count; i++) {
        struct manifest_facts facts;
        OK(&bed, manifest_describe(&bed.registry, &bed.scope, &digests[i], &bed.arena, &facts,
                                   &bed.failure));
    }
    for (unsigned n = 0; n < LAYERS; n++) {
        struct digest digest;
        char layer[32];
        snprintf(layer, sizeof layer, "layer %u", n);
        sha256_of(slice_str(layer), &digest);
        if (bed_has_blob(&bed, &digest))
            bytes += strlen(layer);
    }
    OK(&bed, repository_get(&bed.registry, &bed.scope, &bed.arena, &repository, &bed.failure));
    assert_true(repository.bytes == bytes + 2 || repository.bytes == bytes);
}

static void all_at_once(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    void *wrong = NULL;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    bed.ops.now = hasty_clock;
    bed.ops.monotonic = hasty_monotonic;
    bed.registry.limits.grace_seconds = 20; /* of such seconds */
    for (uintptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)i), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong = result ? result : wrong;
    }
    assert_null(wrong);
    assert_true(atomic_load(&pushed) > 0 && atomic_load(&pulled) > 0 && atomic_load(&removed) > 0);
    check_whole();
    assert_true(keep_house());
    check_whole();
    assert_true(atomic_load(&collected) > 0);
}

/* One upload, many hands: one at a time has it, and all bytes arrive once. */
static char shared_id[UPLOAD_ID_MAX];
static atomic_uint taken;

static void *grab(void *argument)
{
    struct upload *upload;
    struct failure failure;
    (void)argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (!upload_take(&bed.registry, &bed.scope, slice_str(shared_id), &upload, &failure)) {
            if (failure.reason != FAILURE_UPLOAD_BUSY)
                return &bed;
            continue;
        }
        bool ok = upload_append(upload, SLICE("x"), &failure);
        upload_release(upload);
        if (!ok)
            return &bed;
        atomic_fetch_add(&taken, 1);
    }
    return NULL;
}

static void one_upload_for_many(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    struct upload *upload;
    void *wrong = NULL;
    atomic_store(&taken, 0);
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    OK(&bed, upload_start(&bed.registry, &bed.scope, NULL, shared_id, &bed.failure));
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, grab, NULL), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong = result ? result : wrong;
    }
    assert_null(wrong);
    OK(&bed, upload_take(&bed.registry, &bed.scope, slice_str(shared_id), &upload, &bed.failure));
    assert_int_equal(upload_size(upload), atomic_load(&taken));
    upload_release(upload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(all_at_once),
        BOTH(one_upload_for_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
