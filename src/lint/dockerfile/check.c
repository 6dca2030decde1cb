#include "lint/dockerfile/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef bool (*rule_enabled)(void *context, const struct lint_rule *rule);

/*
 * Most rules about commands are for a few programs, and most commands are of others: a bit of each
 * name tells nearly all of them apart before words are compared.
 */
static uint64_t program_bit(struct slice name)
{
    if (!name.len)
        return 0;
    unsigned first = (unsigned char)name.at[0], last = (unsigned char)name.at[name.len - 1];
    return (uint64_t)1 << ((7 * first + 3 * last + name.len) & 63);
}

static uint64_t program_bits(struct slice names)
{
    uint64_t bits = 0;
    while (names.len)
        bits |= program_bit(slice_cut(&names, ' '));
    return bits;
}

/* What a rule is for, worked out once a file. */
struct asked {
    const struct dockerfile_rule *rule;
    struct slice programs; /* empty: all */
    uint64_t bits;
};

static bool is_for(const struct asked *asked, struct slice program)
{
    return !asked->programs.len ||
           ((asked->bits & program_bit(program)) && lint_has_word(asked->programs, program));
}

static void ask_bodies(struct dockerfile_check *check, const struct asked *asked, size_t i)
{
    const struct dockerfile_rule *rule = asked->rule;
    for (const struct run_body *body = check->model->bodies[i]; body && body->instruction; body++) {
        if (body->instruction->keyword != KEYWORD_RUN)
            continue;
        if (rule->body)
            rule->body(check, body);
        if (!rule->command || !body->is_shell)
            continue;
        for (size_t j = 0; j < body->script.count; j++) {
            const struct shell_command *command = &body->script.commands[j];
            if (is_for(asked, command->program))
                rule->command(check, body, command);
        }
    }
}

static void ask_instruction(struct dockerfile_check *check, const struct dockerfile_rule *rule,
                            const struct instruction *instruction)
{
    if (!rule->keywords || (rule->keywords & KEYWORD_BIT(instruction->keyword)))
        rule->instruction(check, instruction);
    if (instruction->onbuild)
        ask_instruction(check, rule, instruction->onbuild);
}

static void ask_rule(struct dockerfile_check *check, const struct dockerfile_rule *rule)
{
    check->rule = rule;
    if (rule->file)
        rule->file(check);
    for (size_t i = 0; rule->stage && i < check->model->stage_count; i++)
        rule->stage(check, &check->model->stages[i]);
    if (!rule->instruction && !rule->command && !rule->body)
        return;
    struct asked asked = {.rule = rule, .programs = slice_str(rule->programs)};
    asked.bits = program_bits(asked.programs);
    for (size_t i = 0; i < check->dockerfile->count; i++) {
        if (rule->instruction)
            ask_instruction(check, rule, &check->dockerfile->instructions[i]);
        if (rule->command || rule->body)
            ask_bodies(check, &asked, i);
    }
}

void dockerfile_check_run(struct dockerfile_check *check, rule_enabled enabled, void *context)
{
    for (size_t i = 0; dockerfile_rule_tables[i]; i++)
        for (const struct dockerfile_rule *rule = dockerfile_rule_tables[i]; rule->rule.id; rule++)
            if (!enabled || enabled(context, &rule->rule))
                ask_rule(check, rule);
    check->rule = NULL;
}

struct lint_finding *check_report(struct dockerfile_check *check,
                                  const struct instruction *instruction, struct slice part,
                                  const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    const struct instruction *whole = instruction->outer ? instruction->outer : instruction;
    size_t start = whole->start, end = whole->end;
    if (part.at) {
        start = dockerfile_offset(check->dockerfile, whole, part.at);
        end = dockerfile_offset_end(check->dockerfile, whole, part.at + part.len);
    }
    struct lint_finding *finding = NULL;
    if (text)
        finding = lint_add(check->report, &check->rule->rule, check->dockerfile->file, start, end,
                           "%s", text);
    else
        check->report->failed = true;
    free(text);
    return finding;
}
