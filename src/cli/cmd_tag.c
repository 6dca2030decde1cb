/* plimsoll tag: which tags a release moves, and moving them. */
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/tag_call.h"

static bool is_json(const struct invocation *call)
{
    return strcmp(option_text(call, "format"), "json") == 0;
}

/* ---- plan ---- */

static bool run_plan(struct invocation *call, struct error *err)
{
    CLEANUP_TAG_CALL struct tag_call tags = {0};
    const char *repository = call->operand_count ? call->operands[0] : NULL;
    if (!tag_call_request(&tags, call, repository, err))
        return false;
    if (repository ? !tag_call_plan_registry(&tags, call, repository, false, err)
                   : !tag_call_plan_given(&tags, call, err))
        return false;
    tag_call_tell(&tags);
    if (is_json(call))
        tag_report_json(&tags, NULL, true);
    else
        tag_report_table(&tags, NULL);
    return true;
}

static const struct option plan_options[] = {TAG_CALL_OPTIONS, {NULL}};

static const struct command_example plan_examples[] = {
    {"plimsoll tag plan --existing 1.2.0,1.2,1,latest --release 1.3.0",
     "makes 1.3.0 and 1.3, moves 1 and latest"},
    {"plimsoll tag plan --existing 1.2.0,1.2,1,latest --release 1.1.9 --format json",
     "an older patch: 1 and latest stay"},
    {"plimsoll tag plan --release v1.0.0 --keep-v", "the first release, v1.0.0 beside 1.0.0"},
    {"plimsoll tag plan registry.example/react-app --release v1.3.0",
     "with the tags and digests that the registry has"},
    {NULL, NULL},
};

static const struct command command_plan = {
    .name = "plan",
    .summary = "which tags a release moves, and why",
    .operands = "[REPOSITORY]",
    .most = 1,
    .prose =
        "A release v1.2.0 gets the tag 1.2.0 and moves 1.2, 1 and latest, but only forward: "
        "1.1.9 after 1.2.0 moves 1.1 alone. A pre-release such as 1.3.0-rc1 gets its own tag "
        "and moves no other. What a moving tag points to is the version tag of the same "
        "digest; without digests, the highest release that it covers. Without a repository, no "
        "registry is asked; with one, its tags are listed and the digests that matter are asked "
        "for, and nothing is changed.\n\nWhat is no semantic version (a date, a hash, 1.2, a "
        "name) is refused with what to write instead: exit 2.",
    .options = plan_options,
    .examples = plan_examples,
    .run = run_plan,
};

/* ---- apply ---- */

/* The last thing that a person sees: how many moved, at what cost. */
static void tell_outcome(const struct tag_call *tags, const struct tag_apply *apply, bool dry_run)
{
    size_t planned = 0;
    for (size_t i = 0; i < tags->plan.count; i++)
        planned += tags->plan.tags[i].move;
    if (dry_run)
        printf("\n%zu to move; nothing was changed (--dry-run)\n", planned);
    else if (!planned)
        printf("\nNothing to move.\n");
    else
        printf("\n%zu of %zu moved to %s: %u requests, no layer\n", apply->moved, planned,
               tags->manifest.digest.text, apply->requests);
}

static void report(struct invocation *call, const struct tag_call *tags,
                   const struct tag_apply *apply, bool dry_run)
{
    if (is_json(call)) {
        tag_report_json(tags, apply, dry_run);
        return;
    }
    tag_report_table(tags, dry_run ? NULL : apply);
    tell_outcome(tags, apply, dry_run);
}

static bool run_apply(struct invocation *call, struct error *err)
{
    CLEANUP_TAG_CALL struct tag_call tags = {0};
    struct tag_apply apply = {0};
    bool dry_run = option_flag(call, "dry-run");
    if (option_flag(call, "local"))
        return tag_local_run(call, err);
    if (!tag_call_request(&tags, call, call->operands[0], err) ||
        !tag_call_plan_registry(&tags, call, call->operands[0], true, err))
        return false;
    tag_call_tell(&tags);
    bool fine = tag_call_check_released(&tags, err) &&
                (dry_run || tag_apply_plan(&tags.destination, &tags.plan, &tags.look,
                                           &tags.manifest, call->arena, &apply, err));
    report(call, &tags, &apply, dry_run);
    return fine;
}

static const struct option apply_options[] = {
    TAG_CALL_OPTIONS,
    {.name = "dry-run", .prose = "Show the plan, change nothing."},
    {.name = "local",
     .prose = "Tag the engine's own image of that name instead of a registry's; the plan is made "
              "with the tags that the engine has, or those of --existing. JSON is that of tag "
              "plan."},
    {.name = "engine",
     .type = OPTION_CHOICE,
     .argument = "ENGINE",
     .choices = "docker podman buildah nerdctl",
     .prose = "For --local; without it the first that works."},
    {NULL},
};

static const struct command_example apply_examples[] = {
    {"plimsoll tag apply registry.example/react-app:build-417 --release v1.2.0",
     "the image of that tag becomes 1.2.0, 1.2, 1 and latest"},
    {"plimsoll tag apply registry.example/react-app@sha256:… --release v1.2.0 --keep-v",
     "by digest; v1.2.0 as well"},
    {"plimsoll tag apply registry.example/react-app-nginx:new --release from-base",
     "nginx:1.29.4-alpine below it: 1.29.4, 1.29, 1, latest"},
    {"plimsoll tag apply react-app:build --release v1.2.0 --local", "in docker or podman alone"},
    {"plimsoll tag apply registry.example/react-app --release 1.2.0 --dry-run",
     "what moves when 1.2.0, which is there, is released"},
    {NULL, NULL},
};

static const struct command command_apply = {
    .name = "apply",
    .summary = "moves a repository's tags for a release",
    .operands = "REPOSITORY[:TAG|@DIGEST]",
    .least = 1,
    .most = 1,
    .prose =
        "Makes the plan of `tag plan` for an image that is in the registry, and carries it out: "
        "the manifest is fetched once and put under each tag, so that no layer moves and digests "
        "stay what they are. The version comes first, latest last. A tag that somebody else has "
        "moved since the plan was made is refused, and so are all behind it; the error says what "
        "was moved by then, and the same command again does the rest. Without a tag or digest "
        "the image is the one that has the version's tag already.\n\nECR's and plimsoll's "
        "repositories say which tags are immutable; others refuse by themselves. Logs in like "
        "docker does; to ECR with the AWS credentials alone.",
    .options = apply_options,
    .examples = apply_examples,
    .run = run_apply,
};

static const struct option no_options[] = {{NULL}};
static const struct command *const tag_commands[] = {&command_plan, &command_apply, NULL};

const struct command command_tag = {
    .name = "tag",
    .summary = "semantic versions to tags, and tags to images",
    .options = no_options,
    .examples = plan_examples,
    .commands = tag_commands,
    .keys = "tags images registry update",
};
