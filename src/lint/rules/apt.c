/* apt and its kin beyond versions and prompts. */
#include "lint/rules/run.h"

static const char apt_values[] =
    "-o --option -t --target-release --default-release -c --config-file -a -P";
static const char apt_programs[] = "apt-get apt aptitude apt-fast nala";

/* Debian's own image leaves recommended packages to apt's configuration: a file that sets it is
   seen by its name. */
static void check_recommends(struct dockerfile_check *check, const struct run_body *body,
                             const struct shell_command *command)
{
    struct operands operands = operands_of(command, apt_values);
    const struct shell_word *verb = operands_verb(&operands);
    if (!run_is_build(body) || !verb || !slice_equal(verb->value, SLICE("install")) ||
        run_has_any_option(command, "--no-install-recommends --without-recommends -R "
                                    "--install-recommends --print-uris -s --simulate") ||
        run_file_mentions(check, "APT::Install-Recommends"))
        return;
    const struct shell_word *first = operands_next(&operands);
    if (!first) /* `apt-get install -f` installs nothing that was asked for */
        return;
    struct lint_finding *finding =
        check_report(check, body->instruction, run_place(body, verb->raw),
                     "this also installs every package that is only recommended: add "
                     "--no-install-recommends and name what is needed");
    run_fix_option(check, finding, body, verb, "--no-install-recommends");
}

static bool updates(const struct shell_command *command)
{
    return run_is(command, apt_programs, "update", apt_values);
}

static bool cleans_lists(const struct run_body *body, const struct shell_command *command)
{
    if (run_removes(body, command, "/var/lib/apt/lists"))
        return true;
    for (; command; command = run_next(body, command))
        if (run_is(command, apt_programs, "dist-clean distclean", apt_values) ||
            (slice_equal(command->program, SLICE("cd")) &&
             run_mentions(command, "/var/lib/apt/lists")))
            return true;
    return false;
}

/* The lists of `apt-get update`; only where the layer is shipped. */
static void check_lists(struct dockerfile_check *check, const struct run_body *body)
{
    if (!body->is_shell || !run_is_build(body) || run_has_mount(body, "/var/lib/apt/lists"))
        return;
    const struct shell_command *update = NULL, *last = NULL;
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        if (updates(command))
            update = command;
        if (update && lint_has_word(slice_str(apt_programs), command->program) &&
            command->list == update->list)
            last = command;
    }
    if (!update || cleans_lists(body, update) || !run_ships(check, body->instruction))
        return;
    struct lint_finding *finding =
        check_report(check, body->instruction, run_place(body, update->raw),
                     "the package lists stay in this layer: end the same RUN with rm -rf "
                     "/var/lib/apt/lists/*, or mount a cache there (--mount=type=cache)");
    run_fix_append(check, finding, body, last, "rm -rf /var/lib/apt/lists/*");
}

/* apt's verbs that apt-get does not have are apt-cache's or nobody's. */
static const char *script_name(struct slice verb)
{
    if (lint_has_word(SLICE("search show policy depends rdepends madison showpkg"), verb))
        return "apt-cache";
    if (lint_has_word(SLICE("install remove purge update upgrade dist-upgrade autoremove clean "
                            "autoclean download source build-dep changelog reinstall"),
                      verb))
        return "apt-get";
    return NULL;
}

static void check_apt(struct dockerfile_check *check, const struct run_body *body,
                      const struct shell_command *command)
{
    if (!run_is_build(body) || !command->first_argument)
        return;
    struct operands operands = operands_of(command, apt_values);
    const struct shell_word *verb = operands_verb(&operands);
    const struct shell_word *program = &command->words[command->first_argument - 1];
    const char *name = verb ? script_name(verb->value) : "apt-get";
    struct lint_finding *finding = check_report(
        check, body->instruction, run_place(body, program->raw),
        "apt is for people at a terminal, its options and output may change: use %s in scripts",
        name ? name : "apt-get or dpkg");
    if (!name || !run_place(body, program->raw).at || !slice_ends(program->raw, SLICE("apt")) ||
        !program->literal)
        return;
    struct slice end = slice_from(program->raw, program->raw.len - strlen("apt"));
    lint_fix(check->report, finding, "apt becomes %s", name);
    check_fix_replace(check, finding, body->instruction, end, slice_str(name));
}

#define WHOLE_UPGRADE                                                                              \
    "%.*s may remove packages and makes another system than the base image's: take a newer base "  \
    "image instead"

