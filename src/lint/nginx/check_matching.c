/* What nginx matches with: regular expressions, conditions of `if`, places of `location`. */
#include "lint/nginx/check.h"

bool nginx_is_any(struct slice word, const char *const *words)
{
    for (; *words; words++)
        if (slice_equal_str(word, *words))
            return true;
    return false;
}

bool nginx_starts(struct slice word, const char *prefix)
{
    return slice_starts(word, slice_str(prefix));
}

/* ── regular expressions ── */

/* Behind a class that begins at `at`, or the end when it has none. */
static size_t skip_class(struct slice s, size_t at)
{
    at += at + 1 < s.len && s.at[at + 1] == '^' ? 2 : 1;
    if (at < s.len && s.at[at] == ']')
        at++;
    for (; at < s.len; at++) {
        if (s.at[at] == '\\')
            at++;
        else if (s.at[at] == '[' && at + 1 < s.len && s.at[at + 1] == ':')
            at += slice_search(slice_from(s, at), SLICE(":]"));
        else if (s.at[at] == ']')
            return at + 1;
    }
    return s.len + 1;
}

/* Brackets alone: what else PCRE refuses is rare. */
static const char *regex_problem(struct slice s)
{
    size_t depth = 0;
    for (size_t at = 0; at < s.len;) {
        if (slice_starts(slice_from(s, at), SLICE("\\Q")))
            return NULL;
        if (s.at[at] == '\\') {
            at += 2;
            if (at > s.len)
                return "a backslash at its end";
        } else if (s.at[at] == '[') {
            at = skip_class(s, at);
            if (at > s.len)
                return "missing terminating ]";
        } else {
            if (s.at[at] == ')' && depth-- == 0)
                return "unmatched closing parenthesis";
            depth += s.at[at] == '(';
            at++;
        }
    }
    return depth ? "missing closing parenthesis" : NULL;
}

void nginx_check_regex(struct nginx_parse *parse, const struct nginx_node *node, struct slice text)
{
    const char *problem = regex_problem(text);
    if (problem)
        nginx_refuse(parse, node, "the regular expression \"%.*s\" has %s", SLICE_ARG(text),
                     problem);
}

/* ── if ── */

bool nginx_is_variable(struct slice word)
{
    return word.len > 1 && word.at[0] == '$';
}

static bool fine_condition(const struct nginx_node *node, struct slice *wrong)
{
    static const char *const operators[] = {"=", "!=", "~", "~*", "!~", "!~*", NULL};
    static const char *const files[] = {"-f", "!-f", "-d", "!-d", "-e", "!-e", "-x", "!-x", NULL};
    size_t first = 0, last = node->count - 1;
    struct slice head = nginx_word(node, 0), tail = nginx_word(node, last);
    *wrong = head;
    if (!head.len || head.at[0] != '(')
        return false;
    if (!tail.len || tail.at[tail.len - 1] != ')') {
        *wrong = tail;
        return false;
    }
    if (head.len == 1)
        first++;
    else
        head = slice_from(head, 1);
    if (tail.len == 1 && last > 0)
        last--;
    if (first > last)
        return false;
    struct slice word = first ? nginx_word(node, first) : head;
    size_t count = last - first + 1;
    if (count == 1 && tail.len > 1 && word.len) /* the only word ends in the `)` */
        word.len--;
    *wrong = word;
    if (nginx_is_variable(word)) {
        if (count == 1)
            return true;
        if (count != 3)
            return false;
        *wrong = nginx_word(node, first + 1);
        return nginx_is_any(*wrong, operators);
    }
    return nginx_is_any(word, files) && count == 2;
}

void nginx_check_if(struct nginx_parse *parse, const struct nginx_node *node)
{
    struct slice wrong;
    if (!fine_condition(node, &wrong))
        nginx_refuse(parse, node, "invalid condition \"%.*s\"", SLICE_ARG(wrong));
    else if (slice_find(wrong, '~') < wrong.len) {
        /* ( $x ~ text ), ($x ~ text ) or ($x ~ text) */
        size_t last = node->count - 1;
        struct slice text = nginx_word(node, last);
        bool alone = slice_equal_str(text, ")");
        text = alone ? nginx_word(node, last - 1) : slice_upto(text, text.len - 1);
        nginx_check_regex(parse, node, text);
    }
}

/* ── location ── */

bool nginx_place_of(const struct nginx_node *node, struct nginx_place *place)
{
    struct slice first = nginx_word(node, 0);
    *place = (struct nginx_place){first, 0};
    if (node->count == 2) {
        place->name = nginx_word(node, 1);
        if (nginx_is_any(first, (const char *const[]){"=", NULL}))
            place->kind = '=';
        else if (nginx_is_any(first, (const char *const[]){"^~", NULL}))
            place->kind = '^';
        else if (nginx_is_any(first, (const char *const[]){"~", "~*", NULL}))
            place->kind = '~';
        return place->kind != 0;
    }
    size_t skip = 0;
    if (nginx_starts(first, "="))
        place->kind = '=', skip = 1;
    else if (nginx_starts(first, "^~"))
        place->kind = '^', skip = 2;
    else if (nginx_starts(first, "~"))
        place->kind = '~', skip = nginx_starts(first, "~*") ? 2 : 1;
    else if (nginx_starts(first, "@"))
        place->kind = '@';
    place->name = slice_from(first, skip);
    return true;
}

static void check_nested(struct nginx_parse *parse, const struct nginx_node *node,
                         const struct nginx_place *place)
{
    struct nginx_place outer;
    if (node->context != NGINX_LOCATION || !nginx_place_of(node->parent, &outer))
        return;
    if (outer.kind == '=' || outer.kind == '@')
        nginx_refuse(parse, node, "location \"%.*s\" cannot be inside the %s location \"%.*s\"",
                     SLICE_ARG(place->name), outer.kind == '=' ? "exact" : "named",
                     SLICE_ARG(outer.name));
    else if (place->kind == '@')
        nginx_refuse(parse, node, "named location \"%.*s\" can be on the server level only",
                     SLICE_ARG(place->name));
    else if (place->kind != '~' && !slice_starts(place->name, outer.name))
        nginx_refuse(parse, node, "location \"%.*s\" is outside location \"%.*s\"",
                     SLICE_ARG(place->name), SLICE_ARG(outer.name));
}

void nginx_check_location(struct nginx_parse *parse, const struct nginx_node *node)
{
    struct nginx_place place;
    if (!nginx_place_of(node, &place)) {
        nginx_refuse(parse, node, "invalid location modifier \"%.*s\"",
                     SLICE_ARG(nginx_word(node, 0)));
        return;
    }
    check_nested(parse, node, &place);
    if (place.kind == '~')
        nginx_check_regex(parse, node, place.name);
    /* `^~` and a plain prefix are the same place; regular expressions may repeat. */
    unsigned kind = place.kind == '=' ? 1 : place.kind == '@' ? 2 : 3;
    const struct nginx_node *first =
        place.kind == '~' ? NULL : nginx_seen(parse, node, kind, place.name);
    if (first)
        nginx_refuse(parse, node, "duplicate location \"%.*s\": the first is in line %u",
                     SLICE_ARG(place.name), first->line);
}
