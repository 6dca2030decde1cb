/* COPY and ADD: what is copied, from where, to where. */
#include "lint/rules/rule_text.h"

static void look_slash(struct dockerfile_check *check, const struct instruction *instruction)
{
    size_t sources = copy_source_count(instruction);
    struct slice written = copy_destination(instruction);
    struct slice target = check_expand(check, instruction, written, NULL);
    if (slice_starts(written, SLICE("<<")) || sources < 2 || !target.len ||
        text_ends(target, "/") || text_ends(text_unquoted(written), "/") ||
        slice_equal_str(target, ".") || text_ends(target, "/.") || slice_equal_str(target, "..") ||
        text_ends(target, "\\"))
        return;
    if (text_has_variable(written) && text_ends(written, "}"))
        return; /* may end in a slash itself */
    struct lint_finding *finding = check_report(
        check, instruction, argument_place(instruction, written),
        "several files go to %.*s, so it must be a folder; end it with /", SLICE_ARG(written));
    if (instruction->json)
        return;
    lint_fix(check->report, finding, "end the destination with /");
    if (text_unquoted(written).len != written.len)
        check_fix_insert_before(check, finding, instruction, slice_from(written, written.len - 1),
                                SLICE("/"));
    else
        check_fix_insert_after(check, finding, instruction, written, SLICE("/"));
}

enum { NEAR_MAX = 200 }; /* stages whose names are compared with a wrong one */

/* The stage or image that is copied from: --from of COPY, from= of a mount. */
static void report_from(struct dockerfile_check *check, const struct instruction *instruction,
                        struct slice name)
{
    const struct stage *here = stage_around(check, instruction);
    /* ONBUILD names stages of the Dockerfile that builds on the image. */
    if (!name.len || !here || instruction->outer || model_find_stage(check->model, name, here) ||
        slice_find(name, ':') < name.len || slice_find(name, '@') < name.len ||
        slice_equal_nocase(name, here->name) || slice_equal_str(name, "scratch"))
        return;
    if (text_has_variable(name)) {
        if (instruction->keyword != KEYWORD_RUN)
            check_report(check, instruction, name,
                         "--from takes no variables; write FROM %.*s AS a name, and copy from that",
                         SLICE_ARG(name));
        return;
    }
    uint64_t number;
    struct nearest nearest = {.word = name};
    for (size_t i = 0; i < here->index && i < NEAR_MAX; i++)
        nearest_offer(&nearest, check->model->stages[i].name);
    const struct stage *later = model_find_stage(check->model, name, NULL);
    if (slice_u64(name, &number))
        check_report(check, instruction, name,
                     "there is no stage %.*s in front of this one; name the stage it comes from",
                     SLICE_ARG(name));
    else if (later && later->from && !slice_u64(name, &number))
        check_report(check, instruction, name,
                     "the stage %.*s comes only in line %u; move it in front of this one",
                     SLICE_ARG(name), later->from->start_line);
    else if (nearest.best.len)
        check_report(check, instruction, name, "there is no stage %.*s; did you mean %.*s?",
                     SLICE_ARG(name), SLICE_ARG(nearest.best));
    else
        check_report(check, instruction, name,
                     "there is no stage %.*s, so it is taken for an image without a version; write "
                     "FROM … AS %.*s, or name the image's version",
                     SLICE_ARG(name), SLICE_ARG(name));
}

static void look_from_stage(struct dockerfile_check *check, const struct instruction *instruction)
{
    for (size_t i = 0; i < instruction->flag_count; i++) {
        const struct dockerfile_flag *flag = &instruction->flags[i];
        if (slice_equal_str(flag->name, "from"))
            report_from(check, instruction, text_unquoted(flag->value));
        if (!slice_equal_str(flag->name, "mount"))
            continue;
        for (struct slice rest = text_unquoted(flag->value); rest.len;) {
            struct slice option = slice_cut(&rest, ',');
            if (text_starts(option, "from="))
                report_from(check, instruction, slice_from(option, 5));
        }
    }
}

static void look_own_stage(struct dockerfile_check *check, const struct instruction *instruction)
{
    const struct dockerfile_flag *flag = instruction_flag(instruction, "from");
    const struct stage *here = stage_around(check, instruction);
    if (!flag || !here || !here->name.len ||
        !slice_equal_nocase(text_unquoted(flag->value), here->name) ||
        model_find_stage(check->model, here->name, here))
        return;
    check_report(
        check, instruction, flag->value,
        "a stage cannot copy from itself; use RUN cp, or name the stage that has the files");
}

