#pragma once
/*
 * HTTP/1.1 server over libmicrohttpd (loaded on demand, microhttpd.h): a pool of I/O threads with
 * epoll, and a pool of workers for what may take time. A request goes through named steps:
 *
 *   headers are there ─> begin() on an I/O thread decides:
 *       SERVER_ANSWER   the response is ready: for what is in memory (an error, a cached manifest)
 *       SERVER_RUN      no body is wanted: run() in a worker
 *       SERVER_BODY     the body is collected (at most request->body_limit), then run() in a worker
 *       SERVER_STREAM   piece() for each piece on an I/O thread, then run() in a worker
 *       SERVER_PREPARE  prepare() in a worker, then begin() again (say, to verify a password first)
 *   ─> the response is sent ─> end(), once and always, also when the client went away in the middle
 *
 * A slow or silent client is the server's business (limits below), never the handler's.
 */
#include <stdatomic.h>

#include "net/header.h"
#include "net/network.h"

enum server_plan { SERVER_ANSWER, SERVER_RUN, SERVER_BODY, SERVER_STREAM, SERVER_PREPARE };

enum { SERVER_REQUEST_BUDGET = 64 << 20, SERVER_BODY_MAX = 40 << 20 };

/* A response that is made once and sent many times, from any thread: counted references. */
struct server_stored;

struct server_response {
    int status;                  /* 0: 500 */
    struct http_headers headers; /* in request->arena; Content-Length, Date, Connection are ours */
    struct slice body;           /* lives until end() */
    int fd; /* >= 0 with has_file: this file's bytes by sendfile; closed by us */
    bool has_file;
    uint64_t offset, size;        /* of the file */
    bool has_size;                /* no file, no body, and HEAD: `size` is the Content-Length */
    struct server_stored *stored; /* instead of all above; our reference is given back after */
    bool close;                   /* the connection ends with it */
};

struct server_request {
    struct slice method;
    struct slice target;             /* as it came, undecoded: "/v2/a/manifests/x?n=1"; for SigV4 */
    struct slice path, query;        /* its parts, undecoded; query without "?" */
    struct slice client;             /* address, "127.0.0.1"; behind a proxy that is trusted, as
                                        that one has it (forwarded.h) */
    struct slice proxy;              /* the address of that proxy; empty: none in between */
    bool named;                      /* and it said who asks: `client` is its word */
    struct slice client_certificate; /* subject's common name, verified; empty: none */
    struct slice server_name;        /* the Host header */
    bool tls;        /* the client spoke TLS, with us or with a proxy that is trusted */
    char id[33];     /* request id: hexadecimal, also sent as X-Request-Id */
    bool has_length; /* the body's length was declared */
    uint64_t length;
    bool chunked;        /* a body of unknown length comes */
    size_t body_limit;   /* begin may lower or raise it up to SERVER_BODY_MAX */
    struct slice body;   /* SERVER_BODY: all of it */
    struct arena *arena; /* of this request; free after end() */
    void *state;         /* the handler's */
    const char *api,
        *operation;    /* for metrics and the access log: literals, the handler's to set */
    struct slice who;  /* likewise, in `arena`: who it turned out to be; empty: unknown */
    unsigned prepared; /* how often prepare() has run */
    double started;    /* clock_monotonic */
    uint64_t received; /* bytes of body so far */
    bool broken;       /* in end(): the client went away, or a limit ended it */
};

/* The first header of that name, as it came; empty when there is none. begin(), prepare(), run().
 */
struct slice server_header(const struct server_request *request, const char *name);
/* All headers of that name, joined by ", " (RFC 9110 section 5.3): Accept comes in several. Of one
   header the value as it came, of several in request->arena. */
struct slice server_header_all(const struct server_request *request, const char *name);
/* The decoded value of a query parameter; false when it is not there. In request->arena. */
bool server_query(const struct server_request *request, const char *name, struct slice *value);
/* Adds a header to the response; names are literals. False when the budget is spent or the value
   would break a line: the response is then a 500. */
bool server_set(const struct server_request *request, struct server_response *response,
                const char *name, struct slice value);

struct server_handler {
    void *context;
    enum server_plan (*begin)(void *context, struct server_request *request,
                              struct server_response *response);
    void (*prepare)(void *context, struct server_request *request);
    /* False: the response is ready, the rest of the body is not wanted. */
    bool (*piece)(void *context, struct server_request *request, struct slice bytes,
                  struct server_response *response);
    void (*run)(void *context, struct server_request *request, struct server_response *response);
    /* Give back request->state. `status` and `sent` (bytes of body) are for the access log. */
    void (*end)(void *context, struct server_request *request, int status, uint64_t sent);
    /* The body of a request that is planned as SERVER_BODY turned out to be larger than its limit:
       the answer. NULL: a 413 in plain text. On an I/O thread. */
    void (*too_large)(void *context, struct server_request *request,
                      struct server_response *response);
    /* For the access log: one that never came to begin(), since it is no HTTP that is understood
       (400, 414, 431), too many connections are there (503), or the proxy contradicts itself. Only
       client, id, started and perhaps method and target are known; no header can be read. Any
       thread; NULL: nobody wants to know. */
    void (*refused)(void *context, const struct server_request *request, int status);
};

struct server_options {
    const char *const *listen; /* "127.0.0.1:5000", "[::1]:5000", ":0"; several */
    size_t listen_count;
    const char *certificate, *key;   /* PEM files: TLS; read again when they change */
    const char *client_ca;           /* PEM: client certificates are asked for and verified */
    bool client_required;            /* … and without one nobody gets in */
    unsigned io_threads;             /* 0: as many as processors, at most 8 */
    unsigned workers;                /* 0: 16 */
    unsigned connections;            /* 0: 16384; further ones wait or are refused with 503 */
    unsigned connections_per_client; /* 0: no limit of its own */
    unsigned header_seconds;         /* until a request's headers are there; 0: 20 */
    unsigned idle_seconds;           /* a kept connection without a request; 0: 120 */
    unsigned stall_seconds;          /* a body or answer without a byte moved; 0: 60 */
    uint64_t body_rate_min;          /* bytes a second a body must come at, on average after
                                        stall_seconds; 0: 1024 */
    const struct network *proxies;   /* whose words on clients are believed; not counted by the
                                        limit of a client */
    size_t proxy_count;
    bool hold; /* clients may connect, and wait until server_go: nobody is answered before */
    struct server_handler handler;
    /* Things an operator should know (a certificate that cannot be read again); any thread. */
    void (*tell)(void *context, const char *text);
};

struct server;

bool server_start(struct server **server, const struct server_options *options, struct error *err);
/* Ends `hold`. Does not fail. */
void server_go(struct server *server);
/* The port it listens on (of the first address), for ":0". */
uint16_t server_port(const struct server *server);
/* No new connections; what is under way may end, for at most `seconds`; then all are closed. */
void server_stop(struct server *server, unsigned seconds);
void server_free(struct server *server);

struct server_stats {
    uint64_t connections, connections_open, requests, bytes_in, bytes_out, refused, slow;
};
void server_stats(const struct server *server, struct server_stats *stats);

/* A stored response: headers and body are copied. `headers` may be NULL. */
struct server_stored *server_stored_new(int status, const struct http_headers *headers,
                                        struct slice body, struct error *err);
/* The same headers, no body, but its Content-Length: for HEAD. (A GET's stored response may be
   given for a HEAD: the body is then left out.) */
struct server_stored *server_stored_ref(struct server_stored *stored);
void server_stored_unref(struct server_stored *stored); /* accepts NULL */
