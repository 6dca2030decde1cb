#include "catalog/program_engine.h"

struct program_engine *program_engine_new(void)
{
    return NULL;
}

void program_engine_free(struct program_engine *engine)
{
    (void)engine;
}

void program_engine_scan(struct program_engine *engine, struct slice block, program_search_hit *hit,
                         void *context)
{
    (void)engine;
    program_search_plain(block, hit, context);
}
