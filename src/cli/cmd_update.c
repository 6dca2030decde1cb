/* plimsoll update [PATH…], update tags. */
#include "base/log.h"
#include "cli/command_rows.h"
#include "cli/update_call.h"
#include "cli/update_forge.h"
#include "report/diff.h"
#include "update/write.h"

static bool write_result(struct invocation *call, const struct bases_result *result,
                         const struct pins_result *pins, struct error *err)
{
    const char *format = option_text(call, "format");
    bool why = option_flag(call, "why");
    if (strcmp(format, "json") == 0)
        return update_write_json(result, pins, why, call->arena, err);
    if (strcmp(format, "markdown") == 0) {
        if (!update_write_markdown(result, call->arena, err))
            return false;
        update_pins_markdown(pins);
        return true;
    }
    return update_write_table(result, why, call->arena, err) &&
           update_pins_table(pins, call->arena, err);
}

static bool write_files(struct invocation *call, struct bases_result *result, struct error *err)
{
    return update_write(result->changes, result->change_count, call->arena, &result->written,
                        err) ||
           error_add(err, "writing");
}

/* --write --dry-run: for people as a diff; json and markdown tell of the changes anyway. */
static bool show_files(struct invocation *call, const struct bases_result *result,
                       struct error *err)
{
    struct update_preview *files;
    size_t count;
    if (!update_preview(result->changes, result->change_count, call->arena, &files, &count, err))
        return error_add(err, "writing");
    if (strcmp(option_text(call, "format"), "table") != 0)
        return true;
    for (size_t i = 0; i < count; i++) {
        putchar('\n');
        if (!diff_write(files[i].path, files[i].before, files[i].after, stdout, err))
            return false;
    }
    return true;
}

static bool wants(const struct option_value *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->items[i], word) == 0)
            return true;
    return false;
}

/* What is left alone counts only where it is known that there is something newer. */
static bool is_outdated(const struct bases_result *result)
{
    for (size_t i = 0; i < result->row_count; i++) {
        const struct bases_row *row = &result->rows[i];
        if (row->state == BASES_NEWER ||
            (row->state == BASES_LEFT && (row->newest.len || row->new_digest.len)))
            return true;
    }
    return false;
}

static bool is_over_gate(struct invocation *call, const struct bases_result *result,
                         const struct pins_result *pins)
{
    const struct option_value *fail_on = option_value(call, "fail-on");
    bool outdated = option_flag(call, "check") || wants(fail_on, "outdated");
    return (outdated && (is_outdated(result) || pins->behind + pins->gone > 0)) ||
           (wants(fail_on, "unknown") && result->unknown + result->note_count);
}

/* Images that could not be asked are not an answer: 3 when that is all there is. */
static bool check_unknown(const struct bases_result *result, struct error *err)
{
    size_t asked = 0, failed = 0;
    const struct error *first = NULL;
    for (size_t i = 0; i < result->image_count; i++) {
        const struct bases_image *image = &result->images[i];
        asked += image->wanted;
        failed += image->wanted && !image->asked;
        if (image->wanted && !image->asked && !first)
            first = &image->failure;
    }
    for (size_t i = 0; i < result->image_count; i++)
        if (result->images[i].wanted && !result->images[i].asked)
            log_warning("%s", result->images[i].failure.text);
    if (!failed || failed < asked)
        return true;
    *err = *first;
    return error_add(err, "no image could be asked");
}

/* A pull request says what it brings; a table is wanted at once. */
static bool wants_brings(const struct invocation *call)
{
    if (option_value(call, "brings")->source != SOURCE_NONE)
        return option_flag(call, "brings");
    if (option_flag(call, "pr"))
        return true;
    return strcmp(option_text(call, "format"), "markdown") == 0;
}

static bool finish(struct invocation *call, struct bases_result *result, struct error *err)
{
    for (size_t i = 0; i < result->note_count; i++)
        log_warning("%.*s: %.*s", SLICE_ARG(result->notes[i].path),
                    SLICE_ARG(result->notes[i].text));
    struct pins_result pins;
    if (!update_pins_judge(call, result, &pins, err))
        return false;
    if (wants_brings(call) && !update_call_brings(call, result, err))
        return false;
    bool writes = option_flag(call, "write"), dry = option_flag(call, "dry-run");
    if (writes && !dry && !write_files(call, result, err))
        return false;
    bool alone = update_forge_wanted(call) && strcmp(option_text(call, "format"), "json") == 0;
    if (!alone && !write_result(call, result, &pins, err))
        return false;
    if (writes && dry && !show_files(call, result, err))
        return false;
    if (update_forge_wanted(call) && !update_forge_run(call, result, &pins, err))
        return false;
    if (is_over_gate(call, result, &pins))
        call->exit_code = 1;
    return check_unknown(result, err);
}

static bool run(struct invocation *call, struct error *err)
{
    struct project project;
    struct bases_options options;
    struct bases_result result = {0};
    if (!update_call_options(call, &project, &options, err))
        return false;
    bool fine = bases_run(&options, call->arena, &result, err) && finish(call, &result, err);
    bases_done(&result);
    return fine;
}

