/* WORKDIR: whole paths, and none of the system's. */
#include "lint/rules/rule_text.h"

static struct slice joined(struct dockerfile_check *check, struct slice folder, struct slice path)
{
    bool slash = folder.len && folder.at[folder.len - 1] == '/';
    if (slice_starts(path, SLICE("./")))
        path = slice_from(path, 2);
    return arena_printf(check->arena, "%.*s%s%.*s", SLICE_ARG(folder), slash ? "" : "/",
                        SLICE_ARG(path));
}

/* The folder that a relative path starts from, where that is certain; empty: not known. */
static struct slice known_folder(const struct stage *stage, const struct stage_state *state)
{
    if (state->workdir.len)
        return state->workdir;
    if (stage_is_scratch(stage_root(stage)))
        return SLICE("/");
    if (!stage->image->known)
        return (struct slice){NULL, 0};
    return stage->image->workdir.len ? stage->image->workdir : SLICE("/");
}

/* Whether a variable decides the folder, which may be given another value by who builds. */
static bool depends_on_variable(const struct dockerfile_check *check,
                                const struct stage_state *state)
{
    for (const struct instruction *set = state->workdir_set; set;) {
        if (text_has_variable(set->body))
            return true;
        if (path_is_absolute(text_unquoted(set->body), true))
            return false;
        const struct stage_state *before = model_state(check->model, set);
        set = before ? before->workdir_set : NULL;
    }
    return false;
}

static void look_relative(struct dockerfile_check *check, const struct instruction *instruction)
{
    const struct stage *stage = stage_around(check, instruction);
    const struct stage_state *state = model_state(check->model, instruction);
    struct slice written = instruction->body, path = text_unquoted(written);
    bool complete, windows = stage && stage_is_windows(check, stage);
    if (!stage || !state || !path.len)
        return;
    struct slice value = text_unquoted(check_expand(check, instruction, written, &complete));
    if (path_is_absolute(path, windows) || path_is_absolute(value, windows) ||
        (!complete && path.at[0] == '$')) /* who builds says what it is */
        return;
    struct slice folder = known_folder(stage, state);
    struct lint_finding *finding;
    if (state->workdir_set) {
        finding = check_report(check, instruction, written,
                               "%.*s is relative to the WORKDIR of line %u; a whole path says "
                               "where it is without looking there",
                               SLICE_ARG(written), state->workdir_set->start_line);
        if (finding)
            finding->severity = LINT_STYLE;
        lint_finding_codes(finding, "DL3000 DS-0009 CKV_DOCKER_10");
    } else {
        finding = check_report(check, instruction, written,
                               "%.*s is relative to whatever folder the base image has set; write "
                               "the whole path",
                               SLICE_ARG(written));
    }
    if (!folder.len || folder.at[0] != '/' || windows || path.len != written.len ||
        !text_is_plain(folder) || !text_is_plain(path) || slice_starts(path, SLICE("..")))
        return;
    if (depends_on_variable(check, state))
        return;
    lint_fix(check->report, finding, "write the whole path");
    check_fix_replace(check, finding, instruction, written, joined(check, folder, path));
}

static void look_system(struct dockerfile_check *check, const struct instruction *instruction)
{
    static const char *const folders[] = {"/proc", "/sys",    "/dev",
                                          "/boot", "/initrd", "/lost+found"};
    struct slice path = text_unquoted(check_expand(check, instruction, instruction->body, NULL));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct slice folder = slice_str(folders[i]);
        if (!slice_starts(path, folder) || slice_starts(path, SLICE("/dev/shm")) ||
            (path.len > folder.len && path.at[folder.len] != '/'))
            continue;
        check_report(check, instruction, instruction->body,
                     "%s belongs to the system and is replaced or mounted over when the container "
                     "starts; work in a folder of your own, such as /srv/app",
                     folders[i]);
        return;
    }
}

const struct dockerfile_rule rules_workdir[] = {
    {.rule = {.id = "absolute-workdir",
              .codes = "DL3000 WorkdirRelativePath DS-0009 CKV_DOCKER_10",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "WORKDIR is relative",
              .why = "It depends on what was set before, in the base image too, which may change.",
              .bad = "FROM node:22.21.1-alpine\nWORKDIR app",
              .good = "FROM node:22.21.1-alpine\nWORKDIR /app",
              .fix = "writes the whole path where the folder before is known"},
     .keywords = KEYWORD_BIT(KEYWORD_WORKDIR),
     .instruction = look_relative},
    {.rule = {.id = "system-workdir",
              .codes = "DS-0030",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT,
              .title = "WORKDIR is a folder of the system",
              .why = "/proc, /sys and /dev are mounted by the kernel: what is put there is lost or "
                     "changes the host's view.",
              .bad = "WORKDIR /proc/app",
              .good = "WORKDIR /srv/app",
              .fix = NULL},
     .keywords = KEYWORD_BIT(KEYWORD_WORKDIR),
     .instruction = look_system},
    {.rule = {.id = NULL}},
};
