#include "store/blobs.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

struct fixture {
    char folder[64];
    struct world *world;
    struct blobs *blobs;
    struct arena arena;
};

#define OK(call)                                                                                   \
    do {                                                                                           \
        struct error err = {0};                                                                    \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, err.text);                                                   \
    } while (0)
#define FAILS(kind_wanted, call)                                                                   \
    do {                                                                                           \
        struct error err = {0};                                                                    \
        assert_false(call);                                                                        \
        assert_int_equal(err.kind, kind_wanted);                                                   \
        assert_true(err.text[0] != '\0');                                                          \
    } while (0)

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.folder = "/tmp/plimsoll-blobs-XXXXXX"};
    arena_init(&fixture.arena, 8 << 20);
    assert_non_null(mkdtemp(fixture.folder));
    OK((fixture.world = world_real_new(fixture.folder, &err)) != NULL);
    OK((fixture.blobs = blobs_disk_new(fixture.world, &err)) != NULL);
    *state = &fixture;
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status, (void)type, (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    blobs_free(fixture->blobs);
    world_real_free(fixture->world);
    arena_done(&fixture->arena);
    return nftw(fixture->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void add_blob(struct fixture *fixture, const char *id, struct slice bytes,
                     struct digest *digest)
{
    uint64_t size = 1;
    int upload = -1;
    OK((upload = upload_file_open(fixture->blobs, id, &size, &err)) >= 0);
    assert_int_equal(size, 0);
    OK(upload_file_append(fixture->blobs, upload, 0, bytes, &err));
    OK(upload_file_sync(fixture->blobs, upload, &err));
    sha256_of(bytes, digest);
    OK(upload_file_place(fixture->blobs, id, digest, &err));
    upload_file_close(fixture->blobs, upload);
}

/* Room is set aside while a file grows: not for ever. */
static void test_a_blob_takes_no_more_than_its_size(void **state)
{
    enum { PIECE = 1 << 20, PIECES = 17 };
    struct fixture *fixture = *state;
    char *piece = calloc(1, PIECE);
    uint64_t size;
    int upload = -1;
    struct stat status;
    OK((upload = upload_file_open(fixture->blobs, "0a-2", &size, &err)) >= 0);
    for (int i = 0; i < PIECES; i++)
        OK(upload_file_append(fixture->blobs, upload, (uint64_t)i * PIECE, slice_of(piece, PIECE),
                              &err));
    assert_int_equal(fstat(upload, &status), 0);
    assert_int_equal(status.st_size, PIECES * PIECE);
    OK(upload_file_sync(fixture->blobs, upload, &err));
    assert_int_equal(fstat(upload, &status), 0);
    assert_int_equal(status.st_size, PIECES * PIECE);
    assert_true(status.st_blocks * 512 < status.st_size + PIECE);
    upload_file_close(fixture->blobs, upload);
    free(piece);
}

static void test_upload_becomes_blob(void **state)
{
    struct fixture *fixture = *state;
    struct digest digest;
    struct slice bytes;
    add_blob(fixture, "0a-1", SLICE("hello"), &digest);
    OK(blob_read_all(fixture->blobs, &digest, 5, &fixture->arena, &bytes, &err));
    assert_true(slice_equal_str(bytes, "hello"));
    FAILS(ERROR_LIMIT, blob_read_all(fixture->blobs, &digest, 4, &fixture->arena, &bytes, &err));
    struct blob blob = {0};
    char part[8];
    size_t got = 0;
    OK(blob_open(fixture->blobs, &digest, &blob, &err));
    assert_int_equal(blob.size, 5);
    /* It stays readable while it is open. */
    OK(blob_remove(fixture->blobs, &digest, &err));
    OK(blob_read(&blob, 2, part, sizeof part, &got, &err));
    assert_int_equal(got, 3);
    assert_memory_equal(part, "llo", 3);
    blob_close(&blob);
    blob_close(&blob);
    FAILS(ERROR_NOT_FOUND, blob_open(fixture->blobs, &digest, &blob, &err));
    OK(blob_remove(fixture->blobs, &digest, &err));
}

static bool copy_digest(void *context, const struct digest *digest)
{
    *(struct digest *)context = *digest;
    return true;
}

static void test_sha512(void **state)
{
    struct fixture *fixture = *state;
    struct digest digest, listed = {0};
    struct slice bytes;
    uint64_t size = 0;
    int upload = upload_file_open(fixture->blobs, "u", &size, &(struct error){0});
    OK(upload_file_append(fixture->blobs, upload, 0, SLICE("hello"), &err));
    sha512_of(SLICE("hello"), &digest);
    OK(upload_file_place(fixture->blobs, "u", &digest, &err));
    upload_file_close(fixture->blobs, upload);
    OK(blob_read_all(fixture->blobs, &digest, 5, &fixture->arena, &bytes, &err));
    assert_true(slice_equal_str(bytes, "hello"));
    OK(blob_list(fixture->blobs, copy_digest, &listed, &err));
    assert_string_equal(listed.text, digest.text);
    OK(object_put(fixture->blobs, "analysis", &digest, SLICE("x"), &err));
    OK(object_get(fixture->blobs, "analysis", &digest, &fixture->arena, &bytes, &err));
}

static void test_upload_goes_on(void **state)
{
    struct fixture *fixture = *state;
    uint64_t size = 0;
    int upload = upload_file_open(fixture->blobs, "a", &size, &(struct error){0});
    OK(upload_file_append(fixture->blobs, upload, 0, SLICE("abc"), &err));
    upload_file_close(fixture->blobs, upload);
    upload = upload_file_open(fixture->blobs, "a", &size, &(struct error){0});
    assert_int_equal(size, 3);
    OK(upload_file_append(fixture->blobs, upload, size, SLICE("def"), &err));
    upload_file_close(fixture->blobs, upload);
    upload_file_close(fixture->blobs, -1);
    OK(upload_file_remove(fixture->blobs, "a", &err));
    OK(upload_file_remove(fixture->blobs, "a", &err));
    struct digest digest = {0};
    sha256_of(SLICE(""), &digest);
    FAILS(ERROR_NOT_FOUND, upload_file_place(fixture->blobs, "a", &digest, &err));
}

/* Larger than the piece after which bytes are handed to the disk. */
static void test_large(void **state)
{
    enum { PIECE = 3 << 20, PIECES = 7 };
    struct fixture *fixture = *state;
    char *bytes = calloc(1, PIECE);
    uint64_t size = 0;
    struct sha256 hash;
    struct digest digest;
    sha256_init(&hash);
    int upload = upload_file_open(fixture->blobs, "big", &size, &(struct error){0});
    for (int i = 0; i < PIECES; i++) {
        memset(bytes, 'a' + i, PIECE);
        sha256_add(&hash, bytes, PIECE);
        OK(upload_file_append(fixture->blobs, upload, (uint64_t)i * PIECE, slice_of(bytes, PIECE),
                              &err));
    }
    OK(upload_file_sync(fixture->blobs, upload, &err));
    sha256_finish(&hash, &digest);
    OK(upload_file_place(fixture->blobs, "big", &digest, &err));
    upload_file_close(fixture->blobs, upload);
    struct blob blob = {0};
    size_t got = 0;
    OK(blob_open(fixture->blobs, &digest, &blob, &err));
    assert_int_equal(blob.size, (uint64_t)PIECE * PIECES);
    OK(blob_read(&blob, 6 * (uint64_t)PIECE, bytes, 1, &got, &err));
    assert_int_equal(bytes[0], 'g');
    blob_close(&blob);
    free(bytes);
}

static void test_no_other_names(void **state)
{
    static const char *const ids[] = {"",    "..",       "../blobs", "a/b", "A",
                                      "a.b", "/etc/pwd", "a b",      "-a",  "\xc3\xa4"};
    struct fixture *fixture = *state;
    uint64_t size = 0;
    char long_id[66];
    memset(long_id, 'a', 65);
    long_id[65] = '\0';
    FAILS(ERROR_NOT_FOUND, upload_file_open(fixture->blobs, long_id, &size, &err) >= 0);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        FAILS(ERROR_NOT_FOUND, upload_file_open(fixture->blobs, ids[i], &size, &err) >= 0);
        FAILS(ERROR_NOT_FOUND, upload_file_remove(fixture->blobs, ids[i], &err));
    }
    static const struct digest digests[] = {
        {""},
        {"sha256:../../../../etc/passwd"},
        {"sha256:ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef0123456789"},
        {"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde/"},
    };
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        struct blob blob = {0};
        FAILS(ERROR_FORMAT, blob_open(fixture->blobs, &digests[i], &blob, &err));
        FAILS(ERROR_FORMAT, blob_remove(fixture->blobs, &digests[i], &err));
        FAILS(ERROR_FORMAT, upload_file_place(fixture->blobs, "a", &digests[i], &err));
        FAILS(ERROR_FORMAT, object_put(fixture->blobs, "analysis", &digests[i], SLICE(""), &err));
    }
    struct digest unended;
    memset(unended.text, 'a', sizeof unended.text);
    FAILS(ERROR_FORMAT, blob_remove(fixture->blobs, &unended, &err));
    struct digest fine;
    sha256_of(SLICE(""), &fine);
    FAILS(ERROR_INTERNAL, object_put(fixture->blobs, "../x", &fine, SLICE(""), &err));
    /* And the world itself takes no such paths. */
    static const char *const paths[] = {"", "/etc/x", "../x", "a/../x", "a//b", "a/", ".x", "a/.x"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        FAILS(ERROR_INTERNAL, fixture->world->ops->open(fixture->world, paths[i], true, &err) >= 0);
}

struct seen {
    unsigned count;
    char last[300];
};

static bool see_digest(void *context, const struct digest *digest)
{
    struct seen *seen = context;
    seen->count++;
    snprintf(seen->last, sizeof seen->last, "%s", digest->text);
    return true;
}

static bool see_id(void *context, const char *id)
{
    struct seen *seen = context;
    seen->count++;
    snprintf(seen->last, sizeof seen->last, "%s", id);
    return true;
}

static bool see_object(void *context, const char *kind, const struct digest *digest)
{
    struct seen *seen = context;
    seen->count++;
    snprintf(seen->last, sizeof seen->last, "%s %s", kind, digest->text);
    return true;
}

static bool see_first(void *context, const struct digest *digest)
{
    ((struct seen *)context)->count++;
    (void)digest;
    return false;
}

static void make_file(struct fixture *fixture, const char *path)
{
    char full[300];
    snprintf(full, sizeof full, "%s/%s", fixture->folder, path);
    int fd = open(full, O_CREAT | O_WRONLY, 0644);
    assert_true(fd >= 0);
    close(fd);
}

static void test_lists(void **state)
{
    struct fixture *fixture = *state;
    struct digest one, two;
    struct seen seen = {0};
    OK(blob_list(fixture->blobs, see_digest, &seen, &err));
    OK(upload_file_list(fixture->blobs, see_id, &seen, &err));
    OK(object_list(fixture->blobs, see_object, &seen, &err));
    assert_int_equal(seen.count, 0);
    add_blob(fixture, "u1", SLICE("one"), &one);
    OK(blob_list(fixture->blobs, see_digest, &seen, &err));
    assert_string_equal(seen.last, one.text);
    add_blob(fixture, "u1", SLICE("two"), &two);
    uint64_t size;
    int upload = upload_file_open(fixture->blobs, "u-2", &size, &(struct error){0});
    upload_file_close(fixture->blobs, upload);
    OK(object_put(fixture->blobs, "analysis", &one, SLICE("x"), &err));
    /* What is not ours is not listed. */
    make_file(fixture, "blobs/stray");
    make_file(fixture, "uploads/STRAY");
    char stray[200];
    snprintf(stray, sizeof stray, "blobs/sha256/%.2s/short", one.text + 7);
    make_file(fixture, stray);
    snprintf(stray, sizeof stray, "blobs/sha256/%.2s/%s", one.text + 7, two.text + 7);
    make_file(fixture, stray);
    seen = (struct seen){0};
    OK(blob_list(fixture->blobs, see_digest, &seen, &err));
    assert_int_equal(seen.count, 2);
    OK(upload_file_list(fixture->blobs, see_id, &seen, &err));
    assert_string_equal(seen.last, "u-2");
    OK(object_list(fixture->blobs, see_object, &seen, &err));
    assert_true(strncmp(seen.last, "analysis sha256:", 16) == 0);
    assert_int_equal(seen.count, 4);
    seen = (struct seen){0};
    OK(blob_list(fixture->blobs, see_first, &seen, &err));
    assert_int_equal(seen.count, 1);
}

static void test_objects(void **state)
{
    struct fixture *fixture = *state;
    struct digest digest;
    struct slice bytes;
    sha256_of(SLICE("layer"), &digest);
    FAILS(ERROR_NOT_FOUND,
          object_get(fixture->blobs, "analysis", &digest, &fixture->arena, &bytes, &err));
    OK(object_put(fixture->blobs, "analysis", &digest, SLICE("old and long"), &err));
    OK(object_put(fixture->blobs, "analysis", &digest, SLICE("new"), &err));
    OK(object_get(fixture->blobs, "analysis", &digest, &fixture->arena, &bytes, &err));
    assert_true(slice_equal_str(bytes, "new"));
    FAILS(ERROR_NOT_FOUND,
          object_get(fixture->blobs, "other", &digest, &fixture->arena, &bytes, &err));
    OK(object_remove(fixture->blobs, "analysis", &digest, &err));
    OK(object_remove(fixture->blobs, "analysis", &digest, &err));
    FAILS(ERROR_NOT_FOUND,
          object_get(fixture->blobs, "analysis", &digest, &fixture->arena, &bytes, &err));
}

/* What a crash left in pending/ goes when it is old, not while somebody may be writing it. */
static void test_old_work_goes(void **state)
{
    struct fixture *fixture = *state;
    struct digest digest;
    char path[200];
    sha256_of(SLICE("layer"), &digest);
    OK(object_put(fixture->blobs, "analysis", &digest, SLICE("x"), &err));
    make_file(fixture, "pending/old");
    make_file(fixture, "pending/new");
    snprintf(path, sizeof path, "%s/pending/old", fixture->folder);
    struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    blobs_free(fixture->blobs);
    OK((fixture->blobs = blobs_disk_new(fixture->world, &err)) != NULL);
    assert_int_equal(access(path, F_OK), -1);
    snprintf(path, sizeof path, "%s/pending/new", fixture->folder);
    assert_int_equal(access(path, F_OK), 0);
}

/* /dev/full stands for a full disk: whoever writes to it is told ENOSPC. */
static void test_full_disk(void **state)
{
    struct fixture *fixture = *state;
    int full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0);
    FAILS(ERROR_FULL, upload_file_append(fixture->blobs, full, 0, SLICE("x"), &err));
    close(full);
}

