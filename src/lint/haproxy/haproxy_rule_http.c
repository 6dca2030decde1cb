/* Rules and options about HTTP. */
#include "lint/haproxy/haproxy_rule.h"

static void lenient(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    static const char *const options[] = {"accept-invalid-http-request",
                                          "accept-invalid-http-response",
                                          "accept-unsafe-violations-in-http-request",
                                          "accept-unsafe-violations-in-http-response", NULL};
    static const char *const keywords[] = {"h1-do-not-close-on-insecure-transfer-encoding",
                                           "h1-accept-payload-with-any-method", NULL};
    size_t words = 0;
    if (line->negated || line->reset)
        return;
    for (size_t i = 0; options[i] && !words; i++)
        words = haproxy_is(line, "option", options[i]) ? 2 : 0;
    for (size_t i = 0; keywords[i] && !words; i++)
        words = haproxy_is(line, keywords[i], NULL) ? 1 : 0;
    if (!words)
        return;
    haproxy_fix_remove(
        lint,
        haproxy_find_at(lint, RULE_SMUGGLING, line, 0, words,
                        "HTTP that breaks the rules is let through, and requests can be smuggled; "
                        "remove this and mend the program that sends it"),
        line);
}

static bool is_single(struct slice header)
{
    static const char *const names[] = {"Strict-Transport-Security",
                                        "X-Frame-Options",
                                        "X-Content-Type-Options",
                                        "X-XSS-Protection",
                                        "Referrer-Policy",
                                        "Cross-Origin-Opener-Policy",
                                        "Cross-Origin-Embedder-Policy",
                                        "Cross-Origin-Resource-Policy",
                                        "Server",
                                        NULL};
    for (size_t i = 0; names[i]; i++)
        if (slice_equal_nocase(header, slice_str(names[i])))
            return true;
    return false;
}

static void add_header(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    if ((!haproxy_is(line, "http-response", "add-header") &&
         !haproxy_is(line, "http-after-response", "add-header")) ||
        !is_single(haproxy_word_at(line, 2)))
        return;
    struct slice name = line->words[2].text;
    /* Taken away first: then it cannot be twice. */
    for (size_t i = 0;
         i < line->section->count && i < HAPROXY_LOOK_MAX && line->section->lines[i] != line; i++) {
        const struct haproxy_line *other = line->section->lines[i];
        if (slice_equal_str(haproxy_word_at(other, 1), "del-header") &&
            slice_equal_nocase(haproxy_word_at(other, 2), name))
            return;
    }
    struct lint_finding *finding = haproxy_find_at(
        lint, RULE_ADD_HEADER, line, 1, 3,
        "%.*s is sent twice when the server sends it, too; use set-header", SLICE_ARG(name));
    lint_fix(lint->report, finding, "use set-header");
    lint_fix_edit(lint->report, finding, line->words[1].start, line->words[1].end,
                  SLICE("set-header"));
}

static bool names_host(struct slice text)
{
    static const char *const ways[] = {"hdr(host)", "hdr(Host)", "fhdr(host)", NULL};
    for (size_t i = 0; ways[i]; i++)
        if (slice_search(text, slice_str(ways[i])) < text.len)
            return true;
    return false;
}

static void host_spoofing(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    if (!haproxy_is(line, "redirect", NULL) && !haproxy_is(line, "http-request", "redirect"))
        return;
    for (size_t i = line->condition; i < line->count; i++)
        if (names_host(line->words[i].text))
            return; /* a condition looks at it first */
    for (size_t i = 1; i + 1 < line->condition; i++) {
        struct slice word = line->words[i].text;
        if ((slice_equal_str(word, "location") || slice_equal_str(word, "prefix")) &&
            names_host(line->words[i + 1].text) &&
            slice_search(line->words[i + 1].text, SLICE("://")) < line->words[i + 1].text.len) {
            haproxy_find_at(lint, RULE_HOST, line, i, i + 2,
                            "the redirect goes to whatever Host the client sent; write the name, "
                            "or allow known hosts only (if { hdr(host) -i example.com }); for "
                            "https alone, redirect scheme https");
            return;
        }
    }
}

void haproxy_rule_http(const struct haproxy_lint *lint, const struct haproxy_line *line)
{
    lenient(lint, line);
    add_header(lint, line);
    host_spoofing(lint, line);
}
