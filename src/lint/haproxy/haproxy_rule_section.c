/* What a frontend, listen or backend lacks as a whole: stats, timeouts, checks, redirects. */
#include "base/ascii.h"
#include "lint/haproxy/haproxy_rule.h"

/* --- stats --- */

/* `stats auth`, or any rule that turns requests away. */
static bool stats_guarded(const struct haproxy_section *section)
{
    if (haproxy_find(section, "stats", "auth") || haproxy_find(section, "stats", "http-request"))
        return true;
    for (size_t i = 0; i < section->count; i++) {
        const struct haproxy_line *line = section->lines[i];
        if (haproxy_is(line, "http-request", "deny") || haproxy_is(line, "http-request", "auth") ||
            haproxy_is(line, "http-request", "reject") ||
            haproxy_is(line, "http-request", "silent-drop") ||
            haproxy_is(line, "http-request", "tarpit") || haproxy_is(line, "tcp-request", NULL))
            return true;
    }
    return false;
}

/* Listens on this machine alone: nobody else gets there. */
static bool only_local(const struct haproxy_section *section)
{
    bool bound = false;
    for (size_t i = 0; i < section->count; i++) {
        struct haproxy_address address;
        if (!haproxy_is(section->lines[i], "bind", NULL))
            continue;
        bound = true;
        struct slice rest = haproxy_word_at(section->lines[i], 1);
        while (rest.len) {
            struct slice one = slice_cut(&rest, ',');
            if (!haproxy_address_parse(one, &address) ||
                (!address.local && !slice_starts(address.host, SLICE("127.")) &&
                 !slice_equal_str(address.host, "localhost") &&
                 !slice_equal_str(address.host, "[::1]") && !slice_equal_str(address.host, "::1")))
                return false;
        }
    }
    return bound;
}

static const struct haproxy_line *stats_line(const struct haproxy_section *section)
{
    static const char *const ways[] = {"enable", "uri", "admin", "auth", NULL};
    for (size_t i = 0; ways[i]; i++) {
        const struct haproxy_line *line = haproxy_find(section, "stats", ways[i]);
        if (line)
            return line;
    }
    return NULL;
}

static void stats_password(const struct haproxy_lint *lint, const struct haproxy_section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct haproxy_line *line = section->lines[i];
        if (haproxy_is(line, "stats", "auth") && line->count > 2 && !line->words[2].unknown)
            haproxy_find_at(lint, RULE_STATS_PASSWORD, line, 0, 2,
                            "the password of the stats page stands here in clear; take it from the "
                            "environment (\"${STATS_PASSWORD}\") or use a userlist with a hash and "
                            "stats http-request auth");
    }
}

/* In a defaults section the lines are looked at by whoever inherits them: once is enough. */
static bool of_section(const struct haproxy_line *line, const struct haproxy_section *section)
{
    return line->section == section;
}

void haproxy_rule_stats(const struct haproxy_lint *lint, const struct haproxy_section *section)
{
    const struct haproxy_line *line = stats_line(section);
    stats_password(lint, section);
    if (!line || !section->http)
        return;
    bool guarded = stats_guarded(section), local = only_local(section);
    if (!guarded && !local)
        haproxy_find_at(lint, RULE_STATS_OPEN, line, 0, line->count < 2 ? 1 : 2,
                        "anybody who reaches this port can read the stats page of %.*s '%.*s'; add "
                        "stats auth, an http-request deny, or bind 127.0.0.1",
                        SLICE_ARG(section->type), SLICE_ARG(section->name));
    const struct haproxy_line *admin = haproxy_find(section, "stats", "admin");
    if (admin && of_section(admin, section) && !local) {
        struct haproxy_facts facts = {.tls = HAPROXY_UNKNOWN};
        bool always = haproxy_condition_holds(admin, &facts) == HAPROXY_TRUE;
        struct lint_finding *finding =
            haproxy_find_at(lint, RULE_STATS_ADMIN, admin, 0, admin->count,
                            "the stats page can switch servers off%s; allow it from known "
                            "addresses only (stats admin if LOCALHOST), or use the runtime socket",
                            guarded ? "" : ", and asks for no password");
        haproxy_severity(finding, always && !guarded ? LINT_ERROR
                                  : always           ? LINT_WARNING
                                                     : LINT_INFO);
    }
    if (!haproxy_find(section, "stats", "hide-version") && of_section(line, section) &&
        !line->maybe.len)
        haproxy_fix_after(
            lint,
            haproxy_find_at(lint, RULE_STATS_VERSION, line, 0, line->count < 2 ? 1 : 2,
                            "the stats page tells HAProxy's version; add stats hide-version"),
            line, "stats hide-version");
}

