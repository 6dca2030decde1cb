/* Single commands that have no business in a build, or a better way there. */
#include "base/ascii.h"
#include "lint/rules/run.h"

static void check_pointless(struct dockerfile_check *check, const struct run_body *body,
                            const struct shell_command *command)
{
    if (!run_is_build(body))
        return;
    /* A build may ask a host for its sources by ssh, and mount where it was allowed to. */
    if (slice_equal(command->program, SLICE("ssh")) && run_has_mount_type(body, "ssh"))
        return;
    if (slice_equal(command->program, SLICE("systemctl")) &&
        !run_is(command, "systemctl", "start restart stop reload status try-restart", NULL))
        return; /* `enable` makes links, which is fine */
    const struct instruction *run =
        body->instruction->onbuild ? body->instruction->onbuild : body->instruction;
    if (slice_equal(command->program, SLICE("mount")) && instruction_flag(run, "security"))
        return;
    check_report(check, body->instruction, run_place(body, command->raw),
                 "%.*s has nothing to work on in a build: no service, terminal or user is there; "
                 "leave it out",
                 SLICE_ARG(command->program));
}

static void check_sudo(struct dockerfile_check *check, const struct run_body *body,
                       const struct shell_command *command)
{
    if (!run_is_build(body) ||
        (!command->with_sudo && !slice_equal(command->program, SLICE("sudo"))))
        return;
    struct lint_finding *finding =
        check_report(check, body->instruction, run_place(body, command->raw),
                     "sudo makes it unclear who does what, and stays in the image for an attacker: "
                     "set USER root before this and the user again behind it");
    const struct stage_state *state = model_state(check->model, body->instruction);
    const struct shell_word *words = command->words;
    bool root = state && lint_has_word(SLICE("root 0 root:root 0:0"), state->user);
    if (!root || command->word_count < 2 || !slice_equal(words[0].raw, SLICE("sudo")) ||
        !words[1].value.len || words[1].value.at[0] == '-' ||
        slice_find(words[1].value, '=') < words[1].value.len || !run_place(body, words[0].raw).at ||
        words[1].raw.at <= words[0].raw.at)
        return;
    struct slice part = slice_of(words[0].raw.at, (size_t)(words[1].raw.at - words[0].raw.at));
    lint_fix(check->report, finding, "removes sudo, the user is root already");
    check_fix_replace(check, finding, body->instruction, part, (struct slice){"", 0});
}

static void check_useradd(struct dockerfile_check *check, const struct run_body *body,
                          const struct shell_command *command)
{
    struct slice uid;
    bool complete = true;
    if (!run_is_build(body) || run_has_any_option(command, "-l --no-log-init") ||
        (!shell_option_value(command, "-u", &uid) && !shell_option_value(command, "--uid", &uid)))
        return;
    uint64_t number;
    uid = model_expand(check->model, body->instruction, uid, &complete);
    if (!complete || !slice_u64(uid, &number) || number < 100000 || !command->first_argument)
        return;
    const struct shell_word *program = &command->words[command->first_argument - 1];
    struct lint_finding *finding = check_report(
        check, body->instruction, run_place(body, command->raw),
        "useradd writes a log file as large as the uid is high (sparse, but not in a layer): add "
        "--no-log-init");
    run_fix_option(check, finding, body, program, "--no-log-init");
}

/* "777", "0666", "a+rwx", "o=rw", "u=rwx,go+w": whether others may write; not with the sticky bit.
 */
