/* Commands that would ask: nobody answers in a build, so they fail or hang. */
#include "lint/rules/run.h"

struct prompter {
    const char *rule;
    const char *programs;
    const char *verbs;
    const char *with_values;
    const char *answers;  /* options that answer */
    const char *harmless; /* options with which nothing is asked */
    const char *setting;  /* a file that says so for all: text that then stands in the Dockerfile */
    const char *option;   /* what the fix adds */
    bool in_front;        /* behind the program, in front of the verb */
};

static const struct prompter prompters[] = {
    {"apt-yes", "apt-get apt aptitude",
     "install remove purge autoremove upgrade dist-upgrade full-upgrade build-dep reinstall",
     "-o --option -t --target-release --default-release -c --config-file -a -P",
     "-y --yes --assume-yes -qq -qqq --force-yes",
     "-s --simulate --dry-run --just-print --no-act --recon --print-uris --assume-no "
     "--download-only -d",
     "APT::Get::Assume-Yes", "-y", false},
    {"yum-yes", "yum",
     "install groupinstall localinstall reinstall update upgrade remove erase autoremove downgrade "
     "swap",
     "--enablerepo --disablerepo --installroot --releasever --setopt -c --config --exclude -x -d "
     "-e",
     "-y --assumeyes", "--assumeno --downloadonly", "assumeyes=", "-y", false},
    {"dnf-yes", "dnf dnf5 microdnf tdnf",
     "install groupinstall localinstall reinstall update upgrade remove erase autoremove downgrade "
     "swap builddep distro-sync",
     "--enablerepo --disablerepo --enable-repo --disable-repo --repo --repoid --installroot "
     "--releasever --setopt -c --config --exclude -x -d -e --forcearch",
     "-y --assumeyes", "--assumeno --downloadonly", "assumeyes=", "-y", false},
    {"zypper-yes", "zypper",
     "install in remove rm source-install si patch update up dist-upgrade dup",
     "--repo -r --root -R --reposd-dir -D --config -c --cache-dir --plus-repo -p --plus-content",
     "-n --non-interactive -y --no-confirm", "--dry-run", "", "--non-interactive", true},
};

static const struct prompter *prompter_of(const struct dockerfile_rule *rule)
{
    for (size_t i = 0; i < sizeof prompters / sizeof *prompters; i++)
        if (!strcmp(prompters[i].rule, rule->rule.id))
            return &prompters[i];
    return NULL;
}

/* `yes | apt-get install`, `apt-get install < answers`. */
static bool is_answered(const struct run_body *body, const struct shell_command *command)
{
    if (command->pipe_index && command > body->script.commands &&
        lint_has_word(SLICE("yes echo printf"), command[-1].program))
        return true;
    for (size_t i = 0; i < command->redirect_count; i++)
        if (slice_starts(command->redirects[i].operator, SLICE("<")))
            return true;
    return false;
}

static bool is_set_for_all(const struct dockerfile_check *check, const struct prompter *prompter)
{
    return *prompter->setting && run_file_mentions(check, prompter->setting);
}

/* The verb, or NULL when the command asks nothing. */
static const struct shell_word *asking_verb(const struct prompter *prompter,
                                            const struct shell_command *command)
{
    struct operands operands = operands_of(command, prompter->with_values);
    const struct shell_word *verb = operands_verb(&operands);
    if (!verb || run_has_any_option(command, prompter->answers) ||
        run_has_any_option(command, prompter->harmless))
        return NULL;
    bool asks = lint_has_word(slice_str(prompter->verbs), verb->value);
    if (!asks && lint_has_word(SLICE("group module"), verb->value)) {
        const struct shell_word *second = operands_next(&operands);
        asks =
            second && lint_has_word(SLICE("install remove update upgrade enable"), second->value);
    }
    return asks ? verb : NULL;
}

/* Options whose word is not literal may hold the answer: `apt-get $OPTIONS install`. */
static bool has_unknown_options(const struct shell_command *command, const struct shell_word *verb)
{
    for (size_t i = 0; i < command->word_count; i++) {
        if (&command->words[i] == verb)
            return false;
        if (!command->words[i].literal)
            return true;
    }
    return false;
}

static void check_prompts(struct dockerfile_check *check, const struct run_body *body,
                          const struct shell_command *command)
{
    const struct prompter *prompter = prompter_of(check->rule);
    const struct shell_word *verb = prompter ? asking_verb(prompter, command) : NULL;
    if (!verb || !run_is_build(body) || is_answered(body, command) ||
        has_unknown_options(command, verb) || run_mentions(command, "-q=2") ||
        is_set_for_all(check, prompter))
        return;
    struct lint_finding *finding =
        check_report(check, body->instruction, run_place(body, verb->raw),
                     "%.*s %.*s asks before it goes on and nobody answers in a build: add %s",
                     SLICE_ARG(command->program), SLICE_ARG(verb->value), prompter->option);
    const struct shell_word *behind = prompter->in_front && command->first_argument
                                          ? &command->words[command->first_argument - 1]
                                          : verb;
    run_fix_option(check, finding, body, behind, prompter->option);
}

#define WHY "The command asks whether to go on; there is no terminal in a build, so it fails."

const struct dockerfile_rule rules_prompts[] = {
    {{"apt-yes", "DL3014 DS-0021", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "apt-get asks before it installs", WHY, "RUN apt-get update && apt-get install curl",
      "RUN apt-get update && apt-get install -y curl", "adds -y"},
     .programs = "apt-get apt aptitude",
     .command = check_prompts},
    {{"yum-yes", "DL3030", LINT_WARNING, IN_DEFAULT | IN_HADOLINT, "yum asks before it installs",
      WHY, "RUN yum install curl", "RUN yum install -y curl", "adds -y"},
     .programs = "yum",
     .command = check_prompts},
    {{"dnf-yes", "DL3038", LINT_WARNING, IN_DEFAULT | IN_HADOLINT, "dnf asks before it installs",
      WHY, "RUN dnf install curl", "RUN dnf install -y curl", "adds -y"},
     .programs = "dnf dnf5 microdnf tdnf",
     .command = check_prompts},
    {{"zypper-yes", "DL3034", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "zypper asks before it installs", WHY, "RUN zypper install curl",
      "RUN zypper --non-interactive install curl", "adds --non-interactive"},
     .programs = "zypper",
     .command = check_prompts},
    {{NULL}},
};
