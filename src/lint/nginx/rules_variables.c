/* Rules about variables that a client fills: line breaks in headers, requests to where it likes,
   host names, origins. */
#include "base/ascii.h"
#include "lint/nginx/rules.h"

/* Cuts the next $name or ${name} off; false: no more. */
static bool next_variable(struct slice *rest, struct slice *name, size_t *at)
{
    size_t skipped = 0;
    for (;;) {
        size_t dollar = slice_find(*rest, '$');
        if (dollar + 1 >= rest->len)
            return false;
        *at = skipped + dollar;
        struct slice text = slice_from(*rest, dollar + 1);
        bool brace = text.at[0] == '{';
        text = slice_from(text, brace);
        size_t end = 0;
        while (end < text.len && (ascii_alnum(text.at[end]) || text.at[end] == '_'))
            end++;
        size_t taken = dollar + 1 + brace + end + brace;
        skipped += taken < rest->len ? taken : rest->len;
        *rest = slice_from(*rest, taken);
        if (end) {
            *name = slice_upto(text, end);
            return true;
        }
    }
}

static bool is_any(struct slice word, const char *const *words)
{
    for (; *words; words++)
        if (slice_equal_str(word, *words))
            return true;
    return false;
}

/* ── captures ── */

/* The text of a group of a regular expression, by number or by name; empty: not there. */
static struct slice group_text(struct slice regex, struct slice name)
{
    uint64_t wanted = 0;
    size_t number = 0;
    bool by_number = slice_u64(name, &wanted);
    for (size_t i = 0; i < regex.len; i++) {
        if (regex.at[i] == '\\') {
            i++;
            continue;
        }
        if (regex.at[i] != '(')
            continue;
        struct slice inside = slice_from(regex, i + 1), label = SLICE("");
        bool named = slice_starts(inside, SLICE("?<")) || slice_starts(inside, SLICE("?P<"));
        if (named) {
            label = slice_from(inside, inside.at[1] == 'P' ? 3 : 2);
            named = label.len && label.at[0] != '=' && label.at[0] != '!';
            inside = slice_from(label, slice_find(label, '>') + 1);
            label = slice_upto(label, slice_find(label, '>'));
        } else if (inside.len && inside.at[0] == '?') {
            continue;
        }
        number++;
        if (by_number ? number != wanted : !named || !slice_equal(label, name))
            continue;
        size_t depth = 1, end = 0;
        for (; end < inside.len && depth; end++) {
            if (inside.at[end] == '\\')
                end++;
            else
                depth += inside.at[end] == '(' ? 1 : inside.at[end] == ')' ? (size_t)-1 : 0;
        }
        return slice_upto(inside, end ? end - 1 : 0);
    }
    return SLICE("");
}

/* Whether what a group matches may have a line break in it: `.` does not match one, [^/] does. */
static bool takes_line_break(struct slice group)
{
    for (size_t i = 0; i + 1 < group.len; i++) {
        if (group.at[i] == '\\') {
            if (strchr("sWD", group.at[i + 1]))
                return true;
            i++;
        } else if (group.at[i] == '[') {
            struct slice inside = slice_from(group, i + 1);
            size_t end = slice_find(inside, ']');
            struct slice members = slice_upto(inside, end);
            bool without = slice_starts(members, SLICE("^"));
            bool breaks = slice_find(members, '\n') < members.len ||
                          slice_find(members, '\r') < members.len ||
                          slice_search(members, SLICE("\\n")) < members.len ||
                          slice_search(members, SLICE("\\r")) < members.len ||
                          slice_search(members, SLICE("\\s")) < members.len;
            if (without != breaks && members.len)
                return true;
            i += end;
        }
    }
    return slice_search(group, SLICE("(?s)")) < group.len;
}

/* The regular expression whose captures a directive sees: its own (rewrite), an `if` around it, or
   the location's. Only what is matched with the decoded path counts. */
static struct slice capture_regex(const struct nginx_node *node)
{
    struct slice name;
    if (nginx_is(node, "rewrite"))
        return nginx_word(node, 0);
    for (const struct nginx_node *other = node->parent->first; other && other != node;
         other = other->next)
        if (nginx_is(other, "rewrite"))
            return nginx_word(other, 0);
    for (const struct nginx_node *block = node->parent; block; block = block->parent) {
        if (nginx_is(block, "if") && block->count >= 3) {
            struct slice variable = nginx_word(block, 0);
            bool path = slice_search(variable, SLICE("$uri")) < variable.len ||
                        slice_search(variable, SLICE("$document_uri")) < variable.len;
            struct slice text = nginx_word(block, block->count - 1);
            return path ? text : SLICE("");
        }
        if (nginx_is(block, "location") && nginx_location_kind(block, &name) == '~')
            return name;
    }
    return SLICE("");
}

