/* See forwarded.h. */
#include "net/forwarded.h"

/* One hop, as one header tells it. */
struct hop {
    char address[NETWORK_ADDRESS_MAX];
    bool https;
};

bool forwarded_trusts(const struct network *proxies, size_t count, struct slice address)
{
    for (size_t i = 0; i < count; i++)
        if (network_holds(&proxies[i], address))
            return true;
    return false;
}

static bool is_port(struct slice text)
{
    uint64_t port;
    return text.len > 1 && text.at[0] == ':' && text.len <= 6 &&
           slice_u64(slice_from(text, 1), &port);
}

/* "192.0.2.7", "192.0.2.7:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711". */
static bool take_node(struct slice text, char address[NETWORK_ADDRESS_MAX])
{
    if (text.len && text.at[0] == '[') {
        size_t end = slice_find(text, ']');
        struct slice port = slice_from(text, end + 1);
        return end < text.len && (!port.len || is_port(port)) &&
               network_address(slice_upto(slice_from(text, 1), end - 1), address);
    }
    size_t colon = slice_find(text, ':');
    if (colon < text.len && slice_find_last(text, ':') == colon && is_port(slice_from(text, colon)))
        text = slice_upto(text, colon);
    return network_address(text, address);
}

static bool take_x_for(struct slice element, struct hop *hop)
{
    hop->https = false;
    return take_node(slice_trim(element), hop->address);
}

static struct slice unquote(struct slice text)
{
    if (text.len >= 2 && text.at[0] == '"' && text.at[text.len - 1] == '"')
        return slice_upto(slice_from(text, 1), text.len - 2);
    return text;
}

/* for=…;proto=…;by=…;host=…; values are tokens or quoted; what has a backslash in it is no address.
 */
static bool take_forwarded(struct slice element, struct hop *hop)
{
    struct slice node = {NULL, 0};
    hop->https = false;
    while (element.len) {
        struct slice pair = slice_trim(slice_cut(&element, ';'));
        size_t equals = slice_find(pair, '=');
        struct slice name = slice_upto(pair, equals), value = unquote(slice_from(pair, equals + 1));
        if (slice_equal_nocase(name, SLICE("for")))
            node = value;
        if (slice_equal_nocase(name, SLICE("proto")))
            hop->https = slice_equal_nocase(value, SLICE("https"));
    }
    return take_node(node, hop->address);
}

/* The last element goes from *rest; commas within quotes are none. */
static struct slice cut_last(struct slice *rest)
{
    bool quoted = false;
    size_t at = rest->len;
    while (at > 0 && (quoted || rest->at[at - 1] != ',')) {
        quoted ^= rest->at[at - 1] == '"';
        at--;
    }
    struct slice last = slice_from(*rest, at);
    *rest = slice_upto(*rest, at ? at - 1 : 0);
    return last;
}

/* False: not even the last hop is told in a way that can be read. */
static bool read_hops(struct slice header, bool (*take)(struct slice, struct hop *),
                      const struct network *proxies, size_t count, struct hop *client)
{
    bool found = false;
    struct hop hop;
    while (header.len) {
        struct slice element = cut_last(&header);
        if (!slice_trim(element).len)
            continue; /* RFC 9110 section 5.6.1: lists may have holes */
        if (!take(element, &hop))
            break;
        *client = hop;
        found = true;
        if (!forwarded_trusts(proxies, count, slice_str(hop.address)))
            break;
    }
    return found;
}

struct forwarded forwarded_read(const struct forwarded_headers *headers,
                                const struct network *proxies, size_t count)
{
    struct forwarded made = {.word = FORWARDED_NOTHING};
    struct hop by_x, by_standard;
    struct slice protos = headers->x_proto, proto = slice_trim(cut_last(&protos));
    bool x = read_hops(headers->x_for, take_x_for, proxies, count, &by_x);
    bool standard = read_hops(headers->forwarded, take_forwarded, proxies, count, &by_standard);
    made.https =
        slice_equal_nocase(proto, SLICE("https")) || (!proto.len && standard && by_standard.https);
    if (x && standard && strcmp(by_x.address, by_standard.address) != 0)
        made.word = FORWARDED_CONTRADICTS;
    else if (x || standard)
        made.word = FORWARDED_CLIENT;
    if (x || standard)
        memcpy(made.address, x ? by_x.address : by_standard.address, sizeof made.address);
    return made;
}
