/* Variables that nobody defined: in FROM, and in what BuildKit expands. */
#include "image/reference.h"
#include "lint/dockerfile/expand.h"
#include "lint/rules/rule_text.h"

static bool look_up(void *context, struct slice name, struct slice *value)
{
    const struct variable *found = stage_variable(context, name);
    if (found)
        *value = found->value;
    return found && found->has_value;
}

/* So many names are compared with a wrong one, so many stages searched for it. */
enum { NEAR_MAX = 64, STAGES_MAX = 100, NAMES_MAX = 100 /* in one word */ };

static struct slice near_name(const struct stage_state *state, struct slice name)
{
    struct nearest nearest = {.word = name};
    size_t left = NEAR_MAX;
    for (const struct variable *each = state->variables; each && left--; each = each->next)
        nearest_offer(&nearest, each->name);
    return nearest.best;
}

static bool expand(const struct dockerfile_check *check, const struct stage_state *state,
                   struct slice word, struct expansion *expansion)
{
    struct error err = {0};
    *expansion = (struct expansion){0};
    return text_has_variable(word) &&
           expand_word(word, check->dockerfile->escape, look_up, (void *)(uintptr_t)state,
                       check->arena, expansion, &err);
}

static const char *platform_arguments =
    "TARGETPLATFORM TARGETOS TARGETOSVERSION TARGETARCH TARGETVARIANT BUILDPLATFORM BUILDOS "
    "BUILDOSVERSION BUILDARCH BUILDVARIANT TARGETSTAGE";

static void report_from(struct dockerfile_check *check, const struct stage *stage,
                        struct slice word)
{
    struct expansion expansion;
    if (!expand(check, &check->model->global, word, &expansion))
        return;
    /* One with a default, too: what is not declared cannot be given either. */
    for (size_t i = 0; i < expansion.used_count; i++) {
        struct slice name = expansion.used[i];
        if (stage_variable(&check->model->global, name) ||
            lint_has_word(slice_str(platform_arguments), name))
            continue;
        struct slice near = near_name(&check->model->global, name);
        check_report(check, stage->from, word,
                     near.len ? "$%.*s is not declared; did you mean $%.*s?"
                              : "$%.*s is not declared; write ARG %.*s=… before the first FROM",
                     SLICE_ARG(name), SLICE_ARG(near.len ? near : name));
    }
}

static void look_from(struct dockerfile_check *check, const struct stage *stage)
{
    if (!stage->from || !stage->from->argument_count)
        return;
    report_from(check, stage, stage->from->arguments[0]);
    const struct dockerfile_flag *platform = instruction_flag(stage->from, "platform");
    if (platform)
        report_from(check, stage, platform->value);
}

/* A name that is none whatever is given. */
static void look_constant(struct dockerfile_check *check, const struct stage *stage)
{
    struct reference reference;
    struct error err = {0};
    struct slice written = stage->from->arguments[0];
    if (stage->parent || slice_equal_str(written, "scratch") ||
        reference_parse(text_unquoted(written), check->arena, &reference, &err))
        return;
    struct lint_finding *finding = check_report(
        check, stage->from, written, "%.*s is no image name: %s", SLICE_ARG(written), err.text);
    if (finding)
        finding->severity = LINT_ERROR;
}

static void look_default(struct dockerfile_check *check, const struct stage *stage)
{
    struct expansion expansion;
    if (!stage->from || !stage->from->argument_count)
        return;
    struct slice written = stage->from->arguments[0];
    if (!text_has_variable(written)) {
        look_constant(check, stage);
        return;
    }
    if (!expand(check, &check->model->global, written, &expansion))
        return;
    for (size_t i = 0; i < expansion.unset_count; i++)
        if (lint_has_word(slice_str(platform_arguments), expansion.unset[i]))
            return; /* has a value in every build */
    struct reference reference;
    struct error err = {0};
    if (expansion.text.len && reference_parse(expansion.text, check->arena, &reference, &err))
        return;
    if (!expansion.text.len)
        check_report(check, stage->from, written,
                     "%.*s is empty when no --build-arg is given, so a plain build fails; give the "
                     "ARG a default",
                     SLICE_ARG(written));
    else
        check_report(check, stage->from, written,
                     "%.*s becomes \"%.*s\" when no --build-arg is given, which is no image name; "
                     "give the ARG a default that completes it",
                     SLICE_ARG(written), SLICE_ARG(expansion.text));
}

/* Set in every container, or words of the builder. */
static const char *always_set = "PATH BUILDKIT_SBOM_SCAN_CONTEXT BUILDKIT_SBOM_SCAN_STAGE";

/* Where else in the file the name is defined: why it does not hold here. */
static const struct variable *elsewhere(const struct dockerfile_check *check, struct slice name)
{
    const struct variable *found = stage_variable(&check->model->global, name);
    for (size_t i = 0; !found && i < check->model->stage_count && i < STAGES_MAX; i++) {
        found = stage_variable(&check->model->stages[i].end, name);
        if (found && !found->where)
            found = NULL;
    }
    return found;
}

/* Images whose environment is PATH alone. */
static bool base_sets_nothing(const struct stage *root)
{
    if (!root || !root->base.len)
        return false;
    struct base_name base = base_name_split(root->base);
    return lint_has_word(SLICE("scratch alpine debian ubuntu busybox"), base.name);
}

