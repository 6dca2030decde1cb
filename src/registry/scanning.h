#pragma once
/*
 * The scanning configuration of a registry (PutRegistryScanningConfiguration): which repositories
 * are scanned when. Kept as the account's setting "scanning", in the words of the API:
 *
 *   {"scanType": "BASIC"|"ENHANCED",
 *    "rules": [{"scanFrequency": "SCAN_ON_PUSH"|"CONTINUOUS_SCAN"|"MANUAL",
 *               "repositoryFilters": [{"filter": "team-*", "filterType": "WILDCARD"}]}]}
 *
 * Pure computation; any thread may call. Shapes and limits: service model ecr 2015-09-21.
 */
#include <jansson.h>

#include "base/arena.h"

enum { SCANNING_RULES_MAX = 2, SCANNING_FILTERS_MAX = 100, SCANNING_FILTER_MAX = 255 };

#define SCANNING_SETTING "scanning"

enum scanning_frequency { SCANNING_MANUAL, SCANNING_ON_PUSH, SCANNING_CONTINUOUS };

struct scanning_rule {
    enum scanning_frequency frequency;
    struct slice *filters; /* wildcards, "*" matches any bytes */
    size_t filter_count;
};

struct scanning_configuration {
    bool enhanced;
    struct scanning_rule rules[SCANNING_RULES_MAX];
    size_t rule_count;
};

/* Empty text is the default: basic, without rules. ERROR_FORMAT says what is wrong, in the words of
   the service ("Value 'X' at 'scanType' failed to satisfy constraint: …"). Strings are copied. */
bool scanning_parse(struct slice text, struct arena *arena,
                    struct scanning_configuration *configuration, struct error *err);
bool scanning_read(const json_t *document, struct arena *arena,
                   struct scanning_configuration *configuration, struct error *err);

/* How often a repository's images are scanned: the most that a matching rule says, and of basic
   scanning at least what the repository itself was made with. */
enum scanning_frequency scanning_of(const struct scanning_configuration *configuration,
                                    struct slice repository, bool scan_on_push);
/* Whether one filter selects the repository. */
bool scanning_filter_matches(struct slice filter, struct slice repository);
/* "SCAN_ON_PUSH". */
const char *scanning_frequency_name(enum scanning_frequency frequency);
