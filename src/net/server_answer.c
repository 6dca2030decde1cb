/*
 * Responses as libmicrohttpd wants them. A stored one keeps a made response for each loop: making
 * one with eight headers costs as much as all the rest of a small request. The request id in it is
 * written over in place; that is why each loop has its own.
 */
#include <stdio.h>
#include <stdlib.h>

#include "net/server_parts.h"

enum { VALUE_MAX = 16 * 1024 };

struct server_stored {
    atomic_uint references;
    int status;
    struct http_headers headers;
    struct slice body;
    struct arena arena;
    struct {
        struct MHD_Response *made;
        char *id; /* its X-Request-Id's value, 32 digits */
    } copies[STORED_COPIES];
};

static atomic_uint copies_taken; /* a bit a loop, in all servers of the process */

int stored_copy_take(void)
{
    for (int i = 0; i < STORED_COPIES; i++)
        if (!(atomic_fetch_or(&copies_taken, 1U << i) & 1U << i))
            return i;
    return -1;
}

void stored_copy_give(int copy)
{
    if (copy >= 0)
        atomic_fetch_and(&copies_taken, ~(1U << copy));
}

struct server_stored *server_stored_new(int status, const struct http_headers *headers,
                                        struct slice body, struct error *err)
{
    struct server_stored *stored = calloc(1, sizeof *stored);
    if (!stored) {
        arena_error(err);
        return NULL;
    }
    atomic_init(&stored->references, 1);
    stored->status = status;
    arena_init(&stored->arena, body.len + (1 << 20));
    stored->body = arena_copy(&stored->arena, body);
    bool made = stored->body.at || arena_error(err);
    for (size_t i = 0; made && headers && i < headers->count; i++) {
        struct slice name = arena_copy(&stored->arena, headers->items[i].name);
        struct slice value = arena_copy(&stored->arena, headers->items[i].value);
        made = name.at && value.at
                   ? http_headers_add(&stored->headers, name, value, &stored->arena, err)
                   : arena_error(err);
    }
    if (made)
        return stored;
    server_stored_unref(stored);
    return NULL;
}

struct server_stored *server_stored_ref(struct server_stored *stored)
{
    atomic_fetch_add_explicit(&stored->references, 1, memory_order_relaxed);
    return stored;
}

void server_stored_unref(struct server_stored *stored)
{
    if (!stored || atomic_fetch_sub_explicit(&stored->references, 1, memory_order_acq_rel) != 1)
        return;
    struct error ignored = {0};
    const struct microhttpd_api *api = microhttpd_api_load(&ignored);
    for (size_t i = 0; i < STORED_COPIES; i++)
        if (stored->copies[i].made)
            api->destroy_response(stored->copies[i].made);
    arena_done(&stored->arena);
    free(stored);
}

/* libmicrohttpd wants C strings. */
static bool add_header(const struct microhttpd_api *api, struct MHD_Response *made,
                       struct slice name, struct slice value)
{
    char key[256], text[VALUE_MAX];
    if (name.len >= sizeof key || value.len >= sizeof text)
        return false;
    memcpy(key, name.at, name.len);
    key[name.len] = '\0';
    if (value.len)
        memcpy(text, value.at, value.len);
    text[value.len] = '\0';
    /* An empty value is refused there, and says nothing anyway. */
    return value.len == 0 || api->add_response_header(made, key, text) == MHD_YES;
}

static bool add_headers(const struct microhttpd_api *api, struct MHD_Response *made,
                        const struct http_headers *headers, const char *id)
{
    bool added = api->add_response_header(made, "X-Request-Id", id) == MHD_YES;
    for (size_t i = 0; added && i < headers->count; i++)
        added = add_header(api, made, headers->items[i].name, headers->items[i].value);
    return added;
}

static struct MHD_Response *make_plain(const struct microhttpd_api *api,
                                       const struct http_headers *headers, struct slice body,
                                       const char *id)
{
    void *bytes = (void *)(uintptr_t)body.at; /* only read */
    struct MHD_Response *made =
        api->create_response_from_buffer(body.len, bytes, MHD_RESPMEM_PERSISTENT);
    if (made && add_headers(api, made, headers, id))
        return made;
    if (made)
        api->destroy_response(made);
    return NULL;
}

/* The loop's copy, with this request's id in it. NULL: none can be made. */
static struct MHD_Response *stored_copy(struct server_stored *stored, const struct loop *loop,
                                        const char *id)
{
    const struct microhttpd_api *api = loop->server->api;
    struct MHD_Response *made = stored->copies[loop->copy].made;
    if (made) {
        memcpy(stored->copies[loop->copy].id, id, 32);
        return made;
    }
    made = make_plain(api, &stored->headers, stored->body, id);
    const char *value = made ? api->get_response_header(made, "X-Request-Id") : NULL;
    if (!value)
        return NULL;
    stored->copies[loop->copy].made = made;
    stored->copies[loop->copy].id = (char *)(uintptr_t)value;
    return made;
}

