/* Rules about who may see what. */
#include "lint/nginx/rules.h"

static bool is_any(struct slice word, const char *const *words)
{
    for (; *words; words++)
        if (slice_equal_str(word, *words))
            return true;
    return false;
}

/* Something around it asks who comes. */
static bool is_guarded(const struct nginx_node *block)
{
    static const char *const guards[] = {"deny",
                                         "auth_basic",
                                         "auth_request",
                                         "auth_jwt",
                                         "access_by_lua",
                                         "access_by_lua_block",
                                         "access_by_lua_file",
                                         "internal",
                                         NULL};
    for (; block; block = block->parent)
        for (size_t i = 0; guards[i]; i++) {
            const struct nginx_node *node = nginx_child(block, guards[i]);
            if (node && !slice_equal_str(nginx_word(node, 0), "off"))
                return true;
        }
    return false;
}

/* Only this machine can reach it. */
static bool is_local(const struct nginx_node *server)
{
    bool any = false;
    for (const struct nginx_node *node = server->first; node; node = node->next) {
        struct slice address = nginx_word(node, 0);
        if (!nginx_is(node, "listen"))
            continue;
        any = true;
        if (!slice_starts(address, SLICE("127.")) && !slice_starts(address, SLICE("localhost")) &&
            !slice_starts(address, SLICE("[::1]")) && !slice_starts(address, SLICE("unix:")))
            return false;
    }
    return any;
}

static const struct nginx_node *server_of(const struct nginx_node *node)
{
    while (node && !nginx_is(node, "server"))
        node = node->parent;
    return node;
}

static void check_status(struct nginx_check *check, const struct nginx_node *node)
{
    const struct nginx_node *server = server_of(node);
    if (slice_equal_str(nginx_word(node, 0), "off") || is_guarded(node->parent) ||
        (server && is_local(server)))
        return;
    struct lint_finding *finding = nginx_report(
        check, node,
        "everybody can read this status page; allow who needs it and write \"deny all;\"");
    nginx_fix_behind(check, finding, node, "allow 127.0.0.1;");
    nginx_fix_behind(check, finding, node, "deny all;");
    if (finding && finding->edit_count == 2) { /* one insertion of both */
        finding->edits[0].text =
            arena_printf(check->arena, "%.*s%.*s", SLICE_ARG(finding->edits[0].text),
                         SLICE_ARG(finding->edits[1].text));
        finding->edit_count = 1;
    }
}

static bool has_location(const struct nginx_node *block, struct slice name)
{
    size_t seen = 0;
    for (const struct nginx_node *node = nginx_child(block, "location"); node;
         node = nginx_again(node)) {
        struct slice other;
        if (++seen > 1000 || (nginx_location_kind(node, &other) != '=' && slice_equal(name, other)))
            return true;
    }
    return false;
}

static void check_alias(struct nginx_check *check, const struct nginx_node *node)
{
    const struct nginx_node *location = node->parent;
    struct slice name, target = nginx_word(node, 0);
    if (!nginx_is(location, "location") || !location->count)
        return;
    char kind = nginx_location_kind(location, &name);
    if ((kind != 0 && kind != '^') || slice_ends(name, SLICE("/")) || !name.len)
        return;
    bool parent = slice_ends(target, SLICE("/"));
    size_t word = location->count - 1;
    struct lint_finding *finding = nginx_report(
        check, node,
        parent ? "a request for %.*s../ reads files beside %.*s; end the location with \"/\""
               : "a request for %.*s../x reads files whose paths begin as %.*s does; end the "
                 "location and the alias with \"/\"",
        SLICE_ARG(name), SLICE_ARG(target));
    struct slice with = arena_printf(check->arena, "%.*s/", SLICE_ARG(name));
    if (!finding || !parent || has_location(location->parent, with) ||
        slice_find(name, '\0') < name.len || location->words[word].quote ||
        location->file != node->file || kind == '^')
        return;
    nginx_fix_word(check, finding, location, word, with.at);
}