/* A file may not grow over RLIMIT_FSIZE: a write is cut short first and then refused. */
static void test_write_cut_short(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit before, small = {.rlim_cur = 5, .rlim_max = RLIM_INFINITY};
    uint64_t size = 0;
    int upload = upload_file_open(fixture->blobs, "cut", &size, &(struct error){0});
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    FAILS(ERROR_IO, upload_file_append(fixture->blobs, upload, 0, SLICE("0123456789"), &err));
    setrlimit(RLIMIT_FSIZE, &before);
    upload_file_close(fixture->blobs, upload);
    /* What is there is told when it is opened again. */
    upload = upload_file_open(fixture->blobs, "cut", &size, &(struct error){0});
    assert_int_equal(size, 5);
    upload_file_close(fixture->blobs, upload);
}

enum { NOBODY = 65534 };

static void test_read_only_folder(void **state)
{
    struct fixture *fixture = *state;
    struct digest digest;
    struct slice bytes;
    uint64_t size;
    bool root = geteuid() == 0;
    add_blob(fixture, "u", SLICE("hello"), &digest);
    char path[100];
    snprintf(path, sizeof path, "%s/uploads", fixture->folder);
    assert_int_equal(chmod(fixture->folder, 0755) | chmod(path, 0555), 0);
    /* Root may write everywhere. */
    if (root)
        assert_int_equal(seteuid(NOBODY), 0);
    FAILS(ERROR_IO, upload_file_open(fixture->blobs, "v", &size, &err) >= 0);
    OK(blob_read_all(fixture->blobs, &digest, 5, &fixture->arena, &bytes, &err));
    if (root)
        assert_int_equal(seteuid(0), 0);
    chmod(path, 0755);
}

