#pragma once
/*
 * Searches the literals of program_table.c all at once: with hyperscan's runtime and a database
 * that the build compiled for the plainest x86-64 (some 10 GB/s), or, where there is none, literal
 * by literal. One search a thread.
 */
#include "catalog/program_table.h"

struct program_search;

/* NULL when out of memory. */
struct program_search *program_search_new(void);
void program_search_free(struct program_search *search);

/* Called for each place, with the literal's index and where it ends in the block. */
typedef void program_search_hit(void *context, size_t literal, size_t end);

void program_search_block(struct program_search *search, struct slice block,
                          program_search_hit *hit, void *context);

/* "hyperscan" or "plain": what this machine uses. */
const char *program_search_kind(const struct program_search *search);

/* The plain way, for tests to compare with. */
void program_search_plain(struct slice block, program_search_hit *hit, void *context);