/* ── http_splitting ── */

static bool splits(const struct nginx_node *node, struct slice name)
{
    if (is_any(name, (const char *const[]){"uri", "document_uri", NULL}))
        return true;
    uint64_t number;
    bool capture = slice_u64(name, &number) && number >= 1 && number <= 9;
    struct slice regex = capture_regex(node);
    struct slice group = regex.len ? group_text(regex, name) : SLICE("");
    return (capture || group.len) && takes_line_break(group);
}

static bool is_redirect(const struct nginx_node *node, size_t *word)
{
    uint64_t status;
    *word = nginx_is(node, "rewrite") || node->count > 1 ? 1 : 0;
    if (nginx_is(node, "return"))
        return node->count == 1
                   ? !slice_u64(nginx_word(node, 0), &status)
                   : slice_u64(nginx_word(node, 0), &status) && status >= 300 && status <= 399;
    return nginx_has_word(node, "permanent") || nginx_has_word(node, "redirect") ||
           slice_starts(nginx_word(node, 1), SLICE("http"));
}

/* `$uri` at the end: $request_uri is the same, encoded. */
static void fix_splitting(struct nginx_check *check, struct lint_finding *finding,
                          const struct nginx_node *node, size_t word, struct slice name)
{
    static const char *const tails[] = {"$is_args$args", "?$args", "?$query_string", "", NULL};
    struct slice text = nginx_word(node, word);
    struct slice from = slice_of(node->file->bytes.at + node->words[word].start,
                                 node->words[word].end - node->words[word].start);
    if (!nginx_is(node, "return") || (name.at[0] != 'u' && name.at[0] != 'd'))
        return;
    size_t start = (size_t)(name.at - text.at) - 1;
    bool plain =
        text.at >= node->file->bytes.at && text.at < node->file->bytes.at + node->file->bytes.len;
    if (!plain || text.at[start] != '$')
        return;
    struct slice tail = slice_from(text, start + 1 + name.len);
    for (size_t i = 0; tails[i]; i++) {
        if (!slice_equal_str(tail, tails[i]))
            continue;
        size_t at = (size_t)(text.at - node->file->bytes.at) + start;
        (void)from;
        lint_fix(check->report, finding, "uses $request_uri");
        lint_fix_edit(check->report, finding, at, at + 1 + name.len + tail.len,
                      SLICE("$request_uri"));
        return;
    }
}

static void look_for_breaks(struct nginx_check *check, const struct nginx_node *node, size_t word,
                            const char *what)
{
    struct slice rest = nginx_word(node, word), name;
    size_t at;
    while (next_variable(&rest, &name, &at)) {
        if (!splits(node, name))
            continue;
        struct lint_finding *finding = nginx_report_word(
            check, node, word,
            "$%.*s is decoded: a client can put a line break and so a header of its own into %s; "
            "use $request_uri, or a group that matches no line break",
            SLICE_ARG(name), what);
        fix_splitting(check, finding, node, word, name);
        return;
    }
}

static void check_splitting(struct nginx_check *check, const struct nginx_node *node)
{
    size_t word = 1;
    if (node->context & NGINX_STREAM_SERVER || !node->count)
        return;
    if (nginx_is(node, "proxy_pass")) {
        look_for_breaks(check, node, 0, "the request to the upstream");
        return;
    }
    if (nginx_is(node, "proxy_set_header")) {
        look_for_breaks(check, node, 1, "the request to the upstream");
        return;
    }
    if (nginx_is(node, "add_header") || is_redirect(node, &word))
        look_for_breaks(check, node, word, "the answer");
}

/* ── ssrf ── */

static struct slice host_part(struct slice url)
{
    size_t scheme = slice_search(url, SLICE("://"));
    struct slice rest = scheme < url.len ? slice_from(url, scheme + 3) : url;
    return slice_upto(rest, slice_find(rest, '/'));
}

/* What `set` gives a variable in the blocks around; false: not set there. */
static bool set_value(const struct nginx_node *node, struct slice name, struct slice *value)
{
    for (const struct nginx_node *block = node->parent; block; block = block->parent)
        for (const struct nginx_node *other = nginx_child(block, "set"); other;
             other = nginx_again(other))
            if (other->count == 2 && slice_equal(slice_from(nginx_word(other, 0), 1), name)) {
                *value = nginx_word(other, 1);
                return true;
            }
    return false;
}

