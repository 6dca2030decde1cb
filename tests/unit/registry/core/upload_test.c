/* Uploads: pieces, restarts, limits, two at once. */
#include "bed.h"

static struct bed bed;
static const struct registry_limits limits = {
    .blob_max = 1000, .uploads_max = 3, .repository_max = 1500, .account_max = 2000};
BED_FIXTURES(bed, &limits)

static struct {
    unsigned started, grew, ended, became;
    uint64_t size;
    char first[16];
} seen;

static void started(void *context, const char *id, int file, uint64_t size, struct slice first)
{
    (void)context, (void)id;
    assert_true(file >= 0);
    seen.started++;
    seen.size = size;
    snprintf(seen.first, sizeof seen.first, "%.*s", SLICE_ARG(first));
}

static void grew(void *context, const char *id, uint64_t size)
{
    (void)context, (void)id;
    seen.grew++;
    seen.size = size;
}

static void ended(void *context, const char *id, const struct digest *digest, uint64_t size)
{
    (void)context, (void)id;
    seen.ended++;
    seen.became += digest != NULL;
    seen.size = size;
}

static struct upload *begin(char id[UPLOAD_ID_MAX])
{
    struct upload *upload;
    OK(&bed, upload_start(&bed.registry, &bed.scope, NULL, id, &bed.failure));
    OK(&bed, upload_take(&bed.registry, &bed.scope, slice_str(id), &upload, &bed.failure));
    return upload;
}

static struct upload *take(const char *id)
{
    struct upload *upload;
    OK(&bed, upload_take(&bed.registry, &bed.scope, slice_str(id), &upload, &bed.failure));
    return upload;
}

static void append(struct upload *upload, const char *text)
{
    OK(&bed, upload_append(upload, slice_str(text), &bed.failure));
}

static struct digest digest_of(const char *text)
{
    struct digest digest;
    sha256_of(slice_str(text), &digest);
    return digest;
}

static void listen(void)
{
    const struct registry_taps taps = {
        .upload_started = started, .upload_grew = grew, .upload_ended = ended};
    memset(&seen, 0, sizeof seen);
    registry_tap(&bed.registry, &taps);
}

static void pieces_make_a_blob(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX], got[7] = "";
    struct digest digest = digest_of("abcdef"), part;
    struct blob blob;
    struct error err;
    size_t len;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    listen();
    struct upload *upload = begin(id);
    append(upload, "abc");
    assert_int_equal(seen.started, 1);
    assert_string_equal(seen.first, "abc");
    upload_release(upload);
    upload = take(id);
    assert_int_equal(upload_size(upload), 3);
    append(upload, "def");
    assert_int_equal(seen.grew, 1);
    assert_int_equal(seen.size, 6);
    upload_digest(upload, &part);
    assert_string_equal(part.text, digest.text);
    OK(&bed, upload_finish(upload, &digest, NULL, &bed.failure));
    assert_int_equal(seen.ended, 1);
    assert_int_equal(seen.became, 1);
    OK(&bed, blob_get(&bed.registry, &bed.scope, &digest, &blob, &bed.failure));
    assert_int_equal(blob.size, 6);
    assert_true(blob_read(&blob, 0, got, 6, &len, &err));
    assert_string_equal(got, "abcdef");
    blob_close(&blob);
    REFUSED(&bed, upload_take(&bed.registry, &bed.scope, slice_str(id), &upload, &bed.failure),
            FAILURE_UPLOAD_UNKNOWN);
}

static void other_bytes_are_refused(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX];
    struct digest digest = digest_of("abcdef");
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    listen();
    struct upload *upload = begin(id);
    append(upload, "abcdeg");
    REFUSED(&bed, upload_finish(upload, &digest, NULL, &bed.failure), FAILURE_DIGEST_INVALID);
    assert_int_equal(seen.ended, 1);
    assert_int_equal(seen.became, 0);
    assert_false(bed_has_blob(&bed, &digest));
    REFUSED(&bed, upload_take(&bed.registry, &bed.scope, slice_str(id), &upload, &bed.failure),
            FAILURE_UPLOAD_UNKNOWN);
}

static void a_restart_takes_it_up_again(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX];
    struct digest digest = digest_of("abcdef");
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct upload *upload = begin(id);
    append(upload, "abcd");
    upload_release(upload);
    registry_done(&bed.registry);
    bed_open_registry(&bed);
    listen();
    upload = take(id);
    assert_int_equal(upload_size(upload), 4);
    assert_int_equal(seen.started, 1);
    assert_int_equal(seen.size, 4);
    append(upload, "ef");
    OK(&bed, upload_finish(upload, &digest, NULL, &bed.failure));
    assert_true(bed_has_blob(&bed, &digest));
}

