/* The small parts: hashing in pieces, sections of programs, owners, treemaps, sizes in words. */
#include "test.h"

#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "image/path.h"
#include "ship/size/content_hash.h"
#include "ship/size/owners.h"
#include "ship/size/size_report.h"
#include "ship/size/strippable.h"
#include "ship/size/treemap.h"

static uint64_t hashed(struct slice bytes, size_t step)
{
    struct content_hash hash;
    content_hash_begin(&hash);
    while (bytes.len) {
        content_hash_add(&hash, slice_upto(bytes, step));
        bytes = slice_from(bytes, step);
    }
    return content_hash_end(&hash);
}

static void hash_of_pieces(void **state)
{
    char bytes[1000];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 37 + i / 256);
    for (size_t len = 0; len < 200; len++) {
        uint64_t whole = hashed(slice_of(bytes, len), 1000);
        for (size_t step = 1; step < 70; step++)
            assert_true(hashed(slice_of(bytes, len), step) == whole);
        assert_true(hashed(slice_of(bytes, len + 1), 1000) != whole);
    }
    bytes[500] ^= 1;
    uint64_t other = hashed(slice_of(bytes, 1000), 64);
    bytes[500] ^= 1;
    assert_true(other != hashed(slice_of(bytes, 1000), 64));
}

/* A program of two sections beside the empty one: .text (loaded) and .debug_info, and their names.
 */
static size_t make_program(unsigned char *to, size_t debug)
{
    enum { TABLE = 256, ENTRY = 64 };
    memset(to, 0, 1024);
    memcpy(to, "\177ELF\2\1\1", 7);
    to[16] = 3;
    to[40] = (unsigned char)(TABLE & 255), to[41] = TABLE >> 8;
    to[58] = ENTRY;
    to[60] = 4;
    to[62] = 3;
    unsigned char *text = to + TABLE + ENTRY, *info = text + ENTRY, *names = info + ENTRY;
    text[4] = 1, text[8] = 6, text[32] = 77;
    info[4] = 1, info[32] = (unsigned char)debug;
    names[4] = 3, names[32] = 20;
    return TABLE + 4 * ENTRY;
}

static uint64_t strippable_of(const unsigned char *bytes, size_t len, size_t step)
{
    static struct strippable elf;
    strippable_begin(&elf, slice_of(bytes, len < 64 ? len : 64), len);
    for (size_t at = 0; at < len; at += step)
        strippable_feed(&elf, at, slice_of(bytes + at, len - at < step ? len - at : step));
    return strippable_end(&elf);
}

static void sections_of_programs(void **state)
{
    unsigned char program[1024];
    (void)state;
    size_t len = make_program(program, 90);
    for (size_t step = 1; step < 600; step += 13)
        assert_int_equal(strippable_of(program, len, step), 90);
    assert_int_equal(strippable_of(program, len - 1, 100), 0); /* its table is cut */
    program[256 + 2 * 64 + 36] = 9;                            /* larger than the file */
    assert_int_equal(strippable_of(program, len, 100), 0);
    make_program(program, 90);
    program[16] = 1; /* an object file */
    assert_int_equal(strippable_of(program, len, 100), 0);
}

static void own(const char *path, const char *bytes, struct arena *arena, struct listing *listing)
{
    struct builder builder;
    struct arena scratch;
    struct error err;
    arena_init(&scratch, 1 << 22);
    builder_init(&builder, arena, listing);
    assert_true(owners_wants(slice_str(path), strlen(bytes)));
    owners_read(slice_str(path), slice_str(bytes), &builder, &scratch);
    assert_true(builder_finish(&builder, &err));
    arena_done(&scratch);
}

static bool owns(const struct listing *listing, const char *path, const char *name)
{
    for (size_t i = 0; i < listing->owned_count; i++)
        if (listing->owned[i].key == path_key(slice_str(path)))
            return slice_equal_str(listing->packages[listing->owned[i].package].name, name);
    return false;
}

static void owners_of_files(void **state)
{
    struct arena arena;
    struct listing listing;
    (void)state;
    arena_init(&arena, 1 << 22);
    own("lib/apk/db/installed",
        "P:musl\nV:1.2\nI:634880\nF:lib\nR:ld-musl.so\nF:usr/bin\nR:x\n\nP:a\nV:2\nF:etc\nR:a\n",
        &arena, &listing);
    assert_true(owns(&listing, "lib/ld-musl.so", "musl") && owns(&listing, "usr/bin/x", "musl") &&
                owns(&listing, "etc/a", "a"));
    assert_int_equal(listing.packages[0].declared, 634880);
    own("var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib\n/lib/libc.so.6\n", &arena, &listing);
    assert_true(owns(&listing, "lib/libc.so.6", "libc6"));
    own("var/lib/dpkg/status",
        "Package: curl\nStatus: install ok installed\nInstalled-Size: 500\nVersion: 7\n\n"
        "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n",
        &arena, &listing);
    assert_int_equal(listing.package_count, 1);
    assert_int_equal(listing.packages[0].declared, 512000);
    own("usr/lib/python3/site-packages/requests-2.31.0.dist-info/RECORD",
        "requests/api.py,sha256=x,1\n../../../bin/req,,\n\"a,b.py\",,\n", &arena, &listing);
    assert_true(owns(&listing, "usr/lib/python3/site-packages/requests/api.py", "requests") &&
                owns(&listing, "usr/bin/req", "requests") &&
                owns(&listing, "usr/lib/python3/site-packages/a,b.py", "requests"));
    assert_true(slice_equal_str(listing.packages[0].version, "2.31.0"));
    own("app/node_modules/@a/b/package.json", "{\"name\":\"z\",\"version\":\"1.0.0\"}", &arena,
        &listing);
    assert_true(slice_equal_str(listing.packages[0].name, "@a/b"));
    assert_true(slice_equal_str(listing.packages[0].folder, "app/node_modules/@a/b"));
    own("app/node_modules/.package-lock.json",
        "{\"packages\":{\"node_modules/t\":{\"version\":\"3\",\"dev\":true},"
        "\"node_modules/u\":{\"version\":\"4\"}}}",
        &arena, &listing);
    assert_int_equal(listing.package_count, 1);
    assert_true(listing.packages[0].build_only &&
                slice_equal_str(listing.packages[0].folder, "app/node_modules/t"));
    assert_false(owners_wants(SLICE("app/node_modules/a/lib/package.json"), 10));
    assert_false(owners_wants(SLICE("lib/apk/db/installed"), UINT64_C(1) << 40));
    arena_done(&arena);
}

