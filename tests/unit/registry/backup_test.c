/* Backups of a folder with what is rare: blobs addressed by SHA-512, objects, an archive that lies.
 */
#include "registry/backup.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/core/check.h"
#include "registry/core/repository.h"
#include "registry/core/upload.h"
#include "test.h"

#define OK(call)                                                                                   \
    do {                                                                                           \
        struct error err = {0};                                                                    \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, err.text);                                                   \
    } while (0)

struct fixture {
    char folder[64], data[80], tar[80], target[80];
    struct data_folder source;
    struct digest digests[2]; /* SHA-256, SHA-512 */
    struct arena arena;
    unsigned lost;
};

static const struct caller tester = {
    .kind = CALLER_USER, .name = {"tester", 6}, .account = {"123456789012", 12}, .admin = true};

static struct scope scope(void)
{
    return (struct scope){SLICE("123456789012"), SLICE("us-east-1"), SLICE("team/app")};
}

static void add_blob(struct fixture *fixture, const char *text, struct digest *digest, bool is_512)
{
    struct registry *registry = &fixture->source.registry;
    struct scope where = scope();
    struct failure failure;
    struct upload *upload;
    char id[UPLOAD_ID_MAX];
    if (is_512)
        sha512_of(slice_str(text), digest);
    else
        sha256_of(slice_str(text), digest);
    assert_true(upload_start(registry, &where, &tester, id, &failure));
    assert_true(upload_take(registry, &where, slice_str(id), &upload, &failure));
    assert_true(upload_append(upload, slice_str(text), &failure));
    assert_true(upload_finish(upload, digest, &tester, &failure));
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct failure failure;
    struct scope where = scope();
    fixture = (struct fixture){.folder = "/tmp/plimsoll-backup-XXXXXX"};
    arena_init(&fixture.arena, 16 << 20);
    assert_non_null(mkdtemp(fixture.folder));
    snprintf(fixture.data, sizeof fixture.data, "%s/data", fixture.folder);
    snprintf(fixture.tar, sizeof fixture.tar, "%s/backup.tar", fixture.folder);
    snprintf(fixture.target, sizeof fixture.target, "%s/target", fixture.folder);
    OK(data_folder_open(&fixture.source, fixture.data, DATA_FOLDER_SERVE, NULL, &err));
    struct repository repository = {.name = where.repository};
    assert_true(repository_create(&fixture.source.registry, &where, &repository, &tester,
                                  &fixture.arena, &failure));
    add_blob(&fixture, "one", &fixture.digests[0], false);
    add_blob(&fixture, "two", &fixture.digests[1], true);
    OK(object_put(fixture.source.blobs, "analysis", &fixture.digests[1], SLICE("known"), &err));
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
    data_folder_close(&fixture->source);
    arena_done(&fixture->arena);
    return nftw(fixture->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void note_lost(void *context, const struct digest *digest, const char *why)
{
    (void)digest, (void)why;
    ((struct fixture *)context)->lost++;
}

static void note_trouble(void *context, enum check_word word, struct slice text)
{
    (void)context;
    if (word != CHECK_NOTE)
        fail_msg("%.*s", SLICE_ARG(text));
}

static struct backup_options options(struct fixture *fixture)
{
    return (struct backup_options){.lost = note_lost, .context = fixture};
}

/* The target has what the source has. */
static void same_as_source(struct fixture *fixture)
{
    CLEANUP_DATA_FOLDER struct data_folder target = {.lock = -1};
    struct check_options what = {.tell = note_trouble};
    struct check_report report;
    struct slice bytes;
    OK(data_folder_open(&target, fixture->target, DATA_FOLDER_VISIT, NULL, &err));
    OK(check_run(&target.registry, &what, &report, &err));
    assert_int_equal(report.blobs, 2);
    OK(blob_read_all(target.blobs, &fixture->digests[1], 100, &fixture->arena, &bytes, &err));
    assert_true(slice_equal_str(bytes, "two"));
    OK(object_get(target.blobs, "analysis", &fixture->digests[1], &fixture->arena, &bytes, &err));
    assert_true(slice_equal_str(bytes, "known"));
}

static void test_folder(void **state)
{
    struct fixture *fixture = *state;
    struct backup_options how = options(fixture);
    struct backup_report report;
    OK(backup_run(&fixture->source, fixture->target, &how, &report, &err));
    assert_int_equal(report.copied, 2);
    OK(backup_run(&fixture->source, fixture->target, &how, &report, &err));
    assert_int_equal(report.copied, 0);
    assert_int_equal(report.blobs, 2);
    assert_int_equal(fixture->lost, 0);
    same_as_source(fixture);
}

static void test_file(void **state)
{
    struct fixture *fixture = *state;
    struct backup_options how = options(fixture);
    struct backup_report report;
    OK(backup_to_file(&fixture->source, fixture->tar, &how, &report, &err));
    assert_int_equal(report.blobs, 2);
    assert_int_equal(report.bytes, 6);
    OK(backup_from_file(fixture->tar, fixture->target, &how, &report, &err));
    assert_int_equal(report.blobs, 2);
    assert_int_equal(report.copied, 2);
    assert_int_equal(fixture->lost, 0);
    same_as_source(fixture);
}

/* What nothing names any more leaves a backup that is brought up to date. */
static void test_removed_blob(void **state)
{
    struct fixture *fixture = *state;
    struct backup_options how = options(fixture);
    struct backup_report report;
    struct scope where = scope();
    struct failure failure;
    struct blob blob = {0};
    OK(backup_run(&fixture->source, fixture->target, &how, &report, &err));
    assert_true(
        blob_delete(&fixture->source.registry, &where, &fixture->digests[0], &tester, &failure));
    OK(backup_run(&fixture->source, fixture->target, &how, &report, &err));
    assert_int_equal(report.removed, 1);
    assert_int_equal(report.blobs, 1);
    struct blobs *copies = NULL;
    struct world *world = NULL;
    OK((world = world_real_new(fixture->target, &err)) != NULL);
    OK((copies = blobs_disk_new(world, &err)) != NULL);
    assert_false(blob_open(copies, &fixture->digests[0], &blob, &(struct error){0}));
    blobs_free(copies);
    world_real_free(world);
}

static void damage(struct fixture *fixture, const struct digest *digest)
{
    char path[300];
    snprintf(path, sizeof path, "%s/blobs/sha256/%.2s/%s", fixture->data, digest->text + 7,
             digest->text + 7);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "X", 1, 0), 1);
    close(fd);
}

