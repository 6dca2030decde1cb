/* Arguments that have a form of their own: addresses, options of bind and server, times, … */
#include <stdarg.h>
#include <stdio.h>

#include "base/ascii.h"
#include "lint/haproxy/haproxy_check.h"
#include "lint/haproxy/haproxy_fetches.h"

struct look {
    struct haproxy_config *config;
    const struct haproxy_line *line;
    size_t from; /* the first argument */
    size_t to;   /* behind the last: if, unless, or the line's end */
};

__attribute__((format(printf, 4, 5))) static void
bad_word(const struct look *look, enum haproxy_rule rule, size_t index, const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const struct haproxy_word *word = &look->line->words[index];
    haproxy_problem(look->config, rule, look->line, word->start, word->end, true, "%s", text);
}

static bool is_word(const struct look *look, size_t index, const char *text)
{
    return index < look->to && slice_equal_str(look->line->words[index].text, text);
}

static bool one_of(struct slice word, const char *words)
{
    return lint_has_word(slice_str(words), word);
}

/* Bytes of "30s", "500ms", "2m": digits, then us ms s m h d or nothing; 0: no time. */
static size_t time_length(struct slice text)
{
    static const char *const units[] = {"us", "ms", "s", "m", "h", "d"};
    size_t digits = 0;
    while (digits < text.len && ascii_digit(text.at[digits]))
        digits++;
    struct slice unit = slice_from(text, digits);
    for (size_t i = 0; digits && i < sizeof units / sizeof *units; i++)
        if (slice_starts(unit, slice_str(units[i])))
            return digits + strlen(units[i]);
    return unit.len ? 0 : digits;
}

static void look_time(const struct look *look)
{
    if (look->from >= look->to || look->line->words[look->from].unknown)
        return;
    const struct haproxy_word *word = &look->line->words[look->from];
    size_t length = time_length(word->text);
    if (!length)
        bad_word(look, RULE_SYNTAX, look->from,
                 "'%.*s' is no time: write a number with us, ms, s, m, h or d (30s)",
                 SLICE_ARG(word->text));
    else if (length < word->text.len)
        haproxy_problem(look->config, RULE_SYNTAX, look->line, word->start, word->end, false,
                        "HAProxy reads '%.*s' as %.*s: write that", SLICE_ARG(word->text),
                        SLICE_ARG(slice_upto(word->text, length)));
}

static void look_mode(const struct look *look)
{
    struct slice mode = haproxy_word_at(look->line, look->from);
    unsigned version = look->config->version;
    if (!mode.len || look->line->words[look->from].unknown || one_of(mode, "tcp http") ||
        (version >= 208 && slice_equal_str(mode, "log")) ||
        (version >= 301 && slice_equal_str(mode, "spop")) ||
        (version >= 303 && slice_equal_str(mode, "haterm")))
        return;
    bad_word(look, RULE_SYNTAX, look->from, "mode is tcp or http, not '%.*s'", SLICE_ARG(mode));
}

static void look_balance(const struct look *look)
{
    struct slice word = haproxy_word_at(look->line, look->from);
    struct slice name = slice_upto(word, slice_find(word, '('));
    if (!word.len || look->line->words[look->from].unknown ||
        one_of(name, "roundrobin static-rr first leastconn source uri url_param hdr random "
                     "rdp-cookie hash log-hash log-sticky sticky"))
        return;
    bad_word(look, RULE_SYNTAX, look->from, "'%.*s' is no way to balance", SLICE_ARG(word));
}

/* Options of a bind or server line from word `at` on. */
static void look_options(const struct look *look, size_t at, bool bind)
{
    const struct haproxy_line *line = look->line;
    unsigned version = look->config->version;
    while (at < line->count && line->words[at].text.len) {
        struct slice name = line->words[at].text;
        int arguments =
            bind ? haproxy_bind_option(name, version) : haproxy_server_option(name, version);
        int newest = bind ? haproxy_bind_option(name, HAPROXY_NEWEST)
                          : haproxy_server_option(name, HAPROXY_NEWEST);
        if (line->words[at].unknown || arguments == 255)
            return;
        if (arguments < 0) {
            if (newest >= 0)
                bad_word(look, RULE_VERSION, at, "HAProxy %u.%u does not know '%.*s' yet",
                         version / 100, version % 100, SLICE_ARG(name));
            else
                bad_word(look, RULE_KEYWORD, at, "a %s line has no option '%.*s'",
                         bind ? "bind" : "server", SLICE_ARG(name));
            return;
        }
        if (at + (size_t)arguments >= line->count) {
            bad_word(look, RULE_SYNTAX, at, "'%.*s' needs a value behind it", SLICE_ARG(name));
            return;
        }
        at += 1 + (size_t)arguments;
    }
}

