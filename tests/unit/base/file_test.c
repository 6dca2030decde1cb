#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

/* How opening `name` below `folder` ends: 0, or errno. */
static int beneath(int at, const char *name)
{
    int fd CLEANUP_FD = file_open_beneath(at, name);
    return fd >= 0 ? 0 : errno;
}

/* A letter for each of the names that does not end as it should; `links`: those that stay inside
   are followed. */
static int beneath_failures(int at, bool links)
{
    const struct {
        const char *name;
        int want, other;
    } rows[] = {{"file", 0, 0},
                {"in/file", 0, 0},
                {"absent", ENOENT, ENOENT},
                {"in/absent/file", ENOENT, ENOENT},
                {"to-file", links ? 0 : ELOOP, links ? 0 : ELOOP},
                {"to-in/file", links ? 0 : ENOTDIR, links ? 0 : ELOOP},
                {"away", links ? EXDEV : ELOOP, ELOOP},
                {"up/passwd", EXDEV, ENOTDIR},
                {"../file", EXDEV, EXDEV},
                {"/etc/passwd", EXDEV, ENOENT}};
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int got = beneath(at, rows[i].name);
        if (got != rows[i].want && got != rows[i].other) {
            fprintf(stderr, "%s: %d\n", rows[i].name, got);
            wrong++;
        }
    }
    return wrong;
}

/* As on a kernel that has no openat2. */
static void take_openat2_away(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter || seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0) != 0 ||
        seccomp_load(filter) != 0)
        _exit(99);
    seccomp_release(filter);
}

static void links_out_of_a_folder_are_not_opened(void **state)
{
    (void)state;
    int status;
    int at CLEANUP_FD = file_open(folder, &err);
    assert_true(file_write(path, SLICE("x"), &err));
    assert_int_equal(mkdirat(at, "in", 0755), 0);
    assert_int_equal(linkat(at, "file", at, "in/file", 0), 0);
    assert_int_equal(symlinkat("in/../file", at, "to-file"), 0);
    assert_int_equal(symlinkat("in", at, "to-in"), 0);
    assert_int_equal(symlinkat("/etc/passwd", at, "away"), 0);
    assert_int_equal(symlinkat("../../etc", at, "up"), 0);
    assert_int_equal(beneath_failures(at, true), 0);
    pid_t child = fork();
    if (child == 0) {
        take_openat2_away();
        _exit(beneath_failures(at, false));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    static const char *const names[] = {"in/file", "to-file", "to-in", "away", "up"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(unlinkat(at, names[i], 0), 0);
    assert_int_equal(unlinkat(at, "in", AT_REMOVEDIR), 0);
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
        cmocka_unit_test(links_out_of_a_folder_are_not_opened),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
