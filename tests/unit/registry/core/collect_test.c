/* What collection removes, and above all what it leaves. Grace is 24 hours, and a quarter of it may
   pass before "told" is written again: what nobody names goes after 30 hours. */
#include "bed.h"

static struct bed bed;
static const struct registry_limits limits = {.recycle_seconds = 7 * 86400};
BED_FIXTURES(bed, &limits)

enum { HOUR = 3600 };

static void a_blob_without_a_manifest_goes_after_grace(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest blob = bed_blob(&bed, "abc");
    bed_wait(&bed, 30 * HOUR - 1);
    bed_collect(&bed);
    assert_true(bed_has_blob(&bed, &blob));
    bed_wait(&bed, 2);
    struct collect_report report = bed_collect(&bed);
    assert_int_equal(report.rows, 1);
    assert_int_equal(report.blobs, 1);
    assert_int_equal(report.bytes, 3);
    REFUSED(&bed, bed_has_blob(&bed, &blob), FAILURE_BLOB_UNKNOWN);
    assert_false(bed_has_file(&bed, &blob));
    struct repository repository;
    OK(&bed, repository_get(&bed.registry, &bed.scope, &bed.arena, &repository, &bed.failure));
    assert_int_equal(repository.bytes, 0);
}

static void a_blob_that_a_client_was_told_of_stays_for_grace(void **state)
{
    (void)state;
    uint64_t size;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest blob = bed_blob(&bed, "abc");
    bed_wait(&bed, 29 * HOUR);
    OK(&bed, blob_stat(&bed.registry, &bed.scope, &blob, true, &size, &bed.failure));
    bed_wait(&bed, 24 * HOUR);
    bed_collect(&bed);
    assert_true(bed_has_blob(&bed, &blob));
    bed_wait(&bed, 7 * HOUR);
    bed_collect(&bed);
    assert_false(bed_has_blob(&bed, &blob));
}

/* Told so lately that it is not written again: the promise is the same. */
static void told_twice_in_short_is_promised_from_the_second(void **state)
{
    (void)state;
    uint64_t size;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest blob = bed_blob(&bed, "abc");
    bed_wait(&bed, 6 * HOUR - 1);
    OK(&bed, blob_stat(&bed.registry, &bed.scope, &blob, true, &size, &bed.failure));
    bed_wait(&bed, 24 * HOUR);
    bed_collect(&bed);
    assert_true(bed_has_blob(&bed, &blob));
}

static void what_a_manifest_names_stays(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest digest = bed_image(&bed, "layer", "v1"), layer;
    struct manifest_removal how = {.why = SLICE("")};
    sha256_of(SLICE("layer"), &layer);
    bed_wait(&bed, 1000 * HOUR);
    bed_collect(&bed);
    assert_true(bed_has_blob(&bed, &layer));
    OK(&bed, manifest_delete(&bed.registry, &bed.scope, &digest, &how, NULL, &bed.failure));
    bed_collect(&bed);
    assert_false(bed_has_blob(&bed, &layer));
    assert_false(bed_has_file(&bed, &layer));
}

static void a_file_stays_while_another_repository_has_it(void **state)
{
    (void)state;
    struct scope first = bed.scope;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest blob = bed_blob(&bed, "abc");
    bed_repository(&bed, "other", TAGS_MUTABLE);
    bed_wait(&bed, 29 * HOUR);
    OK(&bed, blob_mount(&bed.registry, &bed.scope, &first, &blob, NULL, &bed.failure));
    bed_wait(&bed, 2 * HOUR);
    struct collect_report report = bed_collect(&bed);
    assert_int_equal(report.rows, 1);
    assert_int_equal(report.blobs, 0);
    assert_true(bed_has_blob(&bed, &blob));
    assert_true(bed_has_file(&bed, &blob));
    REFUSED(&bed, blob_mount(&bed.registry, &bed.scope, &first, &blob, NULL, &bed.failure),
            FAILURE_BLOB_UNKNOWN);
}

