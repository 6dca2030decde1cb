#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ship/test/parts.h"

#include "test.h"

static char folder[] = "/tmp/plimsoll-copies-XXXXXX";
static struct arena arena;
static struct error err;
static struct ship_copies copies;

static char *below(const char *name)
{
    return (char *)(uintptr_t)arena_printf(&arena, "%s/%s", folder, name).at;
}

static void write_text(const char *name, const char *text)
{
    assert_true(file_write(below(name), slice_str(text), &err));
}

static void read_copies(const char *dockerfile)
{
    struct ship_test_image image = {SLICE("web"), below("Dockerfile"), folder};
    write_text("Dockerfile", dockerfile);
    if (!ship_copies_read(&image, &arena, &copies, &err))
        fail_msg("%s", err.text);
}

/* Where the path of an image is here, without the folder of the test. */
static const char *local(const char *path)
{
    struct slice found = ship_copies_find(&copies, slice_str(path), &arena);
    return found.len ? arena_string(&arena, slice_from(found, strlen(folder))) : "";
}

static void files_and_folders(void **state)
{
    (void)state;
    read_copies("FROM nginx:1.29.4-alpine\nCOPY nginx.conf /etc/nginx/nginx.conf\n"
                "COPY dist /usr/share/nginx/html/\nCOPY ./a.conf ./b.conf /etc/nginx/conf.d/\n");
    assert_true(slice_equal_str(copies.base, "nginx:1.29.4-alpine"));
    assert_string_equal(local("/etc/nginx/nginx.conf"), "/nginx.conf");
    assert_string_equal(local("/usr/share/nginx/html"), "/dist");
    assert_string_equal(local("/usr/share/nginx/html/index.html"), "/dist/index.html");
    assert_string_equal(local("/usr/share/nginx/html/none.html"), "");
    assert_string_equal(local("/usr/share/nginx/htmlx"), "");
    assert_string_equal(local("/etc/nginx/conf.d/b.conf"), "/b.conf");
}

static void only_the_last_stage_and_the_context(void **state)
{
    (void)state;
    read_copies("FROM node AS build\nCOPY nginx.conf /x\nFROM nginx\nCOPY --from=build /app/dist "
                "/usr/share/nginx/html\n");
    assert_string_equal(local("/x"), "");
    assert_string_equal(local("/usr/share/nginx/html"), "");
    assert_int_equal(copies.count, 1); /* known to come from elsewhere */
}

static void work_folders_and_patterns(void **state)
{
    (void)state;
    read_copies("FROM nginx\nWORKDIR /etc/nginx\nCOPY nginx.conf .\nCOPY *.conf conf.d/\n");
    assert_string_equal(local("/etc/nginx/nginx.conf"), "/nginx.conf");
    assert_string_equal(local("/etc/nginx/conf.d/a.conf"), "/a.conf");
    assert_string_equal(local("/etc/nginx/conf.d/b.conf"), "/b.conf");
}

static void what_cannot_be_known_is_left_out(void **state)
{
    (void)state;
    read_copies("FROM nginx\nARG WHICH\nCOPY $WHICH.conf /etc/nginx/nginx.conf\nCOPY none /n\n");
    assert_int_equal(copies.count, 0);
}

static void what_lies_on_top_is_seen(void **state)
{
    (void)state;
    read_copies("FROM nginx\nCOPY nginx.conf /c\nCOPY a.conf /c\n");
    assert_string_equal(local("/c"), "/a.conf");
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    if (!mkdtemp(folder) || mkdir(below("dist"), 0755) != 0)
        return -1;
    write_text("nginx.conf", "events {}\n");
    write_text("a.conf", "#\n");
    write_text("b.conf", "#\n");
    write_text("dist/index.html", "x");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    static const char *const names[] = {"nginx.conf", "a.conf", "b.conf", "dist/index.html",
                                        "Dockerfile"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(below(names[i]));
    rmdir(below("dist"));
    rmdir(folder);
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_and_folders),
        cmocka_unit_test(only_the_last_stage_and_the_context),
        cmocka_unit_test(work_folders_and_patterns),
        cmocka_unit_test(what_cannot_be_known_is_left_out),
        cmocka_unit_test(what_lies_on_top_is_seen),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
