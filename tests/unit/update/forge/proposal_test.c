#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/forge/proposal.h"

static bool contains(struct slice text, const char *part)
{
    return slice_search(text, slice_str(part)) < text.len;
}

static struct update_edit edits[] = {{.path = SLICE("docker/Dockerfile")},
                                     {.path = SLICE("docker/Dockerfile")},
                                     {.path = SLICE("a|b`c")}};

static struct update_change changes[] = {
    {.name = SLICE("haproxy"),
     .from = SLICE("3.3.1-alpine"),
     .to = SLICE("3.3.2-alpine"),
     .summary = SLICE("Fixes **two**."),
     .edits = edits,
     .edit_count = 3},
    {.name = SLICE("nginx"), .from = SLICE("1.29.3"), .to = SLICE("1.30.0"), .level = CHANGE_MINOR},
    {.name = SLICE("haproxy"), .from = SLICE("3.3.1"), .to = SLICE("3.3.2")},
    {.name = SLICE("evil\n@all"),
     .from = SLICE("sha256:0123456789abcdef0123"),
     .to = SLICE("sha256:fedcba9876543210fedc"),
     .level = CHANGE_DIGEST},
};

static void one_for_each_series(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct proposal *made;
    size_t count;
    struct error err;
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_true(proposal_make(changes, 4, false, &arena, &made, &count, &err));
    assert_int_equal(count, 3);
    assert_int_equal(made[0].count, 2); /* both haproxies */
    assert_true(slice_equal_str(made[0].title, "Update haproxy to 3.3.2-alpine, 3.3.2"));
    assert_true(slice_equal_str(made[1].title, "Update nginx from 1.29.3 to 1.30.0"));
    assert_true(contains(made[1].body, "| `nginx` | `1.29.3` | `1.30.0` | minor |"));
    assert_true(contains(made[0].body, "Fixes **two**."));
    assert_true(contains(made[0].body, "`docker/Dockerfile`, `a?b?c` |"));
    assert_true(contains(made[0].message, "haproxy: 3.3.1-alpine -> 3.3.2-alpine (patch)\n"));
    assert_true(slice_equal_str(
        made[2].title, "Update evil?@all from sha256:0123456789ab to sha256:fedcba987654"));
    assert_true(contains(made[2].body, "| `evil?@all` |"));
}

static void all_in_one(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct proposal *made;
    size_t count;
    struct error err;
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_true(proposal_make(changes, 3, true, &arena, &made, &count, &err));
    assert_int_equal(count, 1);
    assert_true(slice_equal_str(made[0].branch, PROPOSAL_GROUP_BRANCH));
    assert_true(slice_equal_str(made[0].title, "Update haproxy and 2 more"));
    assert_true(contains(made[0].body, "### `haproxy` to `3.3.2-alpine`\n\nFixes"));
    assert_true(proposal_make(changes, 0, true, &arena, &made, &count, &err));
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_for_each_series),
        cmocka_unit_test(all_in_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
