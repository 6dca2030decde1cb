/* The layer cache: entries, eviction, several processes, damage, folders that cannot be written. */
#include "scan/cache.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

static char folder[200];

static int setup(void **state)
{
    (void)state;
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/plimsoll-cache-XXXXXX", temporary ? temporary : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    static const char *const names[] = {"data.mdb", "lock.mdb", "guard", "data.mdb.damaged",
                                        "lock.mdb.damaged"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void open_cache(struct cache *cache, uint64_t limit, uint32_t today)
{
    struct error err = {0};
    struct cache_settings settings = {folder, limit, today};
    if (!cache_open(cache, &settings, &err))
        fail_msg("%s", err.text);
}

static void put(struct cache *cache, const char *key, char fill, size_t size)
{
    struct error err = {0};
    char *bytes = malloc(size);
    memset(bytes, fill, size);
    struct cache_entry entry = {slice_str(key), slice_of(bytes, size)};
    if (!cache_put(cache, &entry, 1, &err))
        fail_msg("%s", err.text);
    free(bytes);
}

static bool has(struct cache *cache, const char *key, char fill, size_t size)
{
    struct slice bytes;
    if (!cache_get(cache, slice_str(key), &bytes))
        return false;
    assert_int_equal(bytes.len, size);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(bytes.at[i], fill);
    return true;
}

static void open_cache_of_secrets(struct cache *cache)
{
    struct error err = {0};
    struct cache_settings settings = {folder, 0, 1000, true};
    if (!cache_open(cache, &settings, &err))
        fail_msg("%s", err.text);
}

/* What did not look for secrets is nothing for who asks for them. */
static void test_secrets_are_apart(void **state)
{
    (void)state;
    struct cache cache;
    open_cache(&cache, 0, 1000);
    put(&cache, "sha256:plain", 'x', 100);
    cache_close(&cache);
    open_cache_of_secrets(&cache);
    assert_false(has(&cache, "sha256:plain", 'x', 100));
    put(&cache, "sha256:plain", 'y', 100);
    put(&cache, "sha256:both", 'y', 100);
    cache_close(&cache);
    open_cache_of_secrets(&cache);
    assert_true(has(&cache, "sha256:plain", 'y', 100));
    cache_close(&cache);
    open_cache(&cache, 0, 1000);
    assert_true(has(&cache, "sha256:plain", 'x', 100));
    assert_true(has(&cache, "sha256:both", 'y', 100));
    cache_close(&cache);
}

static void test_put_and_get(void **state)
{
    (void)state;
    struct cache cache;
    open_cache(&cache, 0, 1000);
    assert_false(has(&cache, "sha256:a", 'x', 1));
    put(&cache, "sha256:a", 'x', 100);
    cache_close(&cache);
    open_cache(&cache, 0, 1000);
    assert_true(has(&cache, "sha256:a", 'x', 100));
    assert_false(has(&cache, "sha256:b", 'x', 100));
    struct cache_status status;
    struct error err;
    assert_true(cache_status(&cache, &status, &err));
    assert_int_equal(status.entries, 1);
    assert_int_equal(status.bytes, 100);
    cache_close(&cache);
    cache_close(&cache);
}

static void test_least_recently_used_goes_first(void **state)
{
    (void)state;
    struct cache cache;
    enum { SIZE = 100000, LIMIT = 350000 };
    open_cache(&cache, LIMIT, 1000);
    put(&cache, "a", 'a', SIZE);
    put(&cache, "b", 'b', SIZE);
    put(&cache, "c", 'c', SIZE);
    cache_close(&cache);
    open_cache(&cache, LIMIT, 1001);
    assert_true(has(&cache, "a", 'a', SIZE)); /* its stamp becomes 1001 */
    assert_true(has(&cache, "c", 'c', SIZE));
    cache_close(&cache);
    open_cache(&cache, LIMIT, 1002);
    put(&cache, "d", 'd', SIZE);
    assert_true(has(&cache, "a", 'a', SIZE));
    assert_false(has(&cache, "b", 'b', SIZE));
    assert_true(has(&cache, "c", 'c', SIZE));
    assert_true(has(&cache, "d", 'd', SIZE));
    cache_close(&cache);
}

static void test_full_map_evicts(void **state)
{
    (void)state;
    struct cache cache;
    open_cache(&cache, 4 << 20, 1000);
    for (int i = 0; i < 100; i++) {
        char key[20];
        snprintf(key, sizeof key, "layer%d", i);
        put(&cache, key, 'x', 1900000);
    }
    assert_true(has(&cache, "layer99", 'x', 1900000));
    assert_false(has(&cache, "layer1", 'x', 1900000));
    cache_close(&cache);
}

static void test_prune_and_clear(void **state)
{
    (void)state;
    struct cache cache;
    struct error err;
    uint64_t evicted;
    open_cache(&cache, 0, 1000);
    put(&cache, "a", 'a', 1000);
    put(&cache, "b", 'b', 1000);
    assert_true(cache_prune(&cache, 1000, &evicted, &err));
    assert_int_equal(evicted, 1);
    assert_true(cache_prune(&cache, 0, &evicted, &err));
    assert_int_equal(evicted, 1);
    assert_false(has(&cache, "a", 'a', 1000) || has(&cache, "b", 'b', 1000));
    cache_close(&cache);
}

static void write_many(int start)
{
    for (int i = 0; i < 100; i++) {
        struct cache cache;
        open_cache(&cache, 0, 1000);
        char key[20];
        snprintf(key, sizeof key, "layer%d", start + i);
        put(&cache, key, 'x', 20000);
        assert_true(has(&cache, key, 'x', 20000));
        cache_close(&cache);
    }
}

static void test_two_processes(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        write_many(1000);
        _exit(0);
    }
    write_many(0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct cache cache;
    open_cache(&cache, 0, 1000);
    assert_true(has(&cache, "layer99", 'x', 20000) && has(&cache, "layer1099", 'x', 20000));
    cache_close(&cache);
}

static void test_kill_in_the_middle(void **state)
{
    (void)state;
    for (int round = 0; round < 10; round++) {
        pid_t child = fork();
        if (child == 0) {
            for (;;)
                write_many(round * 100);
        }
        usleep(20000 + round * 7000);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        struct cache cache;
        open_cache(&cache, 0, 1000);
        assert_string_equal(cache.note, "");
        put(&cache, "after", 'y', 1000);
        assert_true(has(&cache, "after", 'y', 1000));
        cache_close(&cache);
    }
}

static void overwrite(const char *name, const char *text, off_t size)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDWR | O_CREAT, 0644);
    assert_true(fd >= 0);
    if (text)
        assert_true(write(fd, text, strlen(text)) > 0);
    if (size >= 0)
        assert_int_equal(ftruncate(fd, size), 0);
    close(fd);
}

