#pragma once
/*
 * What becomes of a program whose advisory database is damaged inside. LMDB maps the file and
 * believes what stands in its pages: a bent number there makes it read where nothing is (SIGBUS,
 * SIGSEGV) or stop at an assertion. A checksum of all would cost each scan the reading of hundreds
 * of megabytes, so damage is told where it hurts: a fault of a thread that is inside of LMDB, or
 * one at an address in the map of a data.mdb (or just behind it), ends the process with a word
 * instead of a dump. Faults anywhere else are nobody's business here and go their usual way.
 */
#include <lmdb.h>

/* Called once, by programs that may have a database to name. `tell` runs in a signal handler:
   write(2) and _exit are all that it may do, and it must not return. `folder`: of the database. */
void store_fault_guard(void (*tell)(const char *folder));

/* This thread is inside of LMDB, with the database of `folder`, until the end of the block. May be
   nested. Costs two stores. */
#define STORE_FAULT_INSIDE(folder)                                                                 \
    __attribute__((cleanup(store_fault_leave), unused)) const char *store_fault_before =           \
        store_fault_enter(folder)
const char *store_fault_enter(const char *folder);
void store_fault_leave(const char **before);

/* For mdb_env_set_assert: LMDB aborts when this returns (nobody is guarding). */
void store_fault_asserted(MDB_env *env, const char *text);
