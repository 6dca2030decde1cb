#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#include "test.h"

static char folder[] = "/tmp/plimsoll-file-XXXXXX";
static char path[100];
static struct arena arena;
static struct error err;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    rmdir(folder);
    arena_done(&arena);
    return 0;
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct slice bytes;
    assert_true(file_write(path, SLICE("hello"), &err));
    assert_true(file_read(path, 5, &arena, &bytes, &err));
    assert_true(slice_equal_str(bytes, "hello"));
    assert_int_equal(bytes.at[5], '\0');
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644);
}

static void more_than_the_limit_is_refused(void **state)
{
    (void)state;
    struct slice bytes;
    assert_true(file_write(path, SLICE("hello"), &err));
    assert_false(file_read(path, 4, &arena, &bytes, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    assert_non_null(strstr(err.text, path));
}

static void pipes_are_read_to_their_end(void **state)
{
    (void)state;
    int ends[2];
    static char big[50000];
    memset(big, 'x', sizeof big);
    assert_int_equal(pipe(ends), 0);
    assert_true(file_write_fd(ends[1], big, sizeof big, &err));
    close(ends[1]);
    struct slice bytes;
    assert_true(file_read_fd(ends[0], 1 << 20, &arena, &bytes, &err));
    close(ends[0]);
    assert_true(slice_equal(bytes, slice_of(big, sizeof big)));
}

static void absent_files_are_named(void **state)
{
    (void)state;
    struct slice bytes;
    assert_false(file_read("/absent/file", 10, &arena, &bytes, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.text, "/absent/file"));
    assert_false(file_write("/absent/file", SLICE("x"), &err));
}

static void maps(void **state)
{
    (void)state;
    struct file_map map;
    assert_true(file_write(path, SLICE("mapped"), &err));
    assert_true(file_map_open(&map, path, &err));
    assert_true(slice_equal_str(map.bytes, "mapped"));
    file_map_close(&map);
    assert_true(file_write(path, SLICE(""), &err));
    assert_true(file_map_open(&map, path, &err));
    assert_int_equal(map.bytes.len, 0);
    file_map_close(&map);
    assert_false(file_map_open(&map, folder, &err));
}

static void pread_says_where_the_end_was(void **state)
{
    (void)state;
    assert_true(file_write(path, SLICE("0123456789"), &err));
    int fd CLEANUP_FD = file_open(path, &err);
    char bytes[8];
    size_t got;
    assert_true(file_pread(fd, bytes, sizeof bytes, 6, &got, &err));
    assert_int_equal(got, 4);
    assert_memory_equal(bytes, "6789", 4);
}

static void folders_are_made_with_their_parents(void **state)
{
    (void)state;
    char deep[200], parent[200];
    snprintf(parent, sizeof parent, "%s/a", folder);
    snprintf(deep, sizeof deep, "%s/a//b/", folder);
    assert_true(file_make_folder(deep, &err));
    assert_true(file_make_folder(deep, &err));
    assert_int_equal(rmdir(deep), 0);
    assert_int_equal(rmdir(parent), 0);
    assert_true(file_write(path, SLICE("x"), &err));
    assert_false(file_make_folder(path, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(more_than_the_limit_is_refused),
        cmocka_unit_test(pipes_are_read_to_their_end),
        cmocka_unit_test(absent_files_are_named),
        cmocka_unit_test(maps),
        cmocka_unit_test(pread_says_where_the_end_was),
        cmocka_unit_test(folders_are_made_with_their_parents),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
