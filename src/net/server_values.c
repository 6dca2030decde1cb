/* What a handler asks of its request, and sets of its answer. See server.h. */
#include "net/server_parts.h"

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
