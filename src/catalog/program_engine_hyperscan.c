#include "catalog/program_engine.h"

#include <hs/hs_runtime.h>
#include <stdlib.h>

/* Made by literals_generator.c. */
extern const unsigned char program_literals_database[];
extern const size_t program_literals_database_size;

struct program_engine {
    hs_database_t *database;
    hs_scratch_t *scratch;
    program_search_hit *hit;
    void *context;
};

struct program_engine *program_engine_new(void)
{
    struct program_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return NULL;
    if (hs_deserialize_database((const char *)program_literals_database,
                                program_literals_database_size, &engine->database) == HS_SUCCESS &&
        hs_alloc_scratch(engine->database, &engine->scratch) == HS_SUCCESS)
        return engine;
    program_engine_free(engine);
    return NULL;
}

void program_engine_free(struct program_engine *engine)
{
    if (!engine)
        return;
    hs_free_scratch(engine->scratch);
    hs_free_database(engine->database);
    free(engine);
}

static int forward(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                   void *context)
{
    struct program_engine *engine = context;
    (void)from;
    (void)flags;
    if (id < program_literal_count)
        engine->hit(engine->context, id, (size_t)to);
    return 0;
}

void program_engine_scan(struct program_engine *engine, struct slice block, program_search_hit *hit,
                         void *context)
{
    engine->hit = hit;
    engine->context = context;
    /* Hyperscan counts in 32 bits; blocks are pieces of a stream, and far smaller. */
    block = slice_upto(block, UINT32_MAX);
    hs_scan(engine->database, block.at, (unsigned)block.len, 0, engine->scratch, forward, engine);
}
