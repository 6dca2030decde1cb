#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "lint/comply/comply.h"
#include "test.h"

static struct arena arena;
static char path[] = "/tmp/plimsoll-answers-XXXXXX";

static int make(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    return unlink(path);
}

static int unmake(void **state)
{
    (void)state;
    unlink(path);
    arena_done(&arena);
    memcpy(strrchr(path, '-') + 1, "XXXXXX", 6);
    return 0;
}

static const struct comply_answer sample = {
    .row = SLICE("tested"),
    .image = SLICE("sha256:aa"),
    .yes = true,
    .by = SLICE("Ann \"the\" Example\n  - row: evil"),
    .at = SLICE("2026-11-23T13:15:00Z"),
    .note = SLICE("staging: run #4711"),
};

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct comply_answers answers;
    struct error err = {0};
    struct comply_answer second = sample;
    second.yes = false;
    second.note = (struct slice){NULL, 0};
    assert_true(comply_answer_write(path, &sample, &arena, &err));
    assert_true(comply_answer_write(path, &second, &arena, &err));
    assert_true(comply_answers_read(path, &arena, &answers, &err));
    assert_int_equal(answers.count, 2);
    assert_true(answers.items[0].yes);
    assert_false(answers.items[1].yes);
    assert_true(slice_equal(answers.items[0].by, sample.by));
    assert_true(slice_equal(answers.items[0].note, sample.note));
}

static void an_absent_file_gives_no_answers(void **state)
{
    (void)state;
    struct comply_answers answers;
    struct error err = {0};
    assert_true(comply_answers_read(path, &arena, &answers, &err));
    assert_int_equal(answers.count, 0);
}

static void bad_files_are_named(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "answers: 5\n",
        "answers:\n  - row: tested\n",
        "answers:\n  - {row: tested, image: 'sha256:aa', by: x, at: yesterday, answer: yes}\n",
        "answers:\n  - {row: tested, image: 'sha256:aa', by: x, at: 2026-11-23, answer: maybe}\n",
        "- a\n",
        "answers: [\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct comply_answers answers;
        struct error err = {0};
        assert_true(file_write(path, slice_str(bad[i]), &err));
        assert_false(comply_answers_read(path, &arena, &answers, &err));
        assert_non_null(strstr(err.text, path));
    }
}

static void an_answer_holds_for_one_image_and_not_for_ever(void **state)
{
    (void)state;
    struct comply_answer items[] = {sample, sample};
    items[0].yes = false;
    struct comply_answers answers = {items, 2, 2};
    struct comply_options options = {
        .answers = &answers, .review_days = 31, .now = 1795500000 /* 2026-11-24 */};
    struct comply comply = {.options = &options, .image_digest = SLICE("sha256:aa")};
    assert_ptr_equal(comply_answer_find(&comply, "tested"), &items[1]); /* the newest */
    assert_null(comply_answer_find(&comply, "scan-reviewed"));
    comply.image_digest = SLICE("sha256:bb");
    assert_null(comply_answer_find(&comply, "tested"));
    comply.image_digest = SLICE("sha256:aa");
    options.now += 86400L * 60;
    assert_null(comply_answer_find(&comply, "tested"));
    options.now -= 86400L * 120; /* an answer of the future is none */
    assert_null(comply_answer_find(&comply, "tested"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read, make, unmake),
        cmocka_unit_test_setup_teardown(an_absent_file_gives_no_answers, make, unmake),
        cmocka_unit_test_setup_teardown(bad_files_are_named, make, unmake),
        cmocka_unit_test_setup_teardown(an_answer_holds_for_one_image_and_not_for_ever, make,
                                        unmake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
