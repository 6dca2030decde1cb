#pragma once
/*
 * Searches the literals of program_table.c: all at once (literal_engine.h), or, where there is no
 * engine, literal by literal. One search a thread.
 */
#include "catalog/literal_engine.h"
#include "catalog/program_table.h"

struct program_search;

/* NULL when out of memory. */
struct program_search *program_search_new(void);
void program_search_free(struct program_search *search);

void program_search_block(struct program_search *search, struct slice block, literal_hit *hit,
                          void *context);

/* "hyperscan" or "plain": what this machine uses. */
const char *program_search_kind(const struct program_search *search);

/* The plain way, for tests to compare with. */
void program_search_plain(struct slice block, literal_hit *hit, void *context);
