/* All keywords at once; the database is made at build by secret_generator.c. */
#include <hs/hs_runtime.h>
#include <stdlib.h>

#include "catalog/secret_table.h"

extern const unsigned char secret_keywords_database[];
extern const size_t secret_keywords_database_size;

struct secret_engine {
    hs_database_t *database;
    hs_scratch_t *scratch;
    secret_hit *hit;
    void *context;
};

struct secret_engine *secret_engine_new(void)
{
    struct secret_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return NULL;
    if (hs_deserialize_database((const char *)secret_keywords_database,
                                secret_keywords_database_size, &engine->database) == HS_SUCCESS &&
        hs_alloc_scratch(engine->database, &engine->scratch) == HS_SUCCESS)
        return engine;
    secret_engine_free(engine);
    return NULL;
}

void secret_engine_free(struct secret_engine *engine)
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
    struct secret_engine *engine = context;
    (void)from;
    (void)flags;
    if (id < secret_keyword_count)
        engine->hit(engine->context, id, (size_t)to);
    return 0;
}

void secret_engine_scan(struct secret_engine *engine, struct slice bytes, secret_hit *hit,
                        void *context)
{
    engine->hit = hit;
    engine->context = context;
    bytes = slice_upto(bytes, UINT32_MAX);
    hs_scan(engine->database, bytes.at, (unsigned)bytes.len, 0, engine->scratch, forward, engine);
}