/* Somebody put a link where a blob or an upload belongs: it is not followed. */
static void test_links_are_not_followed(void **state)
{
    struct fixture *fixture = *state;
    struct digest digest;
    char path[300];
    uint64_t size;
    add_blob(fixture, "u", SLICE("hello"), &digest);
    snprintf(path, sizeof path, "%s/uploads/link", fixture->folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    FAILS(ERROR_IO, upload_file_open(fixture->blobs, "link", &size, &err) >= 0);
}

static void test_clock_and_randomness(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = fixture->world;
    unsigned char a[32] = {0}, b[32] = {0};
    OK(world->ops->random(world, a, sizeof a, &err));
    OK(world->ops->random(world, b, sizeof b, &err));
    assert_memory_not_equal(a, b, sizeof a);
    assert_true(world->ops->now(world) > 1.7e9);
    double before = world->ops->monotonic(world);
    assert_true(world->ops->monotonic(world) >= before);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_upload_becomes_blob),
        WITH_FOLDER(test_a_blob_takes_no_more_than_its_size),
        WITH_FOLDER(test_sha512),
        WITH_FOLDER(test_upload_goes_on),
        WITH_FOLDER(test_large),
        WITH_FOLDER(test_no_other_names),
        WITH_FOLDER(test_lists),
        WITH_FOLDER(test_objects),
        WITH_FOLDER(test_old_work_goes),
        WITH_FOLDER(test_full_disk),
        WITH_FOLDER(test_write_cut_short),
        WITH_FOLDER(test_read_only_folder),
        WITH_FOLDER(test_links_are_not_followed),
        WITH_FOLDER(test_clock_and_randomness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
