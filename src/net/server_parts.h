#pragma once
/*
 * What the files of the server share; nobody else includes it.
 *
 *   acceptor thread (server_listen.c)   accepts, refuses, hands sockets to the loops; lingers
 *   loops (libmicrohttpd daemons)       one thread each with epoll; a connection stays on its loop
 *   workers (server_workers.c)          prepare() and run(), while the connection is suspended
 *   watch thread (server_watch.c)       deadlines, once a second
 *
 * libmicrohttpd's own pool cannot take connections from outside, and its own acceptor knows neither
 * limits by client nor several addresses: so each loop is a daemon of its own.
 *
 * Who may touch what: a call and its request belong to the loop's thread, while suspended to the
 * worker. A connection's atomics are for the watch thread; its list is under loop->lock.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/socket.h>

#include "net/microhttpd.h"
#include "net/server.h"

enum {
    SERVER_LOOPS_MAX = 8,
    SERVER_LISTEN_MAX = 16,
    SERVER_POOL = 32 * 1024,       /* of a connection: cleared for each request, so not larger */
    SERVER_DISCARD_MAX = 8 << 20,  /* of a refused body, read so that the client sees our answer */
    SERVER_PIECE = 128 * 1024,     /* of a streamed body, as the handler gets it */
    SERVER_BODIES_MAX = 256 << 20, /* collected bodies together */
    SERVER_LINGER_MAX = 64,
    SERVER_LINGER_SECONDS = 5,
    SERVER_CALLS_KEPT = 64,       /* of a loop, for reuse */
    SERVER_ARENA_KEPT = 64 << 10, /* a larger arena is not kept with them */
    STORED_COPIES = 16,
    TLS_ITEMS_MAX = 4,
};

/* TCP_INFO's states. Of tcp_states.h, which is the kernel's own; <netinet/tcp.h> has them, but its
   struct tcp_info ends before the counts of bytes. */
enum { SOCKET_ESTABLISHED = 1, SOCKET_CLOSE = 7, SOCKET_CLOSE_WAIT = 8 };

enum connection_phase {
    PHASE_IDLE, /* between requests, or within a request's head */
    PHASE_BODY, /* its body is coming */
    PHASE_WORK, /* suspended: ours to end */
    PHASE_SEND, /* the answer is going out */
};

struct loop;

/* How many connections one address has. */
struct client {
    struct client *next;
    unsigned count;
    char address[INET6_ADDRSTRLEN];
};

struct connection {
    struct server *server;
    struct loop *loop;
    struct connection *previous, *next; /* of the loop's, under its lock */
    struct client *client;
    int fd;
    char address[INET6_ADDRSTRLEN];
    bool proxy;                   /* it is one that is trusted */
    char common_name[256];        /* of a verified client certificate */
    bool certificate_seen, heard; /* heard: a request line of it has come */
    _Atomic int phase;
    atomic_ullong since;    /* of the phase, milliseconds */
    atomic_ullong moved;    /* last byte of a body, milliseconds */
    atomic_ullong received; /* of this body */
    /* Of the watch thread alone. */
    unsigned long long seen_since, seen_bytes, seen_at, head_since;
};

enum step { STEP_NEW, STEP_PREPARED, STEP_TAKE, STEP_DISCARD, STEP_DONE, STEP_ANSWERED };

struct call {
    struct server_request request; /* first: handlers' requests are calls */
    struct server_response response;
    struct arena arena;
    struct call *next; /* kept ones of a loop; waiting ones of the workers */
    struct connection *connection;
    struct MHD_Connection *wire;
    const char *uri; /* libmicrohttpd's own text of request.target */
    enum step step;
    enum server_plan plan;
    bool begun, failed_early, said_raw, is_head;
    char *body; /* malloc: an arena would keep each smaller one as it grows */
    size_t body_room;
    size_t gathered; /* SERVER_STREAM: in `body`, not yet with the handler */
    uint64_t discarded;
    int status;
    uint64_t size; /* of the answer's body */
};

struct loop {
    struct server *server;
    struct MHD_Daemon *daemon;
    int copy; /* its place in stored responses; -1: none left */
    pthread_mutex_t lock;
    struct connection *connections;
    struct call *kept;
    unsigned kept_count;
    int said; /* status of libmicrohttpd's own last answer, until it was told; 0: none */
    atomic_uint open;
    atomic_ullong requests, bytes_in, bytes_out;
};

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t ready;
    struct call *first, *last;
    pthread_t *threads;
    unsigned count, limit, idle, queued;
    bool stopping;
};

struct lingering {
    int fd;
    unsigned long long until;
};

struct tls;

