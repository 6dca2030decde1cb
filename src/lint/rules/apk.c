/* apk's cache; and package lists that are fetched without anything being installed. */
#include "lint/rules/run.h"

static const char apk_values[] = "-t --virtual -X --repository -p --root --keys-dir --arch "
                                 "--repositories-file --wait --cache-dir --cache-max-age";

/* What the edit may remove: an rm of all in /var/cache/apk and of nothing else, joined by && to a
   command before it, with nothing but blanks and continuations around the &&. */
static bool only_cleans_apk(const struct shell_command *command)
{
    size_t count = shell_argument_count(command), paths = 0;
    if (!slice_equal(command->program, SLICE("rm")) || command->redirect_count ||
        command->joint != JOINT_AND || command->conditional)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct slice value = shell_argument(command, i)->value;
        if (value.len && value.at[0] == '-')
            continue;
        if (!lint_has_word(SLICE("/var/cache/apk/* /var/cache/apk/ /var/cache/apk"), value))
            return false;
        paths++;
    }
    return paths == 1;
}

static bool fetches_index(const struct run_body *body)
{
    for (size_t i = 0; i < body->script.count; i++)
        if (run_is(&body->script.commands[i], "apk", "update upgrade fetch", apk_values))
            return true;
    return false;
}

/* With --no-cache there is nothing left for the rm to remove. */
static void remove_cleaning(struct dockerfile_check *check, struct lint_finding *finding,
                            const struct run_body *body)
{
    for (size_t i = 1; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i], *before = command - 1;
        if (!only_cleans_apk(command) || !command->raw.at || !before->raw.at ||
            before->list != command->list || before->subshell != command->subshell)
            continue;
        const struct dockerfile *dockerfile = check->dockerfile;
        const char *before_end = before->raw.at + before->raw.len;
        size_t start = dockerfile_offset_end(dockerfile, body->instruction, before_end);
        size_t end = dockerfile_offset_end(dockerfile, body->instruction,
                                           command->raw.at + command->raw.len);
        struct slice gap = slice_trim(slice_of(before_end, (size_t)(command->raw.at - before_end)));
        struct slice bytes = slice_upto(slice_from(dockerfile->file->bytes, start), end - start);
        if (slice_equal(gap, SLICE("&&")) && slice_find(bytes, '#') == bytes.len)
            lint_fix_edit(check->report, finding, start, end, (struct slice){NULL, 0});
        return;
    }
}

static const struct shell_word *adding_verb(const struct shell_command *command)
{
    if (!slice_equal(command->program, SLICE("apk")))
        return NULL;
    struct operands operands = operands_of(command, apk_values);
    const struct shell_word *verb = operands_verb(&operands);
    if (!verb || !slice_equal(verb->value, SLICE("add")) ||
        run_has_any_option(command, "--no-cache --cache-dir --no-network"))
        return NULL;
    return verb;
}

/* The last finding takes the rm along: all before it have their --no-cache by then. */
static void check_apk_cache(struct dockerfile_check *check, const struct run_body *body)
{
    if (!body->is_shell || !run_is_build(body) || run_has_mount(body, "/var/cache/apk") ||
        run_has_mount(body, "/etc/apk/cache"))
        return;
    bool cleaned = run_removes(body, body->script.commands, "/var/cache/apk");
    struct lint_finding *last = NULL;
    bool all_fixed = true;
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_word *verb = adding_verb(&body->script.commands[i]);
        if (!verb)
            continue;
        last = check_report(
            check, body->instruction, run_place(body, verb->raw),
            cleaned ? "apk keeps the index of its repositories in this layer until rm: with "
                      "--no-cache the rm is needless"
                    : "apk keeps the index of its repositories in this layer: add --no-cache");
        run_fix_option(check, last, body, verb, "--no-cache");
        all_fixed = all_fixed && last && last->fix.len;
    }
    if (last && all_fixed && cleaned && !fetches_index(body))
        remove_cleaning(check, last, body);
}

static const char updaters[] = "apt-get apt aptitude apk nala";

static bool is_update(const struct shell_command *command)
{
    return run_is(command, updaters, "update", apk_values) ||
           run_is(command, "zypper", "refresh ref", "--root -R") ||
           run_is(command, "yum dnf microdnf tdnf", "makecache", NULL);
}

/* What may well install: a package manager, a script, a program that nobody knows by name. */
static bool may_install(const struct shell_command *command)
{
    if (!command->program.len && command->word_count)
        return true; /* a variable */
    if (lint_has_word(SLICE("apt-get apt aptitude apt-fast nala apk zypper yum dnf microdnf tdnf"),
                      command->program))
        return !is_update(command) &&
               !run_is(command, "apt-get apt aptitude", "clean autoclean", "-o");
    if (lint_has_word(SLICE("sh bash ash dash zsh python python3 perl ruby source . make ansible "
                            "ansible-playbook npx playwright rosdep mk-build-deps gdebi puppet "
                            "chef-client salt-call debootstrap dpkg eatmydata add-apt-repository"),
                      command->program))
        return true;
    const struct shell_word *word =
        command->first_argument ? &command->words[command->first_argument - 1] : NULL;
    if (!word || slice_find(word->value, '/') == word->value.len)
        return false;
    return !slice_starts(word->value, SLICE("/usr/bin/")) &&
           !slice_starts(word->value, SLICE("/bin/"));
}

static void check_update(struct dockerfile_check *check, const struct run_body *body)
{
    if (!body->is_shell || !run_is_build(body) || run_has_mount(body, "/var/lib/apt/lists"))
        return;
    const struct shell_command *update = NULL;
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        if (is_update(command))
            update = update ? update : command;
        else if (update && may_install(command))
            return;
    }
    if (update)
        check_report(check, body->instruction, run_place(body, update->raw),
                     "this layer is cached, so what a later RUN installs comes from old lists: "
                     "update and install in one RUN");
}

const struct dockerfile_rule rules_apk[] = {
    {{"apk-no-cache", "DL3019 DS-0025 DKL-DI-0004", LINT_INFO, IN_DEFAULT | IN_HADOLINT,
      "apk add without --no-cache",
      "Without it the index of the repositories stays in /var/cache/apk, and the installed "
      "versions "
      "may come from an old one.",
      "RUN apk add --update curl && rm -rf /var/cache/apk/*", "RUN apk add --no-cache curl",
      "adds --no-cache and removes an rm that has nothing left to do"},
     .body = check_apk_cache},
    {{"update-alone", "DS-0017 CKV_DOCKER_5 CIS-4.7 CIS-DI-0007", LINT_WARNING, IN_DEFAULT,
      "package lists are updated in a RUN of their own",
      "The builder keeps the layer of the update: months later an install still takes the old "
      "lists, with packages that have known holes or are gone.",
      "RUN apt-get update\nRUN apt-get install -y curl",
      "RUN apt-get update && apt-get install -y curl", NULL},
     .body = check_update},
    {{NULL}},
};
