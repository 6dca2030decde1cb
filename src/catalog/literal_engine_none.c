/* Where hyperscan is absent: there is never an engine, and the users take their plain way. */
#include "catalog/literal_engine.h"

struct literal_engine *literal_engine_new(enum literal_set set)
{
    (void)set;
    return NULL;
}

void literal_engine_free(struct literal_engine *engine)
{
    (void)engine;
}

void literal_engine_scan(struct literal_engine *engine, struct slice bytes, literal_hit *hit,
                         void *context)
{
    (void)engine;
    (void)bytes;
    (void)hit;
    (void)context;
}
