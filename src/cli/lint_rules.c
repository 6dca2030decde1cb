/* plimsoll lint rules: the list of all, or one explained. */
#include "cli/lint_rules.h"

#include "base/json.h"
#include "base/terminal.h"
#include "lint/lint.h"
#include "report/table_parts.h"

static const struct option options[] = {
    {.name = "format",
     .letter = 'f',
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "table",
     .choices = "table json",
     .prose = "How to write them."},
    {NULL},
};

static const struct {
    unsigned bit;
    const char *name;
} profiles[] = {{LINT_PROFILE_DEFAULT, "default"},
                {LINT_PROFILE_HADOLINT, "hadolint"},
                {LINT_PROFILE_BUILDKIT, "buildkit"},
                {LINT_PROFILE_STRICT, "strict"}};

static bool has_profile(const struct lint_rule *rule, size_t i)
{
    return profiles[i].bit == LINT_PROFILE_STRICT || (rule->profiles & profiles[i].bit);
}

static enum terminal_style style_of(enum lint_severity severity)
{
    return severity == LINT_ERROR     ? STYLE_RED
           : severity == LINT_WARNING ? STYLE_YELLOW
           : severity == LINT_INFO    ? STYLE_BLUE
                                      : STYLE_DIM;
}

static void print_row(const struct lint_rule *rule)
{
    enum { SEVERITY_COLUMN = 34, TITLE_COLUMN = 43 };
    struct line line = {stdout, terminal_width(stdout), 0};
    line_styled(&line, STYLE_BOLD, slice_str(rule->id));
    line_pad(&line, SEVERITY_COLUMN);
    line_styled(&line, style_of(rule->severity), slice_str(lint_severity_name(rule->severity)));
    line_pad(&line, TITLE_COLUMN);
    line_put(&line, slice_str(rule->title));
    if (*rule->codes) {
        line_put(&line, SLICE("  "));
        line_styled(&line, STYLE_DIM, slice_str(rule->codes));
    }
    line_end(&line);
}

static void print_example(const char *title, const char *text)
{
    if (!text)
        return;
    terminal_style(stdout, STYLE_BOLD);
    fputs(title, stdout);
    terminal_style(stdout, STYLE_PLAIN);
    fputc('\n', stdout);
    for (struct slice rest = slice_str(text); rest.len;) {
        struct slice one = slice_cut(&rest, '\n');
        printf("    %.*s\n", SLICE_ARG(one));
    }
}

static void print_rule(const struct lint_rule *rule)
{
    enum { WIDTH_USUAL = 80, WIDTH_MAX = 100 };
    unsigned width = terminal_width(stdout);
    struct line line = {stdout,
                        width && width < WIDTH_MAX ? width
                        : width                    ? WIDTH_MAX
                                                   : WIDTH_USUAL,
                        0};
    terminal_style(stdout, STYLE_BOLD);
    fputs(rule->id, stdout);
    terminal_style(stdout, STYLE_PLAIN);
    printf(": %s\n", rule->title);
    printf("severity  %s\nprofiles ", lint_severity_name(rule->severity));
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (has_profile(rule, i))
            printf(" %s", profiles[i].name);
    if (*rule->codes)
        printf("\ncodes     %s", rule->codes);
    printf("\n\n");
    line_wrap(&line, 0, slice_str(rule->why));
    putchar('\n');
    print_example("Bad", rule->bad);
    print_example("Good", rule->good);
    if (rule->fix)
        printf("--fix %s.\n", rule->fix);
}

static void put_json(struct json_writer *json, const struct lint_rule *rule)
{
    json_begin_object(json);
    json_field(json, "rule", slice_str(rule->id));
    json_field(json, "kind", slice_str(lint_rule_kind(rule)));
    json_name(json, "codes");
    json_begin_array(json);
    for (struct slice codes = slice_str(rule->codes); codes.len;)
        json_put_string(json, slice_cut(&codes, ' '));
    json_end_array(json);
    json_field(json, "severity", slice_str(lint_severity_name(rule->severity)));
    json_name(json, "profiles");
    json_begin_array(json);
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (has_profile(rule, i))
            json_put_string(json, slice_str(profiles[i].name));
    json_end_array(json);
    json_field(json, "title", slice_str(rule->title));
    json_field(json, "why", slice_str(rule->why));
    json_field_text(json, "bad", slice_str(rule->bad));
    json_field_text(json, "good", slice_str(rule->good));
    json_field_text(json, "fix", slice_str(rule->fix));
    json_end_object(json);
}

static bool choose(struct invocation *call, const struct lint_rule ***rules, size_t *count,
                   struct error *err)
{
    size_t room = 0;
    if (!call->operand_count)
        return lint_rules(call->arena, rules, count) || arena_error(err);
    for (size_t i = 0; i < call->operand_count; i++) {
        struct slice name = slice_str(call->operands[i]);
        const struct lint_rule *rule = lint_rule_find(name);
        if (!rule) {
            struct slice near = lint_rule_suggest(name, call->arena);
            return error_set(err, ERROR_USAGE,
                             "there is no rule \"%s\"%s%.*s%s `plimsoll lint rules` lists them",
                             call->operands[i], near.len ? "; did you mean \"" : "",
                             SLICE_ARG(near), near.len ? "\"?" : ";");
        }
        if (!ARENA_PUSH(call->arena, *rules, *count, room, rule))
            return arena_error(err);
    }
    return true;
}

static bool run(struct invocation *call, struct error *err)
{
    const struct lint_rule **rules = NULL;
    size_t count = 0;
    if (!choose(call, &rules, &count, err))
        return false;
    bool json = strcmp(option_text(call, "format"), "json") == 0;
    struct json_writer writer;
    json_writer_init(&writer, stdout, 2);
    if (json)
        json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        if (json) {
            put_json(&writer, rules[i]);
        } else if (!call->operand_count) {
            print_row(rules[i]);
        } else {
            fputs(i ? "\n" : "", stdout);
            print_rule(rules[i]);
        }
    }
    if (json)
        json_end_array(&writer);
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll lint rules", "all of them, a line each"},
    {"plimsoll lint rules DL3007", "what is meant by a code of Hadolint"},
    {NULL, NULL},
};

const struct command command_lint_rules = {
    .name = "rules",
    .summary = "list the rules of lint, or explain some",
    .operands = "[RULE…]",
    .prose = "RULE is a rule's name or any code that other programs have for it: DL3007, DS-0001, "
             "StageNameCasing.",
    .options = options,
    .examples = examples,
    .least = 0,
    .most = 1000,
    .run = run,
};
