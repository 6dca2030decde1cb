/*
 * The body of a request, piece by piece on its loop: gathered in memory up to the request's limit,
 * handed on to the handler as it comes, or read and forgotten.
 */
#include <stdlib.h>

#include "net/server_parts.h"

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
        call_set_plain(call, 413, SLICE("the body is larger than what is taken here\n"));
        if (handler->too_large) {
            call->response = (struct server_response){.fd = -1};
            handler->too_large(handler->context, request, &call->response);
        }
        call->step = STEP_DISCARD;
    } else if (!body_room(call, bytes.len)) {
        call_set_plain(call, 503, SLICE("too many large bodies at once; try again\n"));
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
        call_set_plain(call, 413, SLICE("the body is larger than what is taken here\n"));
    call_answer_raw(call);
    return MHD_NO;
}

bool call_stream_flush(struct call *call)
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
        call_set_plain(call, 503, SLICE("out of memory\n"));
        return false;
    }
    while (bytes.len) {
        struct slice some = slice_upto(bytes, SERVER_PIECE - call->gathered);
        memcpy(call->body + call->gathered, some.at, some.len);
        call->gathered += some.len;
        bytes = slice_from(bytes, some.len);
        if (call->gathered == SERVER_PIECE && !call_stream_flush(call))
            return false;
    }
    return true;
}

enum MHD_Result call_take_piece(struct call *call, struct slice bytes)
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
