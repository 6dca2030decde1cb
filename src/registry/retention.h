#pragma once
/*
 * How long the journal is kept: entries go when they are older than so many days, the oldest first,
 * but never
 *   one that a webhook, replication or the scanner has not come to yet (so that nothing is lost,
 *     however long a receiver is away);
 *   one of the newest RETENTION_ENTRIES (so that a clock that jumps takes no more than that, and a
 *     small registry keeps its whole story).
 * That entries went is an entry itself ("ShortenJournal").
 */
#include <stdatomic.h>

#include "registry/core/core.h"

enum { RETENTION_ENTRIES = 10000 };

struct retention_report {
    uint64_t removed;
    uint64_t upto; /* what readers had not come to yet began behind this */
};

/* Until nothing is left to do, or *stop (may be NULL). */
bool retention_run(struct registry *registry, unsigned days, const atomic_bool *stop,
                   struct retention_report *report, struct error *err);
