/* Secrets in ENV and ARG: by name, as BuildKit and Hadolint look, and by value, in LABEL too. A
   value is never shown. */
#include "lint/rules/rule_text.h"

#define USE_INSTEAD                                                                                \
    "use RUN --mount=type=secret while building, the environment or AWS Secrets Manager when it "  \
    "runs"

static void look_pair(struct dockerfile_check *check, const struct instruction *instruction,
                      struct slice name, struct slice value, struct slice place)
{
    struct secret_match match;
    struct lint_finding *finding = NULL;
    const struct secret_kind *kind = NULL;
    if (check->secrets && value.len)
        kind = secret_of_assignment(check->secrets, name, value, &match);
    if (kind) {
        finding = check_report(check, instruction, place,
                               "%.*s holds what looks like a secret (%s), readable by everybody "
                               "who gets the image; revoke it, and " USE_INSTEAD,
                               SLICE_ARG(name), kind->title);
        if (finding)
            finding->severity = LINT_ERROR;
    } else if (instruction->keyword != KEYWORD_LABEL &&
               (secret_name(name) || slice_equal_nocase(name, SLICE("AWS_ACCESS_KEY_ID")))) {
        finding = check_report(check, instruction, place,
                               "%.*s is a secret by its name, and %s keeps it in the image's "
                               "history; " USE_INSTEAD,
                               SLICE_ARG(name), dockerfile_keyword_name(instruction->keyword));
    }
    if (finding)
        finding->secret = value.len && !text_has_variable(value);
}

static void look_secret(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (instruction->keyword != KEYWORD_ARG) {
        for (size_t i = 0; i + 1 < instruction->argument_count; i += 2)
            look_pair(check, instruction, text_unquoted(instruction->arguments[i]),
                      text_unquoted(instruction->arguments[i + 1]), instruction->arguments[i]);
        return;
    }
    for (size_t i = 0; i < instruction->argument_count; i++) {
        struct slice word = instruction->arguments[i];
        size_t equals = slice_find(word, '=');
        look_pair(check, instruction, slice_upto(word, equals),
                  text_unquoted(slice_from(word, equals + 1)), slice_upto(word, equals));
    }
}

const struct dockerfile_rule rules_secrets[] = {
    {.rule = {.id = "secret-in-environment",
              .codes = "DL3064 SecretsUsedInArgOrEnv DS-0031 CIS-4.10 CIS-DI-0010",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "secret in ENV, ARG or LABEL",
              .why = "They are kept in the image's configuration and history, where `docker "
                     "history` shows them to everybody who can pull the image.",
              .bad = "ARG NPM_TOKEN\nRUN npm ci",
              .good = "RUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_ENV) | KEYWORD_BIT(KEYWORD_ARG) | KEYWORD_BIT(KEYWORD_LABEL),
     .instruction = look_secret},
    {.rule = {.id = NULL}},
};
