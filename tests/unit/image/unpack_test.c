/* Compressed files, inflated by a jailed process that is this program again. */
#include "image/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zlib.h>

#include "base/fresh.h"

#include "test.h"

enum { SIZE = 6 << 20 };

static struct arena arena;
static char *text;
static FILE *file;

/* Little of it compresses, so that the process is still at work when the first bytes are here. */
static int setup(void **state)
{
    uint32_t random = 7;
    (void)state;
    arena_init(&arena, 64 << 20);
    text = arena_alloc(&arena, SIZE);
    file = tmpfile();
    if (!text || !file)
        return -1;
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (char)((random = random * 1664525 + 1013904223) >> 24);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fclose(file);
    arena_done(&arena);
    return 0;
}

/* `file` becomes the text in gzip's form; its size. */
static uint64_t put_gzip(void)
{
    int fd = dup(fileno(file));
    gzFile zipped = gzdopen(fd, "wb1");
    assert_non_null(zipped);
    assert_int_equal(gzwrite(zipped, text, SIZE), SIZE);
    assert_int_equal(gzclose(zipped), Z_OK);
    return (uint64_t)lseek(fileno(file), 0, SEEK_END);
}

static struct stream *open_it(uint64_t size)
{
    struct error err = {0};
    struct stream *stream = unpack_open(&arena, fileno(file), size, &err);
    if (!stream)
        fail_msg("%s", err.text);
    return stream;
}

static void assert_nobody_is_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* Reads on to the end or an error; the number of bytes, which are compared. */
static size_t read_on(struct stream *stream, size_t from, struct error *err)
{
    struct slice piece = {0};
    do {
        if (!stream_next(stream, &piece, err))
            break;
        assert_true(from + piece.len <= SIZE);
        assert_memory_equal(text + from, piece.len ? piece.at : "", piece.len);
        from += piece.len;
    } while (piece.len);
    return from;
}

static void what_was_packed_comes_out(void **state)
{
    (void)state;
    struct error err = {0};
    struct stream *stream = open_it(put_gzip());
    assert_false(stream_seeks(stream));
    assert_int_equal(read_on(stream, 0, &err), SIZE);
    assert_int_equal(err.kind, ERROR_NONE);
    stream_close(stream);
    assert_nobody_is_left();
}

static void what_is_not_packed_is_sought_through(void **state)
{
    (void)state;
    struct error err = {0};
    text[0] = 'x';
    assert_int_equal(fwrite(text, 1, SIZE, file), SIZE);
    assert_int_equal(fflush(file), 0);
    struct stream *stream = open_it(SIZE);
    assert_true(stream_seeks(stream));
    assert_int_equal(read_on(stream, 0, &err), SIZE);
    stream_close(stream);
    assert_nobody_is_left();
}

static void damage_is_told(void **state)
{
    (void)state;
    struct error err = {0};
    uint64_t size = put_gzip();
    struct stream *stream = open_it(size / 2);
    assert_true(read_on(stream, 0, &err) < SIZE);
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_non_null(strstr(err.text, "too early"));
    stream_close(stream);
    err = (struct error){0};
    assert_int_equal(pwrite(fileno(file), "\xfd\x37zXZ\0", 6, 0), 6);
    assert_null(unpack_open(&arena, fileno(file), size, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    assert_nobody_is_left();
}

static pid_t child(void)
{
    char path[80];
    int pid = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)gettid());
    FILE *list = fopen(path, "r");
    if (list && fscanf(list, "%d", &pid) != 1)
        pid = 0;
    if (list)
        fclose(list);
    return pid;
}

static bool has_line(pid_t pid, const char *want)
{
    char path[80], line[200];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof line, status))
        found |= strcmp(line, want) == 0;
    if (status)
        fclose(status);
    return found;
}

static size_t descriptors(pid_t pid)
{
    char path[80];
    size_t count = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count - 2; /* "." and ".." */
}

static void it_is_locked_in(void **state)
{
    (void)state;
    struct error err = {0};
    struct slice piece;
    struct stream *stream = open_it(put_gzip());
    assert_true(stream_next(stream, &piece, &err));
    pid_t pid = child();
    if (pid == 0)
        skip(); /* a kernel that does not list them */
    assert_true(has_line(pid, "Seccomp:\t2\n"));
    assert_true(has_line(pid, "NoNewPrivs:\t1\n"));
    assert_in_range(descriptors(pid), 3, 6); /* the standard ones, the file, two pipes */
    stream_close(stream);
    assert_nobody_is_left();
}

static void one_that_dies_is_no_end(void **state)
{
    (void)state;
    struct error err = {0};
    struct slice piece;
    struct stream *stream = open_it(put_gzip());
    assert_true(stream_next(stream, &piece, &err));
    pid_t pid = child();
    if (pid == 0)
        skip();
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_true(read_on(stream, piece.len, &err) < SIZE);
    assert_int_equal(err.kind, ERROR_INTERNAL);
    assert_non_null(strstr(err.text, "died"));
    stream_close(stream);
    assert_nobody_is_left();
}

int main(int argc, char **argv)
{
    static const struct fresh_entry entries[] = {{UNPACK_ENTRY, unpack_run}};
    int status;
    if (fresh_main(argc, argv, entries, 1, &status))
        return status;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_packed_comes_out, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_packed_is_sought_through, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(it_is_locked_in, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_dies_is_no_end, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
