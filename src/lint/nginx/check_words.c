/* Arguments that have a grammar of their own. What nginx -t only finds in the world (names that do
   not resolve, files that are not there) is not asked. */
#include "base/ascii.h"
#include "lint/nginx/check.h"

static void refuse_parameter(struct nginx_parse *parse, const struct nginx_node *node,
                             struct slice word)
{
    nginx_refuse(parse, node, "invalid parameter \"%.*s\" in \"%.*s\" directive", SLICE_ARG(word),
                 SLICE_ARG(node->name));
}

/* ── listen ── */

static bool fine_port(struct slice port)
{
    uint64_t number;
    return slice_u64(port, &number) && number >= 1 && number <= 65535;
}

static bool fine_address(struct slice address)
{
    if (nginx_starts(address, "unix:"))
        return address.len > 5;
    if (nginx_starts(address, "[")) {
        size_t end = slice_find(address, ']');
        struct slice rest = slice_from(address, end + 1);
        return end < address.len &&
               (!rest.len || (rest.at[0] == ':' && fine_port(slice_from(rest, 1))));
    }
    uint64_t number;
    if (slice_u64(address, &number))
        return number >= 1 && number <= 65535;
    size_t colon = slice_find_last(address, ':');
    if (colon == address.len)
        return address.len > 0;
    struct slice port = slice_from(address, colon + 1);
    size_t dash = slice_find(port, '-'); /* a range of ports, since 1.15.10 */
    return fine_port(slice_upto(port, dash)) &&
           (dash == port.len || fine_port(slice_from(port, dash + 1)));
}

static bool fine_listen(const struct nginx_parse *parse, const struct nginx_node *node,
                        struct slice word)
{
    static const char *const plain[] = {"bind",           "ssl",          "default_server",
                                        "proxy_protocol", "reuseport",    "deferred",
                                        "ipv6only=on",    "ipv6only=off", NULL};
    static const char *const valued[] = {"backlog=",      "rcvbuf=", "sndbuf=",        "fastopen=",
                                         "so_keepalive=", "setfib=", "accept_filter=", NULL};
    if (nginx_is_any(word, plain))
        return true;
    for (size_t i = 0; valued[i]; i++)
        if (nginx_starts(word, valued[i]))
            return true;
    if (node->context == NGINX_SERVER)
        return nginx_is_any(word, (const char *const[]){"default", "http2", "spdy", NULL}) ||
               (parse->version >= 12500 && slice_equal_str(word, "quic")) ||
               slice_equal_str(word, "multipath");
    return slice_equal_str(word, "udp") || slice_equal_str(word, "multipath");
}

static void check_listen(struct nginx_parse *parse, const struct nginx_node *node)
{
    if (!fine_address(nginx_word(node, 0)))
        nginx_refuse(parse, node, "invalid port or host in \"%.*s\" of the \"listen\" directive",
                     SLICE_ARG(nginx_word(node, 0)));
    for (size_t i = 1; i < node->count; i++) {
        struct slice word = nginx_word(node, i);
        if (!fine_listen(parse, node, word))
            refuse_parameter(parse, node, word);
        else if (slice_equal_str(word, "http2") && parse->version >= 12501)
            nginx_problem(
                parse, NGINX_CHANGED, node->file, node->words[i].start, node->words[i].end,
                "\"listen … http2\" is deprecated since nginx 1.25.1: write \"http2 on;\"");
    }
}

/* ── rewriting ── */

static void check_return(struct nginx_parse *parse, const struct nginx_node *node)
{
    struct slice code = nginx_word(node, 0);
    uint64_t status;
    if (node->context & (NGINX_STREAM_SERVER))
        return;
    bool number = slice_u64(code, &status);
    bool url =
        node->count == 1 && (nginx_starts(code, "http://") || nginx_starts(code, "https://") ||
                             nginx_starts(code, "$scheme"));
    if ((number && status > 999) || (!number && !url))
        nginx_refuse(parse, node, "invalid return code \"%.*s\"", SLICE_ARG(code));
}

static void check_rewrite(struct nginx_parse *parse, const struct nginx_node *node)
{
    static const char *const flags[] = {"last", "break", "redirect", "permanent", NULL};
    if (node->count == 3 && !nginx_is_any(nginx_word(node, 2), flags))
        refuse_parameter(parse, node, nginx_word(node, 2));
    nginx_check_regex(parse, node, nginx_word(node, 0));
}

static void check_variable(struct nginx_parse *parse, const struct nginx_node *node, size_t i)
{
    struct slice name = nginx_word(node, i);
    if (!nginx_is_variable(name))
        nginx_refuse(parse, node, "invalid variable name \"%.*s\"", SLICE_ARG(name));
}

