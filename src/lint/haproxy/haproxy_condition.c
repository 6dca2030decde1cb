/*
 * `if` and `unless` (configuration manual, 7.1 "ACL basics", 7.2 "Using ACLs to form conditions"):
 *
 *   condition = term { ["and"] term } { ("||" | "or") term … }
 *   term      = { "!" } ( ACL's name | "{" criterion "}" )
 *   criterion = sample fetch [,converter …] { flag } [operator] { value }
 */
#include "base/ascii.h"
#include "lint/haproxy/haproxy.h"
#include "lint/haproxy/haproxy_fetches.h"

static bool acl_predefined(struct slice name)
{
    static const char *const names[] = {
        "FALSE",        "HTTP",         "HTTP_1.0",     "HTTP_1.1",       "HTTP_2.0",
        "HTTP_3.0",     "HTTP_CONTENT", "HTTP_URL_ABS", "HTTP_URL_SLASH", "HTTP_URL_STAR",
        "LOCALHOST",    "METH_CONNECT", "METH_DELETE",  "METH_GET",       "METH_HEAD",
        "METH_OPTIONS", "METH_POST",    "METH_PUT",     "METH_TRACE",     "RDP_COOKIE",
        "REQ_CONTENT",  "TRUE",         "WAIT_END"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_equal_str(name, names[i]))
            return true;
    return false;
}

/* Only what was declared before a line counts for it. */
static bool acl_known(const struct haproxy_line *line, struct slice name)
{
    const struct haproxy_line *acl = haproxy_acl_find(line->section, name);
    return acl && acl->number < line->number;
}

/* "hdr(host),lower" → "hdr". */
static struct slice fetch_name(struct slice word)
{
    size_t end = slice_find(word, ',');
    size_t paren = slice_find(word, '(');
    return slice_upto(word, paren < end ? paren : end);
}

void haproxy_criterion_check(struct haproxy_config *config, const struct haproxy_line *line,
                             size_t from, size_t to)
{
    if (from >= to) {
        haproxy_problem(config, RULE_SYNTAX, line, line->start, line->end, true,
                        "a criterion is missing: write { path_beg /api }");
        return;
    }
    const struct haproxy_word *word = &line->words[from];
    if (word->unknown)
        return;
    struct slice name = fetch_name(word->text);
    if (!haproxy_fetch_known(name, config->version))
        haproxy_problem(config, RULE_KEYWORD, line, word->start, word->end, true,
                        "'%.*s' is no sample fetch of HAProxy %u.%u", SLICE_ARG(name),
                        config->version / 100, config->version % 100);
    size_t open = slice_find(word->text, '('), close = slice_find_last(word->text, ')');
    if (open < word->text.len && close == word->text.len)
        haproxy_problem(config, RULE_SYNTAX, line, word->start, word->end, true,
                        "the parenthesis of '%.*s' is not closed; quote arguments that have "
                        "blanks",
                        SLICE_ARG(word->text));
}

static void check_name(struct haproxy_config *config, const struct haproxy_line *line,
                       const struct haproxy_word *word, struct slice name)
{
    if (word->unknown || config->fragment)
        return;
    if (!name.len)
        haproxy_problem(config, RULE_SYNTAX, line, word->start, word->end, true,
                        "'!' needs the name of an acl or { … } behind it");
    else if (!acl_predefined(name) && !acl_known(line, name))
        haproxy_problem(config, RULE_UNDEFINED, line, word->start, word->end, true,
                        "there is no acl '%.*s' in this section before this line", SLICE_ARG(name));
}

/* Behind the last word of an anonymous block that begins at `at`; 0: it is not closed. */
static size_t block_end(const struct haproxy_line *line, size_t at)
{
    for (size_t i = at + 1; i < line->count; i++)
        if (slice_equal_str(line->words[i].text, "}"))
            return i;
    return 0;
}

static struct slice without_not(struct slice word)
{
    while (word.len && *word.at == '!')
        word = slice_from(word, 1);
    return word;
}

static bool is_or(struct slice word)
{
    return slice_equal_str(word, "||") || slice_equal_str(word, "or");
}

void haproxy_condition_check(struct haproxy_config *config, const struct haproxy_line *line,
                             size_t at)
{
    const struct haproxy_word *keyword = &line->words[at];
    bool term = false; /* seen since if, unless or || */
    bool negated = false;
    for (size_t i = at + 1; i < line->count; i++) {
        const struct haproxy_word *word = &line->words[i];
        struct slice name = without_not(word->text);
        if (is_or(word->text)) {
            term = false;
            continue;
        }
        if (!name.len && word->text.len) { /* "!" alone: of the next word */
            negated = true;
            continue;
        }
        if (slice_equal_str(name, "{")) {
            size_t end = block_end(line, i);
            if (!end) {
                haproxy_problem(config, RULE_SYNTAX, line, word->start, word->end, true,
                                "this { is not closed by a } with blanks around it");
                return;
            }
            haproxy_criterion_check(config, line, i + 1, end);
            i = end;
        } else
            check_name(config, line, word, name);
        term = true;
        negated = false;
    }
    if (!term || negated) /* HAProxy takes `if` with nothing behind it, and means always */
        haproxy_problem(config, RULE_SYNTAX, line, keyword->start, line->end, at + 1 < line->count,
                        "'%.*s' needs a condition: the name of an acl, or { … }",
                        SLICE_ARG(keyword->text));
}

