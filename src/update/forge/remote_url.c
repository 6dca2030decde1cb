#include "update/forge/remote_url.h"

#include "base/ascii.h"
#include "net/url.h"

static bool is_word(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] <= ' ' || text.at[i] == 0x7F || text.at[i] == '\\')
            return false;
    return text.len > 0;
}

static struct slice lower(struct slice text, struct arena *arena)
{
    struct slice copy = arena_copy(arena, text);
    for (size_t i = 0; copy.at && i < copy.len; i++)
        ((char *)copy.at)[i] = ascii_lower(copy.at[i]);
    return copy;
}

/* "user:password@host:port" into its parts; what is left of `authority` is the host. */
static bool cut_authority(struct slice authority, struct arena *arena, struct remote_url *url,
                          struct error *err)
{
    size_t at = slice_find_last(authority, '@'), colon;
    uint64_t port = 0;
    if (at < authority.len) {
        struct slice user = slice_upto(authority, at);
        url->user = slice_cut(&user, ':');
        authority = slice_from(authority, at + 1);
    }
    colon = slice_find_last(authority, ':');
    if (colon < authority.len && !slice_ends(authority, SLICE("]"))) {
        if (!slice_u64(slice_from(authority, colon + 1), &port) || port == 0 || port > UINT16_MAX)
            return error_set(err, ERROR_USAGE, "the port in the remote's address is no number");
        authority = slice_upto(authority, colon);
    }
    url->port = (uint16_t)port;
    url->host = lower(authority, arena);
    if (!url->host.at)
        return arena_error(err);
    return authority.len > 0 || error_set(err, ERROR_USAGE, "no host in the remote's address");
}

/* "/acme/web.git/" → owner "acme", name "web". */
static void cut_path(struct slice path, struct remote_url *url)
{
    while (slice_starts(path, SLICE("/")))
        path = slice_from(path, 1);
    while (slice_ends(path, SLICE("/")))
        path = slice_upto(path, path.len - 1);
    if (slice_ends(path, SLICE(".git")))
        path = slice_upto(path, path.len - 4);
    size_t slash = slice_find_last(path, '/');
    url->name = slash < path.len ? slice_from(path, slash + 1) : path;
    url->owner =
        slash < path.len && url->host.len ? slice_upto(path, slash) : (struct slice){"", 0};
}

static bool cut_scheme(struct slice *rest, enum remote_kind *kind)
{
    static const struct {
        const char *scheme;
        enum remote_kind kind;
    } schemes[] = {{"https://", REMOTE_HTTPS}, {"http://", REMOTE_HTTP},
                   {"ssh://", REMOTE_SSH},     {"git+ssh://", REMOTE_SSH},
                   {"ssh+git://", REMOTE_SSH}, {"file://", REMOTE_FILE}};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t length = strlen(schemes[i].scheme);
        if (slice_equal_nocase(slice_upto(*rest, length), slice_str(schemes[i].scheme))) {
            *rest = slice_from(*rest, length);
            *kind = schemes[i].kind;
            return true;
        }
    }
    return false;
}

/* "git@host:acme/web.git": a colon before the first slash. */
static bool is_scp(struct slice text)
{
    size_t colon = slice_find(text, ':');
    return colon > 1 && colon < text.len && colon < slice_find(text, '/');
}

bool remote_url_parse(struct slice text, struct arena *arena, struct remote_url *url,
                      struct error *err)
{
    struct slice rest = text;
    struct remote_url made = {.kind = REMOTE_FILE};
    if (text.len > REMOTE_URL_MAX || !is_word(text))
        return error_set(err, ERROR_USAGE,
                         "the remote's address is empty, too long, or has blanks");
    bool scheme = cut_scheme(&rest, &made.kind);
    if (!scheme && slice_search(text, SLICE("://")) < text.len)
        return error_set(err, ERROR_USAGE, "remotes are https, ssh or file; \"%.*s\" is neither",
                         SLICE_ARG(slice_upto(text, slice_find(text, ':'))));
    if (!scheme && is_scp(text)) {
        made.kind = REMOTE_SSH;
        if (!cut_authority(slice_cut(&rest, ':'), arena, &made, err))
            return false;
    } else if (scheme && made.kind != REMOTE_FILE) {
        if (!cut_authority(slice_cut(&rest, '/'), arena, &made, err))
            return false;
    }
    cut_path(rest, &made);
    if (!made.name.len || (made.host.len && !made.owner.len))
        return error_set(err, ERROR_USAGE, "the remote's address names no repository");
    *url = made;
    return true;
}

struct slice remote_url_show(struct slice text, struct arena *arena)
{
    size_t scheme = slice_search(text, SLICE("://"));
    size_t from = scheme < text.len ? scheme + 3 : 0;
    struct slice rest = slice_from(text, from);
    struct slice authority = slice_upto(rest, slice_find(rest, '/'));
    size_t at = slice_find_last(authority, '@');
    if (at == authority.len)
        return arena_copy(arena, text);
    return arena_printf(arena, "%.*s%.*s", SLICE_ARG(slice_upto(text, from)),
                        SLICE_ARG(slice_from(rest, at + 1)));
}

bool remote_url_is_loopback(const struct remote_url *url)
{
    struct slice host = url->host;
    if (slice_starts(host, SLICE("[")) && slice_ends(host, SLICE("]")))
        host = slice_from(slice_upto(host, host.len - 1), 1);
    return url_host_is_loopback(host);
}
