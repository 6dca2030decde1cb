/* plimsoll lint [FILE…], lint rules */
#include "base/log.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/lint_call.h"
#include "cli/lint_fix.h"
#include "cli/lint_image.h"
#include "cli/lint_rules.h"
#include "cli/scan_call.h"

static const struct option options[] = {
    LINT_REPORT_OPTIONS,
    {.name = "as",
     .type = OPTION_CHOICE,
     .argument = "KIND",
     .choices = "dockerfile nginx haproxy",
     .prose = "What the files are; without it their names and then their contents tell. In a "
              "folder: only files of this kind."},
    {.name = "fix",
     .prose = "Mend in the files what can be mended without a decision of yours, and report what "
              "is left. Standard input: the mended text goes to standard output."},
    {.name = "dry-run",
     .prose = "With --fix: show as a diff what it would change; change nothing."},
    {.name = "headers",
     .type = OPTION_CHOICE,
     .argument = "PROFILE",
     .variable = "PLIMSOLL_LINT_HEADERS",
     .key = "lint.headers",
     .choices = "owasp classic",
     .prose = "Which response headers nginx and HAProxy have to send: those that OWASP advises "
              "today, or the four classic ones. Without it: owasp."},
    {.name = "behind-tls",
     .variable = "PLIMSOLL_LINT_BEHIND_TLS",
     .key = "lint.behind-tls",
     .prose = "A load balancer in front ends TLS: Strict-Transport-Security is wanted on plain "
              "listeners too."},
    {.name = "target-version",
     .type = OPTION_STRING,
     .argument = "VERSION",
     .variable = "PLIMSOLL_LINT_TARGET_VERSION",
     .key = "lint.target-version",
     .prose = "Version of nginx or HAProxy that the configuration is for, such as 1.28 or 3.3. "
              "Without it the newest that is known."},
    {.name = "no-shellcheck",
     .variable = "PLIMSOLL_LINT_NO_SHELLCHECK",
     .key = "lint.no-shellcheck",
     .prose = "Do not run ShellCheck on the commands of RUN, also when it is installed."},
    {.name = "context",
     .type = OPTION_STRING,
     .argument = "FOLDER",
     .variable = "PLIMSOLL_LINT_CONTEXT",
     .prose = "The folder that the Dockerfiles are built with. Without it the Dockerfile's own or "
              "the working folder, whichever has what it copies."},
    {.name = "no-context",
     .variable = "PLIMSOLL_LINT_NO_CONTEXT",
     .key = "lint.no-context",
     .prose = "Do not look at the files around a Dockerfile (keys, .dockerignore, git)."},
    {.name = "offline",
     .variable = "PLIMSOLL_OFFLINE",
     .key = "lint.offline",
     .prose = "Ask no registry and no engine about base images."},
    SCAN_EXCEPTIONS_OPTION,
    {NULL},
};

static void tell_notes(const struct lint_result *result)
{
    for (size_t i = 0; i < result->report.note_count; i++) {
        const struct lint_note *note = &result->report.notes[i];
        log_warning("%.*s%s%.*s", SLICE_ARG(note->path), note->path.len ? ": " : "",
                    SLICE_ARG(note->text));
    }
}

static bool check_words(struct invocation *call, struct error *err)
{
    if (option_flag(call, "dry-run") && !option_flag(call, "fix"))
        return error_set(err, ERROR_USAGE, "--dry-run says what --fix would do; give both");
    bool standard_input = false;
    for (size_t i = 0; i < call->operand_count; i++) {
        if (!*call->operands[i])
            return error_set(err, ERROR_USAGE, "an operand is empty; a file or folder is wanted");
        standard_input |= strcmp(call->operands[i], "-") == 0;
    }
    if (standard_input && call->operand_count > 1)
        return error_set(err, ERROR_USAGE, "standard input stands alone, without other files");
    return true;
}

static bool run(struct invocation *call, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)1 << 30);
    struct lint_options lint;
    struct format_call formats;
    struct lint_result result;
    struct lint_fixed fixed = {.count = 0};
    if (!format_call_read(call, lint_call_format, &formats, err) || !check_words(call, err) ||
        !lint_call_options(call, &lint, err))
        return false;
    bool fix = option_flag(call, "fix"), dry = option_flag(call, "dry-run");
    if (fix ? !lint_fix_run(&lint, dry, &arena, &fixed, &result, err)
            : !lint_run(&lint, &arena, &result, err))
        return false;
    progress_clear();
    tell_notes(&result);
    if (result.shellcheck_absent)
        log_info("ShellCheck is not installed; the commands of RUN are judged without it");
    struct lint_report_options how = {.fixed = fixed.findings, .fixed_files = fixed.count};
    if (fixed.to_stdout) { /* the diff, or standard input as mended, takes its place */
        format_call_only_files(&formats);
        if (!lint_fix_write(&fixed, dry, stdout, err))
            return false;
    }
    if (!lint_call_write(&formats, &result, &how, err))
        return false;
    if (result.bad_configuration.len)
        return error_set(err, ERROR_USAGE, "%.*s", SLICE_ARG(result.bad_configuration));
    if (fixed.unwritten)
        call->exit_code = 3;
    else if (result.failing)
        call->exit_code = 1;
    else if (result.unread && option_flag(call, "strict"))
        call->exit_code = 4;
    return true;
}

static const struct command *const lint_commands[] = {&command_lint_image, &command_lint_rules,
                                                      NULL};

static const struct command_example examples[] = {
    {"plimsoll lint", "everything it knows in this folder"},
    {"plimsoll lint docker/Dockerfile.haproxy --fix --dry-run", "what it would mend, as a diff"},
    {"plimsoll lint docker/haproxy.cfg docker/nginx.conf",
     "which headers a client gets, route by route"},
    {"plimsoll lint - --as dockerfile < Dockerfile", "standard input"},
    {"plimsoll lint --format table --format sarif=lint.sarif --fail-on error",
     "two reports, and a gate"},
    {"plimsoll lint image app.tar", "what is wrong with a built image"},
    {"plimsoll lint rules pin-base-image", "why a rule is there, and what mends it"},
    {NULL, NULL},
};

const struct command command_lint = {
    .name = "lint",
    .summary = "find what is wrong in Dockerfiles and in the configuration of HAProxy and nginx",
    .operands = "[FILE…]",
    .prose =
        "FILE is a Dockerfile, a configuration of HAProxy or nginx, a folder that holds some, or - "
        "for standard input; without one, the working folder. Folders that are not one's own "
        "(.git, node_modules, vendor) are left out.\n\nA comment above an instruction switches "
        "rules off there: # plimsoll ignore=rule,DL3008 reason; with `global` in front of ignore= "
        "in the whole file. Hadolint's and BuildKit's comments "
        "and .hadolint.yaml are understood; plimsoll.yaml counts from the root folder down to the "
        "file's own (key lint); --config takes one file of either shape instead.\n\nEnds with 0, "
        "with 1 when a finding is at or over --fail-on, 2 for wrong usage, 3 when nothing could be "
        "read or --fix could not write a file, 4 when part could not be read and --strict was "
        "given.",
    .options = options,
    .examples = examples,
    .commands = lint_commands,
    .keys = "lint ignored failure-threshold override trustedRegistries label-schema strict-labels "
            "disable-ignore-pragma no-fail no-color format",
    .least = 0,
    .most = 100000,
    .run = run,
};