static void test_damage_is_not_copied(void **state)
{
    struct fixture *fixture = *state;
    struct backup_options how = options(fixture);
    struct backup_report report;
    damage(fixture, &fixture->digests[0]);
    OK(backup_run(&fixture->source, fixture->target, &how, &report, &err));
    assert_int_equal(report.lost, 1);
    assert_int_equal(report.blobs, 1);
    assert_int_equal(fixture->lost, 1);
}

static void test_damage_in_a_file(void **state)
{
    struct fixture *fixture = *state;
    struct backup_options how = options(fixture);
    struct backup_report report;
    damage(fixture, &fixture->digests[0]);
    OK(backup_to_file(&fixture->source, fixture->tar, &how, &report, &err));
    assert_int_equal(report.lost, 1);
    OK(backup_from_file(fixture->tar, fixture->target, &how, &report, &err));
    assert_int_equal(report.lost, 1);
    assert_int_equal(report.blobs, 1);
    assert_int_equal(fixture->lost, 2);
}

/* Cut and damaged at every 512 bytes: an error or a loss that is told, never a crash, never a
   folder that looks whole with bytes that are wrong. */
static void test_hostile_files(void **state)
{
    struct fixture *fixture = *state;
    struct backup_options how = options(fixture);
    struct backup_report report;
    struct slice bytes;
    OK(backup_to_file(&fixture->source, fixture->tar, &how, &report, &err));
    OK(file_read(fixture->tar, 16 << 20, &fixture->arena, &bytes, &err));
    char *copy = malloc(bytes.len);
    for (size_t at = 0; at < bytes.len; at += 512 * (1 + at / 1024)) {
        struct error ignored = {0};
        memcpy(copy, bytes.at, bytes.len);
        copy[at + 1] ^= 0x55;
        OK(file_write(fixture->tar, slice_of(copy, bytes.len), &err));
        (void)backup_from_file(fixture->tar, fixture->target, &how, &report, &ignored);
        nftw(fixture->target, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        OK(file_write(fixture->tar, slice_of(bytes.at, at), &err));
        assert_false(backup_from_file(fixture->tar, fixture->target, &how, &report, &ignored) &&
                     at + 2048 < bytes.len);
        nftw(fixture->target, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    free(copy);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_folder),           WITH_FOLDER(test_file),
        WITH_FOLDER(test_removed_blob),     WITH_FOLDER(test_damage_is_not_copied),
        WITH_FOLDER(test_damage_in_a_file), WITH_FOLDER(test_hostile_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
