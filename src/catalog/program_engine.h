#pragma once
/* The fast way to search literals, where the build has one: program_engine_hyperscan.c or
   program_engine_none.c. Used by program_search.c alone. */
#include "catalog/program_search.h"

struct program_engine;

/* NULL: out of memory, or this processor cannot run it. */
struct program_engine *program_engine_new(void);
void program_engine_free(struct program_engine *engine);
void program_engine_scan(struct program_engine *engine, struct slice block, program_search_hit *hit,
                         void *context);
