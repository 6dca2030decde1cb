/* The store when things go wrong: two writers, a writer that is killed, a full disk, a store of
   another format, damaged files, folders that cannot be written. */
#include "advisory/store_write.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "advisory/feed/sink.h"
#include "advisory/lookup.h"
#include "test.h"

static char folder[64];
static struct error err;

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/plimsoll-store.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    const char *const names[] = {"data.mdb", "lock.mdb", "update.lock"};
    char path[128];
    chmod(folder, 0700);
    for (unsigned i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

/* One feed with `count` packages "p0", "p1", … of version `fixed`. */
static bool write_feed(struct store_writer *writer, const char *feed, size_t count,
                       const char *fixed, struct error *error)
{
    struct feed_sink sink;
    struct version_range range = {.fixed = slice_str(fixed)};
    struct advisory_entry entry = {.id = SLICE("CVE-2020-1"), .ranges = &range, .range_count = 1};
    struct feed_record record = {.status.name = slice_str(feed)};
    char name[32];
    bool ok = true;
    sink_init(&sink);
    for (size_t i = 0; ok && i < count; i++) {
        snprintf(name, sizeof name, "p%zu", i);
        ok = sink_entry(&sink, SLICE("npm"), slice_str(name), &entry, error);
    }
    ok = ok && sink_store(&sink, writer, &record, error);
    sink_done(&sink);
    return ok;
}

static bool write_once(size_t count, const char *fixed, struct error *error)
{
    struct store_writer *writer;
    if (!store_writer_open(&writer, folder, NULL, error))
        return false;
    bool ok = write_feed(writer, "test", count, fixed, error);
    store_writer_close(writer);
    return ok;
}

struct found {
    char fixed[64];
    unsigned feeds;
};

static bool take_first(void *context, struct slice feed, struct slice value)
{
    struct found *found = context;
    CLEANUP_ARENA struct arena arena;
    struct advisory_entry entry;
    (void)feed;
    arena_init(&arena, 1 << 20);
    assert_true(entry_decode(&value, &arena, &entry));
    snprintf(found->fixed, sizeof found->fixed, "%.*s", SLICE_ARG(entry.ranges[0].fixed));
    found->feeds++;
    return true;
}

static struct found look_up(struct store_reader *reader, const char *name)
{
    struct found found = {.fixed = "none"};
    assert_true(store_lookup(reader, SLICE("npm"), slice_str(name), take_first, &found, &err));
    return found;
}

static void expect_fixed(const char *name, const char *fixed)
{
    struct store_reader *reader;
    if (!store_reader_open(&reader, folder, &err))
        fail_msg("%s", err.text);
    assert_false(store_reader_is_starter(reader));
    assert_string_equal(look_up(reader, name).fixed, fixed);
    store_reader_close(reader);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct store_reader *reader;
    struct slice feed, date, *ids;
    size_t count;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    assert_true(write_once(1000, "1.0", &err));
    expect_fixed("p7", "1.0");
    expect_fixed("absent", "none");
    assert_true(store_reader_open(&reader, folder, &err));
    assert_true(store_covers(reader, SLICE("npm"), &feed, &date));
    assert_true(slice_equal_str(feed, "test"));
    assert_false(store_covers(reader, SLICE("pypi"), &feed, &date));
    assert_true(store_aliases(reader, SLICE("CVE-2020-1"), &arena, &ids, &count, &err));
    assert_int_equal(count, 1);
    store_reader_close(reader);
}

static void without_a_store_there_is_the_starter(void **state)
{
    (void)state;
    struct store_reader *reader;
    assert_true(store_reader_open(&reader, folder, &err));
    assert_true(store_reader_is_starter(reader));
    store_reader_close(reader);
    assert_true(store_reader_open(&reader, "/nonexistent/plimsoll", &err));
    assert_true(store_reader_is_starter(reader));
    store_reader_close(reader);
}

static void a_feed_is_replaced_whole(void **state)
{
    (void)state;
    assert_true(write_once(100, "1.0", &err));
    assert_true(write_once(10, "2.0", &err));
    expect_fixed("p7", "2.0");
    expect_fixed("p50", "none");
}

static void a_reader_keeps_what_it_began_with(void **state)
{
    (void)state;
    struct store_reader *reader;
    assert_true(write_once(100, "1.0", &err));
    assert_true(store_reader_open(&reader, folder, &err));
    pid_t child = fork();
    if (child == 0)
        _exit(write_once(100, "2.0", &err) ? 0 : 1);
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_string_equal(look_up(reader, "p7").fixed, "1.0");
    struct store_reader *second; /* in the same process, while the first lives */
    assert_true(store_reader_open(&second, folder, &err));
    assert_string_equal(look_up(second, "p7").fixed, "2.0");
    store_reader_close(second);
    store_reader_close(reader);
}

static void a_second_update_is_told_who_is_at_it(void **state)
{
    (void)state;
    int ready[2], leave[2], status;
    char byte = 0, who[32];
    assert_int_equal(pipe(ready) | pipe(leave), 0);
    pid_t child = fork();
    if (child == 0) {
        struct store_writer *writer;
        bool ok = store_writer_open(&writer, folder, NULL, &err);
        (void)!write(ready[1], ok ? "y" : "n", 1);
        (void)!read(leave[0], &byte, 1);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_false(write_once(1, "1.0", &err));
    assert_int_equal(err.kind, ERROR_BUSY);
    snprintf(who, sizeof who, "process %d", (int)child);
    assert_non_null(strstr(err.text, who));
    kill(child, SIGKILL); /* the lock goes with it */
    waitpid(child, &status, 0);
    assert_true(write_once(1, "1.0", &err));
}

/* Kills a writer again and again, at moments that move through its work. */
static void a_killed_writer_changes_nothing(void **state)
{
    (void)state;
    assert_true(write_once(3000, "0", &err));
    for (unsigned round = 1; round <= 40; round++) {
        pid_t child = fork();
        if (child == 0) {
            char fixed[16];
            for (unsigned i = 0;; i++) {
                snprintf(fixed, sizeof fixed, "%u.%u", round, i);
                if (!write_once(3000, fixed, &err))
                    _exit(1);
            }
        }
        usleep(round * 700);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        struct store_reader *reader;
        assert_true(store_reader_open(&reader, folder, &err));
        struct found first = look_up(reader, "p0"), last = look_up(reader, "p2999");
        assert_string_equal(first.fixed, last.fixed);
        store_reader_close(reader);
    }
    assert_true(write_once(10, "done", &err));
    expect_fixed("p3", "done");
}

static void a_small_map_grows(void **state)
{
    (void)state;
    struct store_writer *writer;
    struct store_writer_options options = {.map_size = 256 * 1024, .map_max = 64 << 20};
    assert_true(store_writer_open(&writer, folder, &options, &err));
    assert_true(write_feed(writer, "test", 20000, "1.0", &err));
    store_writer_close(writer);
    expect_fixed("p19999", "1.0");
}

static void a_map_at_its_limit_leaves_the_old_data(void **state)
{
    (void)state;
    struct store_writer *writer;
    struct store_writer_options options = {.map_size = 512 * 1024, .map_max = 512 * 1024};
    assert_true(store_writer_open(&writer, folder, &options, &err));
    assert_true(write_feed(writer, "test", 500, "1.0", &err));
    assert_false(write_feed(writer, "test", 50000, "2.0", &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    assert_true(write_feed(writer, "other", 5, "1.0", &err));
    store_writer_close(writer);
    struct store_reader *reader;
    assert_true(store_reader_open(&reader, folder, &err));
    assert_string_equal(look_up(reader, "p499").fixed, "1.0");
    store_reader_close(reader);
}

/* RLIMIT_FSIZE is a disk that is full at a byte of our choice; the signal is ignored, so that
   writing fails as it does on a full disk. */
static void a_full_disk_leaves_the_old_data(void **state)
{
    (void)state;
    assert_true(write_once(500, "1.0", &err));
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {1 << 20, 1 << 20};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        bool wrote = write_once(100000, "2.0", &err);
        _exit(wrote || err.kind != ERROR_IO ? 1 : 0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    expect_fixed("p499", "1.0");
    assert_true(write_once(500, "3.0", &err));
    expect_fixed("p499", "3.0");
}

static void set_format(const char *format)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_val key = {6, (void *)(uintptr_t) "format"};
    MDB_val value = {strlen(format), (void *)(uintptr_t)format};
    assert_int_equal(mdb_env_create(&env), 0);
    mdb_env_set_maxdbs(env, 16);
    assert_int_equal(mdb_env_open(env, folder, 0, 0644), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, "meta", MDB_CREATE, &dbi), 0);
    assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static void an_older_store_is_refused_and_made_anew_by_an_update(void **state)
{
    (void)state;
    struct store_reader *reader;
    assert_true(write_once(100, "1.0", &err));
    set_format("0");
    assert_false(store_reader_open(&reader, folder, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "db update"));
    assert_true(write_once(10, "2.0", &err));
    expect_fixed("p3", "2.0");
    expect_fixed("p50", "none");
}

static void an_older_store_is_not_emptied_by_feeds_that_fail(void **state)
{
    (void)state;
    char format[8];
    struct store_writer *writer;
    struct feed_record record = {.status.name = SLICE("test"), .status.error = SLICE("no network")};
    assert_true(write_once(100, "1.0", &err));
    set_format("0");
    assert_true(store_writer_open(&writer, folder, NULL, &err));
    assert_true(store_writer_replace(writer, &record, NULL, 0, &err));
    store_writer_close(writer);
    snprintf(format, sizeof format, "%d", STORE_FORMAT);
    set_format(format);
    expect_fixed("p50", "1.0");
}

static void a_newer_store_is_left_alone(void **state)
{
    (void)state;
    struct store_reader *reader;
    assert_true(write_once(100, "1.0", &err));
    set_format("999");
    assert_false(store_reader_open(&reader, folder, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    assert_false(write_once(10, "2.0", &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    char format[8];
    snprintf(format, sizeof format, "%d", STORE_FORMAT);
    set_format(format);
    expect_fixed("p50", "1.0");
}

static void garbage_and_cut_files_are_refused(void **state)
{
    (void)state;
    struct store_reader *reader;
    char path[128], garbage[8192];
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    assert_true(write_once(2000, "1.0", &err));
    assert_int_equal(truncate(path, 3 * 4096), 0);
    assert_false(store_reader_open(&reader, folder, &err));
    memset(garbage, 'x', sizeof garbage);
    FILE *file = fopen(path, "we");
    fwrite(garbage, 1, sizeof garbage, file);
    fclose(file);
    assert_false(store_reader_open(&reader, folder, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_false(write_once(10, "2.0", &err));
}

static void a_folder_without_lock_files_can_be_read(void **state)
{
    (void)state;
    char path[128];
    assert_true(write_once(100, "1.0", &err));
    snprintf(path, sizeof path, "%s/lock.mdb", folder);
    unlink(path);
    chmod(folder, 0555);
    pid_t child = fork();
    if (child == 0) {
        struct store_reader *reader;
        if (getuid() == 0 && setuid(65534) != 0)
            _exit(77);
        _exit(store_reader_open(&reader, folder, &err) && !store_reader_is_starter(reader) &&
                      strcmp(look_up(reader, "p7").fixed, "1.0") == 0
                  ? 0
                  : 1);
    }
    int status;
    waitpid(child, &status, 0);
    chmod(folder, 0755);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_store_there_is_the_starter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_feed_is_replaced_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_keeps_what_it_began_with, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_second_update_is_told_who_is_at_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_killed_writer_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_small_map_grows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_map_at_its_limit_leaves_the_old_data, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_data, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_older_store_is_refused_and_made_anew_by_an_update,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_older_store_is_not_emptied_by_feeds_that_fail, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_newer_store_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(garbage_and_cut_files_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_without_lock_files_can_be_read, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
