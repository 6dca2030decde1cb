#include <stdlib.h>

#include "base/file.h"
#include "ship/engine/failure.h"

#include "arena.h"
#include "data.h"
#include "test.h"

static enum ship_failure by_name(struct slice name)
{
    for (unsigned i = 0; i < SHIP_FAILURES; i++)
        if (slice_equal_str(name, ship_failure_kinds[i].name))
            return (enum ship_failure)i;
    fail_msg("%.*s is no kind", SLICE_ARG(name));
    return SHIP_FAILED;
}

static struct slice expectation(struct slice *text, const char *mark)
{
    struct slice rest = *text, line = slice_cut_line(&rest);
    if (!slice_starts(line, slice_str(mark)))
        return (struct slice){NULL, 0};
    *text = rest;
    return slice_from(line, 3);
}

static void check(struct slice title, struct slice text, bool seen[SHIP_FAILURES])
{
    struct slice rest = title;
    enum ship_failure expected = by_name(slice_cut(&rest, ' '));
    struct slice step = expectation(&text, "-> "), reason = expectation(&text, "=> ");
    enum ship_failure found = ship_failure_find(text);
    if (found != expected)
        fail_msg("%.*s: taken for %s", SLICE_ARG(title), ship_failure_kinds[found].name);
    struct slice named = ship_failure_step(text), because = ship_failure_reason(text, found);
    if (step.len && !slice_equal(named, step))
        fail_msg("%.*s: step %.*s", SLICE_ARG(title), SLICE_ARG(named));
    if (reason.len && !slice_equal(because, reason))
        fail_msg("%.*s: reason %.*s", SLICE_ARG(title), SLICE_ARG(because));
    if (!because.len)
        fail_msg("%.*s: no reason", SLICE_ARG(title));
    seen[expected] = true;
}

static void recorded_outputs_are_recognised(void **state)
{
    (void)state;
    struct slice all, title = {NULL, 0};
    bool seen[SHIP_FAILURES] = {false};
    size_t count = 0;
    all = test_data("ship/engine_failures.txt", &arena);
    const char *start = all.at;
    while (all.len) {
        struct slice line = slice_cut_line(&all);
        bool end = slice_starts(line, SLICE("== ")) || !all.len;
        if (end && title.len) {
            const char *stop = slice_starts(line, SLICE("== ")) ? line.at : all.at;
            check(title, slice_of(start, (size_t)(stop - start)), seen);
            count++;
        }
        if (slice_starts(line, SLICE("== "))) {
            title = slice_from(line, 3);
            start = all.at;
        }
    }
    assert_true(count >= 25);
    assert_true(seen[SHIP_FAILED_FULL] && seen[SHIP_FAILED_RATE] && seen[SHIP_FAILED_SOCKET]);
}

static void every_kind_says_what_to_do(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SHIP_FAILURES; i++) {
        assert_non_null(ship_failure_kinds[i].name);
        assert_true(strlen(ship_failure_kinds[i].what) > 5);
        assert_true(strlen(ship_failure_kinds[i].next) > 5);
        assert_int_not_equal(ship_failure_kinds[i].kind, ERROR_NONE);
    }
}

static void only_the_end_decides(void **state)
{
    (void)state;
    char text[20000];
    memset(text, '\n', sizeof text);
    memcpy(text, "toomanyrequests", 15);
    memcpy(text + sizeof text - 20, "manifest unknown", 16);
    assert_int_equal(ship_failure_find(slice_of(text, sizeof text)), SHIP_FAILED_BASE);
    assert_int_equal(ship_failure_find(slice_of(text, 100)), SHIP_FAILED_RATE);
    assert_int_equal(ship_failure_find(SLICE("")), SHIP_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_outputs_are_recognised),
        cmocka_unit_test(every_kind_says_what_to_do),
        cmocka_unit_test(only_the_end_decides),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
