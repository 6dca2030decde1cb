#pragma once
/*
 * One connection, looked at closely: where it stops, and what certificate the other side has. Over
 * libcurl; nothing is sent but the handshakes. One thread.
 */
#include "base/arena.h"

struct probe_request {
    const char *url;   /* "http://host:port" (TCP alone) or "https://…" (TLS, too) */
    const char *proxy; /* NULL: none is used */
    bool insecure;     /* any certificate: to see which it is */
    unsigned seconds;
};

enum probe_end {
    PROBE_FINE,
    PROBE_NO_NAME,
    PROBE_NO_CONNECTION, /* refused, unreachable */
    PROBE_TIME,          /* nothing came in time */
    PROBE_NO_TLS,        /* it speaks something else */
    PROBE_NOT_TRUSTED,   /* `verify` says why */
    PROBE_PROXY,         /* the proxy refuses; `proxy_status`, 0: it does not answer properly */
    PROBE_BROKEN,        /* all else */
};

/* X.509 verification results that are told apart (openssl/x509_vfy.h has the numbers). */
enum probe_verify {
    VERIFY_FINE,
    VERIFY_EXPIRED,
    VERIFY_NOT_YET,
    VERIFY_SELF_SIGNED,
    VERIFY_UNKNOWN_ISSUER,
    VERIFY_OTHER_NAME,
    VERIFY_OTHER,
};

struct probe {
    enum probe_end end;
    enum probe_verify verify;
    bool named; /* the name was resolved */
    struct slice address;
    struct slice text; /* the library's words */
    long proxy_status;
    /* Of the certificate, where there was one: */
    struct slice subject, issuer, names;
    int64_t from, until; /* seconds since 1970; 0: not known */
};

/* False: no libcurl, or no memory. */
bool probe_run(const struct probe_request *request, struct arena *arena, struct probe *probe,
               struct error *err);
/* "Nov 23 20:35:22 2026 GMT"; false for anything else. For tests and fuzzing. */
bool probe_date(struct slice text, int64_t *when);