static void the_recycle_bin_holds_blobs(void **state)
{
    (void)state;
    struct slice *tags;
    struct digest found;
    size_t count;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest digest = bed_image(&bed, "layer", "v1"), layer;
    struct manifest_removal how = {.why = SLICE(""), .recycle = true};
    sha256_of(SLICE("layer"), &layer);
    bed_wait(&bed, 100 * HOUR);
    OK(&bed, manifest_delete(&bed.registry, &bed.scope, &digest, &how, NULL, &bed.failure));
    bed_collect(&bed);
    assert_true(bed_has_blob(&bed, &layer));
    REFUSED(&bed, blob_delete(&bed.registry, &bed.scope, &layer, NULL, &bed.failure),
            FAILURE_MANIFEST_REFERENCED);
    OK(&bed, recycled_restore(&bed.registry, &bed.scope, &digest, NULL, &bed.arena, &tags, &count,
                              &bed.failure));
    assert_int_equal(count, 1);
    OK(&bed, manifest_resolve(&bed.registry, &bed.scope, SLICE("v1"), &found, &bed.failure));
    OK(&bed, manifest_delete(&bed.registry, &bed.scope, &digest, &how, NULL, &bed.failure));
    bed_wait(&bed, 7 * 24 * HOUR + 1);
    struct collect_report report = bed_collect(&bed);
    assert_int_equal(report.recycled, 1);
    assert_false(bed_has_blob(&bed, &layer));
    REFUSED(&bed,
            recycled_restore(&bed.registry, &bed.scope, &digest, NULL, &bed.arena, &tags, &count,
                             &bed.failure),
            FAILURE_MANIFEST_UNKNOWN);
}

static void a_clock_that_jumps_shortens_nothing(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest blob = bed_blob(&bed, "abc");
    bed.world.now += 1000 * HOUR; /* somebody sets it ahead */
    bed_collect(&bed);
    assert_true(bed_has_blob(&bed, &blob));
    struct digest second = bed_blob(&bed, "second");
    bed.world.now -= 2000 * HOUR; /* and far back */
    struct digest third = bed_blob(&bed, "third");
    bed_collect(&bed);
    bed.world.now += 1000 * HOUR; /* and right */
    bed_wait(&bed, 20 * HOUR);
    bed_collect(&bed);
    assert_true(bed_has_blob(&bed, &blob));
    assert_true(bed_has_blob(&bed, &second));
    assert_true(bed_has_blob(&bed, &third));
    bed_wait(&bed, 11 * HOUR);
    bed_collect(&bed);
    assert_false(bed_has_blob(&bed, &blob));
    assert_false(bed_has_blob(&bed, &third));
}

static void uploads_that_nobody_goes_on_with_go(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX];
    struct upload *upload;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    OK(&bed, upload_start(&bed.registry, &bed.scope, NULL, id, &bed.failure));
    OK(&bed, upload_take(&bed.registry, &bed.scope, slice_str(id), &upload, &bed.failure));
    OK(&bed, upload_append(upload, SLICE("abc"), &bed.failure));
    bed_wait(&bed, 25 * HOUR);
    assert_int_equal(bed_collect(&bed).uploads, 0); /* it is under way */
    upload_release(upload);
    registry_done(&bed.registry);
    bed_open_registry(&bed);
    assert_int_equal(bed_collect(&bed).uploads, 1);
    REFUSED(&bed, upload_take(&bed.registry, &bed.scope, slice_str(id), &upload, &bed.failure),
            FAILURE_UPLOAD_UNKNOWN);
}

static void an_upload_that_is_gone_on_with_stays(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX];
    struct upload *upload;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    OK(&bed, upload_start(&bed.registry, &bed.scope, NULL, id, &bed.failure));
    for (int i = 0; i < 5; i++) {
        bed_wait(&bed, 20 * HOUR);
        OK(&bed, upload_take(&bed.registry, &bed.scope, slice_str(id), &upload, &bed.failure));
        OK(&bed, upload_append(upload, SLICE("abc"), &bed.failure));
        upload_release(upload);
        registry_done(&bed.registry);
        bed_open_registry(&bed);
        assert_int_equal(bed_collect(&bed).uploads, 0);
    }
}