/* --- what can be known of it --- */

static bool status_in(struct slice range, unsigned status)
{
    uint64_t low, high;
    struct slice rest = range, first = slice_cut(&rest, ':');
    if (!slice_u64(first, &low))
        return false;
    if (first.len == range.len)
        return status == low;
    return status >= low && (!rest.len || (slice_u64(rest, &high) && status <= high));
}

static enum haproxy_truth status_holds(const struct haproxy_line *line, size_t from, size_t to,
                                       unsigned status)
{
    static const char *const operators[] = {"eq", "ge", "gt", "le", "lt"};
    size_t operator= 5;
    if (!status)
        return HAPROXY_UNKNOWN;
    for (size_t i = from; i < to; i++) {
        struct slice word = line->words[i].text;
        bool is_operator = false;
        for (size_t j = 0; j < 5; j++)
            if (slice_equal_str(word, operators[j])) {
                operator= j;
                is_operator = true;
            }
        if (is_operator)
            continue;
        if (!word.len || !ascii_digit(*word.at))
            return HAPROXY_UNKNOWN; /* -m str … */
        uint64_t value;
        bool plain = slice_u64(word, &value);
        bool holds = operator== 1 ? plain && status >= value :
                     operator== 2 ? plain && status > value
                     :
                     operator== 3 ? plain && status <= value
                     :
                     operator== 4 ? plain && status < value
                                  : status_in(word, status);
        if (holds)
            return HAPROXY_TRUE;
    }
    return HAPROXY_FALSE;
}

static enum haproxy_truth criterion_holds(const struct haproxy_line *line, size_t from, size_t to,
                                          const struct haproxy_facts *facts)
{
    if (from >= to || line->words[from].unknown)
        return HAPROXY_UNKNOWN;
    struct slice name = line->words[from].text;
    bool bare = to == from + 1;
    if (slice_equal_str(name, "ssl_fc") && bare)
        return facts->tls;
    if (slice_equal_str(name, "always_true") && bare)
        return HAPROXY_TRUE;
    if (slice_equal_str(name, "always_false") && bare)
        return HAPROXY_FALSE;
    if (slice_equal_str(name, "status"))
        return status_holds(line, from + 1, to, facts->status);
    return HAPROXY_UNKNOWN;
}

/* An ACL with several lines holds when one of them does. */
static enum haproxy_truth acl_holds(const struct haproxy_line *line, struct slice name,
                                    const struct haproxy_facts *facts)
{
    if (slice_equal_str(name, "TRUE") || slice_equal_str(name, "HTTP"))
        return HAPROXY_TRUE;
    if (slice_equal_str(name, "FALSE"))
        return HAPROXY_FALSE;
    enum haproxy_truth truth = HAPROXY_FALSE;
    const struct haproxy_line *acl = haproxy_acl_find(line->section, name);
    bool found = acl;
    for (; acl; acl = acl->next_acl)
        truth = haproxy_or(truth, acl->maybe.len ? HAPROXY_UNKNOWN
                                                 : criterion_holds(acl, 2, acl->count, facts));
    return found ? truth : HAPROXY_UNKNOWN;
}

enum haproxy_truth haproxy_condition_holds(const struct haproxy_line *line,
                                           const struct haproxy_facts *facts)
{
    if (line->condition == line->count)
        return line->maybe.len ? HAPROXY_UNKNOWN : HAPROXY_TRUE;
    enum haproxy_truth whole = HAPROXY_FALSE, part = HAPROXY_TRUE;
    bool negated = false;
    for (size_t i = line->condition + 1; i < line->count; i++) {
        struct slice word = line->words[i].text, name = without_not(word);
        if (is_or(word)) {
            whole = haproxy_or(whole, part);
            part = HAPROXY_TRUE;
            continue;
        }
        negated ^= (word.len - name.len) & 1;
        if (!name.len)
            continue;
        enum haproxy_truth truth;
        size_t end = 0;
        if (slice_equal_str(name, "{") && (end = block_end(line, i))) {
            truth = criterion_holds(line, i + 1, end, facts);
            i = end;
        } else
            truth = acl_holds(line, name, facts);
        part = haproxy_and(part, negated ? haproxy_not(truth) : truth);
        negated = false;
    }
    whole = haproxy_or(whole, part);
    if (slice_equal_str(line->words[line->condition].text, "unless"))
        whole = haproxy_not(whole);
    return line->maybe.len && whole == HAPROXY_TRUE ? HAPROXY_UNKNOWN : whole;
}

struct slice haproxy_condition_text(const struct haproxy_line *line)
{
    if (line->condition == line->count)
        return line->maybe;
    size_t start = line->words[line->condition].start;
    return slice_of(line->file->bytes.at + start, line->end - start);
}