/* Pieces have the areas of their values, do not overlap, and fill all of it. */
static void treemap_areas(void **state)
{
    static const double values[] = {6, 6, 4, 3, 2, 2, 1};
    struct treemap_rect rects[7], all = {10, 20, 600, 400};
    double area = 0, worst = 0;
    (void)state;
    treemap_cut(values, 7, all, rects);
    for (int i = 0; i < 7; i++) {
        double own = rects[i].width * rects[i].height;
        assert_true(fabs(own - values[i] * 10000) < 1e-6);
        assert_true(rects[i].x >= 10 - 1e-9 && rects[i].x + rects[i].width <= 610 + 1e-9);
        assert_true(rects[i].y >= 20 - 1e-9 && rects[i].y + rects[i].height <= 420 + 1e-9);
        area += own;
        double ratio = rects[i].width / rects[i].height;
        worst = fmax(worst, fmax(ratio, 1 / ratio));
        for (int j = 0; j < i; j++)
            assert_true(rects[i].x + rects[i].width <= rects[j].x + 1e-9 ||
                        rects[j].x + rects[j].width <= rects[i].x + 1e-9 ||
                        rects[i].y + rects[i].height <= rects[j].y + 1e-9 ||
                        rects[j].y + rects[j].height <= rects[i].y + 1e-9);
    }
    assert_true(fabs(area - 240000) < 1e-6);
    assert_true(worst < 3); /* the paper's example: square enough */
    treemap_cut(values, 7, (struct treemap_rect){0, 0, 0, 5}, rects);
    assert_true(rects[0].width == 0);
}

static void sizes_in_words(void **state)
{
    uint64_t bytes;
    (void)state;
    assert_string_equal(size_text(999).at, "999 B");
    assert_string_equal(size_text(1000).at, "1.0 kB");
    assert_string_equal(size_text(999949).at, "999.9 kB");
    assert_string_equal(size_text(999950).at, "1.0 MB");
    assert_string_equal(size_text(48200000).at, "48.2 MB");
    assert_string_equal(size_text(UINT64_MAX).at, "18.4 EB");
    assert_true(size_parse(SLICE("60MB"), &bytes) && bytes == 60000000);
    assert_true(size_parse(SLICE("60 mb"), &bytes) && bytes == 60000000);
    assert_true(size_parse(SLICE("1.5GiB"), &bytes) && bytes == 1610612736);
    assert_true(size_parse(SLICE("512"), &bytes) && bytes == 512);
    assert_false(size_parse(SLICE("60 apples"), &bytes));
    assert_false(size_parse(SLICE("MB"), &bytes));
    assert_false(size_parse(SLICE("-1"), &bytes));
    assert_false(size_parse(SLICE("99999999999999999999"), &bytes));
}

static void says_what_is_worth_saying(void **state)
{
    (void)state;
    struct size_result result = {.unpacked = 400, .visible = 100};
    assert_true(fabs(size_efficiency(&result) - 0.25) < 1e-9);
    result.unpacked = 0;
    assert_true(fabs(size_efficiency(&result) - 1) < 1e-9);
    struct waste_row row = {.kind = WASTE_DOCS, .label = SLICE("documentation")};
    assert_int_equal(size_waste_label(&row).len, 0);
    row.label = SLICE("manual pages");
    assert_true(slice_equal_str(size_waste_label(&row), "manual pages"));
    struct listing listing = {.compression = COMPRESSION_GZIP, .sampled = 1000};
    struct size_layer layer = {.listing = &listing};
    struct size_compression made;
    result =
        (struct size_result){.stored = 10000, .zstd = 9950, .layers = &layer, .layer_count = 1};
    assert_false(size_compression(&result, &made)); /* half a percent is nothing to act on */
    result.zstd = 8000;
    assert_true(size_compression(&result, &made));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_of_pieces),  cmocka_unit_test(sections_of_programs),
        cmocka_unit_test(owners_of_files), cmocka_unit_test(treemap_areas),
        cmocka_unit_test(sizes_in_words),  cmocka_unit_test(says_what_is_worth_saying),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
