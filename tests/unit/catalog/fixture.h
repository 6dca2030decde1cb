#pragma once
/* What the tests of finders share: a collector with its memory, and a finder run over bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "../test.h"

#include "base/file.h"
#include "catalog/finder.h"

struct fixture {
    struct arena arena, scratch;
    struct analysis analysis;
    struct collector collector;
    struct error err;
};

static inline void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    arena_init(&fixture->arena, 64 * 1024 * 1024);
    arena_init(&fixture->scratch, 64 * 1024 * 1024);
    collector_init(&fixture->collector, &fixture->arena, &fixture->scratch, &fixture->analysis);
}

static inline void fixture_done(struct fixture *fixture)
{
    arena_done(&fixture->arena);
    arena_done(&fixture->scratch);
}
#define FIXTURE __attribute__((cleanup(fixture_done))) struct fixture

/* Hands the bytes to the finder that wants the path, which must be `name`, and finishes. */
static inline const struct analysis *fixture_read(struct fixture *fixture, const char *name,
                                                  const char *path, struct slice bytes)
{
    fixture_init(fixture);
    const struct finder *finder = finder_for(slice_str(path));
    assert_non_null(finder);
    assert_string_equal(finder->name, name);
    finder->read(slice_str(path), bytes, &fixture->collector);
    assert_true(collector_finish(&fixture->collector, &fixture->err));
    return &fixture->analysis;
}

static inline void assert_text(struct slice text, const char *expected)
{
    if (!slice_equal_str(text, expected))
        fail_msg("got \"%.*s\", expected \"%s\"", SLICE_ARG(text), expected);
}

/* A file below PLIMSOLL_SHARED; false (and a loud line) when there is none. */
static inline bool fixture_shared(struct arena *arena, const char *name, struct slice *bytes)
{
    const char *shared = getenv("PLIMSOLL_SHARED");
    char path[1000];
    struct error err;
    snprintf(path, sizeof path, "%s/%s", shared ? shared : "", name);
    if (shared && file_read(path, 64 * 1024 * 1024, arena, bytes, &err))
        return true;
    print_message("SKIPPED: no %s below PLIMSOLL_SHARED\n", name);
    return false;
}