static void check_error_page(struct nginx_parse *parse, const struct nginx_node *node)
{
    size_t last = node->count - 1;
    uint64_t code;
    if (nginx_starts(nginx_word(node, last - (last > 0)), "=") && last > 0) {
        struct slice given = slice_from(nginx_word(node, last - 1), 1);
        if (given.len && !slice_u64(given, &code))
            refuse_parameter(parse, node, nginx_word(node, last - 1));
        last--;
    }
    for (size_t i = 0; i < last; i++) {
        struct slice word = nginx_word(node, i);
        if (!slice_u64(word, &code) || code == 499)
            nginx_refuse(parse, node, "invalid value \"%.*s\" in \"error_page\" directive",
                         SLICE_ARG(word));
        else if (code < 300 || code > 599)
            nginx_refuse(parse, node,
                         "value \"%.*s\" must be between 300 and 599 in \"error_page\" directive",
                         SLICE_ARG(word));
    }
}

static void check_try_files(struct nginx_parse *parse, const struct nginx_node *node)
{
    struct slice last = nginx_word(node, node->count - 1);
    uint64_t code;
    if (nginx_starts(last, "=") && (!slice_u64(slice_from(last, 1), &code) || code > 999))
        nginx_refuse(parse, node, "invalid code \"%.*s\" in \"try_files\" directive",
                     SLICE_ARG(slice_from(last, 1)));
}

/* ── variables in values ── */

/* $name, ${name}, $1; a `$` alone is refused. */
static void check_script(struct nginx_parse *parse, const struct nginx_node *node, size_t i)
{
    struct slice rest = nginx_word(node, i);
    for (size_t dollar; (dollar = slice_find(rest, '$')) < rest.len;) {
        rest = slice_from(rest, dollar + 1);
        bool brace = rest.len && rest.at[0] == '{';
        struct slice name = slice_from(rest, brace);
        size_t len = 0;
        while (len < name.len && (ascii_alnum(name.at[len]) || name.at[len] == '_'))
            len++;
        if (!len || (brace && (len >= name.len || name.at[len] != '}'))) {
            nginx_refuse(parse, node,
                         brace && len ? "the closing bracket of a variable is missing"
                                      : "invalid variable name: a \"$\" stands alone");
            return;
        }
        rest = slice_from(name, len);
    }
}

static void check_scripts(struct nginx_parse *parse, const struct nginx_node *node)
{
    static const char *const second[] = {
        "add_header",    "add_trailer",     "rewrite",     "set",        "proxy_set_header",
        "fastcgi_param", "grpc_set_header", "uwsgi_param", "scgi_param", NULL};
    static const char *const first[] = {"root", "alias", "proxy_pass", NULL};
    if (nginx_is_any(node->name, second))
        check_script(parse, node, 1);
    else if (nginx_is_any(node->name, first))
        check_script(parse, node, 0);
    else if (nginx_is(node, "return"))
        check_script(parse, node, node->count - 1);
}

/* ── others ── */

static void check_peer(struct nginx_parse *parse, const struct nginx_node *node)
{
    static const char *const plain[] = {"backup", "down", "resolve", "drain", NULL};
    static const char *const valued[] = {"weight=",     "max_conns=", "max_fails=", "fail_timeout=",
                                         "slow_start=", "service=",   "route=",     NULL};
    for (size_t i = 1; i < node->count; i++) {
        struct slice word = nginx_word(node, i);
        bool known = nginx_is_any(word, plain);
        for (size_t j = 0; valued[j]; j++)
            known |= nginx_starts(word, valued[j]);
        if (!known || (slice_equal_str(word, "resolve") && parse->version < 12703))
            refuse_parameter(parse, node, word);
    }
}

static void check_redirect(struct nginx_parse *parse, const struct nginx_node *node)
{
    if (node->count == 1 &&
        !nginx_is_any(nginx_word(node, 0), (const char *const[]){"off", "default", NULL}))
        refuse_parameter(parse, node, nginx_word(node, 0));
}

static void check_http_version(struct nginx_parse *parse, const struct nginx_node *node)
{
    struct slice version = nginx_word(node, 0);
    if (!nginx_is_any(version, (const char *const[]){"1.0", "1.1", NULL}) &&
        !(slice_equal_str(version, "2") && parse->version >= 12904))
        nginx_refuse(parse, node, "invalid value \"%.*s\" in \"proxy_http_version\" directive",
                     SLICE_ARG(version));
}

static void check_priority(struct nginx_parse *parse, const struct nginx_node *node)
{
    struct slice word = nginx_word(node, 0);
    uint64_t number;
    if (!slice_u64(slice_from(word, nginx_starts(word, "-") || nginx_starts(word, "+")), &number))
        nginx_refuse(parse, node, "\"worker_priority\" directive invalid number");
}

