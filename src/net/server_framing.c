/*
 * See server_parts.h: what of a request's head could be read in two ways.
 *
 * libmicrohttpd (0.9.75) ends lines at a lone LF, keeps a lone CR, cuts texts at a NUL, and puts a
 * folded line behind the *name* of the header before it, so that "Content-: 3" and a second line
 * " Length" are a Content-Length: a proxy before us sees none of that. It shows no raw head; but
 * its texts stand in one buffer, where it has ended each by writing NUL over the byte behind it:
 *
 *   PUT /path HTTP/1.1 CR LF Name: value CR LF Name: value CR LF CR LF
 *            0         0  0      0       0  0      0       0  0  0  0
 *
 * So a head that was read as it was meant leaves no gap, and every other one does.
 */
#include "net/server_parts.h"

struct framing {
    unsigned lengths, encodings;
    unsigned once; /* bits: which of `singles` have been seen */
    bool wrong, bad_name;
    uint64_t length;
    const char *next; /* where the next header begins, unless there is a gap */
};

/* Of these the first would count here, and the last for others. */
static const char *const singles[] = {
    "host",       "authorization", "content-type",         "content-range",
    "x-amz-date", "x-amz-target",  "x-amz-security-token", "x-amz-content-sha256",
};

static bool is_single(struct slice name, unsigned *bit)
{
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
        *bit = 1U << i;
        if (slice_equal_nocase(name, slice_str(singles[i])))
            return true;
    }
    return false;
}

/* RFC 9110 section 5.6.2. "Content-Length " with its blank is none of ours and one to others. */
static bool is_token(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] <= ' ' || name.at[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", name.at[i]))
            return false;
    return name.len > 0;
}

/* The value stands behind "Name:" and blanks. */
static bool stands_behind(struct slice name, struct slice value)
{
    const char *at = name.at + name.len + 1;
    if (value.at < at || value.at - at > SERVER_POOL)
        return false;
    while (at < value.at && (*at == ' ' || *at == '\t'))
        at++;
    return at == value.at;
}

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name,
                                      size_t name_len, const char *value, size_t value_len)
{
    struct framing *framing = context;
    struct slice key = slice_of(name, name_len), text = slice_of(value, value ? value_len : 0);
    unsigned bit;
    (void)kind;
    framing->bad_name |= !is_token(key) || !text.at || name != framing->next ||
                         !stands_behind(key, text) || slice_find(text, '\r') < text.len;
    if (framing->bad_name)
        return MHD_NO;
    framing->next = value + value_len + 2;
    if (is_single(key, &bit)) {
        framing->bad_name |= (framing->once & bit) != 0;
        framing->once |= bit;
    } else if (slice_equal_nocase(key, SLICE("content-length"))) {
        framing->wrong |= !slice_u64(text, &framing->length);
        framing->lengths++;
    } else if (slice_equal_nocase(key, SLICE("transfer-encoding"))) {
        framing->wrong |= !slice_equal_nocase(text, SLICE("chunked"));
        framing->encodings++;
    }
    return MHD_YES;
}

/* Both line ends behind the last header. */
static bool ends_the_head(const char *next)
{
    return !next[-2] && !next[-1] && !next[0] && !next[1];
}

/* RFC 9112 section 3.2.2: "GET http://host/path" is for that host, whatever Host says. */
static bool is_for_another(const struct server_request *request)
{
    struct slice target = request->target;
    size_t scheme = slice_search(target, SLICE("://"));
    if (slice_starts(target, SLICE("/")) || scheme == target.len)
        return false;
    struct slice name = slice_upto(target, scheme), rest = slice_from(target, scheme + 3);
    size_t slash = slice_find(rest, '/'), mark = slice_find(rest, '?');
    return !(slice_equal_nocase(name, SLICE("http")) || slice_equal_nocase(name, SLICE("https"))) ||
           !slice_equal_nocase(slice_upto(rest, slash < mark ? slash : mark), request->server_name);
}

const char *call_framing(struct call *call, const char *version)
{
    struct framing framing = {.next = version + strlen(version) + 2};
    struct slice target = call->request.target;
    if (version != call->uri + target.len + 1 || slice_find(target, '\r') < target.len)
        return "the request line can be read in two ways\n";
    call->connection->server->api->get_connection_values_n(call->wire, MHD_HEADER_KIND,
                                                           look_at_header, &framing);
    call->request.has_length = framing.lengths > 0;
    call->request.length = framing.length;
    call->request.chunked = framing.encodings > 0;
    if (framing.bad_name || !ends_the_head(framing.next))
        return "the headers can be read in two ways\n";
    if (is_for_another(&call->request))
        return "the request's target and its Host name different servers\n";
    if (framing.wrong || framing.lengths + framing.encodings > 1 ||
        (framing.encodings && strcmp(version, "HTTP/1.0") == 0))
        return "the length of the body is not clear\n";
    return NULL;
}
