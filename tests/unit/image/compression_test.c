/* gzip and zstd: several members, damage, what follows, limits; read ahead by a thread or not. */
#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include "image/compression.h"

#include "test.h"

enum { SIZE = 700000, WINDOW = 128 << 20 };

static struct arena arena;
static char text[SIZE];

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 512 << 20);
    uint32_t random = 1;
    for (size_t i = 0; i < SIZE; i++) {
        random = random * 1664525 + 1013904223;
        text[i] = i % 3 ? "abcdefghijklmnop"[random >> 28] : (char)(random >> 24);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct slice gzip_of(const char *at, size_t len)
{
    struct isal_zstream stream;
    char *out = arena_alloc(&arena, len * 2 + 1000),
         *level = arena_alloc(&arena, ISAL_DEF_LVL1_DEFAULT);
    isal_deflate_init(&stream);
    stream.next_in = (uint8_t *)(uintptr_t)at;
    stream.avail_in = (uint32_t)len;
    stream.end_of_stream = 1;
    stream.flush = NO_FLUSH;
    stream.gzip_flag = IGZIP_GZIP;
    stream.level = 1;
    stream.level_buf = (uint8_t *)level;
    stream.level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream.next_out = (uint8_t *)out;
    stream.avail_out = (uint32_t)(len * 2 + 1000);
    assert_int_equal(isal_deflate(&stream), COMP_OK);
    return slice_of(out, stream.total_out);
}

static struct slice zstd_of(const char *at, size_t len)
{
    size_t room = ZSTD_compressBound(len);
    char *out = arena_alloc(&arena, room);
    return slice_of(out, ZSTD_compress(out, room, at, len, 1));
}

static struct slice join(struct slice a, struct slice b)
{
    char *both = arena_alloc(&arena, a.len + b.len + 1);
    memcpy(both, a.at, a.len);
    memcpy(both + a.len, b.at, b.len);
    return slice_of(both, a.len + b.len);
}

struct dribble {
    struct stream stream;
    struct slice rest;
    size_t step;
};

static bool dribble_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct dribble *dribble = (struct dribble *)self;
    (void)err;
    *piece = slice_upto(dribble->rest, dribble->step);
    dribble->rest = slice_from(dribble->rest, dribble->step);
    return true;
}

static const struct stream_ops dribble_ops = {.name = "dribble", .next = dribble_next};

/* Everything that comes out; false and err as the stream tells. */
static bool inflate(struct slice packed, size_t step, bool ahead, struct slice *out,
                    struct error *err)
{
    struct dribble *dribble = arena_new(&arena, struct dribble);
    enum layer_compression kind;
    dribble->stream.ops = &dribble_ops;
    dribble->rest = packed;
    dribble->step = step;
    struct stream *stream = stream_of_compressed(&arena, &dribble->stream, WINDOW, &kind, err);
    if (!stream)
        return false;
    if (ahead)
        stream = stream_of_pipeline(&arena, stream, err);
    bool good = stream_read_all(stream, 64 << 20, &arena, out, err);
    stream_close(stream);
    return good;
}

static void check_same(struct slice packed, struct slice want)
{
    static const size_t steps[] = {1, 3, 1000, 65536, SIZE * 2};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        for (int ahead = 0; ahead < 2; ahead++) {
            struct slice out;
            struct error err = {0};
            if (!inflate(packed, steps[i], ahead, &out, &err))
                fail_msg("pieces of %zu: %s", steps[i], err.text);
            assert_true(slice_equal(out, want));
        }
    }
    arena_reset(&arena);
}

static void gzip_members_are_one_stream(void **state)
{
    (void)state;
    struct slice all = slice_of(text, SIZE);
    check_same(gzip_of(text, SIZE), all);
    check_same(join(gzip_of(text, 300000), gzip_of(text + 300000, SIZE - 300000)), all);
    check_same(join(gzip_of(text, 0), gzip_of(text, 5)), slice_of(text, 5));
    struct slice many = gzip_of(text, 100);
    for (size_t at = 100; at < 3000; at += 100)
        many = join(many, gzip_of(text + at, 100));
    check_same(many, slice_of(text, 3000));
}

