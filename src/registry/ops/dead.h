#pragma once
/* What events.c needs of the dead letters beside events.h; nobody else includes it. */
#include "registry/ops/event.h"
#include "registry/ops/events.h"

enum { DEAD_MAX = 10000, DEAD_NAME_MAX = 160 }; /* of one hook */

/* Row's name: "HOOK/0123456789abcdef". */
void dead_name(struct slice hook, uint64_t sequence, char name[DEAD_NAME_MAX]);
bool dead_put(struct meta_txn *txn, const struct dead_letter *letter, struct arena *arena,
              struct error *err);
/* Those of one hook, at most `limit`; only those to be sent again when `again`. */
bool dead_of_hook(struct registry *registry, struct slice scope, struct slice hook, bool again,
                  size_t limit, struct arena *arena, struct dead_letter **letters, size_t *count,
                  struct error *err);
