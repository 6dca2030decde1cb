/* Encoding, limits, and what a subverted child could send. */
#include "ship/size/listing.h"

#include "test.h"

#include "ship/size/builder.h"

static void fill(struct builder *builder, struct arena *arena, struct listing *listing)
{
    builder_init(builder, arena, listing);
    struct listing_entry *file = builder_add(
        builder,
        &(struct listing_entry){.path = SLICE("usr/bin/a"), .size = 70, .type = LISTING_FILE});
    file->hash = 0x1122334455667788u;
    file->debug = 7;
    builder_add(builder, &(struct listing_entry){.path = SLICE("usr/bin/b"),
                                                 .link = SLICE("usr/bin/a"),
                                                 .type = LISTING_HARDLINK});
    builder_remove(builder, SLICE("tmp/gone"), false);
    builder_remove(builder, SLICE("var"), true);
    uint32_t package = builder_package(builder, &(struct listing_package){.manager = SLICE("apk"),
                                                                          .name = SLICE("musl"),
                                                                          .version = SLICE("1.2.3"),
                                                                          .declared = 9000});
    builder_own(builder, SLICE("usr/bin/a"), package);
    listing->partial = 1;
    listing->problem = SLICE("cut");
    listing->sampled = 10;
    listing->sample_zstd = 5;
    listing->compression = 2;
}

static void round_trip(void **state)
{
    struct arena arena;
    struct builder builder;
    struct listing made, got;
    struct slice bytes;
    struct error err = {0};
    (void)state;
    arena_init(&arena, 1 << 22);
    fill(&builder, &arena, &made);
    assert_true(builder_finish(&builder, &err));
    assert_true(listing_encode(&made, &arena, &bytes, &err));
    assert_true(listing_decode(bytes, &arena, &got, &err));
    assert_int_equal(got.count, 2);
    assert_true(slice_equal_str(got.list[0].path, "usr/bin/a"));
    assert_true(got.list[0].hash == 0x1122334455667788u && got.list[0].debug == 7);
    assert_true(slice_equal_str(got.list[1].link, "usr/bin/a"));
    assert_int_equal(got.removal_count, 2);
    assert_true(got.removals[1].opaque && slice_equal_str(got.removals[1].path, "var"));
    assert_true(slice_equal_str(got.packages[0].version, "1.2.3"));
    assert_int_equal(got.packages[0].declared, 9000);
    assert_int_equal(got.owned[0].package, 0);
    assert_true(slice_equal_str(got.problem, "cut"));
    assert_int_equal(got.bytes, 70);
    assert_int_equal(got.files, 1);
    arena_done(&arena);
}

/* Every shorter piece and every changed byte is refused or gives something that can be used. */
static void damaged(void **state)
{
    struct arena arena, other;
    struct builder builder;
    struct listing made, got;
    struct slice bytes;
    struct error err = {0};
    (void)state;
    arena_init(&arena, 1 << 22);
    arena_init(&other, 1 << 22);
    fill(&builder, &arena, &made);
    assert_true(builder_finish(&builder, &err));
    assert_true(listing_encode(&made, &arena, &bytes, &err));
    for (size_t len = 0; len < bytes.len; len++) {
        arena_reset(&other);
        assert_false(listing_decode(slice_upto(bytes, len), &other, &got, &err));
    }
    char *copy =
        arena_copy(&arena, bytes).at ? (char *)(uintptr_t)arena_copy(&arena, bytes).at : NULL;
    assert_non_null(copy);
    for (size_t at = 0; at < bytes.len; at++) {
        copy[at] = (char)~copy[at];
        arena_reset(&other);
        if (listing_decode(slice_of(copy, bytes.len), &other, &got, &err))
            for (size_t i = 0; i < got.owned_count; i++)
                assert_true(got.owned[i].package < got.package_count);
        copy[at] = (char)~copy[at];
    }
    arena_done(&other);
    arena_done(&arena);
}

static void more_than_is_listed(void **state)
{
    struct arena arena;
    struct builder builder;
    struct listing listing;
    struct error err = {0};
    char path[64];
    (void)state;
    arena_init(&arena, (size_t)256 << 20);
    builder_init(&builder, &arena, &listing);
    enum { MORE = 5000 };
    for (unsigned i = 0; i < LISTING_ENTRIES_MAX + MORE; i++) {
        snprintf(path, sizeof path, "srv/f%u/x/y/%u", i % 7, i);
        builder_add(&builder, &(struct listing_entry){
                                  .path = slice_str(path), .size = 3, .type = LISTING_FILE});
    }
    assert_true(builder_finish(&builder, &err));
    assert_int_equal(listing.count, LISTING_ENTRIES_MAX);
    assert_int_equal(listing.files, LISTING_ENTRIES_MAX + MORE);
    assert_int_equal(listing.bytes, 3 * (LISTING_ENTRIES_MAX + MORE));
    assert_int_equal(listing.rest_count, 7);
    uint64_t rest = 0;
    for (size_t i = 0; i < listing.rest_count; i++) {
        assert_true(slice_starts(listing.rests[i].folder, SLICE("srv/f")));
        assert_int_equal(listing.rests[i].folder.len, strlen("srv/f0"));
        rest += listing.rests[i].bytes;
    }
    assert_int_equal(rest, 3 * MORE);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(damaged),
        cmocka_unit_test(more_than_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
