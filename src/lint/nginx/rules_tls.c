/* Rules about TLS. */
#include "base/ascii.h"
#include "lint/nginx/rules.h"

static bool is_weak_protocol(struct slice word)
{
    static const char *const weak[] = {"SSLv2", "SSLv3", "TLSv1", "TLSv1.1", NULL};
    for (size_t i = 0; weak[i]; i++)
        if (slice_equal_nocase(word, slice_str(weak[i])))
            return true;
    return false;
}

static void check_protocols(struct nginx_check *check, const struct nginx_node *node)
{
    struct slice weak = SLICE(""), strong = SLICE("");
    for (size_t i = 0; i < node->count; i++) {
        struct slice *list = is_weak_protocol(node->words[i].text) ? &weak : &strong;
        arena_list(check->arena, list, " ", "%.*s", SLICE_ARG(node->words[i].text));
    }
    if (!weak.len || !node->count)
        return;
    struct lint_finding *finding =
        nginx_report(check, node, "%.*s can be broken; leave TLSv1.2 and TLSv1.3", SLICE_ARG(weak));
    lint_fix(check->report, finding, "leaves TLSv1.2 and TLSv1.3");
    lint_fix_edit(check->report, finding, node->words[0].start, node->words[node->count - 1].end,
                  strong.len ? strong : SLICE("TLSv1.2 TLSv1.3"));
}

/* Versions whose default is weak, where TLS is listened on and nothing is said. */
static void check_default_protocols(struct nginx_check *check, const struct nginx_node *node)
{
    if (check->parse->version >= 12703 || check->parse->fragment || check->parse->unread ||
        !nginx_has_word(node, "ssl") || node->context != NGINX_SERVER ||
        nginx_inherited(node->parent, "ssl_protocols"))
        return;
    nginx_report(check, node,
                 "without ssl_protocols this version of nginx takes TLSv1 and TLSv1.1; write "
                 "\"ssl_protocols TLSv1.2 TLSv1.3;\"");
}

static bool has_nocase(struct slice text, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++)
        if (slice_equal_nocase(slice_of(text.at + i, len), slice_of(word, len)))
            return true;
    return false;
}

/* A part of an OpenSSL list that lets weak ciphers in. */
static bool is_weak_cipher(struct slice part)
{
    static const char *const weak[] = {"NULL", "EXP", "RC4",  "RC2",  "DES", "MD5",
                                       "ADH",  "LOW", "SEED", "IDEA", NULL};
    if (!part.len || part.at[0] == '!' || part.at[0] == '-')
        return false;
    if (slice_equal_str(part, "ALL") || slice_equal_str(part, "COMPLEMENTOFALL") ||
        slice_equal_str(part, "COMPLEMENTOFDEFAULT"))
        return true;
    for (size_t i = 0; weak[i]; i++)
        if (has_nocase(part, weak[i]))
            return true;
    return false;
}

static bool is_excluded(struct slice list, struct slice word)
{
    for (size_t i = 0; word.len && i + word.len < list.len; i++)
        if (list.at[i] == '!' && slice_equal_nocase(slice_of(list.at + i + 1, word.len), word))
            return true;
    return false;
}

static void check_ciphers(struct nginx_check *check, const struct nginx_node *node)
{
    struct slice list = nginx_word(node, 0), rest = list;
    while (rest.len) {
        size_t end = 0;
        while (end < rest.len && rest.at[end] != ':' && rest.at[end] != ',' && rest.at[end] != ' ')
            end++;
        struct slice part = slice_upto(rest, end);
        rest = slice_from(rest, end + 1);
        bool all = slice_equal_str(part, "ALL") && is_excluded(list, SLICE("aNULL")) &&
                   is_excluded(list, SLICE("RC4")) && is_excluded(list, SLICE("DES"));
        /* "3DES:!3DES" is nobody's intention, but a list that excludes it lets nothing in. */
        if (!is_weak_cipher(part) || all || is_excluded(list, part))
            continue;
        nginx_report_word(check, node, 0,
                          "\"%.*s\" lets weak ciphers in; take only ECDHE with AES-GCM or CHACHA20",
                          SLICE_ARG(part));
        return;
    }
}

