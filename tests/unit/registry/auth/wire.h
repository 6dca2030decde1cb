#pragma once
/* Requests without a network: what server.h tells of one comes from lists here. A test that
   includes this does not link the server. */
#include "net/form.h"
#include "net/server.h"
#include "registry/auth/auth.h"
#include "registry/core/bed.h"

struct wire {
    struct server_request request; /* first: server_header gets it back */
    struct http_headers headers;
    struct http_headers answer;
    struct arena arena;
};

struct slice server_header(const struct server_request *request, const char *name)
{
    return http_header_get(&((const struct wire *)request)->headers, name);
}

bool server_query(const struct server_request *request, const char *name, struct slice *value)
{
    struct form form;
    struct error err;
    if (!form_parse(request->query, request->arena, &form, &err) || !form_has(&form, name))
        return false;
    *value = form_get(&form, name);
    return true;
}

bool server_set(const struct server_request *request, struct server_response *response,
                const char *name, struct slice value)
{
    struct wire *wire = (struct wire *)(uintptr_t)request;
    struct error err;
    (void)response;
    return http_headers_add(&wire->answer, slice_str(name), value, request->arena, &err);
}

static inline void wire_open(struct wire *wire, const char *method, const char *path,
                             const char *query, const char *body)
{
    *wire = (struct wire){.request = {.method = slice_str(method),
                                      .path = slice_str(path),
                                      .query = slice_str(query),
                                      .body = slice_str(body),
                                      .client = SLICE("10.0.0.1"),
                                      .id = "0123456789abcdef0123456789abcdef"}};
    arena_init(&wire->arena, 64 << 20);
    wire->request.arena = &wire->arena;
}

static inline void wire_close(struct wire *wire)
{
    arena_done(&wire->arena);
}

static inline void wire_header(struct wire *wire, const char *name, struct slice value)
{
    struct error err = {0};
    if (!http_headers_add(&wire->headers, slice_str(name), arena_copy(&wire->arena, value),
                          &wire->arena, &err))
        fail_msg("%s", err.text);
}
