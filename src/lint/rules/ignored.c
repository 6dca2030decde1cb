/* COPY of what .dockerignore keeps out of the build context. */
#include "base/ascii.h"
#include "lint/dockerignore.h"
#include "lint/rules/rule_text.h"

static void look_source(struct dockerfile_check *check, const struct instruction *instruction,
                        struct slice written, const struct dockerignore *ignore)
{
    struct slice source = text_unquoted(written);
    for (size_t i = 0; i < source.len; i++)
        if (ascii_among(source.at[i], "*?[$\\"))
            return;
    struct slice clean = dockerignore_clean(source, check->arena);
    if (!clean.at || source_is_url(source) || source_is_heredoc(written) ||
        slice_equal_str(clean, "."))
        return;
    const struct dockerignore_pattern *pattern = dockerignore_match(ignore, clean);
    if (pattern)
        check_report(check, instruction, argument_place(instruction, written),
                     "%.*s is not there in the build: line %u of %.*s leaves it out; take it back "
                     "there with !%.*s, or do without it here",
                     SLICE_ARG(source), pattern->line, SLICE_ARG(ignore->path), SLICE_ARG(clean));
}

static void look_ignored(struct dockerfile_check *check)
{
    struct dockerignore ignore;
    struct error err = {0};
    if (!check->context.len || !dockerignore_open(check->context, check->dockerfile->file->path,
                                                  check->arena, &ignore, &err))
        return; /* context_lint notes why */
    for (size_t i = 0; ignore.count && i < check->dockerfile->count; i++) {
        const struct instruction *instruction = &check->dockerfile->instructions[i];
        bool copies = instruction->keyword == KEYWORD_COPY || instruction->keyword == KEYWORD_ADD;
        if (!copies || instruction_flag(instruction, "from"))
            continue;
        for (size_t j = 0; j < copy_source_count(instruction); j++)
            look_source(check, instruction, instruction->arguments[j], &ignore);
    }
}

const struct dockerfile_rule rules_ignored[] = {
    {.rule = {.id = "copy-ignored-file",
              .codes = "CopyIgnoredFile",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "COPY of a file that .dockerignore leaves out",
              .why = "The builder never sees the file, so that the build ends with \"not found\".",
              .bad = "# .dockerignore: dist\nCOPY dist /srv/www",
              .good = "# .dockerignore: dist\n#                !dist/web\nCOPY dist/web /srv/www",
              .fix = NULL},
     .file = look_ignored},
    {.rule = {.id = NULL}},
};
