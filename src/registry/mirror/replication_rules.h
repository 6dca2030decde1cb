#pragma once
/*
 * The replication configuration of a registry (PutReplicationConfiguration). Kept as the account's
 * setting "replication" in the words of the API:
 *
 *   {"rules": [{"destinations": [{"region": "eu-west-1", "registryId": "123456789012"}],
 *               "repositoryFilters": [{"filter": "prod", "filterType": "PREFIX_MATCH"}],
 *               "deleteReplication": {"enabled": false}}]}
 *
 * Pure computation; any thread may call. Shapes and limits: service model ecr 2015-09-21.
 */
#include <jansson.h>

#include "base/arena.h"

#define REPLICATION_SETTING "replication"

enum {
    REPLICATION_RULES_MAX = 25,
    REPLICATION_DESTINATIONS_MAX = 100,
    REPLICATION_FILTERS_MAX = 100
};

struct replication_destination {
    struct slice region, account;
};

struct replication_rule {
    struct replication_destination *destinations;
    struct slice *filters; /* prefixes; none: all repositories */
    size_t destination_count, filter_count;
    bool deletes; /* what is deleted here goes there, too */
};

struct replication_rules {
    struct replication_rule *items;
    size_t count;
};

/* ERROR_FORMAT in the words of the service. Empty text: no rules. Strings are copied. */
bool replication_rules_parse(struct slice text, struct arena *arena,
                             struct replication_rules *rules, struct error *err);
bool replication_rules_read(const json_t *document, struct arena *arena,
                            struct replication_rules *rules, struct error *err);

/* Whether one rule is for this repository. */
bool replication_rule_applies(const struct replication_rule *rule, struct slice repository);
/* Every destination once that a repository goes to; with `deletes` only of rules that say so. */
bool replication_destinations(const struct replication_rules *rules, struct slice repository,
                              bool deletes, struct arena *arena,
                              struct replication_destination **destinations, size_t *count);