static void check_add_header(struct nginx_parse *parse, const struct nginx_node *node)
{
    if (node->count == 3 && !slice_equal_str(nginx_word(node, 2), "always"))
        refuse_parameter(parse, node, nginx_word(node, 2));
}

static void check_limit_except(struct nginx_parse *parse, const struct nginx_node *node)
{
    static const char *const methods[] = {"GET",   "HEAD",   "POST",      "PUT",     "DELETE",
                                          "MKCOL", "COPY",   "MOVE",      "OPTIONS", "PROPFIND",
                                          "LOCK",  "UNLOCK", "PROPPATCH", "PATCH",   NULL};
    for (size_t i = 0; i < node->count; i++) {
        bool known = false;
        for (size_t j = 0; methods[j]; j++)
            known |= slice_equal_nocase(nginx_word(node, i), slice_str(methods[j]));
        if (!known)
            nginx_refuse(parse, node, "invalid method \"%.*s\"", SLICE_ARG(nginx_word(node, i)));
    }
}

static bool place_takes_no_uri(const struct nginx_node *node)
{
    struct nginx_place place;
    const struct nginx_node *block = node->parent;
    if (node->context & (NGINX_LOCATION_IF | NGINX_LIMIT_EXCEPT))
        return true;
    return node->context == NGINX_LOCATION && nginx_is(block, "location") &&
           nginx_place_of(block, &place) && (place.kind == '~' || place.kind == '@');
}

static void check_proxy_pass(struct nginx_parse *parse, const struct nginx_node *node)
{
    struct slice url = nginx_word(node, 0);
    if (node->context & NGINX_STREAM_SERVER || slice_find(url, '$') < url.len)
        return;
    size_t skip = slice_equal_nocase(slice_upto(url, 7), SLICE("http://"))    ? 7
                  : slice_equal_nocase(slice_upto(url, 8), SLICE("https://")) ? 8
                                                                              : 0;
    if (!skip) {
        nginx_refuse(parse, node,
                     "invalid URL prefix in \"%.*s\": it begins with http:// or "
                     "https://",
                     SLICE_ARG(url));
        return;
    }
    struct slice rest = slice_from(url, skip);
    bool uri = !nginx_starts(rest, "unix:") && slice_find(rest, '/') < rest.len;
    if (uri && place_takes_no_uri(node))
        nginx_refuse(parse, node,
                     "\"proxy_pass\" cannot have URI part in location given by regular "
                     "expression, or inside named location, \"if\" or \"limit_except\"");
}

static void check_root(struct nginx_parse *parse, const struct nginx_node *node)
{
    bool alias = nginx_is(node, "alias");
    struct nginx_place place;
    const struct nginx_node *first = nginx_seen(parse, node, 4, SLICE("root"));
    if (first && first->name.len != node->name.len)
        nginx_refuse(parse, node,
                     "\"%.*s\" directive is duplicate, \"%.*s\" was specified in line "
                     "%u",
                     SLICE_ARG(node->name), SLICE_ARG(first->name), first->line);
    if (alias && nginx_is(node->parent, "location") && nginx_place_of(node->parent, &place) &&
        place.kind == '@')
        nginx_refuse(parse, node,
                     "the \"alias\" directive cannot be used inside the named location");
}

static void check_expires(struct nginx_parse *parse, const struct nginx_node *node)
{
    struct slice word = nginx_word(node, 0);
    if (node->count == 2) {
        if (!slice_equal_str(word, "modified"))
            nginx_refuse(parse, node, "invalid value \"%.*s\" in \"expires\" directive",
                         SLICE_ARG(word));
        word = nginx_word(node, 1);
    }
    if (nginx_starts(word, "@") && node->count == 1)
        word = slice_from(word, 1);
    else if (nginx_starts(word, "+") || nginx_starts(word, "-"))
        word = slice_from(word, 1);
    if (slice_find(word, '$') == word.len && !nginx_is_time(word) &&
        !nginx_is_any(word, (const char *const[]){"epoch", "max", "off", NULL}))
        nginx_refuse(parse, node, "invalid value \"%.*s\" in \"expires\" directive",
                     SLICE_ARG(word));
}

static void check_workers(struct nginx_parse *parse, const struct nginx_node *node)
{
    uint64_t number;
    struct slice word = nginx_word(node, 0);
    if (!slice_u64(word, &number) &&
        !(nginx_is(node, "worker_processes") && slice_equal_str(word, "auto")))
        nginx_refuse(parse, node, "invalid value \"%.*s\" in \"%.*s\" directive", SLICE_ARG(word),
                     SLICE_ARG(node->name));
}

