/* haproxy.cfg made to run here, by the lines and words that lint's parser finds. */
#include <unistd.h>

#include "base/ascii.h"
#include "lint/haproxy/haproxy.h"
#include "ship/test/parts.h"

#define ERROR_FILES "/etc/haproxy/errors/"

/* Words of bind and server lines that cannot be had here, and how many follow each. */
struct word_row {
    const char *name;
    size_t arguments;
};
static const struct word_row bind_dropped[] = {
    {"user", 1},        {"group", 1},        {"mode", 1},      {"uid", 1},    {"gid", 1},
    {"level", 1},       {"interface", 1},    {"namespace", 1}, {"v4v6", 0},   {"v6only", 0},
    {"transparent", 0}, {"accept-proxy", 0}, {"process", 1},   {"thread", 1}, {NULL, 0}};
static const struct word_row tls_words[] = {{"ssl", 0},
                                            {"crt", 1},
                                            {"crt-list", 1},
                                            {"ca-file", 1},
                                            {"ca-verify-file", 1},
                                            {"crl-file", 1},
                                            {"verify", 1},
                                            {"alpn", 1},
                                            {"npn", 1},
                                            {"ciphers", 1},
                                            {"ciphersuites", 1},
                                            {"curves", 1},
                                            {"ecdhe", 1},
                                            {"strict-sni", 0},
                                            {"ssl-min-ver", 1},
                                            {"ssl-max-ver", 1},
                                            {"no-sslv3", 0},
                                            {"no-tlsv10", 0},
                                            {"no-tlsv11", 0},
                                            {"no-tlsv12", 0},
                                            {"no-tls-tickets", 0},
                                            {"sni", 1},
                                            {"check-ssl", 0},
                                            {"check-sni", 1},
                                            {"check-alpn", 1},
                                            {"verifyhost", 1},
                                            {"allow-0rtt", 0},
                                            {NULL, 0}};

static struct slice word(const struct haproxy_line *line, size_t i)
{
    return i < line->count ? line->words[i].text : SLICE("");
}

static bool is(const struct haproxy_line *line, const char *name)
{
    return slice_equal_str(word(line, 0), name);
}

static void drop(struct ship_rewrite *rewrite, const struct haproxy_line *line)
{
    ship_rewrite_edit(rewrite, line->start, line->end, SLICE("# left out by the test"));
}

static void drop_words(struct ship_rewrite *rewrite, const struct haproxy_line *line, size_t from,
                       size_t count)
{
    size_t last = from + count - 1 < line->count ? from + count - 1 : line->count - 1;
    ship_rewrite_edit(rewrite, line->words[from].start, line->words[last].end, SLICE(""));
}

static const struct word_row *row_of(const struct word_row *rows, struct slice name)
{
    for (; rows->name; rows++)
        if (slice_equal_str(name, rows->name))
            return rows;
    return NULL;
}

/* "1-65535" and "80-90" begin with a port, too. */
static unsigned bind_port(struct slice address)
{
    size_t colon = slice_find_last(address, ':');
    struct slice digits = colon < address.len ? slice_from(address, colon + 1) : address;
    digits = slice_upto(digits, slice_find(digits, '-'));
    uint64_t port;
    return slice_u64(digits, &port) && port < 65536 ? (unsigned)port : 0;
}

/* The certificate that is copied, or the test's; else it listens without TLS. */
static void take_tls(struct ship_rewrite *rewrite, const struct haproxy_line *line, size_t crt)
{
    struct slice local = ship_copies_find(rewrite->copies, word(line, crt + 1), rewrite->arena);
    const struct haproxy_word *path = &line->words[crt + 1];
    if (local.len)
        ship_rewrite_edit(rewrite, path->start, path->end, local);
    else {
        ship_rewrite_edit(rewrite, path->start, path->end, slice_str(rewrite->certificate));
        ship_rewrite_note(rewrite, "a certificate of the test stands in for its own");
    }
}

static void take_bind_words(struct ship_rewrite *rewrite, const struct haproxy_line *line, bool tls)
{
    for (size_t i = 2; i < line->count; i++) {
        const struct word_row *dropped = row_of(bind_dropped, word(line, i));
        const struct word_row *secret = row_of(tls_words, word(line, i));
        bool file = slice_equal_str(word(line, i), "crt-list") ||
                    slice_equal_str(word(line, i), "ca-file") ||
                    slice_equal_str(word(line, i), "crl-file");
        if (dropped || (secret && (!tls || file)))
            drop_words(rewrite, line, i, (dropped ? dropped : secret)->arguments + 1);
        else if (secret && slice_equal_str(word(line, i), "crt") && i + 1 < line->count)
            take_tls(rewrite, line, i);
        if (dropped || secret)
            i += (dropped ? dropped : secret)->arguments;
    }
}

static bool has_word(const struct haproxy_line *line, const char *name)
{
    for (size_t i = 2; i < line->count; i++)
        if (slice_equal_str(word(line, i), name))
            return true;
    return false;
}

