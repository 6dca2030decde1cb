#pragma once
/*
 * HTTP client over libcurl: redirects, retries and limits are ours, connections and TLS are curl's.
 *
 * A client keeps connections open between requests; one thread at a time uses it. What a response
 * holds lives in the arena of the call. Proxies come from the usual environment variables
 * (https_proxy, http_proxy, no_proxy), loopback addresses never go through one.
 *
 * - Redirects are followed here, at most `redirects`; `authorization` goes only to the scheme, host
 *   and port it was meant for, never from https to http, and a body with it neither.
 * - 408, 429, 500, 502, 503, 504 and broken connections are tried again, `attempts` times in all,
 *   waiting twice as long each time with jitter, or as long as Retry-After says (if that is over
 *   `wait_max` seconds the response is returned at once, for the caller to tell the user).
 */
#include <stdatomic.h>

#include "net/header.h"
#include "net/url.h"

struct http_options {
    const char *ca_file;      /* PEM; NULL: the system's, or SSL_CERT_FILE */
    bool insecure;            /* do not verify certificates */
    unsigned attempts;        /* 0: 4 */
    unsigned redirects;       /* 0: 10 */
    unsigned connect_seconds; /* 0: 15 */
    unsigned stall_seconds;   /* without a byte: 0: 60 */
    unsigned total_seconds;   /* an attempt with its body; 0: as long as bytes come */
    unsigned wait_max;        /* longest wait before an attempt, seconds; 0: 30 */
    unsigned backoff_ms;      /* first wait; 0: 500 */
};

struct http_client;

/* Loads nothing yet; `options` NULL means all defaults; its strings must outlive the client. */
struct http_client *http_client_new(const struct http_options *options);
void http_client_free(struct http_client *client);
void http_client_cleanup(struct http_client **client);
#define CLEANUP_HTTP __attribute__((cleanup(http_client_cleanup)))

/*
 * Takes a body piece by piece; false (with err) ends the transfer. Only bodies of 2xx answers go
 * there. When the connection breaks after bytes were taken: `restart` (forget all, begin again),
 * where it is set, else the request fails, unless it is `resumable`.
 */
struct http_sink {
    void *owner;
    bool (*take)(void *owner, struct slice bytes, struct error *err);
    bool (*restart)(void *owner, struct error *err); /* may be NULL */
};

/* A body that is not held in memory: `read` gives what stands at `offset`, at most `len` bytes. */
struct http_body_source {
    void *owner;
    bool (*read)(void *owner, uint64_t offset, void *to, size_t len, size_t *got,
                 struct error *err);
    uint64_t size;
};

struct http_request {
    const char *method; /* NULL: GET */
    struct slice url;   /* user:password@ in it becomes Basic authorization */
    struct http_headers headers;
    struct slice authorization; /* "Bearer …" or "Basic …"; may be empty */
    struct slice body;          /* of POST and PUT */
    struct slice body_type;
    struct http_body_source body_source; /* in place of `body` when .read is set */
    const char *unix_socket;             /* connect there instead; NULL: the URL's host */
    struct slice etag, last_modified;    /* as an earlier response had them: may give 304 */
    uint64_t limit;                      /* bytes of body taken; 0: HTTP_BODY_MAX */
    struct http_sink sink;               /* .take NULL: the body goes to response.body */
    bool compressed;                     /* let the server compress; the limit counts after */
    bool resumable;            /* what is behind this URL never changes (a blob by digest) */
    unsigned stall_seconds;    /* 0: the client's */
    unsigned attempts;         /* 0: the client's */
    uint64_t resume_from;      /* with `resumable`: bytes the sink has from before */
    const atomic_bool *cancel; /* when set and true, the request ends within a second */
};

enum { HTTP_BODY_MAX = 16 * 1024 * 1024, HTTP_ERROR_BODY_MAX = 64 * 1024 };

struct http_response {
    int status;
    struct http_headers headers;
    struct slice body;  /* empty when a sink took it */
    uint64_t received;  /* bytes of body */
    uint64_t taken;     /* bytes the sink has by now, with those of `resume_from` */
    struct slice url;   /* that answered in the end, without its query */
    unsigned redirects; /* that were followed */
};

/*
 * True for any final answer, whatever its status: ask response->status. False when there
 * was none (ERROR_NETWORK; ERROR_DENIED for a certificate that is not believed), the body is over
 * its limit (ERROR_LIMIT), or the sink refused (its own error). The text names the host and what to
 * do.
 */
bool http_perform(struct http_client *client, const struct http_request *request,
                  struct arena *arena, struct http_response *response, struct error *err);

/* Sets err for a status that is not what was hoped for: what the host said, and what to do. */
bool http_status_error(const struct http_response *response, struct error *err);

/*
 * GET of a public file for `db update`: 200 or 304 (only when an etag or date was given), all else
 * is an error. `fd` takes the body from its beginning (ftruncate on a new try); -1: response->body.
 * Keep the headers ETag and Last-Modified of a 200 for the next time.
 */
bool http_get(struct http_client *client, const struct http_request *request, int fd,
              struct arena *arena, struct http_response *response, struct error *err);
