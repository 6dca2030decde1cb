#pragma once
/*
 * Looks for many literals at once, where the build has hyperscan's runtime
 * (literal_engine_hyperscan.c; literal_engine_none.c elsewhere): the literals of programs and the
 * keywords of secrets, each set a database that the build compiled for the plainest x86-64 (some
 * 10 GB/s). Both users have a plain way of their own, which finds the same places.
 *
 * An engine belongs to one thread at a time.
 */
#include "base/slice.h"

enum literal_set {
    LITERALS_PROGRAMS, /* program_literals, of program_table.h */
    LITERALS_SECRETS,  /* secret_keywords, of secret_table.h */
};

struct literal_engine;

/* NULL: out of memory, or neither this build nor this processor has one. */
struct literal_engine *literal_engine_new(enum literal_set set);
void literal_engine_free(struct literal_engine *engine);

/* Called for each place, with the literal's index in its table and where it ends in the bytes. */
typedef void literal_hit(void *context, size_t literal, size_t end);

void literal_engine_scan(struct literal_engine *engine, struct slice bytes, literal_hit *hit,
                         void *context);