static void check_times(struct nginx_parse *parse, const struct nginx_node *node)
{
    for (size_t i = 0; i < node->count; i++)
        if (!nginx_is_time(nginx_word(node, i)))
            nginx_refuse(parse, node, "\"%.*s\" directive invalid value \"%.*s\"",
                         SLICE_ARG(node->name), SLICE_ARG(nginx_word(node, i)));
}

static void check_protocol(struct nginx_parse *parse, const struct nginx_node *node)
{
    if (!nginx_is_any(nginx_word(node, 0), (const char *const[]){"smtp", "pop3", "imap", NULL}))
        nginx_refuse(parse, node, "unknown protocol \"%.*s\"", SLICE_ARG(nginx_word(node, 0)));
}

static bool fine_network(struct slice word)
{
    if (nginx_is_any(word, (const char *const[]){"all", "unix:", NULL}))
        return true;
    struct slice address = slice_upto(word, slice_find(word, '/'));
    uint64_t bits = 0;
    if (address.len < word.len && !slice_u64(slice_from(word, address.len + 1), &bits) &&
        slice_find(slice_from(word, address.len + 1), '.') == word.len - address.len - 1)
        return false;
    if (slice_find(address, ':') < address.len)
        return bits <= 128;
    size_t dots = 0;
    for (size_t i = 0; i < address.len; i++) {
        if (address.at[i] != '.' && !ascii_digit(address.at[i]))
            return false;
        dots += address.at[i] == '.';
    }
    return dots == 3 && bits <= 32;
}

static void check_access(struct nginx_parse *parse, const struct nginx_node *node)
{
    if (!fine_network(nginx_word(node, 0)))
        refuse_parameter(parse, node, nginx_word(node, 0));
}

void nginx_check_words(struct nginx_parse *parse, const struct nginx_node *node)
{
    static const struct {
        const char *name;
        void (*check)(struct nginx_parse *parse, const struct nginx_node *node);
    } checks[] = {
        {"add_header", check_add_header},
        {"add_trailer", check_add_header},
        {"alias", check_root},
        {"allow", check_access},
        {"deny", check_access},
        {"error_page", check_error_page},
        {"expires", check_expires},
        {"if", nginx_check_if},
        {"keepalive_timeout", check_times},
        {"limit_except", check_limit_except},
        {"listen", check_listen},
        {"location", nginx_check_location},
        {"protocol", check_protocol},
        {"proxy_http_version", check_http_version},
        {"proxy_pass", check_proxy_pass},
        {"proxy_redirect", check_redirect},
        {"return", check_return},
        {"rewrite", check_rewrite},
        {"root", check_root},
        {"try_files", check_try_files},
        {"worker_connections", check_workers},
        {"worker_priority", check_priority},
        {"worker_processes", check_workers},
    };
    check_scripts(parse, node);
    if (node->context & (NGINX_UPSTREAM | NGINX_STREAM_UPSTREAM) && nginx_is(node, "server"))
        check_peer(parse, node);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (nginx_is(node, checks[i].name))
            checks[i].check(parse, node);
    if (nginx_is(node, "set") || (nginx_is(node, "map") && node->block))
        check_variable(parse, node, nginx_is(node, "map") ? 1 : 0);
    else if (nginx_is(node, "geo") || nginx_is(node, "split_clients"))
        check_variable(parse, node, node->count - 1);
}

/* ── entries of map, geo, types, split_clients ── */

static void check_percent(struct nginx_parse *parse, const struct nginx_node *node)
{
    struct slice word = nginx_word(node, 0), share = node->name;
    double percent = 0;
    (void)word;
    if (slice_equal_str(share, "*"))
        return;
    if (!share.len || share.at[share.len - 1] != '%' ||
        !slice_double(slice_upto(share, share.len - 1), &percent) || percent <= 0 || percent > 100)
        nginx_refuse(parse, node, "invalid percent value \"%.*s\"", SLICE_ARG(share));
}

void nginx_check_data(struct nginx_parse *parse, const struct nginx_node *node)
{
    const struct nginx_node *block = node->parent;
    if (nginx_is(block, "types")) /* one type may stand without extensions */
        return;
    if (nginx_is(block, "split_clients")) {
        check_percent(parse, node);
        return;
    }
    bool alone =
        (nginx_is(block, "map") &&
         (slice_equal_str(node->name, "hostnames") || slice_equal_str(node->name, "volatile"))) ||
        (nginx_is(block, "geo") &&
         (slice_equal_str(node->name, "ranges") || slice_equal_str(node->name, "proxy_recursive")));
    if (node->count != 1 && !(alone && node->count == 0))
        nginx_refuse(parse, node, "invalid number of parameters in \"%.*s\": an entry has 2",
                     SLICE_ARG(block->name));
}
