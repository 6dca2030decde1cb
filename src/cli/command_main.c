/* From argv to a running command: the words, then the options' other sources, then what is said at
   the end. */
#include <errno.h>

#include "base/log.h"
#include "base/suggest.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/configuration_check.h"
#include "cli/help.h"

enum { ARENA_LIMIT = 64 * 1024 * 1024 };

struct words {
    char **argv;
    int argc;
    int next;
    const char **operands;
    size_t count;
    bool only_operands; /* behind "--" */
};

static bool unknown_command(const struct command *const *table, const char *whose, const char *name,
                            struct error *err)
{
    struct suggestion suggestion = {.word = name};
    for (; *table; table++)
        if (!(*table)->hidden)
            suggest_offer(&suggestion, (*table)->name);
    if (suggestion.best)
        return error_set(err, ERROR_USAGE, "unknown command \"%s%s%s\"; did you mean \"%s\"?",
                         whose, *whose ? " " : "", name, suggestion.best);
    return error_set(err, ERROR_USAGE, "unknown command \"%s%s%s\"", whose, *whose ? " " : "",
                     name);
}

/* Options of the group would be lost when one of its commands takes over. */
static bool has_options(const struct option_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->values[i].source != SOURCE_NONE)
            return true;
    return false;
}

/* The word at words->next is no option: a command's name, or an operand. */
static bool read_plain_word(struct words *words, struct invocation *call, struct error *err)
{
    const char *word = words->argv[words->next++];
    const struct command *const *table =
        call->command == &program ? commands : call->command->commands;
    const struct command *found =
        table && !words->only_operands && !words->count ? command_find(table, word) : NULL;
    if (!table || (!found && call->command->run)) {
        words->operands[words->count++] = word;
        return true;
    }
    if (!found)
        return unknown_command(table, command_path(call->command, call->arena), word, err);
    if (has_options(&call->sets[0]))
        return error_set(err, ERROR_USAGE, "options of \"%s %s\" stand behind these words",
                         command_path(call->command, call->arena), word);
    call->command = found;
    return option_set_init(&call->sets[0], found->options, call->arena, err);
}

static bool read_words(struct words *words, struct invocation *call, struct error *err)
{
    while (words->next < words->argc) {
        const char *word = words->argv[words->next];
        bool option = !words->only_operands && word[0] == '-' && word[1];
        if (option && word[1] == '-' && !word[2]) {
            words->only_operands = true;
            words->next++;
        } else if (!option) {
            if (!read_plain_word(words, call, err))
                return false;
        } else if (!option_read_word(call->sets, 2, words->argv, words->argc, &words->next,
                                     command_path(call->command, call->arena), call->arena, err)) {
            return false;
        }
    }
    call->operands = words->operands;
    call->operand_count = words->count;
    return true;
}

/* "plan, apply" */
static const char *command_names(const struct command *command, struct arena *arena)
{
    struct slice names = SLICE("");
    for (size_t i = 0; command->commands[i] && names.at; i++)
        names = arena_printf(arena, "%.*s%s%s", SLICE_ARG(names), i ? ", " : "",
                             command->commands[i]->name);
    return names.at ? names.at : "";
}

static bool check_operands(const struct invocation *call, struct error *err)
{
    const struct command *command = call->command;
    const char *path = command_path(command, call->arena);
    if (command == &program)
        return error_set(err, ERROR_USAGE, "no command was given");
    if (command->commands && !command->run)
        return error_set(err, ERROR_USAGE, "\"%s\" needs a command of its own: %s", path,
                         command_names(command, call->arena));
    if (call->operand_count < command->least)
        return error_set(err, ERROR_USAGE, "\"%s\" needs %s", path, command->operands);
    if (call->operand_count > command->most)
        return command->most == 0
                   ? error_set(err, ERROR_USAGE, "\"%s\" takes no operand: \"%s\"", path,
                               call->operands[0])
                   : error_set(err, ERROR_USAGE, "\"%s\" takes no more than %s: \"%s\"", path,
                               command->operands, call->operands[command->most]);
    return true;
}

