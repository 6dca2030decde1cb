#pragma once
/* What signing and verifying share; for sigv4*.c alone. */
#include "base/hmac.h"
#include "net/sigv4.h"

#define SIGV4_ALGORITHM "AWS4-HMAC-SHA256"

enum { SIGV4_TIMESTAMP_LEN = 16, SIGV4_SIGNED_HEADERS_MAX = 100 };

/* The canonical request. `signed_headers` as they stand in the signature: "host;x-amz-date". */
bool sigv4_canonical(const struct sigv4_request *request, struct slice signed_headers,
                     struct slice payload_hash, bool s3, struct arena *arena, struct slice *text,
                     struct error *err);

struct sigv4_scope {
    struct slice date, region, service;
};
