/* A request: method, path, query, secret, headers, an empty line, the body. What it claims is
   parsed and verified; then it is signed here, and what was signed must be verified. */
#include <stdlib.h>

#include "net/sigv4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(struct sigv4_request request, struct slice secret, struct arena *arena)
{
    struct http_headers headers = {0};
    struct sigv4_key key = {SLICE("AKIDEXAMPLE"), secret, {0}};
    struct sigv4_claim claim;
    struct error err;
    if (!http_headers_add(&headers, SLICE("Host"), SLICE("a:5000"), arena, &err))
        return;
    request.headers = &headers;
    if (!sigv4_sign(&request, &key, "us-east-1", "ecr", 1440938160, &headers, arena, &err))
        return;
    if (!sigv4_claim_parse(&request, arena, &claim, &err) ||
        !sigv4_verify(&request, &claim, secret, arena, &err))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct slice text = slice_of(data, size);
    struct http_headers headers = {0};
    struct sigv4_claim claim;
    struct error err;
    struct sigv4_request request = {.headers = &headers};
    arena_init(&arena, 16 << 20);
    request.method = slice_cut_line(&text);
    request.path = slice_cut_line(&text);
    request.query = slice_cut_line(&text);
    struct slice secret = slice_cut_line(&text);
    while (text.len) {
        struct slice line = slice_cut_line(&text);
        if (!line.len || !http_headers_add_line(&headers, line, &arena, &err))
            break;
    }
    request.body = text;
    if (sigv4_claim_parse(&request, &arena, &claim, &err))
        (void)sigv4_verify(&request, &claim, secret, &arena, &err);
    round_trip(request, secret, &arena);
    arena_done(&arena);
    return 0;
}
