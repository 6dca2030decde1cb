/* tests/data/update/tag_plan.txt, line by line; and the limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/tag_plan.h"

enum { LINE_LENGTH_MAX = 500, WORDS_MAX = 20, DIGITS = 64, CASES_LEAST = 40 };

struct example {
    struct arena arena;
    struct tag_plan_request request;
    struct slice existing[WORDS_MAX], immutable[WORDS_MAX];
    struct slice expected;
};

/* "1.2.0=a" → "1.2.0=sha256:aaaa…" */
static struct slice with_digest(struct slice word, struct arena *arena)
{
    size_t equals = slice_find(word, '=');
    if (equals + 2 != word.len)
        return word;
    char digits[DIGITS];
    memset(digits, word.at[equals + 1], sizeof digits);
    return arena_printf(arena, "%.*s=sha256:%.*s", SLICE_ARG(slice_upto(word, equals)), DIGITS,
                        digits);
}

static void read_words(struct example *example, struct slice words)
{
    example->request.release = with_digest(slice_cut(&words, ' '), &example->arena);
    while (words.len) {
        struct slice word = slice_cut(&words, ' ');
        if (slice_equal_str(word, "keep-v"))
            example->request.keep_v = true;
        else if (slice_starts(word, SLICE("immutable=")))
            example->immutable[example->request.immutable_count++] = slice_from(word, 10);
        else
            fail_msg("no word: %.*s", SLICE_ARG(word));
    }
}

static void read_example(struct example *example, struct slice line)
{
    size_t arrow = slice_search(line, SLICE("-> "));
    assert_true(arrow < line.len);
    example->expected = slice_trim(slice_from(line, arrow + 3));
    line = slice_upto(line, arrow);
    struct slice existing = slice_trim(slice_cut(&line, '|'));
    while (existing.len)
        example->existing[example->request.existing_count++] =
            with_digest(slice_cut(&existing, ','), &example->arena);
    example->request.existing = example->existing;
    example->request.immutable = example->immutable;
    read_words(example, slice_trim(line));
}

/* A digest is its letter. */
static struct slice place(struct slice text)
{
    return slice_starts(text, SLICE("sha256:")) ? slice_of(text.at + 7, 1) : text;
}

static struct slice show(const struct tag_plan *plan, struct arena *arena)
{
    struct slice text = SLICE("");
    for (size_t i = 0; i < plan->count; i++) {
        const struct tag_move *tag = &plan->tags[i];
        struct slice from = place(tag->from), to = place(tag->to);
        text = arena_printf(arena, "%.*s%s%.*s:%.*s%s%.*s", SLICE_ARG(text), i ? " " : "",
                            SLICE_ARG(tag->name), SLICE_ARG(from), tag->move && from.len ? ">" : "",
                            SLICE_ARG(tag->move && !from.len   ? SLICE("new")
                                      : !tag->move && from.len ? SLICE("")
                                      : !tag->move             ? SLICE("none")
                                                               : to));
    }
    return text;
}

static void check_sentences(const struct tag_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        assert_true(slice_starts(plan->tags[i].reason, plan->tags[i].name));
        assert_true(plan->tags[i].move != slice_equal(plan->tags[i].from, plan->tags[i].to));
    }
}

static bool is_as_expected(struct example *example, unsigned line)
{
    struct tag_plan plan;
    struct error err = {.kind = ERROR_NONE};
    bool refused = slice_starts(example->expected, SLICE("! "));
    struct slice found = SLICE("");
    if (tag_plan_make(&example->request, &example->arena, &plan, &err)) {
        check_sentences(&plan);
        found = show(&plan, &example->arena);
    } else {
        assert_int_equal(err.kind, ERROR_USAGE);
        found = arena_printf(&example->arena, "! %s", err.text);
    }
    struct slice reason = slice_from(example->expected, 2);
    if (refused ? slice_starts(found, SLICE("! ")) && slice_search(found, reason) < found.len
                : slice_equal(found, example->expected))
        return true;
    print_error("tag_plan.txt:%u: %.*s\n    not %.*s\n", line, SLICE_ARG(found),
                SLICE_ARG(example->expected));
    return false;
}

static void data_test(void **state)
{
    char path[1000], text[LINE_LENGTH_MAX];
    const char *tests = getenv("PLIMSOLL_TESTS");
    unsigned number = 0, cases = 0, wrong = 0;
    (void)state;
    snprintf(path, sizeof path, "%s/data/update/tag_plan.txt", tests ? tests : "tests");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(text, sizeof text, file)) {
        struct slice line = slice_str(text);
        number++;
        line = slice_trim(slice_upto(line, slice_search(line, SLICE(" # "))));
        if (!line.len || line.at[0] == '#')
            continue;
        struct example example = {.request = {.keep_v = false}};
        arena_init(&example.arena, 1 << 20);
        read_example(&example, line);
        wrong += !is_as_expected(&example, number);
        arena_done(&example.arena);
        cases++;
    }
    fclose(file);
    assert_true(cases >= CASES_LEAST);
    assert_int_equal(wrong, 0);
}

static enum error_kind refusal(const struct tag_plan_request *request, size_t budget)
{
    struct arena arena;
    struct tag_plan plan;
    struct error err = {.kind = ERROR_NONE};
    arena_init(&arena, budget);
    bool made = tag_plan_make(request, &arena, &plan, &err);
    arena_done(&arena);
    assert_int_equal(made, err.kind == ERROR_NONE);
    return err.kind;
}

static void length_test(void **state)
{
    char text[TAG_PLAN_PATTERN_LENGTH_MAX + 3] = "1.2.0-";
    struct slice pattern = slice_of(text, TAG_PLAN_PATTERN_LENGTH_MAX + 1);
    struct tag_plan_request request = {.release = slice_of(text, 127), .keep_v = true};
    (void)state;
    memset(text + 6, 'a', sizeof text - 6);
    assert_int_equal(refusal(&request, 1 << 20), ERROR_NONE); /* with its v 128 */
    for (size_t length = 128; length < sizeof text; length++) {
        request.release = slice_of(text, length);
        assert_int_equal(refusal(&request, 1 << 20), ERROR_USAGE);
    }
    request = (struct tag_plan_request){
        .release = SLICE("1.2.0"), .immutable = &pattern, .immutable_count = 1};
    assert_int_equal(refusal(&request, 1 << 20), ERROR_USAGE);
    request.immutable_count = TAG_PLAN_PATTERNS_MAX + 1;
    assert_int_equal(refusal(&request, 1 << 20), ERROR_LIMIT);
}

static void many_test(void **state)
{
    size_t count = TAG_PLAN_EXISTING_MAX;
    struct slice *existing = calloc(count + 1, sizeof *existing);
    char(*texts)[16] = calloc(count + 1, sizeof *texts);
    (void)state;
    assert_true(existing && texts);
    for (size_t i = 0; i <= count; i++) {
        int length = snprintf(texts[i], sizeof texts[i], "1.%zu.0", i);
        existing[i] = slice_of(texts[i], (size_t)length);
    }
    struct tag_plan_request request = {
        .release = SLICE("1.1.9"), .existing = existing, .existing_count = count};
    assert_int_equal(refusal(&request, 1 << 28), ERROR_NONE);
    assert_int_equal(refusal(&request, 1 << 16), ERROR_LIMIT); /* the budget */
    request.existing_count = count + 1;
    assert_int_equal(refusal(&request, 1 << 28), ERROR_LIMIT);
    free(existing);
    free(texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_test),
        cmocka_unit_test(length_test),
        cmocka_unit_test(many_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