static const struct option options[] = {
    {.name = "policy",
     .type = OPTION_CHOICE,
     .argument = "POLICY",
     .variable = "PLIMSOLL_UPDATE_POLICY",
     .choices = "patch minor major digest none",
     .prose = "How far a tag may move: patch (1.29.4 to 1.29.5), minor, major; digest: the tag "
              "stays, what is pinned beside it follows; none. Without it what plimsoll.yaml says, "
              "else minor."},
    {.name = "suffix",
     .type = OPTION_STRING,
     .argument = "RULE",
     .variable = "PLIMSOLL_UPDATE_SUFFIX",
     .prose = "What follows the version: keep (it stays as it is), move (releases of a "
              "distribution move forward: -alpine3.18 to -alpine3.20, -bookworm to -trixie), or a "
              "suffix to go to, such as alpine. Without it what plimsoll.yaml says, else keep."},
    {.name = "why", .prose = "Name every tag that was not taken, and why."},
    {.name = "brings",
     .variable = "PLIMSOLL_UPDATE_BRINGS",
     .prose = "Look into both images of each change and tell what it brings: packages, "
              "vulnerabilities fixed and new, size, USER, ENV, ENTRYPOINT, CMD, EXPOSE, "
              "HEALTHCHECK. Markdown does so by itself (--no-brings: not)."},
    {.name = "platform",
     .type = OPTION_STRING,
     .argument = "OS/ARCH",
     .variable = "PLIMSOLL_PLATFORM",
     .key = "scan.platform",
     .prose = "With --brings: which image of an index. Without it this machine's."},
    {.name = "pins",
     .variable = "PLIMSOLL_UPDATE_PINS",
     .prose = "Also versions of packages that RUN lines pin (apk add curl=8.5.0-r0, apt-get "
              "install curl=7.88.1-10): gone from the distribution, behind, vulnerable. It is so "
              "without a word; --no-pins: not."},
    {.name = "write",
     .prose = "Write the newer tags and digests into the files: just those bytes. Files that "
              "changed meanwhile are refused. With --dry-run it shows them as a diff instead."},
    {.name = "check", .prose = "Exit with 1 when something is outdated; as --fail-on outdated."},
    {.name = "fail-on",
     .type = OPTION_WORDS,
     .argument = "WHAT",
     .choices = "outdated unknown",
     .variable = "PLIMSOLL_UPDATE_FAIL_ON",
     .prose = "Exit with 1 when there is something newer (outdated), or when an image could not be "
              "asked or a file not be read (unknown)."},
    UPDATE_ASK_OPTIONS,
    UPDATE_FORGE_OPTIONS,
    SCAN_EXCEPTIONS_OPTION,
    {.name = "format",
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "table",
     .choices = "table json markdown",
     .prose = "How it is written."},
    {NULL},
};

static const struct command_example examples[] = {
    {"plimsoll update", "everything below the working folder"},
    {"plimsoll update --policy patch --write docker/", "writes newer patches into the Dockerfiles"},
    {"plimsoll update --why docker/Dockerfile.nginx", "every tag, and why it was not taken"},
    {"plimsoll update --check --format markdown", "for pipelines: exit 1 when outdated"},
    {"plimsoll update --pr --dry-run", "which pull requests would be opened"},
    {"plimsoll update --pr --issue", "opens, moves and closes pull requests and issues"},
    {"plimsoll update tags haproxy --last 5", "the newest tags of an image"},
    {NULL, NULL},
};

static const struct command *const subcommands[] = {&command_update_tags, NULL};

const struct command command_update = {
    .name = "update",
    .summary = "base images that have something newer",
    .operands = "[PATH...]",
    .prose =
        "Looks for images in Dockerfiles (FROM with the defaults of ARG, COPY --from, RUN "
        "--mount=from, # syntax), compose files and plimsoll.yaml; asks Docker Hub's tags API or "
        "/v2/NAME/tags/list, each image once; and says which tag comes next. Never a downgrade, a "
        "pre-release for a stable version, another variant, or a date for a version.\n\nWhat "
        "cannot be rewritten safely (a variable without a default, an ARG that two images use, "
        "anchors of YAML) is left alone, and the reason said. What registries said is kept in the "
        "cache, asked for again only if it changed, and all that --offline uses. "
        "PLIMSOLL_HUB_URL names another place that speaks as Docker Hub's API does.\n\n--pr "
        "and --issue work on GitHub, GitLab, Gitea, Forgejo and Bitbucket, with the token in "
        "GITHUB_TOKEN (GH_TOKEN), GITLAB_TOKEN, GITEA_TOKEN, FORGEJO_TOKEN or BITBUCKET_TOKEN. "
        "Pull requests of Dependabot and Renovate for the same image are left to them.\n\nExit "
        "codes: 0, also when something is newer; 1 with --check; 3 when no image could be asked.",
    .options = options,
    .examples = examples,
    .commands = subcommands,
    .keys = "update images tags",
    .most = 1000,
    .run = run,
};
