/* Streams of files that still grow: what is there for good is given, and no byte before it is. */
#include "image/stream.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

struct growing_bed {
    struct arena arena;
    FILE *file;
    int tick[2];
    struct stream *stream;
};

static void bed_open(struct growing_bed *bed, uint64_t size)
{
    struct error err;
    arena_init(&bed->arena, 4 << 20);
    bed->file = tmpfile();
    assert_non_null(bed->file);
    assert_int_equal(pipe2(bed->tick, O_CLOEXEC), 0);
    bed->stream = stream_of_growing(&bed->arena, fileno(bed->file), bed->tick[0], size, &err);
    assert_non_null(bed->stream);
}

static void bed_close(struct growing_bed *bed)
{
    stream_close(bed->stream);
    close(bed->tick[0]);
    fclose(bed->file);
    arena_done(&bed->arena);
}

static void write_at(struct growing_bed *bed, const char *text, off_t at)
{
    assert_int_equal(pwrite(fileno(bed->file), text, strlen(text), at), strlen(text));
}

static void tell(struct growing_bed *bed, uint64_t size)
{
    assert_int_equal(write(bed->tick[1], &size, sizeof size), sizeof size);
}

static void expect(struct growing_bed *bed, const char *text)
{
    struct slice piece;
    struct error err;
    if (!stream_next(bed->stream, &piece, &err))
        fail_msg("%s", err.text);
    if (!slice_equal_str(piece, text))
        fail_msg("\"%.*s\", not \"%s\"", SLICE_ARG(piece), text);
}

/* A write that failed half way leaves bytes that the next one replaces. */
static void test_only_what_is_there_for_good(void **state)
{
    (void)state;
    struct growing_bed bed;
    bed_open(&bed, 3);
    write_at(&bed, "abcXX", 0);
    expect(&bed, "abc");
    write_at(&bed, "defg", 3);
    tell(&bed, 4);
    tell(&bed, 6);
    expect(&bed, "def");
    close(bed.tick[1]);
    expect(&bed, "g"); /* the end says that all of it is */
    expect(&bed, "");
    bed_close(&bed);
}

static void *tell_later(void *context)
{
    struct growing_bed *bed = context;
    nanosleep(&(struct timespec){0, 50 * 1000 * 1000}, NULL);
    write_at(bed, "late", 0);
    tell(bed, 4);
    close(bed->tick[1]);
    return NULL;
}

static void test_it_waits(void **state)
{
    (void)state;
    struct growing_bed bed;
    pthread_t thread;
    bed_open(&bed, 0);
    assert_int_equal(pthread_create(&thread, NULL, tell_later, &bed), 0);
    expect(&bed, "late");
    expect(&bed, "");
    pthread_join(thread, NULL);
    bed_close(&bed);
}

static void test_more_was_told_than_there_is(void **state)
{
    (void)state;
    struct growing_bed bed;
    struct slice piece;
    struct error err;
    bed_open(&bed, 10);
    write_at(&bed, "abc", 0);
    expect(&bed, "abc");
    assert_false(stream_next(bed.stream, &piece, &err));
    close(bed.tick[1]);
    bed_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_is_there_for_good),
        cmocka_unit_test(test_it_waits),
        cmocka_unit_test(test_more_was_told_than_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
