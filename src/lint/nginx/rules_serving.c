/* Rules about how answers are made. */
#include "base/ascii.h"
#include "lint/nginx/rules.h"

static void fix_tokens(struct nginx_check *check, struct lint_finding *finding,
                       const struct nginx_node *http)
{
    const struct nginx_node *first = http->first;
    struct slice between =
        first && !first->included
            ? slice_of(http->file->bytes.at + http->open + 1, first->start - http->open - 1)
            : SLICE("");
    size_t line = slice_find_last(between, '\n');
    struct slice indent = line < between.len ? slice_trim(slice_from(between, line)).len
                                                   ? SLICE("    ")
                                                   : slice_from(between, line + 1)
                                             : SLICE("");
    lint_fix(check->report, finding, "adds server_tokens off;");
    lint_fix_edit(check->report, finding, http->open + 1, http->open + 1,
                  line < between.len
                      ? arena_printf(check->arena, "\n%.*sserver_tokens off;", SLICE_ARG(indent))
                      : SLICE(" server_tokens off;"));
}

static void check_no_tokens(struct nginx_check *check, const struct nginx_node *node)
{
    if (node->inside != NGINX_HTTP || nginx_child(node, "server_tokens") ||
        nginx_child(node, "more_clear_headers"))
        return;
    struct lint_finding *finding = nginx_report(check, node,
                                                "nginx tells its version in the Server header and "
                                                "on error pages; write \"server_tokens off;\"");
    fix_tokens(check, finding, node);
}

static void check_tokens(struct nginx_check *check, const struct nginx_node *node)
{
    struct slice word = nginx_word(node, 0);
    if (!slice_equal_nocase(word, SLICE("on")) && !slice_equal_nocase(word, SLICE("build")))
        return;
    struct lint_finding *finding = nginx_report(
        check, node,
        "nginx tells its version in the Server header and on error pages; turn server_tokens off");
    nginx_fix_word(check, finding, node, 0, "off");
}

static void check_multiline(struct nginx_check *check, const struct nginx_node *node)
{
    for (size_t i = 1; i < node->count; i++) {
        struct slice text = node->words[i].text;
        if (slice_find(text, '\n') == text.len && slice_find(text, '\r') == text.len)
            continue;
        struct lint_finding *finding =
            nginx_report_word(check, node, i,
                              "the value has a line break in it, which clients refuse or read as "
                              "another header; write it in one line");
        struct slice raw = slice_of(node->file->bytes.at + node->words[i].start,
                                    node->words[i].end - node->words[i].start);
        if (slice_find(raw, '\n') == raw.len)
            continue;
        char *to = arena_alloc(check->arena, raw.len + 1);
        size_t len = 0;
        for (size_t j = 0; to && j < raw.len; j++) {
            bool blank = ascii_space(raw.at[j]);
            if (blank && len && to[len - 1] == ' ')
                continue;
            to[len++] = blank ? ' ' : raw.at[j];
        }
        if (!to)
            return;
        lint_fix(check->report, finding, "joins the lines");
        lint_fix_edit(check->report, finding, node->words[i].start, node->words[i].end,
                      slice_of(to, len));
    }
}

static void check_if(struct nginx_check *check, const struct nginx_node *node)
{
    static const char *const fine[] = {
        "return",     "rewrite",          "set",        "break",   "rewrite_log", "access_log",
        "limit_rate", "limit_rate_after", "add_header", "include", NULL};
    if (node->inside != NGINX_LOCATION_IF)
        return;
    for (const struct nginx_node *child = node->first; child; child = child->next) {
        bool known = false;
        for (size_t i = 0; fine[i]; i++)
            known |= nginx_is(child, fine[i]);
        if (known || !child->directive || child->directive->module)
            continue;
        nginx_report(check, child,
                     "%.*s in an \"if\" of a location does not always what it says; use a "
                     "location, map or error_page instead",
                     SLICE_ARG(child->name));
        return;
    }
}

static void check_root(struct nginx_check *check, const struct nginx_node *node)
{
    const struct nginx_node *location = node->parent, *server = location->parent;
    if (node->context != NGINX_LOCATION || !nginx_is(location, "location") ||
        !slice_equal_str(nginx_word(location, 0), "/") || location->count != 1 || !server ||
        nginx_child(server, "root"))
        return;
    /* Alone it is a matter of taste; with other locations that read files it is a trap. */
    for (const struct nginx_node *other = server->first; other; other = other->next)
        if (nginx_is(other, "location") && other != location && other->block &&
            !nginx_child(other, "root") && !nginx_child(other, "alias") &&
            !nginx_child(other, "internal") && nginx_answer_of(other).kind == NGINX_ANSWER_FILES) {
            nginx_report(check, node,
                         "root stands in one location, so that of line %u reads nginx's default "
                         "folder; write root in the server",
                         other->line);
            return;
        }
}

static void check_body(struct nginx_check *check, const struct nginx_node *node)
{
    struct slice size = nginx_word(node, 0);
    size_t zeros = 0;
    while (zeros < size.len && size.at[zeros] == '0')
        zeros++;
    if (zeros && (zeros == size.len || !ascii_digit(size.at[zeros])))
        nginx_report(check, node,
                     "requests of any size are taken, until the disk is full; write the largest "
                     "that is needed, 10m for example");
}

static void check_error_log(struct nginx_check *check, const struct nginx_node *node)
{
    if (!slice_equal_str(nginx_word(node, 0), "off"))
        return;
    struct lint_finding *finding = nginx_report(
        check, node,
        "this does not turn the log off: it writes a file named \"off\"; write /dev/null and crit");
    lint_fix(check->report, finding, "writes /dev/null crit");
    lint_fix_edit(check->report, finding, node->words[0].start, node->words[node->count - 1].end,
                  SLICE("/dev/null crit"));
}

/* ── the server for names that no other has ── */

static bool is_default(const struct nginx_node *server)
{
    for (const struct nginx_node *node = server->first; node; node = node->next)
        if ((nginx_is(node, "listen") &&
             (nginx_has_word(node, "default_server") || nginx_has_word(node, "default"))) ||
            (nginx_is(node, "server_name") && nginx_has_word(node, "_")))
            return true;
    return false;
}

static void check_default_server(struct nginx_check *check, const struct nginx_node *http)
{
    const struct nginx_node *first = NULL;
    size_t named = 0;
    if (http->inside != NGINX_HTTP || check->parse->unread)
        return;
    for (const struct nginx_node *node = http->first; node; node = node->next) {
        if (!nginx_is(node, "server") || !node->block)
            continue;
        if (is_default(node) || !nginx_child(node, "server_name"))
            return;
        first = first ? first : node;
        named++;
    }
    if (named > 1)
        nginx_report(check, first,
                     "no server is the default, so this one answers for every name that comes; add "
                     "one with \"listen … default_server\" that returns 444");
}

const struct nginx_rule_check nginx_serving_checks[] = {
    {NGINX_RULE_SERVER_TOKENS, "http", check_no_tokens},
    {NGINX_RULE_SERVER_TOKENS, "server_tokens", check_tokens},
    {NGINX_RULE_MULTILINE, "add_header", check_multiline},
    {NGINX_RULE_MULTILINE, "more_set_headers", check_multiline},
    {NGINX_RULE_IF, "if", check_if},
    {NGINX_RULE_ROOT, "root", check_root},
    {NGINX_RULE_BODY, "client_max_body_size", check_body},
    {NGINX_RULE_ERROR_LOG_OFF, "error_log", check_error_log},
    {NGINX_RULE_DEFAULT_SERVER, "http", check_default_server},
    {.directive = NULL},
};
