/*
 * The steps of a request on its loop. libmicrohttpd calls call_handle once when the headers are
 * there, once for each piece of body, and once at the end; and again after each suspension. What
 * is queued at the first call makes it close the connection without reading the body, so that is
 * done only where a body is refused.
 */
#include <errno.h>
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

struct slice server_header(const struct server_request *request, const char *name)
{
    const struct call *call = (const struct call *)request;
    const char *value = NULL;
    size_t len = 0;
    call->connection->server->api->lookup_connection_value_n(call->wire, MHD_HEADER_KIND, name,
                                                             strlen(name), &value, &len);
    return slice_of(value, value ? len : 0);
}

struct gathered {
    struct slice name, all;
    struct arena *arena;
};

static enum MHD_Result gather(void *context, enum MHD_ValueKind kind, const char *name,
                              size_t name_len, const char *value, size_t value_len)
{
    struct gathered *gathered = context;
    (void)kind;
    if (!slice_equal_nocase(slice_of(name, name_len), gathered->name))
        return MHD_YES;
    struct slice one = slice_of(value, value ? value_len : 0);
    gathered->all = gathered->all.at ? arena_printf(gathered->arena, "%.*s, %.*s",
                                                    SLICE_ARG(gathered->all), SLICE_ARG(one))
                                     : one;
    return gathered->all.at ? MHD_YES : MHD_NO;
}