static bool is_world_writable(struct slice mode)
{
    if (mode.len >= 3 && mode.len <= 4 && ascii_digit(mode.at[0])) {
        for (size_t i = 0; i < mode.len; i++)
            if (mode.at[i] < '0' || mode.at[i] > '7')
                return false;
        bool sticky = mode.len == 4 && ((mode.at[0] - '0') & 1);
        return !sticky && ((mode.at[mode.len - 1] - '0') & 2);
    }
    bool writable = false;
    while (mode.len) {
        struct slice clause = slice_cut(&mode, ',');
        size_t at = 0;
        bool others = false;
        for (; at < clause.len && slice_find(SLICE("ugoa"), clause.at[at]) < 4; at++)
            others |= clause.at[at] == 'o' || clause.at[at] == 'a';
        struct slice rights = slice_from(clause, at + 1);
        if (at >= clause.len || (clause.at[at] != '+' && clause.at[at] != '='))
            continue;
        if (slice_find(rights, 't') < rights.len)
            return false;
        writable |= others && slice_find(rights, 'w') < rights.len;
    }
    return writable;
}

/* "$tempDir", "${TMPDIR}/x": what a build makes for itself and removes. */
static bool is_temporary(struct slice path)
{
    if (slice_find(path, '$') == path.len)
        return false;
    char name[64];
    size_t len = 0;
    for (; len < path.len && len < sizeof name; len++)
        name[len] = ascii_lower(path.at[len]);
    struct slice lower = slice_of(name, len);
    return slice_search(lower, SLICE("tmp")) < len || slice_search(lower, SLICE("temp")) < len;
}

#define WORLD_WRITABLE                                                                             \
    "%.*s lets every user in the container change these files: give them to the one user who "     \
    "needs them (chown, --chown) and take the write right from others"

static void check_chmod(struct dockerfile_check *check, const struct run_body *body,
                        const struct shell_command *command)
{
    struct operands operands = operands_of(command, "--reference");
    const struct shell_word *mode = operands_next(&operands), *path;
    bool lasting = false;
    while ((path = operands_next(&operands)))
        lasting |= !is_temporary(path->value);
    if (run_is_build(body) && lasting && is_world_writable(mode->value) &&
        run_ships(check, body->instruction))
        check_report(check, body->instruction, run_place(body, mode->raw), WORLD_WRITABLE,
                     SLICE_ARG(mode->value));
}

static void check_chmod_flag(struct dockerfile_check *check, const struct instruction *instruction)
{
    const struct dockerfile_flag *flag = instruction_flag(instruction, "chmod");
    if (flag && is_world_writable(flag->value) && run_ships(check, instruction))
        check_report(check, instruction, flag->raw, WORLD_WRITABLE, SLICE_ARG(flag->value));
}

static void check_chpasswd(struct dockerfile_check *check, const struct run_body *body,
                           const struct shell_command *command)
{
    if (!run_is_build(body))
        return;
    struct lint_finding *finding =
        check_report(check, body->instruction, run_place(body, command->raw),
                     "a password set in a build is in the image for everybody who has it: let "
                     "nobody log in by password in a container, or give it at run time");
    run_soften(check, body->instruction, finding);
    if (finding)
        finding->secret = true; /* the line that feeds it */
}

/* Debian's adduser and busybox's ask for a password; on Fedora it is useradd, which does not. */
static void check_adduser(struct dockerfile_check *check, const struct run_body *body,
                          const struct shell_command *command)
{
    enum base_family family = run_family(check, body->instruction);
    if (!run_is_build(body) || (family != FAMILY_ALPINE && family != FAMILY_DEBIAN) ||
        run_has_any_option(command, "-D -S --system --disabled-password --disabled-login --help "
                                    "--version") ||
        command->pipe_index || command->redirect_count)
        return;
    struct operands operands = operands_of(
        command, "-h --home -g --gecos -s --shell -G --ingroup -u --uid -k --gid --conf --comment");
    const struct shell_word *user = operands_next(&operands);
    if (!user || operands_next(&operands) || !command->first_argument)
        return; /* `adduser user group` */
    const char *option = family == FAMILY_ALPINE ? "-D"
                         : run_has_any_option(command, "--gecos --comment")
                             ? "--disabled-password"
                             : "--disabled-password --gecos ''";
    struct lint_finding *finding =
        check_report(check, body->instruction, run_place(body, command->raw),
                     "adduser asks for a password and nobody answers in a build: add %s", option);
    if (!command->nested)
        run_fix_option(check, finding, body, &command->words[command->first_argument - 1], option);
}