static bool is_tainted(const struct nginx_node *node, struct slice name)
{
    static const char *const whole[] = {"host",         "http_host",    "args",
                                        "query_string", "request_uri",  "uri",
                                        "request",      "document_uri", NULL};
    uint64_t number;
    if (is_any(name, whole) || slice_starts(name, SLICE("arg_")) ||
        slice_starts(name, SLICE("http_")) || slice_starts(name, SLICE("cookie_")))
        return true;
    if (slice_u64(name, &number) && number >= 1 && number <= 9) {
        struct slice group = group_text(capture_regex(node), name);
        /* (a|b) and [a-z]+ name no other machine than is meant. */
        return slice_find(group, '.') < group.len || slice_search(group, SLICE("[^")) < group.len;
    }
    struct slice group = group_text(capture_regex(node), name);
    return group.len &&
           (slice_find(group, '.') < group.len || slice_search(group, SLICE("[^")) < group.len);
}

static bool is_internal(const struct nginx_node *node)
{
    for (const struct nginx_node *block = node->parent; block; block = block->parent)
        if (nginx_is(block, "location") && nginx_child(block, "internal"))
            return true;
    return false;
}

static void check_ssrf(struct nginx_check *check, const struct nginx_node *node)
{
    struct slice host = host_part(nginx_word(node, 0)), name, value;
    size_t at;
    if (node->context & NGINX_STREAM_SERVER || is_internal(node))
        return;
    while (next_variable(&host, &name, &at)) {
        bool bad = is_tainted(node, name);
        if (!bad && set_value(node, name, &value)) {
            struct slice rest = host_part(value), inner;
            while (!bad && next_variable(&rest, &inner, &at))
                bad = is_tainted(node, inner);
        }
        if (!bad)
            continue;
        nginx_report(check, node,
                     "a client chooses the host that is asked ($%.*s), and so reaches machines "
                     "behind this one; write the host, or a map of those that may be asked",
                     SLICE_ARG(name));
        return;
    }
}

/* ── resolver ── */

static bool is_upstream_name(const struct nginx_check *check, struct slice host)
{
    const struct nginx_node *http = nginx_child(&check->parse->root, "http");
    for (const struct nginx_node *node = nginx_child(http ? http : &check->parse->root, "upstream");
         node; node = nginx_again(node))
        if (slice_equal(nginx_word(node, 0), host))
            return true;
    return false;
}

static bool is_literal(struct slice host)
{
    host = slice_upto(host, slice_starts(host, SLICE("[")) ? slice_find(host, ']')
                                                           : slice_find(host, ':'));
    for (size_t i = 0; i < host.len; i++)
        if (!ascii_digit(host.at[i]) && host.at[i] != '.' && host.at[0] != '[')
            return false;
    return host.len > 0;
}

static void check_resolver(struct nginx_check *check, const struct nginx_node *node)
{
    struct slice url = nginx_word(node, 0), host = host_part(url), rest = url, name, value;
    size_t at;
    if (check->parse->fragment || node->context & NGINX_STREAM_SERVER ||
        nginx_inherited(node->parent, "resolver") || !next_variable(&rest, &name, &at))
        return;
    if (slice_find(host, '$') < host.len) {
        struct slice whole = host;
        if (!next_variable(&whole, &name, &at) || !set_value(node, name, &value) ||
            slice_find(value, '$') < value.len)
            value = SLICE("");
        host = value.len && host.len == name.len + 1 ? host_part(value) : SLICE("");
        if (!value.len && is_any(name, (const char *const[]){"server_addr", "remote_addr", NULL}))
            return;
    }
    if (host.len &&
        (is_literal(host) || is_upstream_name(check, host) || slice_starts(host, SLICE("unix:"))))
        return;
    nginx_report(check, node,
                 "a name in a variable is looked up while requests come, and there is no "
                 "\"resolver\": they fail with 502; write one, 127.0.0.11 in a Docker network");
}

static bool is_private(struct slice address)
{
    static const char *const near[] = {"127.",  "10.",   "192.168.", "169.254.",
                                       "172.1", "172.2", "172.3",    "[::1]",
                                       "[fd",   "[fe80", "local=on", NULL};
    for (size_t i = 0; near[i]; i++)
        if (slice_starts(address, slice_str(near[i])))
            return true;
    return address.len && !is_literal(address);
}

static void check_public(struct nginx_check *check, const struct nginx_node *node)
{
    for (size_t i = 0; i < node->count; i++)
        if (slice_find(node->words[i].text, '=') == node->words[i].text.len &&
            !is_private(node->words[i].text)) {
            nginx_report_word(check, node, i,
                              "names are asked of %.*s, far away and without proof: an answer can "
                              "be forged; ask a resolver in your own network",
                              SLICE_ARG(node->words[i].text));
            return;
        }
}

/* ── host, origin ── */

static void check_host(struct nginx_check *check, const struct nginx_node *node)
{
    struct slice value = nginx_word(node, 1);
    if (!slice_equal_nocase(nginx_word(node, 0), SLICE("Host")) ||
        (!slice_equal_str(value, "$http_host") && !slice_starts(value, SLICE("$arg_"))))
        return;
    struct lint_finding *finding =
        nginx_report_word(check, node, 1,
                          "the upstream gets whatever Host a client writes, also beside an "
                          "absolute request line; use $host");
    nginx_fix_word(check, finding, node, 1, "$host");
}