static void look_bind_address(const struct look *look, struct slice text)
{
    struct haproxy_address address;
    if (!haproxy_address_parse(text, &address))
        bad_word(look, RULE_SYNTAX, look->from,
                 "'%.*s' is no address to listen on: write ADDRESS:PORT with a port from 1 to "
                 "65535",
                 SLICE_ARG(text));
    else if (!address.local && !address.has_port)
        bad_word(look, RULE_SYNTAX, look->from, "'%.*s' has no port: write ADDRESS:PORT or :PORT",
                 SLICE_ARG(text));
    else if (address.relative || (!address.local && !address.port))
        bad_word(look, RULE_SYNTAX, look->from, "a bind line needs a port from 1 to 65535");
}

static void look_bind(const struct look *look)
{
    const struct haproxy_line *line = look->line;
    if (look->from >= line->count)
        return;
    struct slice rest = line->words[look->from].text;
    while (rest.len && !line->words[look->from].unknown)
        look_bind_address(look, slice_cut(&rest, ','));
    look_options(look, look->from + 1, true);
    if (haproxy_option_at(line, "ssl") && !haproxy_option_at(line, "crt") &&
        !haproxy_option_at(line, "crt-list") && !haproxy_option_at(line, "default-crt") &&
        !haproxy_option_at(line, "generate-certificates") && look->config->version < 302)
        bad_word(look, RULE_SYNTAX, haproxy_option_at(line, "ssl"),
                 "ssl needs a certificate: add 'crt FILE'");
}

/* Options that name other sections. */
static void look_reference(const struct look *look, const char *option, const char *type)
{
    size_t at = haproxy_option_at(look->line, option);
    if (!at || at + 1 >= look->line->count || look->config->fragment ||
        look->line->words[at + 1].unknown)
        return;
    struct slice name = look->line->words[at + 1].text;
    if (haproxy_other_find(look->config, type, name))
        return;
    if (slice_equal_str(name, "default") && strcmp(type, "resolvers") == 0)
        return; /* HAProxy makes it from /etc/resolv.conf */
    bad_word(look, RULE_UNDEFINED, at + 1, "there is no %s section '%.*s'", type, SLICE_ARG(name));
}

static void look_server(const struct look *look)
{
    const struct haproxy_line *line = look->line;
    bool template = haproxy_is(line, "server-template", NULL);
    size_t at = template ? 3 : 2;
    if (line->count <= at)
        return;
    if (!line->words[1].unknown && !haproxy_name_valid(line->words[1].text))
        bad_word(look, RULE_SYNTAX, 1, "a server's name has letters, digits and -_.: only");
    struct haproxy_address address;
    struct slice text = line->words[at].text;
    if (!line->words[at].unknown && !haproxy_address_parse(text, &address))
        bad_word(look, RULE_SYNTAX, at, "'%.*s' is no address of a server: write HOST:PORT",
                 SLICE_ARG(text));
    else if (!line->words[at].unknown && address.last_port > address.port)
        bad_word(look, RULE_SYNTAX, at, "a server has one port, not a range");
    look_options(look, at + 1, false);
    look_reference(look, "resolvers", "resolvers");
}

static void look_default_server(const struct look *look)
{
    look_options(look, 1, false);
    look_reference(look, "resolvers", "resolvers");
}

static void look_acl(const struct look *look)
{
    struct slice name = haproxy_word_at(look->line, 1);
    if (!name.len || look->line->words[1].unknown)
        return;
    if (!haproxy_name_valid(name))
        bad_word(look, RULE_SYNTAX, 1, "an acl's name has letters, digits and -_.: only");
    else if (slice_equal_nocase(name, SLICE("or")))
        bad_word(look, RULE_SYNTAX, 1, "'or' joins conditions and cannot be an acl's name");
    haproxy_criterion_check(look->config, look->line, 2, look->line->count);
}

/* "%[…]" must be closed, or HAProxy refuses the format. */
static void look_format(const struct look *look, size_t index)
{
    if (index >= look->to)
        return;
    struct slice rest = look->line->words[index].text;
    for (;;) {
        size_t open = slice_search(rest, SLICE("%["));
        if (open == rest.len)
            return;
        rest = slice_from(rest, open + 2);
        size_t close = slice_find(rest, ']');
        if (close == rest.len) {
            bad_word(look, RULE_SYNTAX, index, "this %%[ is not closed by ]");
            return;
        }
        struct slice expression = slice_upto(rest, close);
        if (!slice_trim(expression).len) {
            bad_word(look, RULE_SYNTAX, index, "there is nothing between %%[ and ]");
            return;
        }
        struct slice name = slice_upto(expression, slice_find(expression, '('));
        name = slice_trim(slice_upto(name, slice_find(name, ',')));
        if (!look->line->words[index].unknown &&
            !haproxy_fetch_known(name, look->config->version)) {
            bad_word(look, RULE_KEYWORD, index, "'%.*s' in %%[ ] is no sample fetch",
                     SLICE_ARG(name));
            return;
        }
        rest = slice_from(rest, close + 1);
    }
}

