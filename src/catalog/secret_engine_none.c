/* Where hyperscan is absent: the keywords are looked for one by one, each by its first byte. The
   answers are the same (tests compare them), it only takes longer. */
#include "catalog/secret_table.h"

struct secret_engine *secret_engine_new(void)
{
    return NULL;
}

void secret_engine_free(struct secret_engine *engine)
{
    (void)engine;
}

void secret_engine_scan(struct secret_engine *engine, struct slice bytes, secret_hit *hit,
                        void *context)
{
    (void)engine;
    secret_plain_scan(bytes, hit, context);
}
