/* ENV, ARG and LABEL as keys and values. */
#include "lint/dockerfile/expand.h"
#include "lint/rules/rule_text.h"

static bool nothing_set(void *context, struct slice name, struct slice *value)
{
    (void)context, (void)name, (void)value;
    return false;
}

/* Whether the value uses the variable. */
static bool uses(struct dockerfile_check *check, struct slice value, struct slice name)
{
    struct expansion expansion = {0};
    struct error err = {0};
    if (!text_has_variable(value) || !expand_word(value, check->dockerfile->escape, nothing_set,
                                                  NULL, check->arena, &expansion, &err))
        return false;
    for (size_t i = 0; i < expansion.used_count; i++)
        if (slice_equal(expansion.used[i], name))
            return true;
    return false;
}

enum { PAIRS_MAX = 200 }; /* more in one instruction are not compared with each other */

static void look_self(struct dockerfile_check *check, const struct instruction *instruction)
{
    const struct stage_state *state = model_state(check->model, instruction);
    if (instruction->argument_count > 2 * PAIRS_MAX)
        return;
    for (size_t i = 1; i < instruction->argument_count; i += 2) {
        struct slice value = instruction->arguments[i];
        for (size_t j = 0; text_has_variable(value) && j < instruction->argument_count; j += 2) {
            struct slice key = instruction->arguments[j];
            if (j + 1 == i || (state && stage_variable(state, key)) ||
                slice_equal_str(key, "PATH") || !uses(check, value, key))
                continue;
            check_report(check, instruction, value,
                         "%.*s is set by this same ENV, so it is still empty here; set it in an "
                         "ENV of its own above",
                         SLICE_ARG(key));
            break;
        }
    }
}

static void look_duplicate(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (instruction->argument_count > 2 * PAIRS_MAX)
        return;
    for (size_t i = 0; i + 1 < instruction->argument_count; i += 2)
        for (size_t j = i + 2; j + 1 < instruction->argument_count; j += 2)
            if (slice_equal(text_unquoted(instruction->arguments[i]),
                            text_unquoted(instruction->arguments[j]))) {
                check_report(
                    check, instruction, instruction->arguments[i],
                    "%.*s is set twice here and only the last value holds; remove this one",
                    SLICE_ARG(instruction->arguments[i]));
                break;
            }
}

/* A legacy value as it must stand behind "=", the same text; empty: not certain. */
static struct slice value_in_quotes(struct dockerfile_check *check, struct slice value)
{
    bool blank = false, quote = false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (c == check->dockerfile->escape || c == '\\' || ((unsigned char)c < ' ' && c != '\t'))
            return (struct slice){NULL, 0};
        blank |= c == ' ' || c == '\t';
        quote |= c == '"' || c == '\'';
    }
    struct slice inner = text_unquoted(value);
    if (!value.len || (!blank && !quote))
        return value;
    if (!quote)
        return arena_printf(check->arena, "\"%.*s\"", SLICE_ARG(value));
    bool one_string = inner.len != value.len && slice_find(inner, '"') == inner.len &&
                      slice_find(inner, '\'') == inner.len;
    return one_string ? value : (struct slice){NULL, 0};
}

static void look_legacy(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (!instruction->legacy || instruction->argument_count < 2)
        return;
    struct slice key = instruction->arguments[0], value = instruction->arguments[1];
    const char *word = dockerfile_keyword_name(instruction->keyword);
    struct lint_finding *finding =
        check_report(check, instruction, instruction->body,
                     "%s %.*s=… says the same in the form that takes several; blanks between key "
                     "and value are the old one",
                     word, SLICE_ARG(key));
    /* A secret is moved away by hand: an edit's diff would show it. */
    struct slice text = value_in_quotes(check, value);
    if (!text.len || !text_is_plain(key) || secret_name(key))
        return;
    lint_fix(check->report, finding, "write key=value");
    check_fix_replace(check, finding, instruction, instruction->body,
                      arena_printf(check->arena, "%.*s=%.*s", SLICE_ARG(key), SLICE_ARG(text)));
}

const struct dockerfile_rule rules_environment[] = {
    {.rule = {.id = "env-self-reference",
              .codes = "DL3044",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "ENV uses a variable that the same ENV sets",
              .why = "All of one ENV is expanded with what held before it.",
              .bad = "ENV HOME_DIR=/srv CONFIG=$HOME_DIR/etc",
              .good = "ENV HOME_DIR=/srv\nENV CONFIG=$HOME_DIR/etc",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_ENV),
     .instruction = look_self},
    {.rule = {.id = "duplicate-key",
              .codes = "",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "key is set twice in one ENV or LABEL",
              .why = "The first value is lost without a word.",
              .bad = "ENV MODE=test MODE=production",
              .good = "ENV MODE=production",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_ENV) | KEYWORD_BIT(KEYWORD_LABEL),
     .instruction = look_duplicate},
    {.rule = {.id = "legacy-key-value",
              .codes = "LegacyKeyValueFormat",
              .severity = LINT_STYLE,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "ENV or LABEL with a blank instead of =",
              .why = "The old form takes one pair only, and the rest of the line, comments "
                     "included, is the value.",
              .bad = "ENV MODE production",
              .good = "ENV MODE=production",
              .fix = "writes key=value"},
     .keywords = KEYWORD_BIT(KEYWORD_ENV) | KEYWORD_BIT(KEYWORD_LABEL),
     .instruction = look_legacy},
    {.rule = {.id = NULL}},
};