/* --- timeouts --- */

static void timeout_missing(const struct haproxy_lint *lint, const struct haproxy_section *section,
                            const char *const *names)
{
    char missing[64] = "";
    size_t length = 0;
    for (; *names; names++) {
        if (haproxy_find(section, "timeout", *names))
            continue;
        struct slice name = slice_str(*names);
        if (length + name.len + 3 > sizeof missing)
            break;
        if (length) {
            memcpy(missing + length, ", ", 2);
            length += 2;
        }
        memcpy(missing + length, name.at, name.len);
        length += name.len;
    }
    if (length)
        haproxy_find_at(lint, RULE_TIMEOUT, section->head, 0, section->head->count,
                        "%.*s '%.*s' has no timeout %.*s: what hangs stays for ever; add it here "
                        "or in defaults",
                        SLICE_ARG(section->type), SLICE_ARG(section->name), (int)length, missing);
}

void haproxy_rule_timeouts(const struct haproxy_lint *lint, const struct haproxy_section *section)
{
    static const char *const both[] = {"client", "connect", "server", NULL};
    static const char *const back[] = {"connect", "server", NULL};
    static const char *const front[] = {"client", NULL};
    bool servers = haproxy_find(section, "server", NULL) ||
                   haproxy_find(section, "server-template", NULL) ||
                   haproxy_find(section, "dispatch", NULL);
    bool listens = haproxy_find(section, "bind", NULL);
    if (section->kind == HAPROXY_LISTEN)
        timeout_missing(lint, section, servers ? both : listens ? front : front + 1);
    else if (section->kind == HAPROXY_BACKEND && servers)
        timeout_missing(lint, section, back);
    else if (section->kind == HAPROXY_FRONTEND && listens)
        timeout_missing(lint, section, front);
    const struct haproxy_line *client = haproxy_find(section, "timeout", "client");
    if (!(section->kind & HAPROXY_FRONT) || !listens || !section->http ||
        haproxy_find(section, "timeout", "http-request"))
        return;
    struct lint_finding *finding =
        haproxy_find_at(lint, RULE_TIMEOUT_REQUEST, section->head, 0, section->head->count,
                        "%.*s '%.*s' has no timeout http-request, so a client may take as long as "
                        "it likes to send one; add timeout http-request 10s",
                        SLICE_ARG(section->type), SLICE_ARG(section->name));
    const struct haproxy_line *place =
        client && of_section(client, section) && !client->maybe.len ? client : section->head;
    haproxy_fix_after(lint, finding, place, "timeout http-request 10s");
}

/* --- servers --- */

static bool is_name(struct slice host)
{
    bool letter = false;
    for (size_t i = 0; i < host.len; i++) {
        if (host.at[i] == ':' || host.at[i] == '[')
            return false; /* IPv6 */
        letter |= ascii_alpha(host.at[i]);
    }
    return letter && !slice_equal_str(host, "localhost");
}

static bool default_server(const struct haproxy_section *section, const char *option)
{
    for (unsigned depth = 0; section && depth < HAPROXY_INHERIT_MAX;
         section = section->defaults, depth++)
        for (size_t i = 0; i < section->count && (!depth || i < HAPROXY_LOOK_MAX); i++)
            if (haproxy_is(section->lines[i], "default-server", NULL) &&
                haproxy_option_at(section->lines[i], option))
                return true;
    return false;
}

/* What default-server lines say for all servers of a section. */
struct defaults {
    bool check, track, resolvers, init_addr;
};

static void resolves_once(const struct haproxy_lint *lint, const struct haproxy_line *line,
                          size_t address_at, const struct defaults *defaults)
{
    struct haproxy_address address;
    if (line->words[address_at].unknown ||
        !haproxy_address_parse(line->words[address_at].text, &address) || address.local ||
        !is_name(address.host) || defaults->resolvers || defaults->init_addr ||
        haproxy_option_at(line, "resolvers") || haproxy_option_at(line, "init-addr"))
        return;
    haproxy_find_at(lint, RULE_RESOLVE, line, address_at, address_at + 1,
                    "'%.*s' is looked up once, at start, and HAProxy does not start when it is not "
                    "known yet; add resolvers NAME (a resolvers section; Docker's is "
                    "127.0.0.11:53) and init-addr last,libc,none",
                    SLICE_ARG(address.host));
}

