/* plimsoll completion bash|zsh|fish */
#include "cli/command_rows.h"
#include "cli/help.h"

static bool run(struct invocation *call, struct error *err)
{
    struct slice shell = slice_str(call->operands[0]);
    if (slice_equal_str(shell, "bash"))
        completion_print_bash(stdout);
    else if (slice_equal_str(shell, "zsh"))
        completion_print_zsh(stdout);
    else if (slice_equal_str(shell, "fish"))
        completion_print_fish(stdout);
    else
        return error_set(err, ERROR_USAGE, "no completion for \"%.*s\"; there is bash, zsh, fish",
                         SLICE_ARG(shell));
    return true;
}

static const struct command_example examples[] = {
    {"eval \"$(plimsoll completion bash)\"", "in ~/.bashrc"},
    {"plimsoll completion zsh > ~/.zfunc/_plimsoll", "a folder of zsh's fpath"},
    {"plimsoll completion fish > ~/.config/fish/completions/plimsoll.fish", "for fish"},
    {NULL, NULL},
};

const struct command command_completion = {
    .name = "completion",
    .summary = "write the completion script of a shell",
    .operands = "bash|zsh|fish",
    .prose = "`make install` puts all three where the shells look for them.",
    .examples = examples,
    .least = 1,
    .most = 1,
    .run = run,
};
