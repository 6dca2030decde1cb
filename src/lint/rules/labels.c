/* LABEL and MAINTAINER: keys that others can use, and the label schema of a configuration. */
#include "base/ascii.h"
#include "lint/rules/label_value.h"
#include "lint/rules/rule_text.h"

static const char *key_problem(struct slice key)
{
    if (!key.len || key.at[0] < 'a' || key.at[0] > 'z')
        return "begins with something else than a lower-case letter";
    char last = key.at[key.len - 1];
    if (!ascii_digit(last) && (last < 'a' || last > 'z'))
        return "ends with something else than a lower-case letter or a digit";
    for (size_t i = 0; i < key.len; i++) {
        char c = key.at[i];
        if (!ascii_digit(c) && (c < 'a' || c > 'z') && c != '.' && c != '-')
            return "has something else in it than lower-case letters, digits, dots and hyphens";
        if (i && (c == '.' || c == '-') && key.at[i - 1] == c)
            return "has two separators in a row";
    }
    if (text_starts(key, "com.docker.") || text_starts(key, "io.docker.") ||
        text_starts(key, "org.dockerproject."))
        return "is in a namespace that Docker keeps for itself";
    return NULL;
}

static void look_key(struct dockerfile_check *check, const struct instruction *instruction)
{
    for (size_t i = 0; i + 1 < instruction->argument_count; i += 2) {
        struct slice key = text_unquoted(instruction->arguments[i]);
        if (text_has_variable(key))
            continue;
        const char *problem = key_problem(key);
        if (problem)
            check_report(check, instruction, instruction->arguments[i],
                         "the label key %.*s %s; write it like org.opencontainers.image.title",
                         SLICE_ARG(key), problem);
    }
}

static const struct label_kind *kind_of(const struct dockerfile_check *check, struct slice key)
{
    for (size_t i = 0; i < check->settings->label_count; i++)
        if (slice_equal(check->settings->labels[i].name, key))
            return &check->settings->labels[i];
    return NULL;
}

static bool stage_sets_label(const struct dockerfile_check *check, const struct stage *stage,
                             struct slice name)
{
    for (; stage; stage = stage->parent)
        for (size_t i = stage->first; i < stage->last; i++) {
            const struct instruction *label = check_instruction(check, i);
            if (label->keyword != KEYWORD_LABEL)
                continue;
            for (size_t j = 0; j + 1 < label->argument_count; j += 2)
                if (slice_equal(check_expand(check, label, label->arguments[j], NULL), name))
                    return true;
        }
    return false;
}

static void look_missing(struct dockerfile_check *check)
{
    const struct stage *stage = stage_final(check);
    if (!stage || !stage->from)
        return;
    for (size_t i = 0; i < check->settings->label_count; i++) {
        struct slice name = check->settings->labels[i].name;
        if (!stage_sets_label(check, stage, name))
            check_report(check, stage->from, (struct slice){NULL, 0},
                         "the label %.*s is missing; the configuration asks for it: LABEL %.*s=…",
                         SLICE_ARG(name), SLICE_ARG(name));
    }
}

static void look_extra(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (!check->settings->strict_labels)
        return;
    for (size_t i = 0; i + 1 < instruction->argument_count; i += 2) {
        struct slice key = text_unquoted(instruction->arguments[i]);
        if (!kind_of(check, key))
            check_report(check, instruction, instruction->arguments[i],
                         "the configuration's label schema does not have %.*s; remove it or add it "
                         "there",
                         SLICE_ARG(key));
    }
}

/* Asks of each label of the schema whose value is known. */
static void each_value(struct dockerfile_check *check, const struct instruction *instruction,
                       void (*look)(struct dockerfile_check *, const struct instruction *,
                                    const struct label_kind *, struct slice, struct slice))
{
    for (size_t i = 0; i + 1 < instruction->argument_count; i += 2) {
        const struct label_kind *kind = kind_of(check, text_unquoted(instruction->arguments[i]));
        struct slice written = instruction->arguments[i + 1];
        bool complete = true;
        if (!kind)
            continue;
        struct slice value = check_expand(check, instruction, written, &complete);
        if (complete)
            look(check, instruction, kind, written, value);
    }
}

static void report_empty(struct dockerfile_check *check, const struct instruction *instruction,
                         const struct label_kind *kind, struct slice written, struct slice value)
{
    (void)written;
    if (!slice_trim(value).len)
        check_report(check, instruction, (struct slice){NULL, 0},
                     "the label %.*s is empty; give it a value", SLICE_ARG(kind->name));
}

