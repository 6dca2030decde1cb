/* `global`, logs and users: what does not fit into a container, and what opens it. */
#include "base/ascii.h"
#include "lint/haproxy/haproxy_rule.h"

static void socket_open(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    struct slice text = haproxy_word_at(line, 2);
    struct haproxy_address address;
    if (!haproxy_is(line, "stats", "socket") || !text.len || line->words[2].unknown)
        return;
    /* A word without a colon is a path, whatever it looks like. */
    if (slice_find(text, ':') == text.len || *text.at == '/' ||
        !haproxy_address_parse(text, &address) || address.local)
        return;
    if (slice_starts(address.host, SLICE("127.")) || slice_equal_str(address.host, "localhost") ||
        slice_equal_str(address.host, "::1") || slice_equal_str(address.host, "[::1]"))
        return;
    size_t level = 0;
    for (size_t i = 3; i + 1 < line->count; i++)
        if (slice_equal_str(line->words[i].text, "level"))
            level = i;
    bool admin = level && slice_equal_str(line->words[level + 1].text, "admin");
    struct lint_finding *finding =
        haproxy_find_at(lint, RULE_SOCKET_OPEN, line, 2, 3,
                        "the runtime socket listens on the network%s and asks for no password; use "
                        "a path, or 127.0.0.1",
                        admin ? " with level admin" : "");
    if (admin)
        haproxy_severity(finding, LINT_ERROR);
}

static void daemon_mode(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    if (!haproxy_is(line, "daemon", NULL))
        return;
    haproxy_fix_remove(
        lint,
        haproxy_find_at(
            lint, RULE_DAEMON, line, 0, 1,
            "daemon sends HAProxy to the background, and the container ends; remove it"),
        line);
}

static void needs_root(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    bool user = haproxy_is(line, "user", NULL), uid = haproxy_is(line, "uid", NULL);
    struct slice name = haproxy_word_at(line, 1);
    if ((user && slice_equal_str(name, "root")) || (uid && slice_equal_str(name, "0")))
        haproxy_find_at(lint, RULE_ROOT_USER, line, 0, 2,
                        "HAProxy keeps running as root; name an ordinary user, or leave it to the "
                        "image's USER");
    else if (haproxy_is(line, "chroot", NULL))
        haproxy_find_at(lint, RULE_CHROOT, line, 0, line->count,
                        "chroot works only for root: an image with an ordinary USER does not start "
                        "with it; in a container, leave it out");
}

static void forks(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    static const char *const names[] = {"insecure-fork-wanted", "insecure-setuid-wanted",
                                        "external-check", NULL};
    for (size_t i = 0; names[i]; i++)
        if (haproxy_is(line, names[i], NULL) && !line->negated)
            haproxy_find_at(
                lint, RULE_FORK, line, 0, 1,
                "%s lets HAProxy start programs%s; check servers by httpchk or tcp-check instead",
                names[i], i == 1 ? " as other users" : "");
}

static bool is_local_syslog(struct slice target)
{
    return slice_equal_str(target, "/dev/log") || slice_starts(target, SLICE("/dev/log:")) ||
           slice_starts(target, SLICE("/run/systemd/journal")) ||
           slice_equal_str(target, "127.0.0.1") || slice_starts(target, SLICE("127.0.0.1:")) ||
           slice_equal_str(target, "localhost") || slice_starts(target, SLICE("localhost:"));
}

static void log_target(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    if (!haproxy_is(line, "log", NULL) || line->negated || line->count < 2 ||
        !is_local_syslog(line->words[1].text))
        return;
    struct lint_finding *finding = haproxy_find_at(
        lint, RULE_LOG, line, 0, line->count,
        "nobody reads '%.*s' in a container; log to standard output: log stdout format raw local0",
        SLICE_ARG(line->words[1].text));
    for (size_t i = 2; i < line->count; i++)
        if (slice_equal_str(line->words[i].text, "format"))
            return; /* what it asks for may not be meant for people */
    lint_fix(lint->report, finding, "log to stdout");
    lint_fix_edit(lint->report, finding, line->words[1].start, line->words[1].end,
                  SLICE("stdout format raw"));
}

static void clear_password(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    if (!slice_equal_str(line->section->type, "userlist") || !haproxy_is(line, "user", NULL))
        return;
    for (size_t i = 2; i + 1 < line->count; i++)
        if (slice_equal_str(line->words[i].text, "insecure-password") &&
            !line->words[i + 1].unknown)
            haproxy_find_at(
                lint, RULE_CLEAR_PASSWORD, line, i, i + 1,
                "the password of this user stands here in clear; write password with a hash "
                "(mkpasswd -m sha-256), or take it from an environment variable (\"${NAME}\")");
}

static void deprecated(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    unsigned version = lint->config->version;
    if (!(line->section->kind & HAPROXY_PROXIES) || version < 303)
        return;
    if (haproxy_is(line, "dispatch", NULL) || haproxy_is(line, "transparent", NULL) ||
        haproxy_is(line, "option", "transparent"))
        haproxy_find_at(lint, RULE_DEPRECATED, line, 0, line->count,
                        "this is deprecated since HAProxy 3.3; use a server line");
}

/* Once a file: on the head of `global`, when there is one. */
static void maxconn(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    const struct haproxy_section *section = lint->config->global;
    if (lint->config->fragment || !section || line->section != section || line != section->lines[0])
        return;
    for (size_t i = 0; i < lint->config->section_count; i++) {
        const struct haproxy_section *other = lint->config->sections[i];
        if (other->kind == HAPROXY_GLOBAL &&
            (haproxy_find(other, "maxconn", NULL) || haproxy_find(other, "fd-hard-limit", NULL) ||
             haproxy_find(other, "ulimit-n", NULL)))
            return;
    }
    haproxy_find_at(
        lint, RULE_MAXCONN, section->head, 0, section->head->count,
        "global has no maxconn; add one that the container's memory can hold (maxconn 4096)");
}

void haproxy_rule_global(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    clear_password(lint, line);
    log_target(lint, line);
    deprecated(lint, line);
    if (line->section->kind != HAPROXY_GLOBAL)
        return;
    socket_open(lint, line);
    daemon_mode(lint, line);
    needs_root(lint, line);
    forks(lint, line);
    maxconn(lint, line);
}