static void look_header(const struct look *look)
{
    look_format(look, look->from + 1);
}

static void look_redirect(const struct look *look)
{
    bool target = false;
    for (size_t i = look->from; i < look->to; i++) {
        struct slice word = look->line->words[i].text;
        if (one_of(word, "location prefix scheme")) {
            target = ++i < look->to && look->line->words[i].text.len;
            look_format(look, i);
        } else if (one_of(word, "set-cookie clear-cookie set-cookie-fmt"))
            i++;
        else if (slice_equal_str(word, "code")) {
            if (++i >= look->to || (!look->line->words[i].unknown &&
                                    !one_of(look->line->words[i].text, "301 302 303 307 308")))
                bad_word(look, RULE_SYNTAX, i < look->to ? i : i - 1,
                         "a redirect's code is 301, 302, 303, 307 or 308");
        } else if (!one_of(word, "drop-query append-slash ignore-empty keep-query") &&
                   !look->line->words[i].unknown) {
            bad_word(look, RULE_SYNTAX, i,
                     "a redirect takes location, prefix or scheme, then code, drop-query, "
                     "append-slash, set-cookie, clear-cookie, if, unless; not '%.*s'",
                     SLICE_ARG(word));
            return;
        }
    }
    if (!target)
        bad_word(look, RULE_SYNTAX, 0, "a redirect needs location, prefix or scheme and a value");
}

/* return, deny, tarpit, http-error: an answer made here. */
static void look_answer(const struct look *look)
{
    for (size_t i = look->from; i < look->to; i++) {
        struct slice word = look->line->words[i].text;
        if (one_of(word, "status deny_status")) {
            uint64_t status;
            if (++i >= look->to ||
                (!look->line->words[i].unknown && (!slice_u64(look->line->words[i].text, &status) ||
                                                   status < 200 || status > 599))) {
                bad_word(look, RULE_SYNTAX, i < look->to ? i : i - 1,
                         "a status is a number from 200 to 599");
                return;
            }
        } else if (one_of(word, "content-type string lf-string file lf-file errorfile "
                                "errorfiles"))
            i++;
        else if (slice_equal_str(word, "hdr"))
            i += 2;
        else if (!slice_equal_str(word, "default-errorfiles") && !look->line->words[i].unknown) {
            bad_word(look, RULE_SYNTAX, i,
                     "an answer takes status, content-type, string, lf-string, file, lf-file, "
                     "errorfile, errorfiles, default-errorfiles, hdr; not '%.*s'",
                     SLICE_ARG(word));
            return;
        }
        if (i >= look->to)
            bad_word(look, RULE_SYNTAX, look->to - 1, "a value is missing at the end");
    }
}

static void look_log(const struct look *look)
{
    size_t at = look->from;
    const struct haproxy_line *line = look->line;
    if (at >= look->to || is_word(look, at, "global") || line->negated)
        return;
    at++;
    while (at + 1 < look->to && one_of(line->words[at].text, "len format sample profile"))
        at += 2;
    if (at + 1 < look->to && !line->words[at + 1].unknown &&
        !one_of(line->words[at + 1].text, "emerg alert crit err warning notice info debug"))
        bad_word(look, RULE_SYNTAX, at + 1, "'%.*s' is no log level: write info, notice, err, …",
                 SLICE_ARG(line->words[at + 1].text));
    if (at < look->to && (line->words[at].unknown ||
                          one_of(line->words[at].text,
                                 "kern user mail daemon auth syslog lpr news uucp cron auth2 ftp "
                                 "ntp audit alert cron2 local0 local1 local2 local3 local4 local5 "
                                 "local6 local7")))
        return;
    if (at < look->to)
        bad_word(look, RULE_SYNTAX, at, "'%.*s' is no log facility: write local0, daemon, …",
                 SLICE_ARG(line->words[at].text));
    else
        bad_word(look, RULE_SYNTAX, 0, "log needs a facility behind the address: local0, …");
}