static void look_empty(struct dockerfile_check *check, const struct instruction *instruction)
{
    each_value(check, instruction, report_empty);
}

static void report_value(struct dockerfile_check *check, const struct instruction *instruction,
                         const struct label_kind *kind, struct slice written, struct slice value)
{
    const struct label_value_kind *values = label_value_kind(kind->kind);
    if (!values || !slice_trim(value).len || values->valid(slice_trim(value)))
        return;
    struct lint_finding *finding =
        check_report(check, instruction, written, "the label %.*s must be %s",
                     SLICE_ARG(kind->name), values->prose);
    lint_finding_codes(finding, values->code);
}

static void look_value(struct dockerfile_check *check, const struct instruction *instruction)
{
    each_value(check, instruction, report_value);
}

static bool is_plain_text(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '"' || text.at[i] == '\\' || text.at[i] == '$' || text.at[i] == '`' ||
            (unsigned char)text.at[i] < ' ')
            return false;
    return text.len > 0;
}

static void look_maintainer(struct dockerfile_check *check, const struct instruction *instruction)
{
    struct lint_finding *finding =
        check_report(check, instruction, (struct slice){NULL, 0},
                     "MAINTAINER is obsolete; write LABEL org.opencontainers.image.authors=…");
    struct slice body = text_unquoted(instruction->body);
    if (!is_plain_text(body) || instruction->outer)
        return;
    lint_fix(check->report, finding, "write the label org.opencontainers.image.authors");
    bool lower = text_is_lower(instruction->word);
    const char *end = instruction->body.at + instruction->body.len;
    check_fix_replace(check, finding, instruction,
                      slice_of(instruction->word.at, (size_t)(end - instruction->word.at)),
                      arena_printf(check->arena, "%s org.opencontainers.image.authors=\"%.*s\"",
                                   lower ? "label" : "LABEL", SLICE_ARG(body)));
}

const struct dockerfile_rule rules_labels[] = {
    {.rule = {.id = "label-key",
              .codes = "DL3048",
              .severity = LINT_STYLE,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "label key that others cannot use",
              .why =
                  "Docker asks for lower-case letters, digits, dots and hyphens, with a reversed "
                  "domain in front; tools look for such keys.",
              .bad = "LABEL Image_Name=app",
              .good = "LABEL org.opencontainers.image.title=app",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_LABEL),
     .instruction = look_key},
    {.rule = {.id = "label-missing",
              .codes = "DL3049",
              .severity = LINT_INFO,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "label that the configuration asks for is missing",
              .why = "Looks only when the configuration has a label schema.",
              .bad = "FROM alpine:3.23.1",
              .good = "FROM alpine:3.23.1\nLABEL org.opencontainers.image.title=app",
              .fix = NULL},
     .file = look_missing},
    {.rule = {.id = "label-extra",
              .codes = "DL3050",
              .severity = LINT_INFO,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "label that the configuration's schema does not have",
              .why = "Looks only when the configuration says strict-labels.",
              .bad = "LABEL org.opencontainers.image.titel=app",
              .good = "LABEL org.opencontainers.image.title=app",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_LABEL),
     .instruction = look_extra},
    {.rule = {.id = "label-empty",
              .codes = "DL3051",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "label that the configuration asks for is empty",
              .why = "It was asked for to be read.",
              .bad = "LABEL org.opencontainers.image.title=\"\"",
              .good = "LABEL org.opencontainers.image.title=app",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_LABEL),
     .instruction = look_empty},
    {.rule = {.id = "label-value",
              .codes = "DL3052 DL3053 DL3054 DL3055 DL3056 DL3058",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "label's value is not of the kind that the configuration asks for",
              .why = "Programs that read the label expect an address, a date, a licence, a commit, "
                     "a version or an e-mail address. Values with variables are not judged.",
              .bad = "LABEL org.opencontainers.image.created=today",
              .good = "LABEL org.opencontainers.image.created=2026-08-22T10:11:12Z",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_LABEL),
     .instruction = look_value},
    {.rule = {.id = "maintainer",
              .codes = "DL4000 MaintainerDeprecated DS-0022 CKV_DOCKER_6",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "MAINTAINER is obsolete",
              .why = "A label says the same and can be read from the image.",
              .bad = "MAINTAINER Jane Doe <jane@example.com>",
              .good = "LABEL org.opencontainers.image.authors=\"Jane Doe <jane@example.com>\"",
              .fix = "writes the label org.opencontainers.image.authors"},
     .keywords = KEYWORD_BIT(KEYWORD_MAINTAINER),
     .instruction = look_maintainer},
    {.rule = {.id = NULL}},
};
