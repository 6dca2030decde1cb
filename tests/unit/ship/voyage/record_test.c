/* The record of a ship: what is written is read again, and what is cut or foreign is not believed.
 */
#include "ship/voyage/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "arena.h"
#include "test.h"

#include "base/file.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char path[] = "/tmp/plimsoll-record.XXXXXX";

static struct voyage_record sample(void)
{
    struct voyage_record record = {
        .image = SLICE("app"),
        .repository = SLICE("r.example/team/app"),
        .release = SLICE("v1.0.0"),
        .started = SLICE("2026-11-23T10:00:00Z"),
        .engine = SLICE("buildah 1.28.2"),
        .name = SLICE("app:v1.0.0"),
        .id = SLICE(DIGEST),
        .source = SLICE("oci:/x/\"quoted\"\n"),
        .digest = SLICE(DIGEST),
        .size = 12345,
        .scanned = true,
        .findings = {1, 2, 3, 4, 5, 6},
        .suppressed = 7,
        .gate = SLICE("critical,high"),
        .attached = {{SLICE("application/vnd.cyclonedx+json"), SLICE(DIGEST)}},
        .attached_count = 1,
        .is_signed = true,
        .tag_count = 2,
        .tags =
            {{.name = SLICE("1.0.0"), .move = true, .to = SLICE("1.0.0"), .reason = SLICE("new")},
             {.name = SLICE("latest"),
              .from = SLICE("2.0.0"),
              .to = SLICE("2.0.0"),
              .from_digest = SLICE(DIGEST),
              .reason = SLICE("stays")}},
    };
    for (size_t i = 0; i < VOYAGE_STEPS; i++)
        record.steps[i] = (struct voyage_mark){
            .outcome = (enum voyage_outcome)(i % VOYAGE_OUTCOMES),
            .input = SLICE(DIGEST),
            .at = SLICE("2026-11-23T10:00:01Z"),
            .said = SLICE("said"),
            .seconds = 0.25 * (double)i,
        };
    return record;
}

static struct slice written(const struct voyage_record *record)
{
    struct error err;
    struct slice bytes;
    assert_true(voyage_record_write(path, record, &err));
    assert_true(file_read(path, VOYAGE_RECORD_SIZE_MAX, &arena, &bytes, &err));
    return bytes;
}

static void assert_same(struct slice a, struct slice b)
{
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.at ? a.at : "", b.at ? b.at : "", a.len);
}

static void test_round(void **state)
{
    (void)state;
    struct voyage_record record = sample(), back;
    struct error err;
    struct slice bytes = written(&record);
    assert_true(voyage_record_read(path, &arena, &back, &err));
    assert_same(back.source, record.source);
    assert_same(back.release, record.release);
    assert_int_equal(back.size, 12345);
    assert_true(back.scanned);
    assert_int_equal(back.findings[5], 6);
    assert_int_equal(back.suppressed, 7);
    assert_int_equal(back.finished.len, 0);
    assert_int_equal(back.tag_count, 2);
    assert_int_equal(back.attached_count, 1);
    assert_true(back.is_signed);
    assert_true(back.tags[0].move && !back.tags[1].move);
    assert_same(back.tags[1].from_digest, record.tags[1].from_digest);
    assert_int_equal(back.steps[VOYAGE_SCAN].outcome, VOYAGE_FAILED);
    assert_true(back.steps[VOYAGE_DEPLOY].seconds == 0.25 * VOYAGE_DEPLOY);
    assert_same(written(&back), bytes);
}

/* A disk that filled up, a process that was killed in a write that is none of ours. */
static void test_every_cut(void **state)
{
    (void)state;
    struct voyage_record record = sample(), back = {.size = 99};
    struct slice bytes = written(&record);
    for (size_t len = 0; len + 1 < bytes.len; len++) {
        struct error err = {.kind = ERROR_NONE};
        if (voyage_record_parse(slice_upto(bytes, len), &arena, &back, &err))
            fail_msg("taken with %zu of %zu bytes", len, bytes.len);
        assert_true(err.kind == ERROR_FORMAT || err.kind == ERROR_LIMIT);
    }
    assert_int_equal(back.size, 99);
}

static struct slice replaced(struct slice bytes, const char *what, const char *with)
{
    size_t at = slice_search(bytes, slice_str(what));
    assert_true(at < bytes.len);
    struct slice rest = slice_from(bytes, at + strlen(what));
    return arena_printf(&arena, "%.*s%s%.*s", SLICE_ARG(slice_upto(bytes, at)), with,
                        SLICE_ARG(rest));
}

static void test_foreign(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"plimsoll/ship-record/1", "plimsoll/ship-record/2"},
        {"\"image\": \"app\"", "\"image\": null"},
        {"\"image\": \"app\"", "\"image\": 3"},
        {"\"size\": 12345", "\"size\": -1"},
        {"\"size\": 12345", "\"size\": \"big\""},
        {"\"critical\": 1", "\"critical\": null"},
        {"\"name\": \"lint\"", "\"name\": \"gate\""},
        {"\"outcome\": \"passed\"", "\"outcome\": \"perhaps\""},
        {"\"outcome\": \"passed\"", "\"outcome\": null"},
        {"\"digest\": \"sha256:", "\"digest\": \"sha256:../"},
        {"\"id\": \"sha256:", "\"id\": \"md5:"},
        {"\"tags\": [", "\"tags\": [3, "},
        {"\"attached\": [", "\"attached\": [3, "},
        {"\"steps\": [", "\"steps\": [{}, "},
        {"\"seconds\": 0.25", "\"seconds\": {}"},
    };
    struct voyage_record record = sample(), back;
    struct slice bytes = written(&record);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = {.kind = ERROR_NONE};
        if (voyage_record_parse(replaced(bytes, cases[i][0], cases[i][1]), &arena, &back, &err))
            fail_msg("taken: %s", cases[i][1]);
        assert_int_equal(err.kind, ERROR_FORMAT);
    }
    struct error err;
    assert_false(voyage_record_parse(SLICE("[]"), &arena, &back, &err));
    assert_false(voyage_record_parse(SLICE("\x7f"
                                           "ELF"),
                                     &arena, &back, &err));
    assert_false(voyage_record_read("/tmp/plimsoll-no-such-record", &arena, &back, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_round),
        ARENA_TEST(test_every_cut),
        ARENA_TEST(test_foreign),
    };
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