static void check_allow(struct nginx_check *check, const struct nginx_node *node)
{
    const struct nginx_node *last = NULL;
    bool any = slice_equal_str(nginx_word(node, 0), "all");
    if (node->context & (NGINX_STREAM | NGINX_STREAM_SERVER))
        return;
    for (const struct nginx_node *other = node->parent->first; other; other = other->next) {
        if (nginx_is(other, "deny"))
            return;
        if (nginx_is(other, "allow")) {
            if (!last && other != node)
                return; /* said of the first one */
            last = other;
        }
    }
    if (any || !last)
        return;
    struct lint_finding *finding = nginx_report(
        check, node, "allow alone keeps nobody out; write \"deny all;\" behind the last allow");
    if (last->file == node->file)
        nginx_fix_behind(check, finding, last, "deny all;");
}

static void check_return_access(struct nginx_check *check, const struct nginx_node *node)
{
    uint64_t status = 302;
    if (!nginx_child(node->parent, "deny") || node->context & NGINX_STREAM_SERVER)
        return;
    if (slice_u64(nginx_word(node, 0), &status) && status >= 400)
        return;
    nginx_report(check, node,
                 "return answers before allow and deny are asked: they do nothing here; move the "
                 "answer behind try_files and a named location");
}

static void check_autoindex(struct nginx_check *check, const struct nginx_node *node)
{
    if (!nginx_is_on(node))
        return;
    struct lint_finding *finding = nginx_report(
        check, node, "folders without an index page are listed to everybody; turn autoindex off");
    nginx_fix_word(check, finding, node, 0, "off");
}

static bool serves_files(const struct nginx_node *server)
{
    if (nginx_answer_of(server).kind != NGINX_ANSWER_FILES)
        return false;
    for (const struct nginx_node *node = server->first; node; node = node->next)
        if (nginx_is(node, "root") || (nginx_is(node, "location") && node->block &&
                                       (nginx_child(node, "root") || nginx_child(node, "alias"))))
            return true;
    return false;
}

static bool guards_dotfiles(const struct nginx_node *block)
{
    for (const struct nginx_node *node = block->first; node; node = node->next) {
        struct slice name;
        if (!nginx_is(node, "location") || !node->count)
            continue;
        nginx_location_kind(node, &name);
        if (slice_search(name, SLICE("/\\.")) < name.len ||
            slice_search(name, SLICE("/.")) < name.len ||
            slice_search(name, SLICE("(^|/)")) < name.len || guards_dotfiles(node))
            return true;
    }
    return false;
}

static void check_dotfiles(struct nginx_check *check, const struct nginx_node *node)
{
    if (node->inside != NGINX_SERVER || !serves_files(node) || guards_dotfiles(node))
        return;
    nginx_report(check, node,
                 "files such as .git and .env under the root are served like all others; write "
                 "\"location ~ /\\.(?!well-known) { deny all; }\"");
}

static void check_referers(struct nginx_check *check, const struct nginx_node *node)
{
    for (size_t i = 0; i < node->count; i++)
        if (slice_equal_str(node->words[i].text, "none"))
            nginx_report_word(check, node, i,
                              "\"none\" lets every request without a Referer in, and a page can "
                              "leave it out; leave \"none\" out, or do not rely on this check");
}

static void check_user(struct nginx_check *check, const struct nginx_node *node)
{
    if (is_any(nginx_word(node, 0), (const char *const[]){"root", "0", NULL}))
        nginx_report(
            check, node,
            "workers run as root: a hole in one is a hole in all; name a user without rights");
}

const struct nginx_rule_check nginx_access_checks[] = {
    {NGINX_RULE_STATUS_OPEN, "stub_status", check_status},
    {NGINX_RULE_ALIAS, "alias", check_alias},
    {NGINX_RULE_ALLOW, "allow", check_allow},
    {NGINX_RULE_RETURN_ACCESS, "return", check_return_access},
    {NGINX_RULE_AUTOINDEX, "autoindex", check_autoindex},
    {NGINX_RULE_DOTFILES, "server", check_dotfiles},
    {NGINX_RULE_REFERERS, "valid_referers", check_referers},
    {NGINX_RULE_ROOT_USER, "user", check_user},
    {.directive = NULL},
};
