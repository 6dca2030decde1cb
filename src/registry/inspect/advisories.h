#pragma once
/*
 * One moment of the advisory store, for many threads: a few readers that all see the same state,
 * lent for as long as a match takes. When `db update` has written a new state, advisories_changed
 * says so, and nothing else happens until advisories_adopt moves all readers to it: so everything
 * that is matched in between is matched alike. Any thread may call; advisories_adopt one at a time.
 */
#include "advisory/store.h"

struct advisories;

bool advisories_open(struct advisories **advisories, const char *folder, struct error *err);
/* All must have been given back. Accepts NULL. */
void advisories_close(struct advisories *advisories);

/* Waits until one is free. `generation` grows with each adoption. Give it back soon; what match
   returns points into it until then. */
struct store_reader *advisories_lend(struct advisories *advisories, uint64_t *generation);
void advisories_return(struct advisories *advisories, struct store_reader *reader);

/* Which state is lent (store_reader_identity). */
void advisories_identity(struct advisories *advisories, char text[STORE_IDENTITY_MAX],
                         uint64_t *generation);
/* Whether there is another by now. Cheap while the store's file is not written. */
bool advisories_changed(struct advisories *advisories);
/* Waits until all are given back, then sees the newest state. False: the old one stays. */
bool advisories_adopt(struct advisories *advisories, struct error *err);
