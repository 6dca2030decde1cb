#pragma once
/* Files of tests/data, and the lines of tables of cases. */
#include <stdlib.h>

#include "base/file.h"
#include "test.h"

/* NAME below tests/data, which the build tells, else below the working folder. */
static inline const char *test_data_path(const char *name, struct arena *into)
{
    const char *tests = getenv("PLIMSOLL_TESTS");
    return arena_printf(into, "%s/data/%s", tests ? tests : "tests", name).at;
}

/* All of it; the test fails where it cannot be read. */
static inline struct slice test_data(const char *name, struct arena *into)
{
    struct slice bytes = {0};
    struct error err;
    if (!file_read(test_data_path(name, into), 16 << 20, into, &bytes, &err))
        fail_msg("%s", err.text);
    return bytes;
}

/* The next line that is neither empty nor a comment; false: there is none. */
static inline bool test_data_line(struct slice *rest, struct slice *line)
{
    while (rest->len) {
        *line = slice_cut_line(rest);
        if (line->len && line->at[0] != '#')
            return true;
    }
    return false;
}
