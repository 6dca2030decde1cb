/* Manual pages in man(7), which every man program reads. Undated, so that builds are reproducible.
 */
#include "cli/help.h"

#include "base/ascii.h"

/* Text with what roff would take for its own made plain. */
static void put(FILE *file, const char *text)
{
    bool line_start = true;
    for (; text && *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", file);
        line_start = *text == '\n';
        if (text[0] == '\n' && text[1] == '\n') {
            fputs("\n.PP", file);
            continue;
        }
        if (*text == '\\')
            fputs("\\e", file);
        else if (*text == '-')
            fputs("\\-", file);
        else
            fputc(*text, file);
    }
}

static void put_option(FILE *file, const struct option *row)
{
    fputs(".TP\n", file);
    if (row->letter)
        fprintf(file, "\\fB\\-%c\\fR, ", row->letter);
    fputs("\\fB\\-\\-", file);
    put(file, row->name);
    fputs("\\fR", file);
    if (row->argument) {
        fputs(" \\fI", file);
        put(file, row->argument);
        fputs("\\fR", file);
    }
    fputc('\n', file);
    put(file, row->prose);
    fputc('\n', file);
    if (row->type == OPTION_LIST)
        fputs("May be repeated.\n", file);
    if (row->type == OPTION_WORDS)
        fputs("Several are separated by commas, or the option is repeated.\n", file);
    const struct {
        const char *label, *text;
    } facts[] = {{"One of: ", row->choices},
                 {"Default: ", row->standard},
                 {"Environment: ", row->variable},
                 {"In plimsoll.yaml: ", row->key}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (!facts[i].text)
            continue;
        put(file, facts[i].label);
        put(file, facts[i].text);
        fputs(".\n", file);
    }
}

static void put_options(FILE *file, const char *title, const struct option *rows)
{
    if (!rows || !rows->name)
        return;
    fprintf(file, ".SH %s\n", title);
    for (; rows->name; rows++)
        put_option(file, rows);
}

static void put_synopsis(FILE *file, const struct command *command, struct arena *arena)
{
    const char *path = command_path(command, arena);
    fputs("\\fBplimsoll", file);
    if (*path) {
        fputc(' ', file);
        put(file, path);
    }
    fputs("\\fR [\\fIOPTIONS\\fR]", file);
    if (command->commands && !command->run)
        fputs(" \\fICOMMAND\\fR", file);
    if (command->operands) {
        fputs(" \\fI", file);
        put(file, command->operands);
        fputs("\\fR", file);
    }
    fputc('\n', file);
    if (command->commands && command->run) {
        fputs(".br\n\\fBplimsoll ", file);
        put(file, path);
        fputs("\\fR \\fICOMMAND\\fR\n", file);
    }
}

/* One of `db update|import|…`, as a section of its group's page. */
static void put_subcommand(FILE *file, const struct command *command, struct arena *arena)
{
    fputs(".SS ", file);
    put(file, command_path(command, arena));
    fputc('\n', file);
    put_synopsis(file, command, arena);
    fputs(".PP\n", file);
    put(file, command->summary);
    fputs(".\n", file);
    if (command->prose) {
        fputs(".PP\n", file);
        put(file, command->prose);
        fputc('\n', file);
    }
    for (const struct option *row = command->options; row && row->name; row++)
        put_option(file, row);
}

static void put_commands(FILE *file, const struct command *command, struct arena *arena)
{
    bool all = command == &program;
    const struct command *const *table = all ? commands : command->commands;
    if (!table)
        return;
    fputs(".SH COMMANDS\n", file);
    for (; *table; table++) {
        if ((*table)->hidden)
            continue;
        if (!all) {
            put_subcommand(file, *table, arena);
            continue;
        }
        fprintf(file, ".TP\n\\fBplimsoll\\-%s\\fR(1)\n", (*table)->name);
        put(file, (*table)->summary);
        fputc('\n', file);
    }
}

static void put_examples(FILE *file, const struct command_example *example)
{
    if (!example || !example->line)
        return;
    fputs(".SH EXAMPLES\n", file);
    for (; example->line; example++) {
        fputs(".TP\n\\fB", file);
        put(file, example->line);
        fputs("\\fR\n", file);
        put(file, example->prose);
        fputc('\n', file);
    }
}

static void put_exit_codes(FILE *file)
{
    static const char *const codes[][2] = {
        {"0", "clean"},
        {"1", "findings at or over the gate"},
        {"2", "usage: the command line cannot be taken"},
        {"3", "could not do it: input unreadable, network"},
        {"4", "part of the input could not be read and \\-\\-strict was given"},
    };
    fputs(".SH EXIT STATUS\n", file);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        fprintf(file, ".TP\n%s\n%s\n", codes[i][0], codes[i][1]);
}

static void put_title(FILE *file, const char *name)
{
    fputs(".TH PLIMSOLL", file);
    if (*name)
        fputc('-', file);
    for (; *name; name++)
        fputc(ascii_upper(*name), file);
    fputs(" 1 \"\" \"plimsoll " PLIMSOLL_VERSION "\" \"plimsoll\"\n.nh\n.ad l\n.SH NAME\n", file);
}

void manual_print(const struct command *command, FILE *file, struct arena *arena)
{
    const char *name = command == &program ? "" : command->name;
    put_title(file, name);
    fprintf(file, "plimsoll%s%s \\- ", *name ? "\\-" : "", name);
    put(file, command->summary);
    fputs("\n.SH SYNOPSIS\n", file);
    put_synopsis(file, command, arena);
    if (command->prose) {
        fputs(".SH DESCRIPTION\n", file);
        put(file, command->prose);
        fputc('\n', file);
    }
    put_commands(file, command, arena);
    put_options(file, "OPTIONS", command->options);
    put_options(file, command == &program ? "OPTIONS" : "OPTIONS OF EVERY COMMAND", global_options);
    put_examples(file, command->examples);
    put_exit_codes(file);
    if (command != &program)
        fputs(".SH SEE ALSO\n\\fBplimsoll\\fR(1)\n", file);
}
