/* All rules of all kinds, and finding them by what people call them. */
#include <stdlib.h>

#include "base/ascii.h"
#include "base/suggest.h"
#include "lint/context.h"
#include "lint/dockerfile/check.h"
#include "lint/image/image_check.h"
#include "lint/lint.h"
#include "lint/rule_rows.h"
#include "lint/shellcheck.h"

const struct lint_rule rule_parse_error = {
    .id = "parse-error",
    .codes = "DL1000",
    .severity = LINT_ERROR,
    .profiles = LINT_PROFILE_DEFAULT | LINT_PROFILE_HADOLINT | LINT_PROFILE_BUILDKIT,
    .title = "the file cannot be parsed",
    .why = "A build or a start of the server stops at it, and no other rule can look at the file.",
    .bad = "FROM alpine:3.20\nRUNN apk add curl",
    .good = "FROM alpine:3.20\nRUN apk add --no-cache curl",
};

const struct lint_rule rule_invalid_instruction = {
    .id = "invalid-instruction",
    .codes = "DL1000",
    .severity = LINT_ERROR,
    .profiles = LINT_PROFILE_DEFAULT | LINT_PROFILE_HADOLINT | LINT_PROFILE_BUILDKIT,
    .title = "an instruction that a build refuses",
    .why = "BuildKit parses it, and then stops: an unknown instruction, a flag that there is not, "
           "an argument that is missing.",
    .bad = "COPY app.js",
    .good = "COPY app.js /srv/",
};

const struct lint_rule rule_inline_ignore = {
    .id = "inline-ignore",
    .codes = "DL1001",
    .severity = LINT_INFO,
    .profiles = 0,
    .title = "a comment switches rules off",
    .why = "Where exceptions are to be judged by somebody else, they belong into "
           "plimsoll.exceptions.yaml, which has an owner and a date.",
    .bad = "# plimsoll ignore=pin-packages\nRUN apk add --no-cache curl",
    .good = "RUN apk add --no-cache curl=8.9.1-r2",
};

static const struct lint_rule *const own_rules[] = {
    &rule_parse_error, &rule_invalid_instruction, &rule_inline_ignore, &shellcheck_rule, NULL,
};

static const struct {
    const struct lint_rule *rows;
    const char *kind;
} plain_tables[] = {
    {nginx_rules, "nginx"},
    {haproxy_rules, "haproxy"},
    {header_rules, "headers"},
    {context_rules, "context"},
    {NULL, NULL},
};

/* Calls `visit` for each rule until it says true; that rule. */
static const struct lint_rule *each_rule(bool (*visit)(const struct lint_rule *rule,
                                                       const char *kind, void *context),
                                         void *context)
{
    for (size_t i = 0; own_rules[i]; i++)
        if (visit(own_rules[i], "any", context))
            return own_rules[i];
    for (size_t i = 0; dockerfile_rule_tables[i]; i++)
        for (const struct dockerfile_rule *row = dockerfile_rule_tables[i]; row->rule.id; row++)
            if (visit(&row->rule, "dockerfile", context))
                return &row->rule;
    for (size_t i = 0; plain_tables[i].rows; i++)
        for (const struct lint_rule *row = plain_tables[i].rows; row->id; row++)
            if (visit(row, plain_tables[i].kind, context))
                return row;
    for (const struct image_rule *row = image_rules; row->rule.id; row++)
        if (visit(&row->rule, "image", context))
            return &row->rule;
    return NULL;
}

struct kind_search {
    const struct lint_rule *rule;
    const char *kind;
};

static bool is_searched(const struct lint_rule *rule, const char *kind, void *context)
{
    struct kind_search *search = context;
    search->kind = kind;
    return rule == search->rule;
}

const char *lint_rule_kind(const struct lint_rule *rule)
{
    struct kind_search search = {rule, "any"};
    return each_rule(is_searched, &search) ? search.kind : "any";
}

struct collection {
    struct arena *arena;
    const struct lint_rule **rules;
    size_t count, room;
};

static bool collect(const struct lint_rule *rule, const char *kind, void *context)
{
    (void)kind;
    struct collection *all = context;
    return !ARENA_PUSH(all->arena, all->rules, all->count, all->room, rule);
}

static int by_id(const void *a, const void *b)
{
    return slice_compare(slice_str((*(const struct lint_rule *const *)a)->id),
                         slice_str((*(const struct lint_rule *const *)b)->id));
}

bool lint_rules(struct arena *arena, const struct lint_rule ***rules, size_t *count)
{
    struct collection all = {.arena = arena};
    if (each_rule(collect, &all))
        return false;
    qsort(all.rules, all.count, sizeof *all.rules, by_id);
    *rules = all.rules;
    *count = all.count;
    return true;
}

bool lint_rule_is(const struct lint_rule *rule, struct slice codes, struct slice name)
{
    if (slice_equal_nocase(slice_str(rule->id), name))
        return true;
    while (codes.len)
        if (slice_equal_nocase(slice_cut(&codes, ' '), name) && name.len)
            return true;
    return false;
}

bool lint_rule_is_parsing(const struct lint_rule *rule)
{
    return rule == &rule_parse_error || strcmp(rule->id, "nginx-syntax") == 0 ||
           strcmp(rule->id, "haproxy-syntax") == 0;
}

static bool is_named(const struct lint_rule *rule, const char *kind, void *name)
{
    (void)kind;
    return lint_rule_is(rule, slice_str(rule->codes), *(struct slice *)name);
}

const struct lint_rule *lint_rule_find(struct slice name)
{
    return each_rule(is_named, &name);
}

struct offers {
    struct suggestion suggestion;
    struct arena *arena;
};

static bool offer(const struct lint_rule *rule, const char *kind, void *context)
{
    (void)kind;
    struct offers *offers = context;
    suggest_offer(&offers->suggestion, rule->id);
    for (struct slice codes = slice_str(rule->codes); codes.len;) {
        const char *code = arena_string(offers->arena, slice_cut(&codes, ' '));
        if (code && *code)
            suggest_offer(&offers->suggestion, code);
    }
    return false;
}

/* DL3080 is not "near" DL3008: such names say nothing but their number. */
static bool is_numbered(struct slice name)
{
    size_t digits = 0;
    for (size_t i = 0; i < name.len; i++)
        digits += ascii_digit(name.at[i]);
    return digits * 2 > name.len;
}

struct slice lint_rule_suggest(struct slice name, struct arena *arena)
{
    struct offers offers = {{.word = arena_string(arena, name)}, arena};
    if (!offers.suggestion.word || is_numbered(name))
        return (struct slice){NULL, 0};
    each_rule(offer, &offers);
    return slice_str(offers.suggestion.best);
}

void lint_rule_check(struct lint_report *report, struct slice path, unsigned line,
                     struct slice name)
{
    if (!name.len || lint_rule_find(name) || shellcheck_is_code(name))
        return;
    struct slice near = lint_rule_suggest(name, report->arena);
    lint_note(report, path, "line %u: there is no rule %.*s%s%.*s%s", line,
              SLICE_ARG(slice_upto(name, 80)), near.len ? "; did you mean " : "", SLICE_ARG(near),
              near.len ? "?" : "");
}