static void test_garbage_is_set_aside(void **state)
{
    (void)state;
    overwrite("data.mdb", "this is no database at all, but a text", 9000);
    struct cache cache;
    open_cache(&cache, 0, 1000);
    assert_true(strstr(cache.note, "set aside") != NULL);
    put(&cache, "a", 'a', 100);
    assert_true(has(&cache, "a", 'a', 100));
    cache_close(&cache);
    open_cache(&cache, 0, 1000);
    assert_string_equal(cache.note, "");
    assert_true(has(&cache, "a", 'a', 100));
    cache_close(&cache);
}

static void test_cut_file_is_set_aside(void **state)
{
    (void)state;
    struct cache cache;
    open_cache(&cache, 0, 1000);
    put(&cache, "a", 'a', 1000000);
    cache_close(&cache);
    overwrite("data.mdb", NULL, 100000);
    open_cache(&cache, 0, 1000);
    assert_true(strstr(cache.note, "set aside") != NULL);
    assert_false(has(&cache, "a", 'a', 1000000));
    cache_close(&cache);
}

static void test_folder_that_cannot_be(void **state)
{
    (void)state;
    struct cache cache;
    struct error err;
    struct cache_settings settings = {"/proc/no/such/folder", 0, 0};
    assert_false(cache_open(&cache, &settings, &err));
    struct slice bytes;
    assert_false(cache_get(&cache, SLICE("a"), &bytes));
    struct cache_entry entry = {SLICE("a"), SLICE("b")};
    assert_true(cache_put(&cache, &entry, 1, &err));
    cache_close(&cache);
}

static void test_read_only_folder(void **state)
{
    (void)state;
    struct cache cache;
    open_cache(&cache, 0, 1000);
    put(&cache, "a", 'a', 100);
    cache_close(&cache);
    if (geteuid() == 0) { /* permissions do not bind root: as somebody else, in a child */
        chmod(folder, 0555);
        pid_t child = fork();
        if (child == 0) {
            if (setgid(65534) || setuid(65534))
                _exit(2);
            open_cache(&cache, 0, 1001);
            bool fine = cache.read_only && has(&cache, "a", 'a', 100);
            cache_close(&cache);
            _exit(fine ? 0 : 1);
        }
        int status;
        waitpid(child, &status, 0);
        chmod(folder, 0755);
        assert_int_equal(status, 0);
    }
}

static void test_file_key_changes_with_the_file(void **state)
{
    (void)state;
    overwrite("data.mdb.damaged", "one", -1);
    char path[300];
    snprintf(path, sizeof path, "%s/data.mdb.damaged", folder);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    int fd = open(path, O_RDONLY);
    struct slice first, second, other;
    assert_true(cache_file_key(fd, 512, &arena, &first));
    assert_true(cache_file_key(fd, 1024, &arena, &other));
    assert_false(slice_equal(first, other));
    usleep(20000);
    overwrite("data.mdb.damaged", "two", -1);
    assert_true(cache_file_key(fd, 512, &arena, &second));
    assert_false(slice_equal(first, second));
    close(fd);
    arena_done(&arena);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_put_and_get),
        CASE(test_secrets_are_apart),
        CASE(test_least_recently_used_goes_first),
        CASE(test_full_map_evicts),
        CASE(test_prune_and_clear),
        CASE(test_two_processes),
        CASE(test_kill_in_the_middle),
        CASE(test_garbage_is_set_aside),
        CASE(test_cut_file_is_set_aside),
        CASE(test_folder_that_cannot_be),
        CASE(test_read_only_folder),
        CASE(test_file_key_changes_with_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