static void not_checked(const struct haproxy_lint *lint, const struct haproxy_line *line,
                        size_t servers, const struct defaults *defaults)
{
    if (defaults->check || defaults->track || haproxy_option_at(line, "check") ||
        haproxy_option_at(line, "track") || haproxy_option_at(line, "disabled"))
        return;
    struct lint_finding *finding =
        haproxy_find_at(lint, RULE_NO_CHECK, line, 0, 2,
                        "Server '%.*s' is not checked%s; add check", SLICE_ARG(line->words[1].text),
                        servers > 1 ? ", so requests still go to it when it is down" : "");
    haproxy_severity(finding, servers > 1 ? LINT_WARNING : LINT_INFO);
    lint_fix(lint->report, finding, "add check");
    size_t address_at = haproxy_is(line, "server-template", NULL) ? 3 : 2;
    lint_fix_edit(lint->report, finding, line->words[address_at].end, line->words[address_at].end,
                  SLICE(" check"));
}

void haproxy_rule_servers(const struct haproxy_lint *lint, const struct haproxy_section *section)
{
    size_t servers = 0;
    struct defaults defaults = {default_server(section, "check"), default_server(section, "track"),
                                default_server(section, "resolvers"),
                                default_server(section, "init-addr")};
    for (size_t i = 0; i < section->count; i++)
        servers += haproxy_is(section->lines[i], "server", NULL);
    for (size_t i = 0; i < section->count; i++) {
        const struct haproxy_line *line = section->lines[i];
        bool template = haproxy_is(line, "server-template", NULL);
        size_t address_at = template ? 3 : 2;
        if ((!template && !haproxy_is(line, "server", NULL)) || line->count <= address_at)
            continue;
        resolves_once(lint, line, address_at, &defaults);
        not_checked(lint, line, template ? 2 : servers, &defaults);
    }
}

/* --- frontends --- */

static bool cleans(const struct haproxy_section *section, struct slice header)
{
    for (unsigned depth = 0; section && depth < HAPROXY_INHERIT_MAX;
         section = section->defaults, depth++)
        for (size_t i = 0; i < section->count && (!depth || i < HAPROXY_LOOK_MAX); i++) {
            const struct haproxy_line *line = section->lines[i];
            if ((haproxy_is(line, "http-request", "del-header") ||
                 haproxy_is(line, "http-request", "set-header")) &&
                slice_equal_nocase(haproxy_word_at(line, 2), header))
                return true;
        }
    return false;
}

static void forwarded_for(const struct haproxy_lint *lint, const struct haproxy_section *section)
{
    const struct haproxy_line *line = haproxy_find(section, "option", "forwardfor");
    struct slice header = SLICE("X-Forwarded-For");
    if (!line || lint->options->behind_tls)
        return;
    for (size_t i = 2; i + 1 < line->count; i++)
        if (slice_equal_str(line->words[i].text, "header"))
            header = line->words[i + 1].text;
    if (cleans(section, header))
        return;
    haproxy_find_at(lint, RULE_FORWARDED, of_section(line, section) ? line : section->head, 0, 2,
                    "clients of '%.*s' can send %.*s themselves, and it comes first; add "
                    "http-request del-header %.*s, unless a trusted proxy stands in front",
                    SLICE_ARG(section->name), SLICE_ARG(header), SLICE_ARG(header));
}

static void no_redirect(const struct haproxy_lint *lint, const struct haproxy_section *section)
{
    for (size_t i = 0; i < lint->headers->count; i++) {
        const struct header_route *route = &lint->headers->routes[i];
        if (route->own_only || !route->tls || !route->plain || route->redirects_to_tls ||
            !section->head || route->file != section->head->file)
            continue;
        struct slice name = route->server;
        if (!slice_starts(name, section->type) ||
            !slice_equal(slice_from(name, section->type.len + 1), section->name))
            continue;
        haproxy_find_at(lint, RULE_NO_REDIRECT, section->head, 0, section->head->count,
                        "'%.*s' serves plain HTTP beside HTTPS; add http-request redirect scheme "
                        "https code 301 unless { ssl_fc }",
                        SLICE_ARG(section->name));
        return;
    }
}

void haproxy_rule_front(const struct haproxy_lint *lint, const struct haproxy_section *section)
{
    if (!(section->kind & HAPROXY_FRONT) || !section->http)
        return;
    forwarded_for(lint, section);
    no_redirect(lint, section);
}
