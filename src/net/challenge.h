#pragma once
/*
 * WWW-Authenticate: what a server asks for (RFC 9110 section 11.6.1, RFC 6750 section 3, and the
 * token specification of the distribution project). One header may hold several challenges, their
 * commas mixed with those of the parameters. Input is hostile. Any thread may call.
 */
#include "net/header.h"

enum challenge_scheme { CHALLENGE_OTHER, CHALLENGE_BASIC, CHALLENGE_BEARER };

struct challenge {
    enum challenge_scheme scheme;
    struct slice realm, service, scope, error; /* empty when not told */
};

enum { CHALLENGES_MAX = 8 };

struct challenges {
    struct challenge items[CHALLENGES_MAX];
    size_t count;
};

/* Adds those of one header value, in their order; more than CHALLENGES_MAX are ignored.
   ERROR_FORMAT for what cannot be parsed (those before it are kept). Strings live in `arena`. */
bool challenges_parse(struct slice value, struct arena *arena, struct challenges *challenges,
                      struct error *err);
/* All WWW-Authenticate headers of a response; what cannot be parsed is ignored. */
void challenges_of(const struct http_headers *headers, struct arena *arena,
                   struct challenges *challenges);
/* The first of that scheme, or NULL. */
const struct challenge *challenges_find(const struct challenges *challenges,
                                        enum challenge_scheme scheme);
