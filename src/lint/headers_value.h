#pragma once
/*
 * What the values of security headers mean: used by headers_judge (does it do what is wanted) and
 * headers_grade (what the HTTP Observatory makes of it). Pure functions of slices.
 */
#include "lint/headers.h"

/* In the order in which the Observatory looks: the first that holds is the verdict. */
enum csp_verdict {
    CSP_ABSENT,
    CSP_INVALID,         /* 'strict-dynamic' without a nonce or a hash */
    CSP_UNSAFE_INLINE,   /* scripts inline, data: or from anywhere; objects from anywhere */
    CSP_INSECURE_SCHEME, /* http: sources on a page that comes by TLS */
    CSP_UNSAFE_EVAL,
    CSP_INSECURE_PASSIVE, /* images or media by http: */
    CSP_UNSAFE_STYLE,     /* styles only: tolerated */
    CSP_SAFE,
    CSP_DEFAULT_NONE,
    CSP_UNKNOWN, /* all of it is a variable */
};

enum csp_verdict csp_judge(struct slice csp, bool tls);
/* The sources of a directive, empty when it is not there. */
bool csp_directive(struct slice csp, const char *name, struct slice *sources);

/* max-age of Strict-Transport-Security; false when there is none that can be read. */
bool hsts_max_age(struct slice value, uint64_t *seconds);

enum referrer_verdict { REFERRER_PRIVATE, REFERRER_UNSAFE, REFERRER_INVALID };
enum referrer_verdict referrer_judge(struct slice value);

/* Cut at the first `;`: "same-origin; report-to=x" is the token same-origin. */
struct slice header_token(struct slice value);
/* It has a variable of nginx ($name) or a sample of HAProxy (%[…]), so only a part is known. */
bool header_value_varies(struct slice value);
