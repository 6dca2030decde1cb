#pragma once
/*
 * Jailed workers for a server that has threads and secrets. A process that forks must have one
 * thread, and a child that reads hostile bytes must not inherit credentials; so a small process,
 * the nursery, is forked first of all, and forks a worker whenever the server sends it an order:
 *
 *   server ── order: life, file, answers[, tick] (SCM_RIGHTS) ──> nursery ── fork ──> worker
 *      │ <────────────── life: started; at last its exit status ───── │                  │
 *      │ <────────────── answers: records of scan/wire.h ─────────────────────────────── │
 *
 * A nursery that dies (the kernel's out-of-memory killer, an operator) is followed by another: a
 * guard of one thread, the process that was really forked first, does nothing but that. The workers
 * of the dead one die with it, and its orders' lives end without a word: see worker_done.
 *
 * Who closes (or shuts down) its end of a life has the worker killed: so does a server that ends.
 * The file is opened anew for reading: a worker that hostile bytes have taken over cannot write.
 */
#include <sys/types.h>

#include "base/error.h"
#include "base/slice.h"

/* What is to be read. `tick` as for stream_of_growing when the file is still written, else -1. */
struct worker_order {
    int file, tick;
    uint64_t size; /* of the file; of one that is still written, what is there by now */
};

struct worker {
    int life;    /* a socket: see above */
    int answers; /* the reading end of a pipe */
};

/* The server's ends; the order's descriptors stay the caller's. Any thread may call. */
bool worker_start(struct worker *worker, const struct worker_order *order, struct error *err);
/* Has it killed, soon; any thread may call while the worker is not yet given to worker_done. */
void worker_kill(const struct worker *worker);
/* Closes all. `err`: why it ended without having told all; NULL: nobody wants to know. False: it
   was lost with its nursery (and to err nothing is added), which says nothing of what it read. */
bool worker_done(struct worker *worker, struct error *err);

/* Read-only and apart from the handle that it came from; -1 and err. */
int worker_reopen(int file, struct error *err);
/* Process id of the guard, whose only child is the nursery; for tests. -1: there is none. */
pid_t nursery_guard_process(void);
