/* Which location answers, and with what. */
#include "lint/nginx/effective.h"

char nginx_location_kind(const struct nginx_node *location, struct slice *name)
{
    struct slice first = nginx_word(location, 0);
    if (location->count >= 2) {
        *name = nginx_word(location, 1);
        return slice_equal_str(first, "^~") ? '^' : first.len ? first.at[0] : 0;
    }
    *name = first;
    if (!first.len)
        return 0;
    if (slice_starts(first, SLICE("^~"))) {
        *name = slice_from(first, 2);
        return '^';
    }
    if (first.at[0] == '~') {
        *name = slice_from(first, slice_starts(first, SLICE("~*")) ? 2 : 1);
        return '~';
    }
    if (first.at[0] == '=') {
        *name = slice_from(first, 1);
        return '=';
    }
    return first.at[0] == '@' ? '@' : 0;
}

struct slice nginx_location_path(const struct nginx_node *location, struct arena *arena)
{
    return location->count < 2
               ? nginx_word(location, 0)
               : arena_printf(arena, "%.*s %.*s", SLICE_ARG(nginx_word(location, 0)),
                              SLICE_ARG(nginx_word(location, 1)));
}

/* The form that most of them have: \.(a|b|c)$ or \.a$. */
static bool ends_as(struct slice regex, struct slice uri)
{
    if (regex.len < 4 || !slice_starts(regex, SLICE("\\.")) || regex.at[regex.len - 1] != '$')
        return false;
    regex = slice_upto(slice_from(regex, 2), regex.len - 3);
    struct slice extension = slice_from(uri, slice_find_last(uri, '.') + 1);
    if (slice_find_last(uri, '.') == uri.len)
        return false;
    if (slice_starts(regex, SLICE("(?:")))
        regex = slice_upto(slice_from(regex, 3), regex.len - 4);
    else if (regex.at[0] == '(')
        regex = slice_upto(slice_from(regex, 1), regex.len - 2);
    while (regex.len)
        if (slice_equal_nocase(slice_cut(&regex, '|'), extension))
            return true;
    return false;
}

static const struct nginx_node *find_in(const struct nginx_node *block, struct slice uri,
                                        unsigned depth)
{
    const struct nginx_node *best = NULL, *regex = NULL;
    size_t longest = 0;
    char kind_of_best = 0;
    for (const struct nginx_node *node = block->first; node; node = node->next) {
        struct slice name;
        if (!nginx_is(node, "location") || !node->block)
            continue;
        char kind = nginx_location_kind(node, &name);
        if (kind == '@' ? slice_equal(name, uri) : kind == '=' && slice_equal(name, uri))
            return node;
        if (kind == '~' && !regex && ends_as(name, uri))
            regex = node;
        if ((kind == 0 || kind == '^') && slice_starts(uri, name) &&
            (!best || name.len > longest)) {
            best = node, longest = name.len, kind_of_best = kind;
        }
    }
    const struct nginx_node *inner = best && depth < 20 ? find_in(best, uri, depth + 1) : NULL;
    if (inner)
        return inner;
    return regex && kind_of_best != '^' ? regex : best;
}

const struct nginx_node *nginx_location_find(const struct nginx_node *server, struct slice uri)
{
    return find_in(server, slice_upto(uri, slice_find(uri, '?')), 0);
}

/* ── answers ── */

static struct nginx_answer own(const struct nginx_node *node, unsigned status, bool text,
                               struct slice target)
{
    return (struct nginx_answer){.kind = status == 444 ? NGINX_ANSWER_NONE : NGINX_ANSWER_OWN,
                                 .status = status,
                                 .text = text,
                                 .to_https = status >= 300 && status < 400 &&
                                             slice_starts(target, SLICE("https://")),
                                 .node = node};
}

static struct nginx_answer answer_return(const struct nginx_node *node)
{
    uint64_t status = 0;
    if (!slice_u64(nginx_word(node, 0), &status) || status > 999)
        return own(node, 302, true, nginx_word(node, 0));
    return own(node, (unsigned)status, node->count > 1, nginx_word(node, 1));
}

/* Matches whatever comes. */
static bool matches_all(struct slice regex)
{
    static const char *const all[] = {"^",      ".*",       "^/",    "^(.*)$", "^(.*)", "^/(.*)$",
                                      "^/(.*)", "(.*)",     "^/.*$", "^.*$",   "^.*",   "^/?(.*)$",
                                      "/(.*)",  "^/(.*)?$", "/",     NULL};
    for (size_t i = 0; all[i]; i++)
        if (slice_equal_str(regex, all[i]))
            return true;
    return false;
}

static bool is_redirect(const struct nginx_node *node, unsigned *status)
{
    struct slice flag = nginx_word(node, 2), target = nginx_word(node, 1);
    *status = slice_equal_str(flag, "permanent") ? 301 : 302;
    return slice_equal_str(flag, "permanent") || slice_equal_str(flag, "redirect") ||
           slice_starts(target, SLICE("http://")) || slice_starts(target, SLICE("https://")) ||
           slice_starts(target, SLICE("$scheme"));
}

static bool denies_all(const struct nginx_node *block)
{
    bool deny = false;
    for (const struct nginx_node *node = block->first; node; node = node->next) {
        if (nginx_is(node, "allow") || nginx_is(node, "satisfy"))
            return false;
        deny |= nginx_is(node, "deny") && slice_equal_str(nginx_word(node, 0), "all");
    }
    return deny;
}

static bool is_upstream(const struct nginx_node *node)
{
    static const char *const names[] = {"proxy_pass",
                                        "fastcgi_pass",
                                        "uwsgi_pass",
                                        "scgi_pass",
                                        "grpc_pass",
                                        "memcached_pass",
                                        "content_by_lua",
                                        "js_content",
                                        "content_by_lua_block",
                                        "content_by_lua_file",
                                        "perl",
                                        "passenger_enabled",
                                        NULL};
    for (size_t i = 0; names[i]; i++)
        if (nginx_is(node, names[i]))
            return true;
    return false;
}

/* Rewriting comes first, in its order; then access; then whoever makes the content. */
struct nginx_answer nginx_answer_of(const struct nginx_node *block)
{
    unsigned status;
    struct nginx_answer content = {.kind = NGINX_ANSWER_FILES};
    for (const struct nginx_node *node = block->first; node; node = node->next) {
        if (nginx_is(node, "return"))
            return answer_return(node);
        if (nginx_is(node, "rewrite") && matches_all(nginx_word(node, 0)) &&
            is_redirect(node, &status))
            return own(node, status, true, nginx_word(node, 1));
        if (nginx_is(node, "break") ||
            (nginx_is(node, "rewrite") && node->count == 3 && matches_all(nginx_word(node, 0))))
            break;
    }
    if (denies_all(block))
        return own(block, 403, false, SLICE(""));
    for (const struct nginx_node *node = block->first; node; node = node->next) {
        if (is_upstream(node))
            content = (struct nginx_answer){.kind = NGINX_ANSWER_UPSTREAM, .node = node};
        else if (nginx_is(node, "stub_status") || nginx_is(node, "empty_gif"))
            content = own(node, 200, true, SLICE(""));
    }
    return content;
}
