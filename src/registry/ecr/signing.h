#pragma once
/*
 * The signing configuration of a registry: kept as the account's setting "signing" in the words of
 * the API. This registry signs nothing: the configuration says which images should bear a signature
 * of which AWS Signer profile, and the status of an image says whether one is attached.
 * Pure computation; any thread may call.
 */
#include <jansson.h>

#include "base/arena.h"

#define SIGNING_SETTING "signing"

enum { SIGNING_RULES_MAX = 10, SIGNING_FILTERS_MAX = 100, SIGNING_ENVELOPE_MAX = 1 << 20 };

struct signing_rule {
    struct slice profile;  /* ARN */
    struct slice *filters; /* wildcards; none: every repository */
    size_t filter_count;
};

struct signing_rules {
    struct signing_rule items[SIGNING_RULES_MAX];
    size_t count;
};

/* ERROR_FORMAT in the words of the service. Strings are copied. */
bool signing_rules_read(const json_t *document, struct arena *arena, struct signing_rules *rules,
                        struct error *err);
bool signing_rule_applies(const struct signing_rule *rule, struct slice repository);

/*
 * The profile that a notation signature says it was made with: `envelope` is a JWS in JSON
 * (application/jose+json) whose protected header names it as AWS's plugin writes it
 * ("com.amazonaws.signer.signingProfileVersion": "PROFILE/VERSION"). Empty: none is named. Nothing
 * is verified by this. False only when there is no memory.
 */
bool signing_envelope_profile(struct slice envelope, struct arena *arena, struct slice *profile);
