/* Files are written all or none: a locked one, or one that changed, leaves the others as they are.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "update/write.h"

struct world {
    struct arena arena;
    char folder[64];
    struct update_edit edits[2];
    struct update_change changes[2];
};

static const char *path_of(struct world *world, const char *name)
{
    return arena_printf(&world->arena, "%s/%s", world->folder, name).at;
}

static void put(struct world *world, const char *name, const char *text)
{
    struct error err = {0};
    assert_true(file_write(path_of(world, name), slice_str(text), &err));
}

static bool has(struct world *world, const char *name, const char *text)
{
    struct slice bytes;
    struct error err = {0};
    assert_true(file_read(path_of(world, name), 1000, &world->arena, &bytes, &err));
    return slice_equal_str(bytes, text);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    arena_init(&world->arena, 1 << 20);
    strncpy(world->folder, "/tmp/plimsoll-write.XXXXXX", sizeof world->folder - 1);
    assert_non_null(mkdtemp(world->folder));
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "two" : "one";
        put(world, name, "FROM a:1\r\n");
        world->edits[i] =
            (struct update_edit){slice_str(path_of(world, name)), 7, 8, SLICE("1"), SLICE("2.0")};
        world->changes[i] = (struct update_change){.edits = &world->edits[i], .edit_count = 1};
    }
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    unlink(path_of(world, "one"));
    unlink(path_of(world, "two"));
    rmdir(world->folder);
    arena_done(&world->arena);
    free(world);
    return 0;
}

static enum error_kind write_all(struct world *world, size_t *files)
{
    struct error err = {0};
    return update_write(world->changes, 2, &world->arena, files, &err) ? ERROR_NONE : err.kind;
}

static void writes_and_keeps_the_mode(void **state)
{
    struct world *world = *state;
    struct stat info;
    size_t files;
    assert_int_equal(chmod(path_of(world, "one"), 0600), 0);
    assert_int_equal(write_all(world, &files), ERROR_NONE);
    assert_int_equal(files, 2);
    assert_true(has(world, "one", "FROM a:2.0\r\n") && has(world, "two", "FROM a:2.0\r\n"));
    assert_int_equal(stat(path_of(world, "one"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void a_locked_file_stops_all(void **state)
{
    struct world *world = *state;
    size_t files;
    int fd = open(path_of(world, "two"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(write_all(world, &files), ERROR_BUSY);
    close(fd);
    assert_int_equal(files, 0);
    assert_true(has(world, "one", "FROM a:1\r\n"));
}

static void a_changed_file_stops_all(void **state)
{
    struct world *world = *state;
    size_t files;
    put(world, "two", "# x\nFROM a:1\r\n");
    assert_int_equal(write_all(world, &files), ERROR_BUSY);
    assert_true(has(world, "one", "FROM a:1\r\n"));
}

static void a_file_that_is_gone_stops_all(void **state)
{
    struct world *world = *state;
    size_t files;
    assert_int_equal(unlink(path_of(world, "two")), 0);
    assert_int_equal(write_all(world, &files), ERROR_NOT_FOUND);
    assert_true(has(world, "one", "FROM a:1\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_and_keeps_the_mode, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_locked_file_stops_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_file_stops_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_gone_stops_all, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