static enum MHD_Result queue(struct call *call, int status, uint64_t size,
                             struct MHD_Response *made)
{
    call->status = status;
    call->size = size;
    call->step = STEP_ANSWERED;
    connection_phase(call->connection, PHASE_SEND);
    return call->connection->server->api->queue_response(call->wire, (unsigned)status, made);
}

static enum MHD_Result answer_stored(struct call *call)
{
    struct server_stored *stored = call->response.stored;
    struct loop *loop = call->connection->loop;
    const struct microhttpd_api *api = loop->server->api;
    bool kept = loop->copy >= 0;
    struct MHD_Response *made =
        kept ? stored_copy(stored, loop, call->request.id)
             : make_plain(api, &stored->headers, stored->body, call->request.id);
    if (!made)
        return MHD_NO;
    enum MHD_Result result = queue(call, stored->status, stored->body.len, made);
    if (!kept)
        api->destroy_response(made);
    return result;
}

/* The answer to HEAD has a length and never a body. */
static ssize_t no_bytes(void *context, uint64_t at, char *to, size_t len)
{
    (void)context, (void)at, (void)to, (void)len;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *make_response(struct call *call)
{
    struct server_response *response = &call->response;
    const struct microhttpd_api *api = call->connection->server->api;
    struct MHD_Response *made = NULL;
    if (!response->has_file && !(response->has_size && call->is_head))
        return make_plain(api, &response->headers, response->body, call->request.id);
    if (call->is_head) {
        made = api->create_response_from_callback(response->size, 4096, no_bytes, NULL, NULL);
    } else {
        made = api->create_response_from_fd_at_offset64(response->size, response->fd,
                                                        response->offset);
        if (made)
            response->fd = -1; /* its own now */
    }
    if (made && add_headers(api, made, &response->headers, call->request.id))
        return made;
    if (made)
        api->destroy_response(made);
    return NULL;
}

static uint64_t body_size(const struct server_response *response)
{
    return response->has_file || response->has_size ? response->size : response->body.len;
}

/* A stored response as an ordinary one, and a status in any case. */
static void response_settle(struct server_response *response)
{
    const struct server_stored *stored = response->stored;
    if (stored) {
        response->status = stored->status;
        response->headers = stored->headers;
        response->body = stored->body;
        response->has_file = response->has_size = false;
    }
    if (response->status < 200 || response->status > 599)
        response->status = 500;
}

static void write_raw(const struct call *call, FILE *to)
{
    const struct server_response *response = &call->response;
    fprintf(to, "HTTP/1.1 %d Refused\r\nX-Request-Id: %s\r\nContent-Length: %zu\r\n",
            response->status, call->request.id, response->body.len);
    for (size_t i = 0; i < response->headers.count; i++)
        fprintf(to, "%.*s: %.*s\r\n", SLICE_ARG(response->headers.items[i].name),
                SLICE_ARG(response->headers.items[i].value));
    fprintf(to, "Connection: close\r\n\r\n");
    if (response->body.len)
        fwrite(response->body.at, 1, response->body.len, to);
}

void call_answer_raw(struct call *call)
{
    struct server *server = call->connection->server;
    char *text = NULL;
    size_t len = 0;
    response_settle(&call->response);
    FILE *to = call->response.has_file ? NULL : open_memstream(&text, &len);
    if (!to)
        return;
    write_raw(call, to);
    bool written = fclose(to) == 0;
    struct slice bytes = slice_of(text, len);
    if (written && (server->tls ? tls_send(server, call->wire, bytes)
                                : send(call->connection->fd, text, len,
                                       MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len)) {
        call->status = call->response.status;
        call->size = call->response.body.len;
        call->step = STEP_ANSWERED;
        call->failed_early = call->said_raw = true;
    }
    free(text);
}

enum MHD_Result call_answer(struct call *call)
{
    struct server *server = call->connection->server;
    struct server_response *response = &call->response;
    bool close = response->close || atomic_load(&server->closing);
    if (response->stored && !close) /* the kept one does not say that the connection ends */
        return answer_stored(call);
    response_settle(response);
    struct MHD_Response *made = make_response(call);
    if (!made)
        return MHD_NO;
    if (close)
        server->api->add_response_header(made, "Connection", "close");
    enum MHD_Result result = queue(call, response->status, body_size(response), made);
    server->api->destroy_response(made);
    return result;
}