struct slice server_header_all(const struct server_request *request, const char *name)
{
    const struct call *call = (const struct call *)request;
    struct gathered gathered = {.name = slice_str(name), .arena = request->arena};
    call->connection->server->api->get_connection_values_n(call->wire, MHD_HEADER_KIND, gather,
                                                           &gathered);
    return gathered.all;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What is no escape stays as it is. */
static struct slice decode(struct slice text, struct arena *arena)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; to && i < text.len; i++) {
        int high = -1, low = -1;
        if (text.at[i] == '%' && i + 2 < text.len) {
            high = hex_digit(text.at[i + 1]);
            low = hex_digit(text.at[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            to[len++] = (char)(high * 16 + low);
            i += 2;
        } else {
            to[len++] = text.at[i] == '+' ? ' ' : text.at[i];
        }
    }
    return slice_of(to, to ? len : 0);
}

bool server_query(const struct server_request *request, const char *name, struct slice *value)
{
    struct slice rest = request->query;
    while (rest.len) {
        struct slice pair = slice_cut(&rest, '&');
        size_t equals = slice_find(pair, '=');
        struct slice key = slice_upto(pair, equals);
        if (key.len > 1024)
            continue;
        if (!slice_equal_str(key, name) &&
            !(slice_find(key, '%') < key.len && slice_equal_str(decode(key, request->arena), name)))
            continue;
        *value = decode(slice_from(pair, equals + 1), request->arena);
        return value->at != NULL;
    }
    return false;
}

bool server_set(const struct server_request *request, struct server_response *response,
                const char *name, struct slice value)
{
    struct error ignored = {0};
    struct slice copy = arena_copy(request->arena, value);
    if (copy.at &&
        http_headers_add(&response->headers, slice_str(name), copy, request->arena, &ignored))
        return true;
    response->status = 0; /* told as 500 */
    return false;
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
    request->started = clock_monotonic();
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

static void plain_answer(struct call *call, int status, struct slice text)
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
        plain_answer(call, 413, SLICE("the body is larger than what is taken here\n"));
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
        plain_answer(call, 403, SLICE("the client certificate is not one that is taken here\n"));
    else if (!read_forwarded(call))
        plain_answer(call, 400, SLICE("X-Forwarded-For and Forwarded name different clients\n"));
    else if ((unclear = call_framing(call, version)))
        plain_answer(call, 400, slice_str(unclear));
    else
        return begin(call);
    call->response.close = true;
    call->failed_early = true;
    return call_answer(call);
}

/* Grows by doubling; never beyond what was declared. */
static bool body_room(struct call *call, size_t more)
{
    size_t need = call->request.body.len + more, room = call->body_room ? call->body_room : 4096;
    while (room < need)
        room *= 2;
    if (call->request.has_length && room > call->request.length)
        room = (size_t)call->request.length;
    if (room < need)
        room = need;
    if (room == call->body_room)
        return true;
    struct server *server = call->connection->server;
    size_t added = room - call->body_room;
    /* All bodies together have a limit, too: many of moderate size are as bad as a large one. */
    bool fits = atomic_fetch_add(&server->collected, added) + added <= SERVER_BODIES_MAX;
    char *grown = fits ? realloc(call->body, room) : NULL;
    if (!grown) {
        atomic_fetch_sub(&server->collected, added);
        return false;
    }
    call->body = grown;
    call->body_room = room;
    return true;
}

static void collect(struct call *call, struct slice bytes)
{
    struct server_request *request = &call->request;
    if (bytes.len > request->body_limit - request->body.len) {
        const struct server_handler *handler = &call->connection->server->options.handler;
        plain_answer(call, 413, SLICE("the body is larger than what is taken here\n"));
        if (handler->too_large) {
            call->response = (struct server_response){.fd = -1};
            handler->too_large(handler->context, request, &call->response);
        }
        call->step = STEP_DISCARD;
    } else if (!body_room(call, bytes.len)) {
        plain_answer(call, 503, SLICE("too many large bodies at once; try again\n"));
        server_set(request, &call->response, "Retry-After", SLICE("1"));
        call->step = STEP_DISCARD;
    } else {
        memcpy(call->body + request->body.len, bytes.at, bytes.len);
        request->body = slice_of(call->body, request->body.len + bytes.len);
    }
}

/* What nobody wants any more; not for ever: then the answer is said in the middle of the body, and
   the connection ends. */
static enum MHD_Result discard(struct call *call, size_t len)
{
    const struct server_request *request = &call->request;
    uint64_t left = request->has_length ? request->length - request->received : 0;
    call->discarded += len;
    if (call->discarded <= SERVER_DISCARD_MAX && left <= SERVER_DISCARD_MAX)
        return MHD_YES;
    if (call->step == STEP_TAKE) /* no answer is known yet */
        plain_answer(call, 413, SLICE("the body is larger than what is taken here\n"));
    call_answer_raw(call);
    return MHD_NO;
}

/* What was gathered goes to the handler. False: it wants no more. */
static bool stream_flush(struct call *call)
{
    const struct server_handler *handler = &call->connection->server->options.handler;
    struct slice bytes = slice_of(call->body, call->gathered);
    call->gathered = 0;
    return bytes.len == 0 ||
           handler->piece(handler->context, &call->request, bytes, &call->response);
}

/* Pieces come in the size of libmicrohttpd's buffer, which has to be small; hashing and writing
   cost a quarter less in larger ones that begin at a page of the file. */
static bool stream_gather(struct call *call, struct slice bytes)
{
    if (!call->body)
        call->body = malloc(SERVER_PIECE);
    if (!call->body) {
        plain_answer(call, 503, SLICE("out of memory\n"));
        return false;
    }
    while (bytes.len) {
        struct slice some = slice_upto(bytes, SERVER_PIECE - call->gathered);
        memcpy(call->body + call->gathered, some.at, some.len);
        call->gathered += some.len;
        bytes = slice_from(bytes, some.len);
        if (call->gathered == SERVER_PIECE && !stream_flush(call))
            return false;
    }
    return true;
}

static enum MHD_Result take_piece(struct call *call, struct slice bytes)
{
    struct connection *connection = call->connection;
    call->request.received += bytes.len;
    atomic_store_explicit(&connection->received, call->request.received, memory_order_relaxed);
    atomic_store_explicit(&connection->moved, server_milliseconds(), memory_order_relaxed);
    atomic_fetch_add_explicit(&connection->loop->bytes_in, bytes.len, memory_order_relaxed);
    if (call->step != STEP_TAKE || call->plan == SERVER_RUN)
        return discard(call, bytes.len);
    if (call->plan == SERVER_BODY)
        collect(call, bytes);
    else if (!stream_gather(call, bytes))
        call->step = STEP_DISCARD;
    return call->step == STEP_DISCARD ? discard(call, 0) : MHD_YES;
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
        return take_piece(call, bytes);
    }
    switch (call->step) {
    case STEP_NEW:
        return first_look(call, method, version);
    case STEP_PREPARED:
        connection_phase(call->connection, PHASE_BODY);
        return begin(call);
    case STEP_TAKE:
        return call->plan != SERVER_STREAM || stream_flush(call) ? call_to_worker(call)
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
        (void)stream_flush(call); /* what came before it broke counts: uploads can be resumed */
    if (call->begun)
        handler->end(handler->context, &call->request, call->status, sent);
    else if (call->status || code == MHD_REQUEST_TERMINATED_WITH_ERROR)
        server_refusal(loop->server, call->connection->address, call,
                       call->status ? call->status : loop_said(loop), NULL);
    if (call->response.has_file && call->response.fd >= 0)
        close(call->response.fd);
    server_stored_unref(call->response.stored);
    connection_phase(call->connection, PHASE_IDLE);
    call_free(loop, call);
}
