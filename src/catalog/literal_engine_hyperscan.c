#include "catalog/literal_engine.h"

#include <hs/hs_runtime.h>
#include <stdlib.h>

/* Made by literals_generator.c and secret_generator.c. */
extern const unsigned char program_literals_database[], secret_keywords_database[];
extern const size_t program_literals_database_size, secret_keywords_database_size;

static const struct {
    const unsigned char *bytes;
    const size_t *size;
} databases[] = {
    [LITERALS_PROGRAMS] = {program_literals_database, &program_literals_database_size},
    [LITERALS_SECRETS] = {secret_keywords_database, &secret_keywords_database_size},
};

struct literal_engine {
    hs_database_t *database;
    hs_scratch_t *scratch;
    literal_hit *hit;
    void *context;
};

struct literal_engine *literal_engine_new(enum literal_set set)
{
    struct literal_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return NULL;
    if (hs_deserialize_database((const char *)databases[set].bytes, *databases[set].size,
                                &engine->database) == HS_SUCCESS &&
        hs_alloc_scratch(engine->database, &engine->scratch) == HS_SUCCESS)
        return engine;
    literal_engine_free(engine);
    return NULL;
}

void literal_engine_free(struct literal_engine *engine)
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
    struct literal_engine *engine = context;
    (void)from;
    (void)flags;
    engine->hit(engine->context, id, (size_t)to);
    return 0;
}

void literal_engine_scan(struct literal_engine *engine, struct slice bytes, literal_hit *hit,
                         void *context)
{
    engine->hit = hit;
    engine->context = context;
    /* Hyperscan counts in 32 bits; blocks are pieces of a stream, and far smaller. */
    bytes = slice_upto(bytes, UINT32_MAX);
    hs_scan(engine->database, bytes.at, (unsigned)bytes.len, 0, engine->scratch, forward, engine);
}
