#pragma once
/*
 * Counters, gauges and histograms in Prometheus' text form (exposition format 0.0.4), and the
 * structured access log. Any thread may call; counting takes no lock.
 */
#include "net/server.h"
#include "registry/core/core.h"

struct metrics;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);
/* A finished request; `api`: "oci", "ecr", "iam", "ops"; `operation`: "manifest-get", "PutImage".
 */
void metrics_request(struct metrics *metrics, const char *api, const char *operation, int status,
                     double seconds, uint64_t in, uint64_t out);
/* All of it, in `arena`. */
struct slice metrics_text(struct metrics *metrics, const struct server_stats *server,
                          struct registry *registry, struct arena *arena);