static void check_order(struct nginx_check *check, const struct nginx_node *node)
{
    if (!nginx_is_on(node))
        nginx_report(
            check, node,
            "clients choose the cipher; with old ciphers in the list, prefer the server's order");
}

static void check_tickets(struct nginx_check *check, const struct nginx_node *node)
{
    if (nginx_is_on(node) && !nginx_inherited(node->parent, "ssl_session_ticket_key"))
        nginx_report(
            check, node,
            "session tickets are encrypted by a key that lives as long as nginx does: who steals "
            "it reads past connections; turn them off, or rotate keys by ssl_session_ticket_key");
}

static void check_upstream_tls(struct nginx_check *check, const struct nginx_node *node)
{
    struct slice url = nginx_word(node, 0);
    if (node->context & (NGINX_LOCATION | NGINX_LOCATION_IF | NGINX_LIMIT_EXCEPT) &&
        slice_starts(url, SLICE("https://")) &&
        !nginx_is_on(nginx_inherited(node->parent, "proxy_ssl_verify")))
        nginx_report(check, node,
                     "the upstream's certificate is not checked, so anybody on the way can stand "
                     "in for it; write \"proxy_ssl_verify on;\" and proxy_ssl_trusted_certificate");
}

static void check_plain_443(struct nginx_check *check, const struct nginx_node *node)
{
    struct slice address = nginx_word(node, 0);
    bool port = slice_equal_str(address, "443") || slice_ends(address, SLICE(":443"));
    if (node->context != NGINX_SERVER || !port || nginx_has_word(node, "ssl") ||
        nginx_has_word(node, "quic") || nginx_is_on(nginx_inherited(node->parent, "ssl")))
        return;
    struct lint_finding *finding = nginx_report(
        check, node, "port 443 is listened on without TLS; add \"ssl\" to this listen");
    (void)finding;
}

static void check_to_http(struct nginx_check *check, const struct nginx_node *node)
{
    bool rewrite = nginx_is(node, "rewrite");
    size_t i = rewrite || node->count > 1 ? 1 : 0;
    uint64_t status = 302;
    if (!rewrite && node->count > 1 &&
        (!slice_u64(nginx_word(node, 0), &status) || status < 300 || status > 399))
        return;
    if (!slice_starts(nginx_word(node, i), SLICE("http://")))
        return;
    const struct nginx_node *server = node->parent;
    while (server && !nginx_is(server, "server"))
        server = server->parent;
    struct nginx_server listens;
    if (!server || server->inside != NGINX_SERVER)
        return;
    nginx_server_read(check->map, server, &listens);
    if (listens.tls)
        nginx_report(check, node,
                     "clients that came by TLS are sent to plain http; send them to https://");
}

const struct nginx_rule_check nginx_tls_checks[] = {
    {NGINX_RULE_PROTOCOLS, "ssl_protocols", check_protocols},
    {NGINX_RULE_PROTOCOLS, "proxy_ssl_protocols", check_protocols},
    {NGINX_RULE_PROTOCOLS, "grpc_ssl_protocols", check_protocols},
    {NGINX_RULE_PROTOCOLS, "uwsgi_ssl_protocols", check_protocols},
    {NGINX_RULE_PROTOCOLS, "listen", check_default_protocols},
    {NGINX_RULE_CIPHERS, "ssl_ciphers", check_ciphers},
    {NGINX_RULE_CLIENT_ORDER, "ssl_prefer_server_ciphers", check_order},
    {NGINX_RULE_TICKETS, "ssl_session_tickets", check_tickets},
    {NGINX_RULE_UPSTREAM_TLS, "proxy_pass", check_upstream_tls},
    {NGINX_RULE_PLAIN_443, "listen", check_plain_443},
    {NGINX_RULE_TO_HTTP, "return", check_to_http},
    {NGINX_RULE_TO_HTTP, "rewrite", check_to_http},
    {.directive = NULL},
};
