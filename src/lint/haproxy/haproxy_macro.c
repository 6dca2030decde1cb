/*
 * Lines that begin with a dot: conditional blocks, and messages at start (configuration
 * manual, 2.4). What cannot be decided here is read in all its branches, and its lines say so
 * (`maybe`).
 */
#include "lint/haproxy/haproxy_parser.h"

enum haproxy_truth haproxy_counts(const struct haproxy_parser *parser)
{
    enum haproxy_truth truth = HAPROXY_TRUE;
    for (size_t i = 0; i < parser->depth; i++)
        truth = haproxy_and(truth, parser->branches[i].taken);
    return truth;
}

static enum haproxy_truth ask(struct haproxy_parser *parser, const struct haproxy_word *word,
                              size_t count, size_t end)
{
    /* HAProxy joins the words by one blank; the bytes themselves are near enough, except that
       quotes and variables were resolved. */
    char text[1000] = "";
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (at + word[i].text.len + 1 > sizeof text)
            return HAPROXY_UNKNOWN;
        if (i)
            text[at++] = ' ';
        memcpy(text + at, word[i].text.at, word[i].text.len);
        at += word[i].text.len;
    }
    enum haproxy_truth truth =
        haproxy_predicate(slice_of(text, at), parser->config->version, &parser->environment);
    if (truth == HAPROXY_INVALID) {
        haproxy_refuse(
            parser, count ? word[0].start : end, end,
            "this condition cannot be read: write a number, defined(NAME), "
            "version_atleast(3.0), streq(A,B), feature(OPENSSL) or these joined by && and ||");
        return HAPROXY_UNKNOWN;
    }
    return truth;
}

static void macro_if(struct haproxy_parser *parser, size_t count, size_t end)
{
    const struct haproxy_word *words = parser->words;
    if (parser->depth + 1 >= HAPROXY_IF_MAX) {
        haproxy_refuse(parser, words[0].start, end, "more than %d .if stand in each other",
                       HAPROXY_IF_MAX - 1);
        parser->stopped = true;
        return;
    }
    struct haproxy_branch *branch = &parser->branches[parser->depth];
    *branch = (struct haproxy_branch){.text = slice_of(parser->file->bytes.at + words[0].start,
                                                       words[count - 1].end - words[0].start),
                                      .line = parser->environment.line};
    /* Inside what does not count nothing is asked. */
    branch->taken = haproxy_counts(parser) == HAPROXY_FALSE
                        ? HAPROXY_FALSE
                        : ask(parser, words + 1, count - 1, end);
    branch->before = branch->taken;
    parser->depth++;
}

static bool macro_lone(struct haproxy_parser *parser, size_t end)
{
    const struct haproxy_word *name = parser->words;
    if (parser->depth && !parser->branches[parser->depth - 1].otherwise)
        return false;
    if (!parser->depth)
        haproxy_refuse(parser, name->start, end, "%.*s without an .if before it",
                       SLICE_ARG(name->text));
    else
        haproxy_refuse(parser, name->start, end, "%.*s after .else", SLICE_ARG(name->text));
    return true;
}

static void macro_elif(struct haproxy_parser *parser, size_t count, size_t end)
{
    if (macro_lone(parser, end))
        return;
    struct haproxy_branch *branch = &parser->branches[parser->depth - 1];
    branch->taken = HAPROXY_FALSE;
    if (branch->before != HAPROXY_TRUE && haproxy_counts(parser) == HAPROXY_FALSE) {
        parser->depth--;
        bool outside = haproxy_counts(parser) != HAPROXY_FALSE;
        parser->depth++;
        if (outside)
            branch->taken = haproxy_and(haproxy_not(branch->before),
                                        ask(parser, parser->words + 1, count - 1, end));
    }
    branch->before = haproxy_or(branch->before, branch->taken);
    branch->text = slice_of(parser->file->bytes.at + parser->words[0].start,
                            parser->words[count - 1].end - parser->words[0].start);
}

static void macro_else(struct haproxy_parser *parser, size_t count, size_t end)
{
    if (macro_lone(parser, end))
        return;
    if (count > 1)
        haproxy_refuse(parser, parser->words[1].start, end,
                       ".else takes no condition; write .elif");
    struct haproxy_branch *branch = &parser->branches[parser->depth - 1];
    branch->taken = haproxy_not(branch->before);
    branch->otherwise = true;
}

static void macro_endif(struct haproxy_parser *parser, size_t count, size_t end)
{
    if (!parser->depth) {
        haproxy_refuse(parser, parser->words[0].start, end, ".endif without an .if before it");
        return;
    }
    if (count > 1)
        haproxy_refuse(parser, parser->words[1].start, end, "nothing may follow .endif");
    parser->depth--;
}

/* .alert and its kin, in what counts. */
static void macro_say(struct haproxy_parser *parser, size_t count, size_t end)
{
    const struct haproxy_word *words = parser->words;
    static const char *const known[] = {".alert", ".warning", ".notice", ".diag"};
    size_t i = 0;
    while (i < 4 && !slice_equal_str(words[0].text, known[i]))
        i++;
    if (i == 4)
        haproxy_refuse(
            parser, words[0].start, end,
            "unknown directive %.*s; known are .if .elif .else .endif .diag .notice .warning "
            ".alert",
            SLICE_ARG(words[0].text));
    else if (count > 2)
        haproxy_refuse(parser, words[2].start, end, "put the message of %s in quotes", known[i]);
    else if (i == 0 && haproxy_counts(parser) == HAPROXY_TRUE) {
        haproxy_refuse(parser, words[0].start, end, "this .alert ends the start of HAProxy: %.*s",
                       SLICE_ARG(count > 1 ? words[1].text : SLICE("")));
        parser->stopped = true;
    }
}

bool haproxy_macro(struct haproxy_parser *parser, size_t count, size_t end)
{
    struct slice name = parser->words[0].text;
    if (!name.len || *name.at != '.')
        return false;
    if (slice_equal_str(name, ".if"))
        macro_if(parser, count, end);
    else if (slice_equal_str(name, ".elif"))
        macro_elif(parser, count, end);
    else if (slice_equal_str(name, ".else"))
        macro_else(parser, count, end);
    else if (slice_equal_str(name, ".endif"))
        macro_endif(parser, count, end);
    else if (haproxy_counts(parser) != HAPROXY_FALSE)
        macro_say(parser, count, end);
    return true;
}
