#include "catalog/program_search.h"

#include <stdlib.h>

struct program_search {
    struct literal_engine *engine; /* NULL: the plain way */
};

void program_search_plain(struct slice block, literal_hit *hit, void *context)
{
    for (size_t i = 0; i < program_literal_count; i++) {
        struct slice text = {program_literals[i].text, program_literals[i].len};
        size_t start = 0;
        for (;;) {
            struct slice rest = slice_from(block, start);
            size_t at = slice_search(rest, text);
            if (at == rest.len)
                break;
            hit(context, i, start + at + text.len);
            start += at + 1;
        }
    }
}

struct program_search *program_search_new(void)
{
    struct program_search *search = calloc(1, sizeof *search);
    if (search)
        search->engine = literal_engine_new(LITERALS_PROGRAMS);
    return search;
}

void program_search_free(struct program_search *search)
{
    if (!search)
        return;
    literal_engine_free(search->engine);
    free(search);
}

void program_search_block(struct program_search *search, struct slice block, literal_hit *hit,
                          void *context)
{
    if (search->engine)
        literal_engine_scan(search->engine, block, hit, context);
    else
        program_search_plain(block, hit, context);
}

const char *program_search_kind(const struct program_search *search)
{
    return search->engine ? "hyperscan" : "plain";
}