static void report_undefined(struct dockerfile_check *check, const struct instruction *instruction,
                             struct slice place, const struct stage_state *state, struct slice name,
                             bool has_default)
{
    const struct stage *stage = stage_around(check, instruction);
    bool all_known = base_sets_nothing(stage_root(stage)) || (stage && stage->image->known);
    bool platform = lint_has_word(slice_str(platform_arguments), name);
    const struct variable *other = elsewhere(check, name);
    struct slice near = near_name(state, name);
    /* With a default somebody thought of its being empty, unless it cannot be anything else. */
    if ((!all_known && stage && base_may_set(stage, name)) || (has_default && !other && !platform))
        return;
    if (other && !other->is_arg)
        check_report(check, instruction, place,
                     "$%.*s is set elsewhere in the file but not here, so it is empty; set it in "
                     "this stage, in front of this line",
                     SLICE_ARG(name));
    else if (other || platform)
        check_report(check, instruction, place,
                     "$%.*s holds in this stage only behind a line `ARG %.*s`; without it, it is "
                     "empty here",
                     SLICE_ARG(name), SLICE_ARG(name));
    else if (near.len)
        check_report(check, instruction, place,
                     "$%.*s is not defined here, so it is empty; did you mean $%.*s?",
                     SLICE_ARG(name), SLICE_ARG(near));
    else if (all_known)
        check_report(check, instruction, place,
                     "$%.*s is not defined here, so it is empty; define it by ARG or ENV in front "
                     "of this line",
                     SLICE_ARG(name));
}

static bool is_among(const struct slice *names, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(names[i], name))
            return true;
    return false;
}

static void look_word(struct dockerfile_check *check, const struct instruction *instruction,
                      struct slice word, struct slice place)
{
    const struct stage_state *state = model_state(check->model, instruction);
    struct expansion expansion;
    if (!state || !expand(check, state, word, &expansion))
        return;
    for (size_t i = 0; i < expansion.used_count && i < NAMES_MAX; i++) {
        struct slice name = expansion.used[i];
        if (!is_among(expansion.used, i, name) && !stage_variable(state, name) &&
            !lint_has_word(slice_str(always_set), name))
            report_undefined(check, instruction, place, state, name,
                             !is_among(expansion.unset, expansion.unset_count, name));
    }
}

static void look_undefined(struct dockerfile_check *check, const struct instruction *instruction)
{
    if (instruction->outer || !stage_around(check, instruction))
        return;
    for (size_t i = 0; i < instruction->flag_count; i++) {
        const struct dockerfile_flag *flag = &instruction->flags[i];
        if (slice_equal_str(flag->name, "chown") || slice_equal_str(flag->name, "chmod") ||
            slice_equal_str(flag->name, "checksum") || slice_equal_str(flag->name, "mount"))
            look_word(check, instruction, flag->text, flag->raw);
    }
    if (instruction->keyword == KEYWORD_RUN)
        return;
    for (size_t i = 0; i < instruction->argument_count; i++)
        look_word(check, instruction, instruction->arguments[i],
                  argument_place(instruction, instruction->arguments[i]));
}

const struct dockerfile_rule rules_variables[] = {
    {.rule = {.id = "undefined-arg-in-from",
              .codes = "UndefinedArgInFrom",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "FROM uses a variable that is not declared",
              .why = "Only ARGs in front of the first FROM hold in FROM; others are empty.",
              .bad = "FROM alpine:${VERSION}",
              .good = "ARG VERSION=3.23.1\nFROM alpine:${VERSION}",
              .fix = NULL},
     .stage = look_from},
    {.rule = {.id = "invalid-default-in-from",
              .codes = "InvalidDefaultArgInFrom",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "base image has no valid name, or none without build arguments",
              .why = "A plain `docker build` must work: it is what editors, scanners and new "
                     "colleagues run.",
              .bad = "ARG TAG\nFROM alpine:${TAG}",
              .good = "ARG TAG=3.23.1\nFROM alpine:${TAG}",
              .fix = NULL},
     .stage = look_default},
    {.rule = {.id = "undefined-variable",
              .codes = "UndefinedVar",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "variable is used that is not defined there",
              .why = "An undefined variable is empty, and nothing says so: a path or a version is "
                     "cut short. An ARG in front of FROM must be repeated in the stage.",
              .bad = "FROM alpine:3.23.1\nCOPY app $DESTINATION/",
              .good = "FROM alpine:3.23.1\nARG DESTINATION=/opt\nCOPY app $DESTINATION/",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_ADD) | KEYWORD_BIT(KEYWORD_ARG) | KEYWORD_BIT(KEYWORD_COPY) |
                 KEYWORD_BIT(KEYWORD_ENV) | KEYWORD_BIT(KEYWORD_EXPOSE) |
                 KEYWORD_BIT(KEYWORD_LABEL) | KEYWORD_BIT(KEYWORD_RUN) |
                 KEYWORD_BIT(KEYWORD_STOPSIGNAL) | KEYWORD_BIT(KEYWORD_USER) |
                 KEYWORD_BIT(KEYWORD_VOLUME) | KEYWORD_BIT(KEYWORD_WORKDIR),
     .instruction = look_undefined},
    {.rule = {.id = NULL}},
};
