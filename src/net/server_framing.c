/* See server_parts.h: what of a request's head could be read in two ways. */
#include "net/server_parts.h"

struct framing {
    unsigned lengths, encodings, hosts;
    bool wrong, bad_name;
    uint64_t length;
};

/* RFC 9110 section 5.6.2. "Content-Length " with its blank is none of ours and one to others. */
static bool is_token(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] <= ' ' || name.at[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", name.at[i]))
            return false;
    return name.len > 0;
}

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name,
                                      size_t name_len, const char *value, size_t value_len)
{
    struct framing *framing = context;
    struct slice key = slice_of(name, name_len), text = slice_of(value, value ? value_len : 0);
    (void)kind;
    framing->bad_name |= !is_token(key);
    framing->hosts += slice_equal_nocase(key, SLICE("host"));
    if (slice_equal_nocase(key, SLICE("content-length"))) {
        framing->wrong |= !slice_u64(text, &framing->length);
        framing->lengths++;
    } else if (slice_equal_nocase(key, SLICE("transfer-encoding"))) {
        framing->wrong |= !slice_equal_nocase(text, SLICE("chunked"));
        framing->encodings++;
    }
    return MHD_YES;
}

const char *call_framing(struct call *call, const char *version)
{
    struct framing framing = {0};
    call->connection->server->api->get_connection_values_n(call->wire, MHD_HEADER_KIND,
                                                           look_at_header, &framing);
    call->request.has_length = framing.lengths > 0;
    call->request.length = framing.length;
    call->request.chunked = framing.encodings > 0;
    if (framing.bad_name || framing.hosts > 1)
        return "the headers can be read in two ways\n";
    if (framing.wrong || framing.lengths + framing.encodings > 1 ||
        (framing.encodings && strcmp(version, "HTTP/1.0") == 0))
        return "the length of the body is not clear\n";
    return NULL;
}
