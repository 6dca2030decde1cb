/* A search of any bytes: the first line is the path, the second the name of an assignment. Places
   must lie in the bytes, in order, and apart; the hint must be of its form. */
#include <stdlib.h>

#include "catalog/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct check {
    size_t len, end;
    unsigned line;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool check_match(void *context, const struct secret_match *match)
{
    struct check *check = context;
    size_t hint = strlen(match->hint);
    require(match->start < match->end && match->end <= check->len);
    require(match->start >= check->end && match->line >= check->line);
    require(hint == 12 || (hint == 20 && match->end - match->start >= 20));
    check->end = match->end;
    check->line = match->line;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct secret_searcher *searcher;
    struct slice rest = slice_of(data, size);
    struct secret_match match;
    if (!searcher)
        searcher = secret_searcher_new();
    require(searcher != NULL);
    struct slice path = slice_cut(&rest, '\n'), all = rest, name = slice_cut(&rest, '\n');
    struct check check = {.len = all.len, .line = 1};
    secret_search(searcher, path, all, check_match, &check);
    if (secret_of_assignment(searcher, name, rest, &match))
        require(match.start < match.end && match.end <= rest.len);
    secret_name(name);
    return 0;
}