/* Why a regular expression of origins lets others in; NULL: it does not. */
static const char *origin_problem(struct slice regex)
{
    if (slice_starts(regex, SLICE("(?i)")))
        regex = slice_from(regex, 4);
    if (!slice_starts(regex, SLICE("^")))
        return "does not begin with ^";
    if (!slice_ends(regex, SLICE("$")) && !slice_ends(regex, SLICE("$)")) &&
        !slice_ends(regex, SLICE("/")))
        return "does not end with $";
    for (size_t i = 1; i + 1 < regex.len; i++) {
        if (regex.at[i] == '\\') {
            i++;
        } else if (regex.at[i] == '[') {
            i += slice_find(slice_from(regex, i), ']');
        } else if (regex.at[i] == '.' && ascii_alnum(regex.at[i + 1]) &&
                   (ascii_alnum(regex.at[i - 1]) || regex.at[i - 1] == ')')) {
            return "has a dot without a backslash, which matches any byte";
        }
    }
    return NULL;
}

static void report_origin(struct nginx_check *check, const struct nginx_node *node,
                          struct slice regex)
{
    const char *problem = origin_problem(regex);
    if (problem)
        nginx_report(check, node,
                     "this check of who asks %s, so that other sites match, too; write "
                     "^https://www\\.example\\.com$",
                     problem);
}

static void check_origin_if(struct nginx_check *check, const struct nginx_node *node)
{
    struct slice variable = nginx_word(node, 0), regex = nginx_word(node, node->count - 1);
    size_t sign = slice_equal_str(variable, "(") ? 2 : 1;
    if (node->count < 3 || nginx_word(node, sign).len == 0 ||
        slice_find(nginx_word(node, sign), '~') == nginx_word(node, sign).len)
        return;
    if (sign == 2)
        variable = nginx_word(node, 1);
    if (slice_search(variable, SLICE("$http_origin")) == variable.len &&
        slice_search(variable, SLICE("$http_referer")) == variable.len)
        return;
    if (slice_equal_str(regex, ")"))
        regex = nginx_word(node, node->count - 2);
    else if (slice_ends(regex, SLICE(")")))
        regex.len--;
    bool referer = slice_search(variable, SLICE("$http_referer")) < variable.len;
    if (referer && slice_starts(regex, SLICE("^")))
        return; /* a path follows: it need not end */
    report_origin(check, node, regex);
}

static void check_origin_map(struct nginx_check *check, const struct nginx_node *node)
{
    if (!slice_equal_str(nginx_word(node, 0), "$http_origin"))
        return;
    for (const struct nginx_node *entry = node->first; entry; entry = entry->next) {
        struct slice key = entry->name;
        if (!slice_starts(key, SLICE("~")) || !nginx_word(entry, 0).len)
            continue;
        report_origin(check, entry, slice_from(key, slice_starts(key, SLICE("~*")) ? 2 : 1));
    }
}

static void check_cors(struct nginx_check *check, const struct nginx_node *node)
{
    if (!slice_equal_nocase(nginx_word(node, 0), SLICE("Access-Control-Allow-Origin")) ||
        !slice_equal_str(nginx_word(node, 1), "$http_origin"))
        return;
    for (const struct nginx_node *other = node->parent->first; other; other = other->next)
        if (nginx_is(other, "add_header") &&
            slice_equal_nocase(nginx_word(other, 0), SLICE("Access-Control-Allow-Credentials")))
            nginx_report(check, node,
                         "every site may read answers with the visitor's cookies; allow only "
                         "origins that a map knows");
}

const struct nginx_rule_check nginx_variable_checks[] = {
    {NGINX_RULE_SPLITTING, "add_header", check_splitting},
    {NGINX_RULE_SPLITTING, "return", check_splitting},
    {NGINX_RULE_SPLITTING, "rewrite", check_splitting},
    {NGINX_RULE_SPLITTING, "proxy_pass", check_splitting},
    {NGINX_RULE_SPLITTING, "proxy_set_header", check_splitting},
    {NGINX_RULE_SSRF, "proxy_pass", check_ssrf},
    {NGINX_RULE_RESOLVER, "proxy_pass", check_resolver},
    {NGINX_RULE_PUBLIC_RESOLVER, "resolver", check_public},
    {NGINX_RULE_HOST, "proxy_set_header", check_host},
    {NGINX_RULE_HOST, "grpc_set_header", check_host},
    {NGINX_RULE_ORIGIN, "if", check_origin_if},
    {NGINX_RULE_ORIGIN, "map", check_origin_map},
    {NGINX_RULE_CORS, "add_header", check_cors},
    {.directive = NULL},
};
