#include "net/url.h"

#include <stdio.h>

#include "base/ascii.h"

static const char hex_digits[] = "0123456789ABCDEF";

static int hex_value(char c)
{
    if (ascii_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_unreserved(char c)
{
    return ascii_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* What may stand in a path or query unencoded; "%" too, since what comes is encoded already. */
static bool is_plain(char c)
{
    return is_unreserved(c) || (c != '\0' && strchr("!$&'()*+,;=:@/?%[]|", c));
}

static bool is_encodable(char c)
{
    return c == ' ' || (unsigned char)c >= 0x80 || (c != '\0' && strchr("\"<>\\^`{}", c));
}

/* Copies `text`, percent-encoding what `keep` does not let through. */
static struct slice encode(struct slice text, bool (*keep)(char), struct arena *arena)
{
    char *to = text.len < SIZE_MAX / 4 ? arena_alloc(arena, text.len * 3 + 1) : NULL;
    struct slice encoded = {to, 0};
    for (size_t i = 0; to && i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (keep(text.at[i])) {
            to[encoded.len++] = text.at[i];
            continue;
        }
        to[encoded.len++] = '%';
        to[encoded.len++] = hex_digits[c >> 4];
        to[encoded.len++] = hex_digits[c & 15];
    }
    return encoded;
}

struct slice url_encode(struct slice text, struct arena *arena)
{
    return encode(text, is_unreserved, arena);
}

struct slice url_decode(struct slice text, struct arena *arena)
{
    char *to = arena_alloc(arena, text.len + 1);
    struct slice decoded = {to, 0};
    for (size_t i = 0; to && i < text.len; i++) {
        int high = text.at[i] == '%' && i + 2 < text.len ? hex_value(text.at[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text.at[i + 2]) : -1;
        if (low >= 0)
            i += 2;
        to[decoded.len++] = low >= 0 ? (char)(high * 16 + low) : text.at[i];
    }
    return decoded;
}

static bool encode_part(struct slice *part, struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < part->len; i++)
        if (!is_plain(part->at[i]) && !is_encodable(part->at[i]))
            return error_set(err, ERROR_USAGE, "control character in a URL");
    *part = encode(*part, is_plain, arena);
    return part->at || arena_error(err);
}

/* RFC 3986 section 5.2.4 on a path that starts with "/". */
static struct slice remove_dots(struct slice path, struct arena *arena)
{
    char *to = arena_alloc(arena, path.len + 2);
    struct slice clean = {to, 0}, rest = slice_from(path, 1);
    bool more = to != NULL;
    while (more) {
        more = slice_find(rest, '/') < rest.len;
        struct slice part = slice_cut(&rest, '/');
        if (slice_equal_str(part, "..")) {
            clean.len = slice_find_last(clean, '/') < clean.len ? slice_find_last(clean, '/') : 0;
        } else if (!slice_equal_str(part, ".")) {
            to[clean.len++] = '/';
            if (part.len)
                memcpy(to + clean.len, part.at, part.len);
            clean.len += part.len;
            continue;
        }
        if (!more) /* a dot part at the end names a folder */
            to[clean.len++] = '/';
    }
    return clean;
}

static bool parse_port(struct slice text, struct url *url, struct error *err)
{
    uint64_t port;
    if (text.len == 0) /* "host:" means the scheme's own */
        return true;
    if (!slice_u64(text, &port) || port == 0 || port > UINT16_MAX)
        return error_set(err, ERROR_USAGE, "\"%.*s\" is not a port", SLICE_ARG(text));
    url->port = (uint16_t)port;
    return true;
}

static bool check_host(struct slice host, bool bracketed, struct error *err)
{
    if (host.len == 0 || host.len > 253)
        return error_set(err, ERROR_USAGE, "a URL needs a host of 1 to 253 characters");
    for (size_t i = 0; i < host.len; i++) {
        char c = host.at[i];
        bool fine = bracketed ? hex_value(c) >= 0 || c == ':' || c == '.'
                              : ascii_alnum(c) || c == '.' || c == '-' || c == '_';
        if (!fine)
            return error_set(err, ERROR_USAGE, "\"%.*s\" is not a host name", SLICE_ARG(host));
    }
    return true;
}

static bool parse_authority(struct slice text, struct arena *arena, struct url *url,
                            struct error *err)
{
    size_t at = slice_find_last(text, '@');
    if (at < text.len) {
        url->user = slice_upto(text, at);
        text = slice_from(text, at + 1);
    }
    for (size_t i = 0; i < url->user.len; i++) /* "\\" is a "/" to some: not guessed at */
        if (!is_plain(url->user.at[i]))
            return error_set(err, ERROR_USAGE, "the user of a URL must be percent-encoded");
    bool bracketed = text.len && text.at[0] == '[';
    size_t end = bracketed ? slice_find(text, ']') : slice_find(text, ':');
    if (bracketed && end == text.len)
        return error_set(err, ERROR_USAGE, "an IPv6 address without its \"]\"");
    struct slice host = slice_from(slice_upto(text, end), bracketed);
    struct slice port = slice_from(text, bracketed ? end + 1 : end);
    if (port.len && port.at[0] != ':')
        return error_set(err, ERROR_USAGE, "\"%.*s\" after a host", SLICE_ARG(port));
    char *lower = arena_string(arena, host);
    if (!lower)
        return arena_error(err);
    for (size_t i = 0; i < host.len; i++)
        lower[i] = ascii_lower(lower[i]);
    url->host = slice_of(lower, host.len);
    return check_host(url->host, bracketed, err) && parse_port(slice_from(port, 1), url, err);
}

static bool parse_scheme(struct slice *rest, struct url *url, struct error *err)
{
    size_t colon = slice_search(*rest, SLICE("://"));
    struct slice scheme = slice_upto(*rest, colon);
    bool secure = slice_equal_nocase(scheme, SLICE("https"));
    if (colon == rest->len || (!secure && !slice_equal_nocase(scheme, SLICE("http"))))
        return error_set(err, ERROR_USAGE, "not an http:// or https:// URL");
    *url =
        (struct url){.scheme = secure ? SLICE("https") : SLICE("http"), .port = secure ? 443 : 80};
    *rest = slice_from(*rest, colon + 3);
    return true;
}

bool url_parse(struct slice text, struct arena *arena, struct url *url, struct error *err)
{
    struct url parsed;
    if (text.len > URL_MAX)
        return error_set(err, ERROR_LIMIT, "a URL of over %d characters", URL_MAX);
    struct slice rest = arena_copy(arena, slice_upto(text, slice_find(text, '#')));
    if (!rest.at)
        return arena_error(err);
    if (!parse_scheme(&rest, &parsed, err))
        return false;
    size_t end = 0;
    while (end < rest.len && rest.at[end] != '/' && rest.at[end] != '?')
        end++;
    if (!parse_authority(slice_upto(rest, end), arena, &parsed, err))
        return false;
    rest = slice_from(rest, end);
    parsed.path = slice_cut(&rest, '?');
    parsed.query = rest;
    if (!encode_part(&parsed.path, arena, err) || !encode_part(&parsed.query, arena, err))
        return false;
    parsed.path = parsed.path.len ? remove_dots(parsed.path, arena) : SLICE("/");
    if (!parsed.path.at)
        return arena_error(err);
    *url = parsed;
    return true;
}

static bool has_scheme(struct slice reference)
{
    size_t i = 0;
    while (i < reference.len &&
           (ascii_alnum(reference.at[i]) || ascii_among(reference.at[i], "+-.")))
        i++;
    return i > 0 && i < reference.len && reference.at[i] == ':';
}

bool url_resolve(const struct url *base, struct slice reference, struct arena *arena,
                 struct url *url, struct error *err)
{
    if (reference.len > URL_MAX)
        return error_set(err, ERROR_LIMIT, "a URL of over %d characters", URL_MAX);
    if (has_scheme(reference))
        return url_parse(reference, arena, url, err);
    struct slice authority = url_authority(base, arena), text;
    struct slice folder = slice_upto(base->path, slice_find_last(base->path, '/') + 1);
    struct slice query = slice_upto(reference, slice_find(reference, '#'));
    if (slice_starts(reference, SLICE("//")))
        text = arena_printf(arena, "%s:%.*s", base->scheme.at, SLICE_ARG(reference));
    else if (slice_starts(reference, SLICE("/")))
        text = arena_printf(arena, "%s://%.*s%.*s", base->scheme.at, SLICE_ARG(authority),
                            SLICE_ARG(reference));
    else if (query.len == 0 || query.at[0] == '?')
        text = arena_printf(arena, "%s://%.*s%.*s%s%.*s", base->scheme.at, SLICE_ARG(authority),
                            SLICE_ARG(base->path), query.len || !base->query.len ? "" : "?",
                            SLICE_ARG(query.len ? query : base->query));
    else
        text = arena_printf(arena, "%s://%.*s%.*s%.*s", base->scheme.at, SLICE_ARG(authority),
                            SLICE_ARG(folder), SLICE_ARG(query));
    if (!authority.at || !text.at)
        return arena_error(err);
    return url_parse(text, arena, url, err);
}

struct slice url_authority(const struct url *url, struct arena *arena)
{
    bool usual = url->port == (slice_equal_str(url->scheme, "https") ? 443 : 80);
    bool bracketed = slice_find(url->host, ':') < url->host.len;
    char port[8] = "";
    if (!usual)
        snprintf(port, sizeof port, ":%u", url->port);
    return arena_printf(arena, "%s%.*s%s%s", bracketed ? "[" : "", SLICE_ARG(url->host),
                        bracketed ? "]" : "", port);
}

struct slice url_show(const struct url *url, struct arena *arena)
{
    struct slice authority = url_authority(url, arena);
    return arena_printf(arena, "%s://%.*s%.*s", url->scheme.at, SLICE_ARG(authority),
                        SLICE_ARG(url->path));
}

struct slice url_text(const struct url *url, struct arena *arena)
{
    struct slice shown = url_show(url, arena);
    if (!shown.at || !url->query.len)
        return shown;
    return arena_printf(arena, "%.*s?%.*s", SLICE_ARG(shown), SLICE_ARG(url->query));
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return slice_equal(a->scheme, b->scheme) && slice_equal(a->host, b->host) && a->port == b->port;
}

bool url_host_is_loopback(struct slice host)
{
    if (slice_equal_nocase(host, SLICE("localhost")) || slice_equal_str(host, "::1"))
        return true;
    size_t parts = 0;
    struct slice rest = host;
    if (!slice_starts(host, SLICE("127.")))
        return false;
    for (uint64_t number; rest.len; parts++)
        if (!slice_u64(slice_cut(&rest, '.'), &number) || number > 255)
            return false;
    return parts == 4;
}

bool url_query_add(struct url *url, const char *name, struct slice value, struct arena *arena,
                   struct error *err)
{
    struct slice encoded = url_encode(value, arena);
    struct slice query = arena_printf(arena, "%.*s%s%s=%.*s", SLICE_ARG(url->query),
                                      url->query.len ? "&" : "", name, SLICE_ARG(encoded));
    if (!encoded.at || !query.at)
        return arena_error(err);
    url->query = query;
    return true;
}