static void what_follows_gzip_is_left_alone(void **state)
{
    (void)state;
    struct slice packed = gzip_of(text, 1000);
    check_same(join(packed, slice_of("\0\0\0\0\0\0\0\0", 8)), slice_of(text, 1000));
    packed = gzip_of(text, 1000);
    check_same(join(packed, SLICE("a signature")), slice_of(text, 1000));
}

static void zstd_frames_are_one_stream(void **state)
{
    (void)state;
    struct slice all = slice_of(text, SIZE);
    struct slice skippable = slice_of("\x50\x2a\x4d\x18\x03\0\0\0xyz", 11);
    check_same(zstd_of(text, SIZE), all);
    check_same(join(zstd_of(text, 300000), zstd_of(text + 300000, SIZE - 300000)), all);
    skippable = slice_of("\x50\x2a\x4d\x18\x03\0\0\0xyz", 11);
    check_same(join(join(skippable, zstd_of(text, 5)), skippable), slice_of(text, 5));
}

static void expect_error(struct slice packed, const char *want)
{
    struct slice out;
    struct error err = {0};
    for (int ahead = 0; ahead < 2; ahead++) {
        if (inflate(packed, 1000, ahead, &out, &err))
            fail_msg("no error, but: %s", want);
        if (!strstr(err.text, want))
            fail_msg("want: %s\nhave: %s", want, err.text);
    }
}

static void damage_is_told_with_its_place(void **state)
{
    (void)state;
    struct slice gzip = gzip_of(text, SIZE), zstd = zstd_of(text, SIZE);
    expect_error(slice_upto(gzip, 1000), "gzip: ends too early, at byte 1000");
    expect_error(slice_upto(gzip, gzip.len - 1), "gzip: ends too early, at byte");
    expect_error(slice_upto(zstd, 1000), "zstd: ends too early, at byte 1000");
    expect_error(slice_upto(gzip, 5), "gzip: ends too early, at byte 5");
    char *broken = (char *)(uintptr_t)gzip.at;
    broken[gzip.len - 5] ^= 1; /* of the checksum */
    expect_error(gzip, "gzip: wrong checksum");
    broken[gzip.len - 5] ^= 1;
    broken[3000] ^= 0x55;
    expect_error(gzip, "gzip: ");
    broken = (char *)(uintptr_t)zstd.at;
    broken[2] ^= 1;
    expect_error(join(zstd_of(text, 10), zstd), "zstd: ");
}

static void too_large_a_window_is_refused(void **state)
{
    (void)state;
    struct slice out;
    struct error err = {0};
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t room = ZSTD_compressBound(SIZE);
    char *packed = arena_alloc(&arena, room);
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 28);
    ZSTD_inBuffer in = {text, SIZE, 0};
    ZSTD_outBuffer to = {packed, room, 0};
    /* Streamed, so that the frame cannot know the size and declares the whole window. */
    assert_false(ZSTD_isError(ZSTD_compressStream2(context, &to, &in, ZSTD_e_flush)));
    assert_false(ZSTD_isError(ZSTD_compressStream2(context, &to, &in, ZSTD_e_end)));
    ZSTD_freeCCtx(context);
    assert_false(inflate(slice_of(packed, to.pos), 1000, false, &out, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    assert_non_null(strstr(err.text, "needs a window of more than 128 MiB"));
}

static void other_compressions_are_named(void **state)
{
    (void)state;
    expect_error(slice_of("\xfd\x37zXZ\0\0\0", 8), "compressed by xz");
    expect_error(SLICE("BZh91AY&SY"), "compressed by bzip2");
}

static void a_pipeline_can_be_left_early(void **state)
{
    (void)state;
    struct error err;
    struct slice packed = gzip_of(text, SIZE), piece;
    for (int i = 0; i < 20; i++) {
        enum layer_compression kind;
        struct stream *stream = stream_of_compressed(&arena, stream_of_memory(&arena, packed, &err),
                                                     WINDOW, &kind, &err);
        stream = stream_of_pipeline(&arena, stream, &err);
        if (i % 2)
            assert_true(stream_next(stream, &piece, &err));
        stream_close(stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gzip_members_are_one_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(what_follows_gzip_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(zstd_frames_are_one_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_is_told_with_its_place, setup, teardown),
        cmocka_unit_test_setup_teardown(too_large_a_window_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(other_compressions_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pipeline_can_be_left_early, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