static void a_pause_costs_the_memory_but_not_the_bytes(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX];
    struct digest digest = digest_of("abcdef");
    struct error err;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    listen();
    struct upload *upload = begin(id);
    append(upload, "abcd");
    upload_release(upload);
    bed_wait(&bed, 61);
    assert_true(registry_tick(&bed.registry, &err));
    assert_int_equal(seen.ended, 1);
    upload = take(id);
    assert_int_equal(seen.started, 2);
    append(upload, "ef");
    bed_wait(&bed, 61);
    assert_true(registry_tick(&bed.registry, &err)); /* somebody has it: it stays */
    OK(&bed, upload_finish(upload, &digest, NULL, &bed.failure));
    assert_int_equal(seen.became, 1);
}

static void two_at_once_are_refused(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX];
    struct upload *second;
    struct scope other = bed.scope;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct upload *upload = begin(id);
    REFUSED(&bed, upload_take(&bed.registry, &bed.scope, slice_str(id), &second, &bed.failure),
            FAILURE_UPLOAD_BUSY);
    upload_release(upload);
    bed_repository(&bed, "team/other", TAGS_MUTABLE);
    other.repository = SLICE("team/other");
    REFUSED(&bed, upload_take(&bed.registry, &other, slice_str(id), &second, &bed.failure),
            FAILURE_UPLOAD_UNKNOWN);
    REFUSED(&bed, upload_take(&bed.registry, &other, SLICE("../../etc"), &second, &bed.failure),
            FAILURE_UPLOAD_UNKNOWN);
    REFUSED(&bed, upload_take(&bed.registry, &other, SLICE(""), &second, &bed.failure),
            FAILURE_UPLOAD_UNKNOWN);
}

static void limits_hold(void **state)
{
    (void)state;
    static char much[1001];
    char id[UPLOAD_ID_MAX], more[UPLOAD_ID_MAX];
    struct digest digest;
    memset(much, 'x', sizeof much);
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct upload *upload = begin(id);
    OK(&bed, upload_append(upload, slice_of(much, 600), &bed.failure));
    REFUSED(&bed, upload_append(upload, slice_of(much, 401), &bed.failure), FAILURE_TOO_LARGE);
    OK(&bed, upload_append(upload, slice_of(much, 400), &bed.failure));
    OK(&bed, upload_cancel(upload, &bed.failure));
    for (int i = 0; i < 3; i++)
        OK(&bed, upload_start(&bed.registry, &bed.scope, NULL, more, &bed.failure));
    REFUSED(&bed, upload_start(&bed.registry, &bed.scope, NULL, more, &bed.failure), FAILURE_LIMIT);
    bed_repository(&bed, "quota", TAGS_MUTABLE);
    OK(&bed,
       blob_put(&bed.registry, &bed.scope, slice_of(much, 1000), NULL, &digest, &bed.failure));
    REFUSED(&bed,
            blob_put(&bed.registry, &bed.scope, slice_of(much, 501), NULL, &digest, &bed.failure),
            FAILURE_QUOTA);
    OK(&bed, blob_put(&bed.registry, &bed.scope, slice_of(much, 1000), NULL, &digest,
                      &bed.failure)); /* is there already: takes nothing */
    OK(&bed, blob_put(&bed.registry, &bed.scope, slice_of(much, 500), NULL, &digest, &bed.failure));
    bed_repository(&bed, "second", TAGS_MUTABLE);
    REFUSED(&bed,
            blob_put(&bed.registry, &bed.scope, slice_of(much, 501), NULL, &digest, &bed.failure),
            FAILURE_QUOTA);
    struct repository repository;
    bed.scope.repository = SLICE("quota");
    OK(&bed, repository_get(&bed.registry, &bed.scope, &bed.arena, &repository, &bed.failure));
    assert_int_equal(repository.bytes, 1500);
}

static void the_same_blob_twice_is_fine(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest a = bed_blob(&bed, "abc"), b = bed_blob(&bed, "abc");
    assert_string_equal(a.text, b.text);
    assert_true(bed_has_file(&bed, &a));
}

static void nothing_at_all_is_a_blob(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest empty = bed_blob(&bed, "");
    assert_string_equal(empty.text, digest_of("").text);
    assert_true(bed_has_file(&bed, &empty));
}

