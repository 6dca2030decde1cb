/*
 * The steps of a request on its loop. libmicrohttpd calls call_handle once when the headers are
 * there, once for each piece of body, and once at the end; and again after each suspension. What
 * is queued at the first call makes it close the connection without reading the body, so that is
 * done only where a body is refused.
 */
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/forwarded.h"
#include "net/server_parts.h"

/* Request ids need to be unlike, not secret: a random beginning a thread, and a counter mixed. */
void server_make_id(char id[33])
{
    static _Thread_local uint64_t state[2];
    if (!state[1] && getrandom(state, sizeof state, 0) != sizeof state)
        state[0] = (uintptr_t)&state ^ server_milliseconds();
    state[1] |= 1;
    state[0] += 0x9e3779b97f4a7c15U;
    uint64_t mixed = (state[0] ^ (state[0] >> 30)) * 0xbf58476d1ce4e5b9U;
    uint64_t halves[2] = {state[1], (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU};
    for (unsigned i = 0; i < 32; i++)
        id[i] = "0123456789abcdef"[halves[i / 16] >> (i % 16 * 4) & 15];
    id[32] = '\0';
}

static struct call *call_new(struct loop *loop)
{
    struct call *call = loop->kept;
    struct arena arena;
    if (call) {
        loop->kept = call->next;
        loop->kept_count--;
        arena = call->arena;
    } else {
        call = malloc(sizeof *call);
        if (!call)
            return NULL;
        arena_init(&arena, SERVER_REQUEST_BUDGET);
    }
    memset(call, 0, sizeof *call);
    call->arena = arena;
    return call;
}

static void call_free(struct loop *loop, struct call *call)
{
    free(call->body);
    if (call->body_room) /* the loops share that number: most requests leave it alone */
        atomic_fetch_sub(&loop->server->collected, call->body_room);
    if (call->arena.used > SERVER_ARENA_KEPT)
        arena_done(&call->arena);
    else
        arena_reset(&call->arena);
    if (loop->kept_count >= SERVER_CALLS_KEPT) {
        arena_done(&call->arena);
        free(call);
        return;
    }
    call->next = loop->kept;
    loop->kept = call;
    loop->kept_count++;
}

/* libmicrohttpd (0.9.75) makes an entry of its small pool for each parameter; when they do not fit
   it says nothing, keeps the connection, and never tells of its end. We read the query ourselves,
   so it finds none: the text is in its own buffer, which it is about to write to. */
static void hide_query(const char *uri)
{
    const char *mark = strchr(uri, '?');
    if (mark && mark[1])
        *(char *)(uintptr_t)(mark + 1) = '\0';
}

/* The request line is there. Its text is about to be taken apart in place: copied here. */
void *call_uri(void *context, const char *uri, struct MHD_Connection *wire)
{
    struct loop *loop = context;
    struct call *call = call_new(loop);
    if (!call)
        return NULL;
    call->wire = wire;
    call->connection = connection_of(loop->server, wire);
    call->uri = uri;
    call->request.started = clock_monotonic();
    call->request.target = arena_copy(&call->arena, slice_str(uri));
    call->response.fd = -1;
    hide_query(uri);
    if (call->connection)
        call->connection->heard = true;
    if (call->connection && call->request.target.at)
        return call;
    call_free(loop, call);
    return NULL;
}

/* "http://host/path" (as to a proxy) is /path here; path and query are cut. */
static void cut_target(struct server_request *request)
{
    struct slice target = request->target;
    bool is_path = target.len && target.at[0] == '/';
    size_t scheme = is_path ? target.len : slice_search(target, SLICE("://"));
    if (scheme < target.len) {
        target = slice_from(target, scheme + 3);
        target = slice_from(target, slice_find(target, '/'));
        if (!target.len)
            target = SLICE("/");
    }
    size_t mark = slice_find(target, '?');
    request->path = slice_upto(target, mark);
    request->query = slice_from(target, mark + 1);
}

static void fill_request(struct call *call, const char *method)
{
    struct server_request *request = &call->request;
    struct server *server = call->connection->server;
    request->method = slice_str(method);
    request->client = slice_str(call->connection->address);
    request->server_name = server_header(request, "Host");
    request->client_certificate = slice_str(call->connection->common_name);
    request->tls = server->tls != NULL;
    request->body_limit = SERVER_BODY_MAX;
    request->arena = &call->arena;
    call->is_head = slice_equal(request->method, SLICE("HEAD"));
    server_make_id(request->id);
    cut_target(request);
}

/* Behind a proxy: who asks is what it says. False: it says two things. */
static bool read_forwarded(struct call *call)
{
    struct server_request *request = &call->request;
    const struct server_options *options = &call->connection->server->options;
    if (!call->connection->proxy)
        return true;
    struct forwarded_headers headers = {
        .x_for = server_header_all(request, "X-Forwarded-For"),
        .forwarded = server_header_all(request, "Forwarded"),
        .x_proto = server_header_all(request, "X-Forwarded-Proto"),
    };
    struct forwarded forwarded = forwarded_read(&headers, options->proxies, options->proxy_count);
    request->proxy = request->client;
    request->tls |= forwarded.https;
    if (forwarded.word != FORWARDED_CLIENT)
        return forwarded.word == FORWARDED_NOTHING;
    struct slice client = arena_copy(&call->arena, slice_str(forwarded.address));
    request->named = client.at != NULL;
    if (request->named)
        request->client = client;
    return request->named;
}

void call_set_plain(struct call *call, int status, struct slice text)
{
    if (call->response.has_file && call->response.fd >= 0)
        close(call->response.fd);
    server_stored_unref(call->response.stored);
    call->response = (struct server_response){.status = status, .body = text, .fd = -1};
    server_set(&call->request, &call->response, "Content-Type", SLICE("text/plain"));
}

static bool has_body(const struct server_request *request)
{
    return request->chunked || request->length > 0;
}

static bool is_awaited(const struct call *call)
{
    return slice_equal_nocase(server_header(&call->request, "Expect"), SLICE("100-continue"));
}

/* The answer is known and the body is not wanted. A small one that is on its way is read, so that
   the connection can stay; otherwise the answer goes out now, and the connection ends with it. */
static enum MHD_Result refuse_body(struct call *call)
{
    const struct server_request *request = &call->request;
    if (!has_body(request) ||
        (!is_awaited(call) && !request->chunked && request->length <= SERVER_DISCARD_MAX)) {
        call->step = STEP_DISCARD;
        return MHD_YES;
    }
    call->failed_early = true;
    return call_answer(call);
}

static enum MHD_Result begin(struct call *call)
{
    const struct server_handler *handler = &call->connection->server->options.handler;
    struct server_request *request = &call->request;
    call->begun = true;
    call->plan = handler->begin(handler->context, request, &call->response);
    if (call->plan == SERVER_PREPARE)
        return call_to_worker(call);
    if (call->plan == SERVER_ANSWER)
        return refuse_body(call);
    if (request->body_limit > SERVER_BODY_MAX)
        request->body_limit = SERVER_BODY_MAX;
    if (call->plan == SERVER_RUN)
        request->body_limit = SERVER_DISCARD_MAX; /* read and forgotten */
    if (call->plan != SERVER_STREAM && request->length > request->body_limit) {
        call_set_plain(call, 413, SLICE("the body is larger than what is taken here\n"));
        return refuse_body(call);
    }
    call->step = STEP_TAKE;
    if (has_body(request))
        connection_phase(call->connection, PHASE_BODY);
    return MHD_YES;
}

static enum MHD_Result first_look(struct call *call, const char *method, const char *version)
{
    struct connection *connection = call->connection;
    struct server *server = connection->server;
    connection_phase(connection, PHASE_BODY);
    atomic_fetch_add_explicit(&connection->loop->requests, 1, memory_order_relaxed);
    bool known = !server->tls || tls_identify(server, connection, call->wire);
    const char *unclear = NULL;
    fill_request(call, method);
    if (!known)
        call_set_plain(call, 403, SLICE("the client certificate is not one that is taken here\n"));
    else if (!read_forwarded(call))
        call_set_plain(call, 400, SLICE("X-Forwarded-For and Forwarded name different clients\n"));
    else if ((unclear = call_framing(call, version)))
        call_set_plain(call, 400, slice_str(unclear));
    else
        return begin(call);
    call->response.close = true;
    call->failed_early = true;
    return call_answer(call);
}

enum MHD_Result call_handle(void *context, struct MHD_Connection *wire, const char *url,
                            const char *method, const char *version, const char *upload,
                            size_t *upload_size, void **state)
{
    struct call *call = *state;
    (void)context, (void)wire, (void)url;
    if (!call)
        return MHD_NO;
    if (*upload_size) {
        struct slice bytes = slice_of(upload, *upload_size);
        *upload_size = 0;
        return call_take_piece(call, bytes);
    }
    switch (call->step) {
    case STEP_NEW:
        return first_look(call, method, version);
    case STEP_PREPARED:
        connection_phase(call->connection, PHASE_BODY);
        return begin(call);
    case STEP_TAKE:
        return call->plan != SERVER_STREAM || call_stream_flush(call) ? call_to_worker(call)
                                                                      : call_answer(call);
    case STEP_DISCARD:
    case STEP_DONE:
        return call_answer(call);
    default:
        return MHD_NO;
    }
}

void server_hear(void *context, const char *format, va_list arguments)
{
    struct loop *loop = context;
    /* "Error processing request (HTTP response code is %u ('%s')). Closing connection.\n" */
    if (slice_search(slice_str(format), SLICE("HTTP response code is %u")) < strlen(format))
        loop->said = (int)va_arg(arguments, unsigned);
}

/* Another connection's may come between: then it is that one's, and a 400 here. */
int loop_said(struct loop *loop)
{
    int said = loop->said ? loop->said : 400;
    loop->said = 0;
    return said;
}

void server_refusal(struct server *server, const char *client, struct call *call, int status,
                    const char *id)
{
    const struct server_handler *handler = &server->options.handler;
    struct server_request request = {.client = slice_str(client), .started = clock_monotonic()};
    if (!handler->refused)
        return;
    if (call)
        request = call->request;
    request.client = slice_str(client);
    if (id)
        memcpy(request.id, id, sizeof request.id);
    else if (!request.id[0])
        server_make_id(request.id);
    handler->refused(handler->context, &request, status);
}

void call_completed(void *context, struct MHD_Connection *wire, void **state,
                    enum MHD_RequestTerminationCode code)
{
    struct loop *loop = context;
    const struct server_handler *handler = &loop->server->options.handler;
    struct call *call = *state;
    (void)wire;
    *state = NULL;
    if (!call)
        return;
    call->request.broken = call->step != STEP_ANSWERED ||
                           (code != MHD_REQUEST_TERMINATED_COMPLETED_OK && !call->said_raw);
    uint64_t sent = call->request.broken || call->is_head ? 0 : call->size;
    atomic_fetch_add_explicit(&loop->bytes_out, sent, memory_order_relaxed);
    if (call->failed_early && !call->request.broken)
        server_linger_add(loop->server, call->connection->fd);
    if (call->step == STEP_TAKE && call->plan == SERVER_STREAM)
        (void)call_stream_flush(
            call); /* what came before it broke counts: uploads can be resumed */
    if (call->begun) {
        handler->end(handler->context, &call->request, call->status, sent);
    } else if (call->status || code == MHD_REQUEST_TERMINATED_WITH_ERROR) {
        if (!call->status) {
            call->request.broken = !loop->said; /* else libmicrohttpd has answered */
            call->status = loop_said(loop);
        }
        server_refusal(loop->server, call->connection->address, call, call->status, NULL);
    }
    if (call->response.has_file && call->response.fd >= 0)
        close(call->response.fd);
    server_stored_unref(call->response.stored);
    connection_phase(call->connection, PHASE_IDLE);
    call_free(loop, call);
}
