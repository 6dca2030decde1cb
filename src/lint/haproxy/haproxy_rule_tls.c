/* TLS on bind and server lines, and the defaults for them in `global`. */
#include "base/ascii.h"
#include "lint/haproxy/haproxy_rule.h"

static bool is_bind_like(const struct haproxy_line *line)
{
    return haproxy_is(line, "bind", NULL) || haproxy_is(line, "ssl-default-bind-options", NULL) ||
           haproxy_is(line, "ssl-default-server-options", NULL) ||
           haproxy_is(line, "server", NULL) || haproxy_is(line, "default-server", NULL) ||
           haproxy_is(line, "server-template", NULL);
}

static bool is_old_version(struct slice version)
{
    return slice_equal_str(version, "SSLv3") || slice_equal_str(version, "TLSv1.0") ||
           slice_equal_str(version, "TLSv1.1");
}

static void old_versions(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    for (size_t i = 1; i < line->count; i++) {
        struct slice word = line->words[i].text, value = haproxy_word_at(line, i + 1);
        bool least = slice_equal_str(word, "ssl-min-ver"),
             most = slice_equal_str(word, "ssl-max-ver");
        if ((least || most) && is_old_version(value)) {
            struct lint_finding *finding = haproxy_find_at(
                lint, RULE_TLS_OLD, line, i, i + 2, "%.*s %.*s %s; use TLSv1.2 or TLSv1.3",
                SLICE_ARG(word), SLICE_ARG(value),
                least ? "allows TLS that was withdrawn" : "forbids every TLS that is safe");
            lint_fix(lint->report, finding, "say TLSv1.2");
            lint_fix_edit(lint->report, finding, line->words[i + 1].start, line->words[i + 1].end,
                          SLICE("TLSv1.2"));
        } else if (slice_equal_str(word, "force-sslv3") || slice_equal_str(word, "force-tlsv10") ||
                   slice_equal_str(word, "force-tlsv11"))
            haproxy_find_at(
                lint, RULE_TLS_OLD, line, i, i + 1,
                "%.*s allows nothing but TLS that was withdrawn; use ssl-min-ver TLSv1.2",
                SLICE_ARG(word));
    }
}

/* OpenSSL's cipher strings: words that add something weak, not behind ! or -. */
static bool weak_cipher(struct slice cipher)
{
    static const char *const weak[] = {"RC4", "DES",    "3DES",  "NULL",  "EXP",
                                       "MD5", "ADH",    "AECDH", "aNULL", "eNULL",
                                       "LOW", "EXPORT", "IDEA",  "SEED",  NULL};
    if (slice_equal_str(cipher, "ALL") || slice_equal_str(cipher, "COMPLEMENTOFALL"))
        return true;
    while (cipher.len) {
        size_t end = 0;
        while (end < cipher.len && cipher.at[end] != '-' && cipher.at[end] != '+')
            end++;
        struct slice part = slice_upto(cipher, end);
        for (size_t i = 0; weak[i]; i++)
            if (slice_equal_str(part, weak[i]))
                return true;
        cipher = slice_from(cipher, end + 1);
    }
    return false;
}

static void ciphers(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    for (size_t i = 0; i + 1 < line->count; i++) {
        struct slice word = line->words[i].text;
        if (!slice_equal_str(word, "ciphers") &&
            !slice_equal_str(word, "ssl-default-bind-ciphers") &&
            !slice_equal_str(word, "ssl-default-server-ciphers"))
            continue;
        struct slice rest = line->words[i + 1].text;
        bool no_anonymous = slice_search(rest, SLICE("!aNULL")) < rest.len;
        while (rest.len) {
            struct slice cipher = slice_cut(&rest, ':');
            if (!cipher.len || strchr("!-@+", *cipher.at) || !weak_cipher(cipher) ||
                (no_anonymous && slice_equal_str(cipher, "ALL")))
                continue;
            haproxy_find_at(lint, RULE_TLS_CIPHERS, line, i, i + 2,
                            "'%.*s' allows ciphers that can be broken; name ECDHE ones with "
                            "AES-GCM or CHACHA20",
                            SLICE_ARG(cipher));
            break;
        }
    }
}

static void verify(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    if (haproxy_is(line, "ssl-server-verify", "none") && line->section->kind == HAPROXY_GLOBAL)
        haproxy_find_at(
            lint, RULE_TLS_NO_VERIFY, line, 0, 2,
            "no server's certificate is verified; remove this and give servers ca-file");
    if (!haproxy_is(line, "server", NULL) && !haproxy_is(line, "default-server", NULL) &&
        !haproxy_is(line, "server-template", NULL))
        return;
    size_t at = haproxy_option_at(line, "verify");
    if (!at || !slice_equal_str(haproxy_word_at(line, at + 1), "none"))
        return;
    haproxy_find_at(lint, RULE_TLS_NO_VERIFY, line, at, at + 2,
                    "the server's certificate is not verified; use verify required with ca-file, "
                    "and sni or verifyhost");
}

static void https_port(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    struct haproxy_address address;
    struct slice rest = haproxy_word_at(line, 1);
    if (!haproxy_is(line, "bind", NULL) || !(line->section->kind & HAPROXY_FRONT) ||
        haproxy_option_at(line, "ssl") || !line->section->http)
        return;
    while (rest.len) {
        struct slice one = slice_cut(&rest, ',');
        if (slice_starts(one, SLICE("quic")) || !haproxy_address_parse(one, &address) ||
            address.local || (address.port != 443 && address.port != 8443))
            continue;
        if (lint->options->behind_tls || haproxy_option_at(line, "accept-proxy"))
            continue; /* something in front may end TLS and keep the port */
        haproxy_find_at(
            lint, RULE_TLS_MISSING, line, 0, 2,
            "port %u is bound without ssl; add ssl crt FILE, or use another port for plain HTTP",
            address.port);
        return;
    }
}

static bool says_version(const struct haproxy_line *line)
{
    static const char *const words[] = {"ssl-min-ver", "no-tlsv10", "force-tlsv12", "force-tlsv13",
                                        NULL};
    for (size_t i = 1; i < line->count; i++)
        for (size_t j = 0; words[j]; j++)
            if (slice_equal_str(line->words[i].text, words[j]))
                return true;
    return false;
}

static void defaults(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    const struct haproxy_config *config = lint->config;
    if (config->version >= 202 || !haproxy_is(line, "bind", NULL) ||
        !haproxy_option_at(line, "ssl") || says_version(line))
        return;
    if (config->default_bind && says_version(config->default_bind))
        return;
    haproxy_find_at(lint, RULE_TLS_DEFAULTS, line, 0, line->count,
                    "HAProxy %u.%u allows TLS 1.0 here; add ssl-min-ver TLSv1.2",
                    config->version / 100, config->version % 100);
}

void haproxy_rule_tls(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    if (is_bind_like(line))
        old_versions(lint, line);
    ciphers(lint, line);
    verify(lint, line);
    https_port(lint, line);
    defaults(lint, line);
}