static void sha512_is_taken(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX];
    struct sha512 hash;
    struct digest digest;
    sha512_init(&hash);
    sha512_add(&hash, "abcdef", 6);
    sha512_finish(&hash, &digest);
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct upload *upload = begin(id);
    append(upload, "abcdef");
    OK(&bed, upload_finish(upload, &digest, NULL, &bed.failure));
    assert_true(bed_has_blob(&bed, &digest));
    upload = begin(id);
    append(upload, "abcdeg");
    REFUSED(&bed, upload_finish(upload, &digest, NULL, &bed.failure), FAILURE_DIGEST_INVALID);
}

static void a_repository_that_goes_takes_its_uploads_along(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX];
    struct digest digest = digest_of("abc");
    struct repository was;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct upload *upload = begin(id);
    append(upload, "abc");
    OK(&bed,
       repository_delete(&bed.registry, &bed.scope, false, NULL, &bed.arena, &was, &bed.failure));
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    REFUSED(&bed, upload_finish(upload, &digest, NULL, &bed.failure), FAILURE_UPLOAD_UNKNOWN);
    assert_false(bed_has_blob(&bed, &digest));
    REFUSED(&bed,
            upload_start(&bed.registry,
                         &(struct scope){bed.scope.account, bed.scope.region, SLICE("none")}, NULL,
                         id, &bed.failure),
            FAILURE_REPOSITORY_UNKNOWN);
}

/* The disk fills in the middle of a piece: some of it is in the file, and nobody may take the file
   for what was hashed. */
static bool disk_is_full;

static bool full_append(struct world *world, int file, uint64_t offset, struct slice bytes,
                        struct error *err)
{
    if (!disk_is_full)
        return bed_append(world, file, offset, bytes, err);
    return bed_append(world, file, offset, slice_upto(bytes, bytes.len / 2), err) &&
           error_set(err, ERROR_FULL, "writing: No space left on device");
}

static void a_full_disk_tears_nothing(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX];
    struct digest short_one = digest_of("abc"), whole = digest_of("abcdef");
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    bed.ops.append = full_append;
    disk_is_full = false;
    struct upload *upload = begin(id);
    append(upload, "abc");
    disk_is_full = true;
    REFUSED(&bed, upload_append(upload, SLICE("defg"), &bed.failure), FAILURE_FULL);
    REFUSED(&bed, upload_finish(upload, &short_one, NULL, &bed.failure), FAILURE_INTERNAL);
    assert_false(bed_has_blob(&bed, &short_one));
    disk_is_full = false;
    upload = begin(id);
    append(upload, "abc");
    disk_is_full = true;
    REFUSED(&bed, upload_append(upload, SLICE("de??"), &bed.failure), FAILURE_FULL);
    disk_is_full = false;
    upload_release(upload);
    upload = take(id);
    assert_int_equal(upload_size(upload), 5); /* as the file has it */
    append(upload, "f");
    OK(&bed, upload_finish(upload, &whole, NULL, &bed.failure));
}

static bool no_random(struct world *world, void *to, size_t len, struct error *err)
{
    (void)world, (void)to, (void)len;
    return error_set(err, ERROR_IO, "no randomness");
}

/* What is refused before a transaction began ends none. */
static void refused_before_it_begins(void **state)
{
    (void)state;
    char id[UPLOAD_ID_MAX];
    struct digest digest = digest_of("x");
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct scope elsewhere = {SLICE("210987654321"), SLICE("us-east-1"), SLICE("team/app")};
    static char huge[META_VALUE_MAX + 1];
    REFUSED(&bed, blob_mount(&bed.registry, &bed.scope, &elsewhere, &digest, NULL, &bed.failure),
            FAILURE_BLOB_UNKNOWN);
    REFUSED(&bed,
            setting_put(&bed.registry, &bed.scope, "x", slice_of(huge, sizeof huge), "X", NULL,
                        &bed.failure),
            FAILURE_TOO_LARGE);
    bed.ops.random = no_random;
    REFUSED(&bed, upload_start(&bed.registry, &bed.scope, NULL, id, &bed.failure),
            FAILURE_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(pieces_make_a_blob),
        BOTH(other_bytes_are_refused),
        BOTH(a_restart_takes_it_up_again),
        BOTH(a_pause_costs_the_memory_but_not_the_bytes),
        BOTH(two_at_once_are_refused),
        BOTH(limits_hold),
        BOTH(the_same_blob_twice_is_fine),
        BOTH(nothing_at_all_is_a_blob),
        BOTH(sha512_is_taken),
        BOTH(a_repository_that_goes_takes_its_uploads_along),
        BOTH(a_full_disk_tears_nothing),
        BOTH(refused_before_it_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
