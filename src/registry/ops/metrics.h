#pragma once
/*
 * Counters, gauges and histograms in Prometheus' text form (exposition format 0.0.4). Any thread
 * may call; counting takes no lock.
 */
#include <stdatomic.h>

#include "net/server.h"

struct metrics;

/* NULL when there is no memory. */
struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);
/* A finished request; `api`: "oci", "ecr", "iam", "ops"; `operation`: "manifest-get", "PutImage".
   Both are literals (or live as long), and never what a client made up: each pair has a row. */
void metrics_request(struct metrics *metrics, const char *api, const char *operation, int status,
                     double seconds, uint64_t in, uint64_t out);
/* A counter or gauge of somebody else's, made at the first call: "plimsoll_scans_total", and a
   sentence. Both literals; the name ends in _total when it only grows. Add to it at will; NULL
   metrics gives a counter that nobody reads. */
atomic_llong *metrics_number(struct metrics *metrics, const char *name, const char *help);
/* All of it, in `arena`; `at` NULL when the budget is spent. `server` may be NULL. */
struct slice metrics_text(struct metrics *metrics, const struct server_stats *server,
                          struct arena *arena);