/* `ln -sf /bin/bash /bin/sh` */
static void check_sh_link(struct dockerfile_check *check, const struct run_body *body,
                          const struct shell_command *command)
{
    if (run_is_build(body) &&
        (run_has_argument(command, "/bin/sh") || run_has_argument(command, "/usr/bin/sh")))
        check_report(check, body->instruction, run_place(body, command->raw),
                     "this changes the shell for every program of the image: write SHELL "
                     "[\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"] for what the build runs");
}

const struct dockerfile_rule rules_commands[] = {
    {{"no-pointless-commands", "DL3001", LINT_INFO, IN_DEFAULT | IN_HADOLINT,
      "a command that makes no sense in a build",
      "A build has no init, no services, no terminal and no other machines: such a command fails, "
      "or its effect is gone at the end of the RUN.",
      "RUN service nginx start", "CMD [\"nginx\", \"-g\", \"daemon off;\"]", NULL},
     .programs = "ssh vim vi shutdown reboot service systemctl ps free top htop kill killall mount "
                 "umount ifconfig",
     .command = check_pointless},
    {{"no-sudo", "DL3004 DS-0010 CKV2_DOCKER_1 DKL-DI-0001", LINT_ERROR, IN_DEFAULT | IN_HADOLINT,
      "sudo in a build",
      "RUN already runs as the user that USER says. sudo hides who does what, and with its "
      "configuration it is a way to root in the running container.",
      "RUN sudo apt-get update", "USER root\nRUN apt-get update\nUSER app",
      "removes sudo where the user is root"},
     .command = check_sudo},
    {{"useradd-no-log-init", "DL3046", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "useradd with a high uid fills the layer",
      "useradd notes the last login in /var/log/lastlog and faillog at the uid's place: with a "
      "high "
      "uid the file is huge, and layers do not keep it sparse.",
      "RUN useradd -u 1234567 app", "RUN useradd --no-log-init -u 1234567 app",
      "adds --no-log-init"},
     .programs = "useradd",
     .command = check_useradd},
    {{"no-world-writable", "", LINT_WARNING, IN_DEFAULT, "files that every user may change",
      "Whoever gets into the container as any user can then change programs and configuration that "
      "others run.",
      "RUN chmod -R 777 /app", "COPY --chown=app:app . /app", NULL},
     .keywords = KEYWORD_BIT(KEYWORD_COPY) | KEYWORD_BIT(KEYWORD_ADD),
     .instruction = check_chmod_flag,
     .programs = "chmod",
     .command = check_chmod},
    {{"no-chpasswd", "CKV2_DOCKER_17", LINT_WARNING, IN_DEFAULT, "a password is set in the build",
      "The password, or its hash, is in a layer, and the command often in the history: everybody "
      "who can pull the image has it.",
      "RUN echo 'root:secret' | chpasswd", "USER app", NULL},
     .programs = "chpasswd",
     .command = check_chpasswd},
    {{"adduser-no-password", "", LINT_WARNING, IN_DEFAULT, "adduser asks for a password",
      "There is no terminal in a build: adduser fails, or leaves an account half made.",
      "FROM alpine:3.20\nRUN adduser app", "FROM alpine:3.20\nRUN adduser -D app",
      "adds -D (Alpine) or --disabled-password (Debian)"},
     .programs = "adduser",
     .command = check_adduser},
    {{"use-shell-instruction", "DL4005", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "/bin/sh is replaced to change the shell",
      "Scripts of the system are written for its own /bin/sh. SHELL changes the one of the build "
      "alone.",
      "RUN ln -sf /bin/bash /bin/sh", "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]", NULL},
     .programs = "ln",
     .command = check_sh_link},
    {{NULL}},
};
