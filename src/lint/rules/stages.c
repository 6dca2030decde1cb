/* Stages: their names, and how FROM … AS is written. */
#include "lint/rules/rule_text.h"

/* "AS" and the name of `FROM x AS name`. */
static bool stage_words(const struct stage *stage, struct slice *as, struct slice *name)
{
    if (!stage->from || stage->from->argument_count < 3 ||
        !slice_equal_nocase(stage->from->arguments[1], SLICE("as")))
        return false;
    *as = stage->from->arguments[1];
    *name = stage->from->arguments[2];
    return true;
}

static void look_name_casing(struct dockerfile_check *check, const struct stage *stage)
{
    struct slice as, name;
    if (!stage_words(stage, &as, &name) || text_is_lower(name))
        return;
    struct lint_finding *finding =
        check_report(check, stage->from, name,
                     "the stage name %.*s has upper-case letters; write it in lower case, as "
                     "builders compare it",
                     SLICE_ARG(name));
    lint_fix(check->report, finding, "write the stage name in lower case");
    check_fix_replace(check, finding, stage->from, name, text_lower(name, check->arena));
}

static void look_as_casing(struct dockerfile_check *check, const struct stage *stage)
{
    struct slice as, name;
    if (!stage_words(stage, &as, &name))
        return;
    struct slice from = stage->from->word;
    bool lower = text_is_lower(from), upper = text_is_upper(from);
    if ((!lower && !upper) || (lower ? text_is_lower(as) : text_is_upper(as)))
        return;
    struct lint_finding *finding =
        check_report(check, stage->from, as, "%.*s and %.*s are written differently; write %s",
                     SLICE_ARG(from), SLICE_ARG(as), lower ? "as" : "AS");
    lint_fix(check->report, finding, "write %s as FROM is written", lower ? "as" : "AS");
    check_fix_replace(check, finding, stage->from, as, lower ? SLICE("as") : SLICE("AS"));
}

static void look_duplicate(struct dockerfile_check *check, const struct stage *stage)
{
    struct slice as, name;
    if (!stage_words(stage, &as, &name))
        return;
    const struct stage *other = model_find_stage(check->model, name, stage);
    if (other && other->from && slice_equal_nocase(other->name, name))
        check_report(check, stage->from, name,
                     "a stage in line %u is called %.*s, too; give each stage a name of its own",
                     other->from->start_line, SLICE_ARG(name));
}

static void look_reserved(struct dockerfile_check *check, const struct stage *stage)
{
    struct slice as, name;
    if (!stage_words(stage, &as, &name) || (!slice_equal_nocase(name, SLICE("scratch")) &&
                                            !slice_equal_nocase(name, SLICE("context"))))
        return;
    check_report(check, stage->from, name,
                 "%.*s has a meaning of its own for the builder; call the stage something else",
                 SLICE_ARG(name));
}

/* The comment directly above FROM … AS or ARG, and the names it may begin with. */
static void look_description(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (!instruction->comment_line || instruction->outer)
        return;
    struct slice line =
        slice_trim(lint_file_line(check->dockerfile->file, instruction->start_line - 1));
    if (!line.len || line.at[0] != '#')
        return;
    struct slice rest = slice_trim(slice_from(line, 1));
    struct slice first = slice_cut(&rest, ' ');
    struct slice example = {NULL, 0};
    size_t names = 0;
    if (instruction->keyword == KEYWORD_FROM) {
        if (instruction->argument_count < 3)
            return;
        example = instruction->arguments[2];
        names = 1;
        if (slice_equal(first, text_lower(example, check->arena)))
            return;
    }
    for (size_t i = 0; instruction->keyword == KEYWORD_ARG && i < instruction->argument_count;
         i++) {
        struct slice argument = instruction->arguments[i];
        example = slice_upto(argument, slice_find(argument, '='));
        names++;
        if (slice_equal(first, example))
            return;
    }
    /* Words for linters are no descriptions. */
    if (!names || !first.len || lint_has_word(SLICE("hadolint plimsoll check"), first) ||
        text_starts(first, "check=") || text_starts(first, "syntax=") ||
        text_starts(first, "escape="))
        return;
    if (names > 1)
        example = SLICE("<name>");
    check_report(check, instruction, (struct slice){NULL, 0},
                 "`docker build --call=outline` shows the comment above as the description; begin "
                 "it with \"# %.*s \", or leave a blank line below it",
                 SLICE_ARG(example));
}

