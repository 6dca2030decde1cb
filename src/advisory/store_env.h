#pragma once
/*
 * One LMDB environment a folder and process, counted: LMDB forbids opening the same file twice in a
 * process, and readers in several threads each want their own. Inside the store only. Any thread
 * may call; an environment must not be carried across fork.
 */
#include <lmdb.h>

#include "advisory/record.h"

struct store_env;

/* False with kind ERROR_NOT_FOUND when there is no store in the folder, ERROR_UNSUPPORTED when it
   is of another format. */
bool store_env_acquire(struct store_env **env, const char *folder, struct error *err);
void store_env_release(struct store_env *env);

/* Begins a read transaction after making handles for all named databases that exist now; *txn is
   NULL when it fails. */
bool store_env_begin(struct store_env *env, MDB_txn **txn, struct error *err);
/* The handle of a named database; false when there was none at the last store_env_begin. */
bool store_env_database(struct store_env *env, struct slice name, MDB_dbi *dbi);

/* For STORE_FAULT_INSIDE. */
const char *store_env_folder(const struct store_env *env);
/* Which file it is of. */
void store_env_file(const struct store_env *env, uint64_t *device, uint64_t *file);

/* "the advisory database: TEXT OF CODE", with advice where there is some. Returns false. */
bool store_error(struct error *err, int code, const char *doing);
