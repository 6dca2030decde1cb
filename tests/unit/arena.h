#pragma once
/* An arena for the tests of a program: one for all,
   cmocka_run_group_tests(tests, test_arena_open, test_arena_close), or a new one for each, by
   ARENA_TEST(name) in the table of tests. */
#include "base/arena.h"
#include "test.h"

static struct arena arena;

static inline int test_arena_open(void **state)
{
    (void)state;
    arena_init(&arena, 256 << 20);
    return 0;
}

static inline int test_arena_close(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

#define ARENA_TEST(name) cmocka_unit_test_setup_teardown(name, test_arena_open, test_arena_close)