static void check_dist_upgrade(struct dockerfile_check *check, const struct run_body *body,
                               const struct shell_command *command)
{
    struct operands operands = operands_of(command, apt_values);
    const struct shell_word *verb = operands_verb(&operands);
    if (run_is_build(body) && verb &&
        lint_has_word(SLICE("dist-upgrade full-upgrade"), verb->value))
        check_report(check, body->instruction, run_place(body, verb->raw), WHOLE_UPGRADE,
                     SLICE_ARG(verb->value));
}

static void check_zypper_upgrade(struct dockerfile_check *check, const struct run_body *body,
                                 const struct shell_command *command)
{
    struct operands operands = operands_of(command, "--root -R --repo -r --config -c");
    const struct shell_word *verb = operands_verb(&operands);
    if (run_is_build(body) && verb && lint_has_word(SLICE("dist-upgrade dup"), verb->value))
        check_report(check, body->instruction, run_place(body, verb->raw), WHOLE_UPGRADE,
                     SLICE_ARG(verb->value));
}

static void check_apt_key(struct dockerfile_check *check, const struct run_body *body,
                          const struct shell_command *command)
{
    struct operands operands = operands_of(command, "--keyring --keyserver");
    const struct shell_word *verb = operands_verb(&operands);
    if (run_is_build(body) && verb && lint_has_word(SLICE("add adv"), verb->value))
        check_report(check, body->instruction, run_place(body, command->raw),
                     "apt-key lets the key sign packages of every repository and is gone from "
                     "newer releases: put the key into /etc/apt/keyrings and name it with "
                     "signed-by= in the repository's line");
}

const struct dockerfile_rule rules_apt[] = {
    {{"apt-no-recommends", "DL3015 DS-0029", LINT_INFO, IN_DEFAULT | IN_HADOLINT,
      "apt-get installs recommended packages",
      "Recommended packages can double the size of a layer and bring programs that nobody asked "
      "for and everybody must patch.",
      "RUN apt-get update && apt-get install -y curl",
      "RUN apt-get update && apt-get install -y --no-install-recommends curl",
      "adds --no-install-recommends"},
     .programs = "apt-get apt aptitude apt-fast nala",
     .command = check_recommends},
    {{"clean-apt-lists", "DL3009 DKL-DI-0005", LINT_INFO, IN_DEFAULT | IN_HADOLINT,
      "apt's package lists stay in the layer",
      "The lists are some 20 to 50 MB, are stale the next day, and deleting them in a later RUN "
      "makes the image no smaller.",
      "RUN apt-get update && apt-get install -y curl",
      "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
      "deletes the lists in the same RUN"},
     .body = check_lists},
    {{"use-apt-get", "DL3027 CKV_DOCKER_9", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "apt is used in a script",
      "apt says itself that it has no stable interface for scripts; apt-get and apt-cache do.",
      "RUN apt install -y curl", "RUN apt-get install -y curl", "apt becomes apt-get or apt-cache"},
     .programs = "apt",
     .command = check_apt},
    {{"no-apt-dist-upgrade", "DS-0024 DKL-DI-0003", LINT_WARNING, IN_DEFAULT,
      "the whole distribution is upgraded",
      "dist-upgrade may remove packages and gives another system at each build; a newer base image "
      "has the same fixes, tested together.",
      "FROM debian:11\nRUN apt-get update && apt-get dist-upgrade -y", "FROM debian:12", NULL},
     .programs = "apt-get apt aptitude apt-fast nala",
     .command = check_dist_upgrade},
    {{"no-zypper-dist-upgrade", "DL3035", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "the whole distribution is upgraded",
      "dist-upgrade may remove packages and gives another system at each build; a newer base image "
      "has the same fixes, tested together.",
      "FROM opensuse/leap:15.5\nRUN zypper --non-interactive dist-upgrade",
      "FROM opensuse/leap:15.6", NULL},
     .programs = "zypper",
     .command = check_zypper_upgrade},
    {{"no-apt-key", "", LINT_WARNING, IN_DEFAULT, "a repository's key is trusted for everything",
      "A key that apt-key adds may sign any package of any repository; apt-key is deprecated since "
      "2020 and removed from Debian 13.",
      "RUN curl -fsSL https://example.com/key.asc | apt-key add -",
      "ADD https://example.com/key.asc /etc/apt/keyrings/example.asc", NULL},
     .programs = "apt-key",
     .command = check_apt_key},
    {{NULL}},
};
