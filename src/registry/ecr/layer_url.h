#pragma once
/*
 * URLs from which a layer's bytes can be had without further credentials, as
 * GetDownloadUrlForLayer gives them:
 *
 *   {node_endpoint}/layers/ACCOUNT/REGION/REPOSITORY/DIGEST?expires=SECONDS&signature=HEX
 *
 * The signature is HMAC-SHA-256 over all before it, with a key that the account has for this alone
 * (setting "layer-url-key", made when first wanted). Any thread may call.
 */
#include "registry/node.h"

enum { LAYER_URL_SECONDS = 3600 };

bool layer_url_make(const struct node *node, const struct scope *scope, const struct digest *digest,
                    struct arena *arena, struct slice *url, struct failure *failure);

/* What a request's path and query claim, in the form above; slices of them. */
struct layer_claim {
    struct scope scope;
    struct digest digest;
    uint64_t expires;
    struct slice signature;
};
bool layer_claim_parse(struct slice path, struct slice expires, struct slice signature,
                       struct layer_claim *claim);