/* The statuses whose answers can be replaced. */
static void look_errorfile(const struct look *look)
{
    struct slice status = haproxy_word_at(look->line, look->from);
    if (!status.len || look->line->words[look->from].unknown || look->config->version >= 301 ||
        one_of(status, "200 400 401 403 404 405 407 408 410 413 425 429 500 501 502 503 504"))
        return;
    bad_word(look, RULE_SYNTAX, look->from, "HAProxy has no answer of status '%.*s' to replace",
             SLICE_ARG(status));
}

/* `timeout mail 10s` of mailers, `timeout retry 1s` of resolvers, … */
static void look_other_timeout(const struct look *look)
{
    struct slice type = look->line->section->type, name = haproxy_word_at(look->line, 1);
    const char *known = slice_equal_str(type, "mailers")     ? "mail"
                        : slice_equal_str(type, "resolvers") ? "resolve retry"
                        : slice_equal_str(type, "ring")      ? "connect server"
                                                             : "client";
    struct look value = *look;
    value.from = 2;
    if (!one_of(name, known))
        bad_word(look, RULE_SYNTAX, 1, "timeout in a %.*s section is for %s, not '%.*s'",
                 SLICE_ARG(type), known, SLICE_ARG(name));
    else
        look_time(&value);
}

static void look_user(const struct look *look)
{
    for (size_t i = 2; i < look->line->count; i += 2) {
        if (!one_of(look->line->words[i].text, "password insecure-password groups")) {
            bad_word(look, RULE_SYNTAX, i, "a user takes password, insecure-password and groups");
            return;
        }
        if (i + 1 >= look->line->count)
            bad_word(look, RULE_SYNTAX, i, "a value is missing behind this");
    }
}

/* http_auth(NAME) anywhere in a rule. */
static void look_userlists(const struct look *look)
{
    for (size_t i = 1; i < look->line->count && !look->config->fragment; i++) {
        struct slice word = look->line->words[i].text;
        size_t at = slice_search(word, SLICE("http_auth("));
        if (at == word.len || look->line->words[i].unknown)
            continue;
        struct slice name = slice_from(word, at + strlen("http_auth("));
        name = slice_upto(name, slice_find(name, ')'));
        if (!haproxy_other_find(look->config, "userlist", name))
            bad_word(look, RULE_UNDEFINED, i, "there is no userlist '%.*s'", SLICE_ARG(name));
    }
}

void haproxy_check_values(struct haproxy_config *config, const struct haproxy_line *line,
                          size_t name_words)
{
    /* By the row's name; one that ends in a blank is for all that begin so. */
    static const struct {
        const char *name;
        void (*look)(const struct look *look);
    } looks[] = {
        {"acl", look_acl},
        {"balance", look_balance},
        {"bind", look_bind},
        {"default-server", look_default_server},
        {"errorfile", look_errorfile},
        {"errorloc", look_errorfile},
        {"errorloc302", look_errorfile},
        {"errorloc303", look_errorfile},
        {"http-after-response add-header", look_header},
        {"http-after-response set-header", look_header},
        {"http-error", look_answer},
        {"http-request add-header", look_header},
        {"http-request deny", look_answer},
        {"http-request redirect", look_redirect},
        {"http-request return", look_answer},
        {"http-request set-header", look_header},
        {"http-request tarpit", look_answer},
        {"http-response add-header", look_header},
        {"http-response deny", look_answer},
        {"http-response redirect", look_redirect},
        {"http-response return", look_answer},
        {"http-response set-header", look_header},
        {"log", look_log},
        {"mode", look_mode},
        {"redirect", look_redirect},
        {"server", look_server},
        {"server-template", look_server},
        {"timeout ", look_time},
        {"user", look_user},
    };
    size_t to = line->keyword && line->keyword->condition ? line->condition : line->count;
    struct look look = {config, line, name_words, to};
    if (line->negated || line->reset)
        return;
    struct slice name = line->keyword ? slice_str(line->keyword->name) : line->words[0].text;
    bool userlist = slice_equal_str(line->section->type, "userlist");
    if (!line->keyword && slice_equal_str(name, "timeout"))
        look_other_timeout(&look);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        struct slice known = slice_str(looks[i].name);
        bool prefix = known.at[known.len - 1] == ' ';
        if (prefix ? slice_starts(name, known) : slice_equal(name, known)) {
            if (looks[i].look == look_user && !userlist)
                continue;
            if (!line->keyword && looks[i].look != look_user && looks[i].look != look_errorfile)
                continue; /* of a section that is no proxy */
            looks[i].look(&look);
        }
    }
    if (line->condition < line->count || (line->keyword && strcmp(line->keyword->name, "acl") == 0))
        look_userlists(&look);
}
