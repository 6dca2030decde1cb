#pragma once
/*
 * Pull-through cache rules: "what is asked for below this prefix comes from there". Kept as the
 * account's settings "pull-through/PREFIX" in the words of the API (PullThroughCacheRule of the
 * service model ecr 2015-09-21). Pure computation; any thread may call.
 */
#include <jansson.h>

#include "registry/core/scope.h"

#define PULL_THROUGH_SETTING "pull-through/"
#define MIRROR_ROOT          "ROOT"

enum { MIRROR_PREFIX_MIN = 2, MIRROR_PREFIX_MAX = 30, MIRROR_RULES_MAX = 100 };

struct mirror_rule {
    struct slice prefix; /* of repositories here, without "/" behind it; or "ROOT": all */
    struct slice upstream_url;
    struct slice upstream_registry; /* "docker-hub", …; may be empty */
    struct slice upstream_prefix;   /* of repositories there; "ROOT" or empty: none */
    struct slice credential_arn, custom_role_arn;
    double created, updated;
};

/* The pattern of PullThroughCacheRuleRepositoryPrefix, without its length. */
bool mirror_prefix_is_valid(struct slice prefix);

/* Strings are copied to `arena`. ERROR_FORMAT. */
bool mirror_rule_parse(struct slice text, struct arena *arena, struct mirror_rule *rule,
                       struct error *err);
/* As the API tells it (without registryId); NULL when there is no memory. */
json_t *mirror_rule_json(const struct mirror_rule *rule);

/* Whether the rule stands for a repository, and what it is called upstream (in `arena`). */
bool mirror_rule_applies(const struct mirror_rule *rule, struct slice repository);
struct slice mirror_rule_upstream(const struct mirror_rule *rule, struct slice repository,
                                  struct arena *arena);
/* The one with the longest prefix that applies; NULL: none. */
const struct mirror_rule *mirror_rule_choose(const struct mirror_rule *rules, size_t count,
                                             struct slice repository);