static void look_relative(struct dockerfile_check *check, const struct instruction *instruction)
{
    struct slice written = copy_destination(instruction);
    const struct stage *stage = stage_around(check, instruction);
    const struct stage_state *state = model_state(check->model, instruction);
    if (!copy_source_count(instruction) || !written.len || !state)
        return;
    bool complete;
    struct slice target = check_expand(check, instruction, written, &complete);
    if (!complete && text_unquoted(written).at[0] == '$')
        return;
    bool windows = stage_is_windows(check, stage);
    if (!target.len || state->workdir_set || state->workdir.len ||
        path_is_absolute(target, windows) || path_is_absolute(text_unquoted(written), windows))
        return;
    check_report(check, instruction, argument_place(instruction, written),
                 "%.*s is relative and no WORKDIR is set, so the base image decides where it goes; "
                 "set WORKDIR first, or write the whole path",
                 SLICE_ARG(written));
}

static void look_root(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (!instruction_flag(instruction, "from") ||
        !slice_equal_str(text_unquoted(copy_destination(instruction)), "/"))
        return;
    const struct stage *here = stage_around(check, instruction);
    for (size_t i = 0; i < copy_source_count(instruction); i++) {
        struct slice source = text_unquoted(instruction->arguments[i]);
        if (!slice_equal_str(source, "/") && !slice_equal_str(source, "/."))
            continue;
        struct lint_finding *finding = check_report(
            check, instruction, argument_place(instruction, instruction->arguments[i]),
            "everything of the other stage is copied, caches and secrets included; copy the files "
            "that are needed");
        /* Into an empty image it is the idiom that makes one layer of many. */
        if (finding && stage_is_scratch(here))
            finding->severity = LINT_INFO;
        return;
    }
}

const struct dockerfile_rule rules_copy[] = {
    {.rule = {.id = "copy-destination-slash",
              .codes = "DL3021 DS-0011",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "several files are copied to something that is no folder",
              .why = "With several sources the destination is a folder; older builders and podman "
                     "refuse it "
                     "without the /, and with one source less it would be a file.",
              .bad = "COPY package.json package-lock.json /srv/app",
              .good = "COPY package.json package-lock.json /srv/app/",
              .fix = "ends the destination with /"},
     .keywords = KEYWORD_BIT(KEYWORD_COPY) | KEYWORD_BIT(KEYWORD_ADD),
     .instruction = look_slash},
    {.rule = {.id = "copy-from-unknown-stage",
              .codes = "DL3022",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "files are copied from a stage that is not there",
              .why =
                  "A name that is no earlier stage is pulled as an image, of whatever version; a "
                  "slip of the pen becomes somebody else's files.",
              .bad = "FROM node:22.21.1-alpine AS build\nFROM nginx:1.29.4-alpine\nCOPY "
                     "--from=biuld /srv /srv",
              .good = "FROM node:22.21.1-alpine AS build\nFROM nginx:1.29.4-alpine\nCOPY "
                      "--from=build /srv /srv",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_COPY) | KEYWORD_BIT(KEYWORD_RUN) | KEYWORD_BIT(KEYWORD_ADD),
     .instruction = look_from_stage},
    {.rule = {.id = "copy-from-own-stage",
              .codes = "DL3023 DS-0006",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "stage copies from itself",
              .why = "Builders refuse the circle.",
              .bad = "FROM alpine:3.23.1 AS build\nCOPY --from=build /a /b",
              .good = "FROM alpine:3.23.1 AS build\nRUN cp /a /b",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_COPY),
     .instruction = look_own_stage},
    {.rule = {.id = "copy-relative-destination",
              .codes = "DL3045",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "COPY to a relative path without WORKDIR",
              .why = "The base image's working folder decides where the files go, and it may "
                     "change.",
              .bad = "FROM alpine:3.23.1\nCOPY app app/",
              .good = "FROM alpine:3.23.1\nWORKDIR /srv\nCOPY app app/",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_COPY),
     .instruction = look_relative},
    {.rule = {.id = "copy-whole-stage",
              .codes = "DL3067",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "a whole file system is copied from another stage",
              .why = "It brings everything the other stage has: build tools, caches, secrets.",
              .bad = "COPY --from=build / /",
              .good = "COPY --from=build /srv/app /srv/app",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_COPY),
     .instruction = look_root},
    {.rule = {.id = NULL}},
};