static void files_that_nobody_knows_go(void **state)
{
    (void)state;
    struct collect_report report = {0};
    struct error err;
    struct digest orphan;
    uint64_t size;
    sha256_of(SLICE("orphan"), &orphan);
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest blob = bed_blob(&bed, "abc");
    int file = upload_file_open(bed.blobs, "a-crash-left-it", &size, &err);
    assert_true(file >= 0);
    assert_true(upload_file_append(bed.blobs, file, 0, SLICE("orphan"), &err));
    assert_true(upload_file_place(bed.blobs, "a-crash-left-it", &orphan, &err));
    upload_file_close(bed.blobs, file);
    file = upload_file_open(bed.blobs, "and-that", &size, &err);
    upload_file_close(bed.blobs, file);
    assert_true(object_put(bed.blobs, "analysis", &orphan, SLICE("x"), &err));
    assert_true(object_put(bed.blobs, "analysis", &blob, SLICE("y"), &err));
    assert_true(collect_orphans(&bed.registry, NULL, &report, &err));
    assert_int_equal(report.orphans, 2);
    assert_false(bed_has_file(&bed, &orphan));
    assert_true(bed_has_file(&bed, &blob));
    struct slice bytes;
    assert_false(object_get(bed.blobs, "analysis", &orphan, &bed.arena, &bytes, &err));
    assert_true(object_get(bed.blobs, "analysis", &blob, &bed.arena, &bytes, &err));
}

/* Pushed again between the two transactions of its removal. */
static void a_free_file_that_is_used_again_stays(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest blob = bed_blob(&bed, "abc");
    OK(&bed, blob_delete(&bed.registry, &bed.scope, &blob, NULL, &bed.failure));
    assert_true(bed_has_file(&bed, &blob)); /* only marked */
    bed_blob(&bed, "abc");
    assert_int_equal(bed_collect(&bed).blobs, 0);
    assert_true(bed_has_file(&bed, &blob));
    OK(&bed, blob_delete(&bed.registry, &bed.scope, &blob, NULL, &bed.failure));
    assert_int_equal(bed_collect(&bed).blobs, 1);
    assert_false(bed_has_file(&bed, &blob));
}

static void a_repository_that_goes_frees_its_files(void **state)
{
    (void)state;
    struct repository was;
    struct digest layer;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    bed_image(&bed, "layer", "v1");
    sha256_of(SLICE("layer"), &layer);
    REFUSED(
        &bed,
        repository_delete(&bed.registry, &bed.scope, false, NULL, &bed.arena, &was, &bed.failure),
        FAILURE_REPOSITORY_NOT_EMPTY);
    OK(&bed,
       repository_delete(&bed.registry, &bed.scope, true, NULL, &bed.arena, &was, &bed.failure));
    assert_int_equal(bed_collect(&bed).blobs, 2);
    assert_false(bed_has_file(&bed, &layer));
    /* Nothing is left that a repository of the same name would see. */
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct manifest_list list;
    OK(&bed,
       manifest_list(&bed.registry, &bed.scope, SLICE(""), 0, &bed.arena, &list, &bed.failure));
    assert_int_equal(list.count, 0);
    OK(&bed, repository_get(&bed.registry, &bed.scope, &bed.arena, &was, &bed.failure));
    assert_int_equal(was.bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_blob_without_a_manifest_goes_after_grace),
        BOTH(a_blob_that_a_client_was_told_of_stays_for_grace),
        BOTH(told_twice_in_short_is_promised_from_the_second),
        BOTH(what_a_manifest_names_stays),
        BOTH(a_file_stays_while_another_repository_has_it),
        BOTH(the_recycle_bin_holds_blobs),
        BOTH(a_clock_that_jumps_shortens_nothing),
        BOTH(uploads_that_nobody_goes_on_with_go),
        BOTH(an_upload_that_is_gone_on_with_stays),
        BOTH(files_that_nobody_knows_go),
        BOTH(a_free_file_that_is_used_again_stays),
        BOTH(a_repository_that_goes_frees_its_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