static void apply_globals(const struct invocation *call)
{
    struct slice color = slice_str(option_text(call, "color"));
    terminal_set_colour(slice_equal_str(color, "always")  ? COLOUR_ALWAYS
                        : slice_equal_str(color, "never") ? COLOUR_NEVER
                                                          : COLOUR_AUTO);
    log_set_quiet(option_flag(call, "quiet"));
    log_set_verbose(option_flag(call, "verbose"));
}

/* What is not on the command line: environment, plimsoll.yaml, defaults. */
static bool fill_options(struct invocation *call, struct error *err)
{
    struct yaml_node *tree = NULL;
    struct option_set config = call->sets[1];
    for (size_t i = 0; i < config.count; i++) /* --config first: it says where the rest stands */
        if (slice_equal_str(slice_str(config.rows[i].name), "config")) {
            config.rows += i;
            config.values += i;
            config.count = 1;
        }
    if (!option_set_fill(&config, NULL, NULL, call->arena, err))
        return false;
    const char *path = option_text(call, "config");
    if (!configuration_read(path, call->arena, &call->configuration, &tree, err))
        return false;
    if (!option_set_fill(&call->sets[1], tree, call->configuration, call->arena, err) ||
        !option_set_fill(&call->sets[0], tree, call->configuration, call->arena, err))
        return false;
    apply_globals(call);
    if (tree)
        configuration_check(tree, call->configuration, call->arena);
    return true;
}

static bool run(struct invocation *call, struct error *err)
{
    if (!check_operands(call, err) || !fill_options(call, err))
        return false;
    if (call->configuration)
        log_info("configuration: %s", call->configuration);
    return call->command->run(call, err);
}

/* Output that could not be written is an error too: a full disk behind `> report.json`. */
static bool finish_output(struct error *err)
{
    if (fflush(stdout) != 0)
        return error_errno(err, "writing standard output");
    return !ferror(stdout) ||
           error_set(
               err, ERROR_IO,
               "writing standard output failed on the way: it is closed, or its disk is full");
}

static void print_error(const struct invocation *call, const struct error *err)
{
    log_error("%s", err->text);
    if (err->kind != ERROR_USAGE)
        return;
    const char *path = call->arena ? command_path(call->command, call->arena) : "";
    fprintf(stderr, "Try 'plimsoll%s%s --help'.\n", path && *path ? " " : "", path ? path : "");
}

/* Takes --help and --version before anything else is asked for. */
static bool print_and_end(struct invocation *call, int argc, bool *ended, struct error *err)
{
    *ended = true;
    if (option_flag(call, "help")) {
        help_print(call->command, stdout, call->arena);
        return true;
    }
    if (option_flag(call, "version")) {
        if (argc != 2)
            return error_set(err, ERROR_USAGE, "--version stands only alone");
        puts("plimsoll " PLIMSOLL_VERSION);
        return true;
    }
    *ended = false;
    return true;
}

static bool read_and_run(int argc, char **argv, struct invocation *call, struct error *err)
{
    struct words words = {.argv = argv, .argc = argc, .next = 1};
    words.operands = arena_array(call->arena, (size_t)argc + 1, sizeof *words.operands);
    if (!words.operands)
        return arena_error(err);
    bool ended = false;
    if (!option_set_init(&call->sets[1], global_options, call->arena, err) ||
        !read_words(&words, call, err) || !print_and_end(call, argc, &ended, err))
        return false;
    return ended || run(call, err);
}

int command_main(int argc, char **argv)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, ARENA_LIMIT);
    struct invocation call = {.command = &program, .arena = &arena};
    struct error err = {0};
    bool done = read_and_run(argc, argv, &call, &err);
    if (done)
        done = finish_output(&err);
    progress_clear();
    if (done)
        return call.exit_code;
    print_error(&call, &err);
    return error_exit_code(err.kind);
}
