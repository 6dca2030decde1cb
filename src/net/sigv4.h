#pragma once
/*
 * AWS Signature Version 4: signing (lifecycle put, login to ECR) and verifying (the registry).
 * Source: "Signature Version 4 signing process" of the AWS General Reference; header form
 * (Authorization) and query form (X-Amz-Signature). Pure computation; any thread may call.
 */
#include "net/header.h"

struct sigv4_key {
    struct slice id, secret, session; /* session token; may be empty */
};

/* What of a request is signed. `path` and `query` undecoded, as they travel. */
struct sigv4_request {
    struct slice method, path, query;
    const struct http_headers *headers; /* Host among them */
    struct slice body;
};

/* Adds X-Amz-Date, X-Amz-Security-Token and Authorization to `headers` (in `arena`). */
bool sigv4_sign(const struct sigv4_request *request, const struct sigv4_key *key,
                const char *region, const char *service, int64_t now, struct http_headers *headers,
                struct arena *arena, struct error *err);

/* What a request claims, before anything is believed. */
struct sigv4_claim {
    bool in_query;
    struct slice access_key, date, region, service; /* of the credential scope */
    struct slice signed_headers, signature, session, timestamp, payload_hash;
    int64_t when;    /* of the timestamp */
    int64_t expires; /* query form: seconds; else 0 */
};
/* False: no such signature, or a malformed one (ERROR_FORMAT). */
bool sigv4_claim_parse(const struct sigv4_request *request, struct arena *arena,
                       struct sigv4_claim *claim, struct error *err);
/* Whether the signature is that of this secret; constant time. Dates and sessions are the caller's
   to judge. */
bool sigv4_verify(const struct sigv4_request *request, const struct sigv4_claim *claim,
                  struct slice secret, struct arena *arena, struct error *err);
