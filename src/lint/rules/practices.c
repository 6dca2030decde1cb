/* Habits of good images: no compiler in what ships, and settings that say why they are so. */
#include "lint/rules/comments.h"
#include "lint/rules/rule_text.h"
#include "lint/rules/run.h"

enum { LOOK_AHEAD = 50 };

static const char managers[] = "apk apt-get apt yum dnf microdnf zypper";
static const char build_packages[] =
    "build-essential build-base gcc g++ clang make cmake automake autoconf libtool musl-dev "
    "libc6-dev gcc-c++ golang golang-go cargo rustc maven gradle default-jdk openjdk-17-jdk "
    "openjdk-21-jdk linux-headers python3-dev python-dev meson ninja-build";
/* Images that are made to build with. */
static const char build_images[] = "golang maven gradle rust gcc haskell";

/* Looks no further than a person would. */
static bool removes_packages(const struct run_body *body, const struct shell_command *command)
{
    for (unsigned i = 0; i < LOOK_AHEAD && (command = run_next(body, command)); i++)
        if (run_is(command, managers, "del remove purge erase autoremove", "-t --virtual -o -y"))
            return true;
    return false;
}

static void look_tools(struct dockerfile_check *check, const struct run_body *body,
                       const struct shell_command *command)
{
    const struct stage *stage = stage_around(check, body->instruction);
    if (!run_is(command, managers, "add install", "-t --virtual -o --setopt") || !stage ||
        body->instruction->outer || !stage_is_shipped(check, stage))
        return;
    for (size_t i = 0; i < shell_argument_count(command); i++) {
        const struct shell_word *word = shell_argument(command, i);
        struct slice name = slice_upto(word->value, slice_find(word->value, '='));
        if (!word->literal || !name.len || !lint_has_word(slice_str(build_packages), name))
            continue;
        if (removes_packages(body, command))
            return;
        check_report(check, body->instruction, run_place(body, word->raw),
                     "%.*s is only needed to build, and ships with the image; build in a stage of "
                     "its own and take the result with COPY --from",
                     SLICE_ARG(name));
        return;
    }
}

static void look_image(struct dockerfile_check *check)
{
    const struct stage *stage = stage_final(check);
    const struct stage *root = stage ? stage_root(stage) : NULL;
    if (!root || !root->from || !root->base.len || root->base_unset)
        return;
    struct base_name name = base_name_split(root->base);
    bool sdk = slice_equal_str(name.last, "sdk") && text_contains(name.name, "dotnet");
    if (!sdk && !lint_has_word(slice_str(build_images), name.last))
        return;
    check_report(check, root->from, root->from->arguments[0],
                 "%.*s is an image to build with, and ships with its compiler; start the last "
                 "stage from a small base and take the result with COPY --from",
                 SLICE_ARG(root->base));
}

static void look_comments(struct dockerfile_check *check)
{
    const struct stage *stage = stage_final(check);
    struct comments_missing missing = {.dockerfile = check->model->dockerfile};
    const struct instruction *each;
    if (!stage)
        return;
    missing.next = stage->first;
    missing.last = stage->last;
    while ((each = comments_next_missing(&missing)))
        check_report(check, each, each->word,
                     "no comment says why %s is set so; write one above for who changes it next",
                     dockerfile_keyword_name(each->keyword));
}

const struct dockerfile_rule rules_practices[] = {
    {.rule = {.id = "build-tools-in-image",
              .codes = "CIS-4.3",
              .severity = LINT_INFO,
              .profiles = IN_DEFAULT,
              .title = "a compiler or build tool ships with the image",
              .why = "It makes the image larger, and gives whoever breaks in a tool to go on with. "
                     "A build in a stage of its own leaves all of it behind.",
              .bad = "FROM debian:13.2-slim\nRUN apt-get update && apt-get install -y gcc make\n"
                     "COPY . .\nRUN make install",
              .good = "FROM gcc:15.2.0 AS build\nCOPY . .\nRUN make\nFROM debian:13.2-slim\n"
                      "COPY --from=build /app /usr/local/bin/"},
     .file = look_image,
     .programs = managers,
     .command = look_tools},
    {.rule = {.id = "uncommented-configuration",
              .codes = "",
              .severity = LINT_INFO,
              .profiles = 0,
              .title = "critical configuration has no comment",
              .why = "Ports, accounts and health checks are changed by people who were not there "
                     "when they were chosen.",
              .bad = "EXPOSE 8404",
              .good = "# statistics, for the monitoring inside the cluster only\nEXPOSE 8404"},
     .file = look_comments},
    {.rule = {.id = NULL}},
};