struct server {
    struct server_options options;
    const struct microhttpd_api *api;
    struct loop loops[SERVER_LOOPS_MAX];
    unsigned loop_count;
    int listen[SERVER_LISTEN_MAX];
    size_t listen_count;
    uint16_t port;
    int wake; /* eventfd: the acceptor looks up */
    pthread_t acceptor, watch;
    bool acceptor_runs, watch_runs;
    atomic_bool held;                  /* nobody is accepted yet */
    atomic_bool closing;               /* no new connections, no kept ones */
    atomic_bool stopping;              /* threads end */
    struct connection *_Atomic *slots; /* by descriptor, from accept to the loop's first look */
    size_t slot_count;
    pthread_mutex_t clients_lock;
    struct client *clients[1024];
    pthread_mutex_t linger_lock;
    struct lingering linger[SERVER_LINGER_MAX];
    size_t linger_count;
    struct workers workers;
    struct tls *tls; /* NULL: plain */
    atomic_uint calls;
    atomic_size_t collected; /* bytes of bodies in memory */
    atomic_ullong accepted, refused, slow;
};

unsigned long long server_milliseconds(void);
void server_tell(const struct server *server, const char *text);

/* server_listen.c */
bool server_listen_open(struct server *server, struct error *err);
void server_listen_close(struct server *server);
bool server_accept_start(struct server *server, struct error *err);
/* Keeps a copy of the socket open for a while and reads what still comes, so that the client can
   read our last answer (a reset would take it away). */
void server_linger_add(struct server *server, int fd);

/* server_connection.c */
struct connection *connection_new(struct server *server, int fd, const struct sockaddr *address);
/* As text; mapped ones as IPv4. */
void connection_address(const struct sockaddr *address, char text[INET6_ADDRSTRLEN]);
void connection_free(struct connection *connection); /* accepts NULL */
void connection_notify(void *context, struct MHD_Connection *wire, void **socket_context,
                       enum MHD_ConnectionNotificationCode code);
struct connection *connection_of(const struct server *server, struct MHD_Connection *wire);
void connection_phase(struct connection *connection, enum connection_phase phase);

/* server_watch.c */
bool server_watch_start(struct server *server, struct error *err);

/*
 * server_framing.c: where a body ends must be plain, which headers there are, and whom the request
 * is for; what a proxy before us could read otherwise is refused (RFC 9112
 * sections 3.2, 5.1, 6.1, 6.3). Fills what the request says of its body. NULL, or what is wrong.
 */
const char *call_framing(struct call *call, const char *version);

/* server_request.c */
void *call_uri(void *context, const char *uri, struct MHD_Connection *wire);
enum MHD_Result call_handle(void *context, struct MHD_Connection *wire, const char *url,
                            const char *method, const char *version, const char *upload,
                            size_t *upload_size, void **state);
/* Instead of what the answer was to be. */
void call_set_plain(struct call *call, int status, struct slice text);
void call_completed(void *context, struct MHD_Connection *wire, void **state,
                    enum MHD_RequestTerminationCode code);

/* Tells the handler of one that came to nothing. `call` may be NULL; `id`: as it was sent, or NULL.
 */
void server_refusal(struct server *server, const char *client, struct call *call, int status,
                    const char *id);
/* What libmicrohttpd has answered by itself, last and not told yet; 400 when it is not known. */
int loop_said(struct loop *loop);
/* A new request id. */
void server_make_id(char id[33]);
/* libmicrohttpd's log: from it is known what it answers by itself. */
void server_hear(void *loop, const char *format, va_list arguments);

/* server_body.c: bytes of the body; MHD_NO: the connection must end. */
enum MHD_Result call_take_piece(struct call *call, struct slice bytes);
/* SERVER_STREAM: what was gathered goes to the handler. False: it wants no more. */
bool call_stream_flush(struct call *call);

/* server_answer.c: queues call->response. */
enum MHD_Result call_answer(struct call *call);
/* Writes it to the socket in the middle of a body, where libmicrohttpd takes no answer; the
   connection must end behind it. Nothing is said when the socket does not take it at once. */
void call_answer_raw(struct call *call);
int stored_copy_take(void);
void stored_copy_give(int copy);

/* server_workers.c */
bool workers_start(struct workers *workers, unsigned limit, struct error *err);
void workers_stop(struct workers *workers);
/* Suspends the call's connection; a worker does its step and resumes it. */
enum MHD_Result call_to_worker(struct call *call);

/* server_tls.c */
bool tls_open(struct tls **tls, const struct server_options *options, struct error *err);
void tls_close(struct tls *tls); /* accepts NULL */
/* Appends the daemon's options; returns how many (at most TLS_ITEMS_MAX). */
size_t tls_items(const struct tls *tls, struct MHD_OptionItem *items);
/* The verified subject's common name into the connection; false: verification failed. */
bool tls_identify(struct server *server, struct connection *connection,
                  struct MHD_Connection *wire);
bool tls_send(struct server *server, struct MHD_Connection *wire, struct slice bytes);
/* Reads the files again when they changed; called by the watch thread. */
void tls_refresh(struct server *server);
