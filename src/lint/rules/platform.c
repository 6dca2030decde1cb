/* --platform of FROM, and whether the base image fits it. */
#include "lint/rules/rule_text.h"

static const struct dockerfile_flag *platform_flag(const struct stage *stage)
{
    const struct dockerfile_flag *flag =
        stage->from ? instruction_flag(stage->from, "platform") : NULL;
    return flag && flag->value.len ? flag : NULL;
}

/* Operating system and architecture of "linux/arm64/v8", "amd64", "windows"; names as containerd
   normalizes them. */
static bool platform_split(struct slice text, struct slice *os, struct slice *architecture)
{
    static const char *const aliases[][2] = {
        {"x86_64", "amd64"}, {"x86-64", "amd64"}, {"aarch64", "arm64"}, {"armhf", "arm"},
        {"armel", "arm"},    {"i386", "386"},     {"macos", "darwin"},
    };
    struct slice rest = text;
    *os = slice_cut(&rest, '/');
    *architecture = slice_cut(&rest, '/');
    if (!os->len)
        return false;
    if (!architecture->len) {
        static const char systems[] = "linux windows darwin freebsd macos";
        bool is_system = lint_has_word(slice_str(systems), *os);
        *architecture = is_system ? *architecture : *os;
        *os = is_system ? *os : SLICE("linux");
    }
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (slice_equal_nocase(*architecture, slice_str(aliases[i][0])))
            *architecture = slice_str(aliases[i][1]);
        if (slice_equal_nocase(*os, slice_str(aliases[i][0])))
            *os = slice_str(aliases[i][1]);
    }
    return true;
}

static bool name_has(struct slice name, struct slice part)
{
    return part.len && slice_search(name, part) < name.len;
}

static void look_constant(struct dockerfile_check *check, const struct stage *stage)
{
    const struct dockerfile_flag *flag = platform_flag(stage);
    struct slice os, architecture;
    if (!flag || text_has_variable(flag->value) ||
        !platform_split(text_unquoted(flag->value), &os, &architecture))
        return;
    struct lint_finding *finding = check_report(
        check, stage->from, flag->raw,
        "the stage is always built for %.*s, whatever `--platform` of the build says; leave the "
        "flag out, or use $BUILDPLATFORM in a stage that only builds",
        SLICE_ARG(flag->value));
    if (!finding)
        return;
    /* A stage named after its platform is one of several on purpose. */
    if (name_has(stage->name, os) || name_has(stage->name, architecture)) {
        lint_finding_codes(finding, "DL3029");
        finding->severity = LINT_STYLE;
    }
}

static void look_redundant(struct dockerfile_check *check, const struct stage *stage)
{
    const struct dockerfile_flag *flag = platform_flag(stage);
    if (!flag)
        return;
    struct slice value = text_unquoted(flag->value);
    bool with_default =
        slice_starts(value, SLICE("${TARGETPLATFORM:-")) && slice_find(value, '}') == value.len - 1;
    if (!slice_equal_str(value, "$TARGETPLATFORM") &&
        !slice_equal_str(value, "${TARGETPLATFORM}") && !with_default)
        return;
    struct lint_finding *finding = check_report(
        check, stage->from, flag->raw,
        "a stage is built for the target platform anyway; leave %.*s out", SLICE_ARG(flag->raw));
    lint_fix(check->report, finding, "drop the redundant --platform");
    /* The flag and the blanks behind it, up to what follows. */
    struct slice text = stage->from->text;
    size_t end = (size_t)(flag->raw.at - text.at) + flag->raw.len;
    while (end < text.len && (text.at[end] == ' ' || text.at[end] == '\t'))
        end++;
    check_fix_replace(check, finding, stage->from,
                      slice_of(flag->raw.at, end - (size_t)(flag->raw.at - text.at)), SLICE(""));
}

static void look_fits(struct dockerfile_check *check, const struct stage *stage)
{
    const struct dockerfile_flag *flag = platform_flag(stage);
    struct slice os, architecture, its_os, its_architecture;
    if (!flag || stage->parent || !stage->image->known || !stage->image->platform.len ||
        !platform_split(stage->platform, &os, &architecture) ||
        !platform_split(stage->image->platform, &its_os, &its_architecture))
        return;
    if (slice_equal(os, its_os) &&
        (!architecture.len || slice_equal(architecture, its_architecture)))
        return;
    check_report(check, stage->from, flag->raw,
                 "%.*s is an image for %.*s, not for %.*s; take one that is made for it",
                 SLICE_ARG(stage->base), SLICE_ARG(stage->image->platform),
                 SLICE_ARG(stage->platform));
}

const struct dockerfile_rule rules_platform[] = {
    {.rule = {.id = "constant-platform",
              .codes = "DL3029 FromPlatformFlagConstDisallowed",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "FROM names one fixed platform",
              .why = "With a constant --platform the image is wrong on every other machine, and "
                     "slow there by emulation.",
              .bad = "FROM --platform=linux/amd64 alpine:3.23.1",
              .good = "FROM --platform=$BUILDPLATFORM alpine:3.23.1 AS build",
              .fix = NULL},
     .stage = look_constant},
    {.rule = {.id = "redundant-platform",
              .codes = "DL3065 RedundantTargetPlatform",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "--platform=$TARGETPLATFORM says what holds anyway",
              .why = "It is the default, so it only makes readers look for a reason.",
              .bad = "FROM --platform=$TARGETPLATFORM alpine:3.23.1",
              .good = "FROM alpine:3.23.1",
              .fix = "drops the flag"},
     .stage = look_redundant},
    {.rule = {.id = "base-platform-mismatch",
              .codes = "InvalidBaseImagePlatform",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_BUILDKIT,
              .title = "base image is for another platform",
              .why = "Its programs do not run where the image is meant to run, or only by "
                     "emulation. Looks only when the base image can be read.",
              .bad = "FROM --platform=linux/arm64 registry.example.com/only-amd64:1.0.0",
              .good = "FROM registry.example.com/only-amd64:1.0.0",
              .fix = NULL},
     .stage = look_fits},
    {.rule = {.id = NULL}},
};