static void take_bind(struct ship_rewrite *rewrite, const struct haproxy_line *line)
{
    struct slice all = word(line, 1), address = slice_cut(&all, ',');
    bool quic = slice_starts(address, SLICE("quic"));
    unsigned port = bind_port(address);
    bool tls = has_word(line, "ssl") && has_word(line, "crt") && rewrite->certificate;
    if (quic || !port) {
        drop(rewrite, line);
        ship_rewrite_note(rewrite, "bind %.*s (line %u) was left out", SLICE_ARG(address),
                          line->number);
        return;
    }
    if (has_word(line, "ssl") && !tls)
        ship_rewrite_note(rewrite,
                          "port %u was tested without TLS: no certificate of it is here "
                          "and openssl, which makes one, is not installed",
                          port);
    if (has_word(line, "accept-proxy"))
        ship_rewrite_note(rewrite, "the PROXY protocol (line %u) was not tested", line->number);
    ship_rewrite_edit(
        rewrite, line->words[1].start, line->words[1].end,
        arena_printf(rewrite->arena, "127.0.0.1:%u", ship_rewrite_port(rewrite, port, tls)));
    take_bind_words(rewrite, line, tls);
}

/* What stands behind has no TLS here. */
static void take_server(struct ship_rewrite *rewrite, const struct haproxy_line *line, size_t first)
{
    if (first > 1 && line->count > 2)
        ship_rewrite_edit(rewrite, line->words[first - 1].start, line->words[first - 1].end,
                          ship_rewrite_server(rewrite, word(line, first - 1)));
    for (size_t i = first; i < line->count; i++) {
        const struct word_row *row = row_of(tls_words, word(line, i));
        bool proxy = slice_starts(word(line, i), SLICE("send-proxy"));
        if (row || proxy) {
            drop_words(rewrite, line, i, (row ? row->arguments : 0) + 1);
            ship_rewrite_note(rewrite, "%.*s to what stands behind it was not tested",
                              SLICE_ARG(proxy ? SLICE("the PROXY protocol") : SLICE("TLS")));
            i += row ? row->arguments : 0;
        }
    }
}

static void take_error_file(struct ship_rewrite *rewrite, const struct haproxy_line *line)
{
    struct slice path = word(line, 2);
    struct slice local = ship_copies_find(rewrite->copies, path, rewrite->arena);
    size_t slash = slice_find_last(path, '/');
    if (!local.len && slash < path.len) {
        struct slice here = arena_printf(rewrite->arena, ERROR_FILES "%.*s",
                                         SLICE_ARG(slice_from(path, slash + 1)));
        if (here.at && access(here.at, R_OK) == 0)
            local = here;
    }
    if (local.len && line->count > 2)
        ship_rewrite_edit(rewrite, line->words[2].start, line->words[2].end, local);
    else {
        drop(rewrite, line);
        ship_rewrite_note(rewrite, "error file %.*s was left out: it is not here", SLICE_ARG(path));
    }
}

static bool is_dropped(const struct haproxy_line *line)
{
    static const char *const names[] = {"chroot",
                                        "user",
                                        "group",
                                        "uid",
                                        "gid",
                                        "daemon",
                                        "pidfile",
                                        "nbproc",
                                        "cpu-map",
                                        "ulimit-n",
                                        "master-worker",
                                        "server-state-base",
                                        "server-state-file",
                                        "ssl-dh-param-file",
                                        "ca-base",
                                        "crt-base",
                                        "setcap",
                                        "node",
                                        NULL};
    if (line->section && line->section->kind != HAPROXY_GLOBAL)
        return is(line, "load-server-state-from-file");
    for (const char *const *name = names; *name; name++)
        if (is(line, *name))
            return true;
    return is(line, "stats") && slice_equal_str(word(line, 1), "socket");
}

static bool is_far_log(const struct haproxy_line *line)
{
    struct slice to = word(line, 1);
    return is(line, "log") && !line->negated && !slice_equal_str(to, "global") &&
           !slice_equal_str(to, "stdout") && !slice_equal_str(to, "stderr");
}

static void take_paths(struct ship_rewrite *rewrite, const struct haproxy_line *line)
{
    for (size_t i = 1; i < line->count; i++) {
        struct slice path = word(line, i);
        struct slice local = slice_starts(path, SLICE("/"))
                                 ? ship_copies_find(rewrite->copies, path, rewrite->arena)
                                 : (struct slice){NULL, 0};
        if (local.len)
            ship_rewrite_edit(rewrite, line->words[i].start, line->words[i].end, local);
    }
}

static void take(struct ship_rewrite *rewrite, const struct haproxy_line *line)
{
    bool answer = is(line, "http-response") || is(line, "http-after-response");
    if (is_dropped(line) || is_far_log(line))
        drop(rewrite, line);
    else if (is(line, "bind"))
        take_bind(rewrite, line);
    else if (is(line, "server") || is(line, "peer"))
        take_server(rewrite, line, 3);
    else if (is(line, "server-template"))
        take_server(rewrite, line, 4);
    else if (is(line, "default-server"))
        take_server(rewrite, line, 1);
    else if (is(line, "errorfile"))
        take_error_file(rewrite, line);
    else
        take_paths(rewrite, line);
    if (answer && (slice_equal_str(word(line, 1), "set-header") ||
                   slice_equal_str(word(line, 1), "add-header")))
        ship_rewrite_header(rewrite, word(line, 2));
}

bool ship_rewrite_haproxy(struct ship_rewrite *rewrite, const struct lint_file *file,
                          struct slice *text, struct error *err)
{
    struct haproxy_config *config = arena_new(rewrite->arena, struct haproxy_config);
    struct lint_file *files[] = {(struct lint_file *)(uintptr_t)file};
    if (!config)
        return arena_error(err);
    if (!haproxy_parse(config, files, 1, HAPROXY_NEWEST, rewrite->arena, err))
        return false;
    for (size_t i = 0; i < config->section_count; i++)
        for (size_t j = 0; j < config->sections[i]->count; j++)
            take(rewrite, config->sections[i]->lines[j]);
    return ship_rewrite_finish(rewrite, file->bytes, text, err);
}
