#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "image/archive_stream.h"

/* A seed of the fuzz target, as a stream. */
static struct stream *open_seed(const char *name, struct arena *arena)
{
    struct error err = {0};
    struct slice bytes;
    const char *tests = getenv("PLIMSOLL_TESTS");
    if (!tests)
        skip();
    struct slice path = arena_printf(arena, "%s/fuzz/image/corpus/archive_stream/%s", tests, name);
    if (!file_read(path.at, 1 << 20, arena, &bytes, &err))
        fail_msg("%s", err.text);
    struct stream *stream = stream_of_memory(arena, bytes, &err);
    assert_non_null(stream);
    return stream;
}

/* Number of members offered; their manifest is bound into names. */
static size_t walk(const char *seed, struct arena *arena, struct slice **names, size_t *count)
{
    struct error err = {0};
    struct archive_stream archive;
    struct archive_member member;
    size_t offered = 0;
    struct stream *stream = open_seed(seed, arena);
    archive_stream_init(&archive, stream, arena);
    for (; archive_stream_next(&archive, &member, &err); offered++) {
        struct slice bytes;
        struct digest digest, made;
        struct sha256 hash;
        sha256_init(&hash);
        while (archive_stream_piece(&archive, &bytes, &err) && bytes.len)
            sha256_add(&hash, bytes.at, bytes.len);
        sha256_finish(&hash, &made);
        sha256_done(&hash);
        if (archive_stream_digest(member.name, &digest))
            assert_true(digest_equal(&digest, &made));
    }
    assert_int_equal(err.kind, ERROR_NONE);
    if (!archive_stream_layers(&archive, SLICE("demo:1"), arena, names, count, &err))
        *count = 0;
    archive_stream_done(&archive);
    stream_close(stream);
    return offered;
}

static void test_docker_archive(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 8 << 20};
    struct slice *names;
    size_t count;
    (void)state;
    assert_int_equal(walk("docker", &arena, &names, &count), 2);
    assert_int_equal(count, 2);
}

static void test_links_are_followed(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 8 << 20};
    struct slice *names;
    size_t count;
    (void)state;
    assert_int_equal(walk("old", &arena, &names, &count), 1);
    assert_int_equal(count, 2);
    assert_true(slice_equal_str(names[0], "n1/layer.tar"));
    assert_true(slice_equal_str(names[1], "n1/layer.tar"));
}

static void test_oci_blobs(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 8 << 20};
    struct slice *names;
    size_t count;
    (void)state;
    assert_int_equal(walk("oci", &arena, &names, &count), 2);
    assert_int_equal(count, 0); /* an OCI archive has no manifest.json */
}

static void test_digest_of_name(void **state)
{
    struct digest digest;
    char text[128];
    (void)state;
    snprintf(text, sizeof text, "%064d.tar", 7);
    assert_true(archive_stream_digest(slice_str(text), &digest));
    snprintf(text, sizeof text, "blobs/sha256/%064d", 7);
    assert_true(archive_stream_digest(slice_str(text), &digest));
    snprintf(text, sizeof text, "%064d", 7);
    assert_false(archive_stream_digest(slice_str(text), &digest));
    snprintf(text, sizeof text, "%064d/layer.tar", 7);
    assert_false(archive_stream_digest(slice_str(text), &digest));
    assert_false(archive_stream_digest(SLICE("blobs/sha256/x"), &digest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_docker_archive),
        cmocka_unit_test(test_links_are_followed),
        cmocka_unit_test(test_oci_blobs),
        cmocka_unit_test(test_digest_of_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