static void look_instruction_casing(struct dockerfile_check *check)
{
    const struct dockerfile *dockerfile = check->dockerfile;
    size_t lower = 0, upper = 0;
    for (size_t i = 0; i < dockerfile->count; i++) {
        struct slice word = dockerfile->instructions[i].word;
        if (!check->model->stage_of[i])
            continue; /* BuildKit counts what stands in stages */
        if (text_is_lower(word))
            lower++;
        else if (text_is_upper(word))
            upper++;
    }
    bool want_lower = lower > upper;
    for (size_t i = 0; i < dockerfile->count; i++) {
        const struct instruction *instruction = &dockerfile->instructions[i];
        struct slice word = instruction->word;
        if (instruction->keyword == KEYWORD_UNKNOWN ||
            (want_lower ? text_is_lower(word) : text_is_upper(word)))
            continue;
        struct lint_finding *finding =
            check_report(check, instruction, word,
                         "%.*s is written unlike most instructions here; write it in %s case",
                         SLICE_ARG(word), want_lower ? "lower" : "upper");
        if (!check->model->stage_of[i])
            lint_finding_codes(finding, "");
        lint_fix(check->report, finding, "write the instruction in %s case",
                 want_lower ? "lower" : "upper");
        check_fix_replace(check, finding, instruction, word,
                          want_lower ? text_lower(word, check->arena)
                                     : text_upper(word, check->arena));
    }
}

const struct dockerfile_rule rules_stages[] = {
    {.rule = {.id = "stage-name-casing",
              .codes = "StageNameCasing",
              .severity = LINT_STYLE,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "stage name has upper-case letters",
              .why = "Builders compare stage names without regard to case, people do not.",
              .bad = "FROM alpine:3.23.1 AS Builder",
              .good = "FROM alpine:3.23.1 AS builder",
              .fix = "writes the name in lower case"},
     .stage = look_name_casing},
    {.rule = {.id = "from-as-casing",
              .codes = "FromAsCasing",
              .severity = LINT_STYLE,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "FROM and AS are written differently",
              .why = "One way of writing keywords reads better than two.",
              .bad = "FROM alpine:3.23.1 as builder",
              .good = "FROM alpine:3.23.1 AS builder",
              .fix = "writes AS as FROM is written"},
     .stage = look_as_casing},
    {.rule = {.id = "instruction-casing",
              .codes = "ConsistentInstructionCasing",
              .severity = LINT_STYLE,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "instructions are written in different case",
              .why = "One way of writing keywords reads better than two.",
              .bad = "FROM alpine:3.23.1\nrun apk add --no-cache tini\nCMD [\"tini\"]",
              .good = "FROM alpine:3.23.1\nRUN apk add --no-cache tini\nCMD [\"tini\"]",
              .fix = "writes it as most others are written"},
     .file = look_instruction_casing},
    {.rule = {.id = "duplicate-stage-name",
              .codes = "DL3024 DuplicateStageName DS-0012 CKV_DOCKER_11",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "two stages have the same name",
              .why = "COPY --from takes the later one, --target the other: nobody can tell which "
                     "is meant.",
              .bad = "FROM alpine:3.23.1 AS build\nFROM alpine:3.23.1 AS build",
              .good = "FROM alpine:3.23.1 AS build\nFROM alpine:3.23.1 AS test",
              .fix = NULL},
     .stage = look_duplicate},
    {.rule = {.id = "reserved-stage-name",
              .codes = "DL3063 ReservedStageName",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "stage is named scratch or context",
              .why = "Both words mean something else where a stage can be named.",
              .bad = "FROM alpine:3.23.1 AS scratch",
              .good = "FROM alpine:3.23.1 AS assets",
              .fix = NULL},
     .stage = look_reserved},
    {.rule = {.id = "definition-description",
              .codes = "InvalidDefinitionDescription",
              .severity = LINT_STYLE,
              .profiles = IN_BUILDKIT,
              .title = "comment above a stage or ARG is no description of it",
              .why = "`docker build --call=outline` prints the comment as a description when it "
                     "begins with the name; other comments there are lost.",
              .bad = "# the version we test with\nARG VERSION=3.23.1\nFROM alpine:${VERSION}",
              .good =
                  "# VERSION of Alpine we test with\nARG VERSION=3.23.1\nFROM alpine:${VERSION}",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_FROM) | KEYWORD_BIT(KEYWORD_ARG),
     .instruction = look_description},
    {.rule = {.id = NULL}},
};
