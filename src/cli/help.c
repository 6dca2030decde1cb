#include "cli/help.h"

#include "base/ascii.h"
#include "base/terminal.h"

enum { WIDTH_USUAL = 80, WIDTH_MAX = 100, PROSE_COLUMN = 28 };

struct page {
    FILE *file;
    unsigned width;
    unsigned column;
};

static void heading(const struct page *page, const char *text)
{
    fputc('\n', page->file);
    terminal_style(page->file, STYLE_BOLD);
    fputs(text, page->file);
    terminal_style(page->file, STYLE_PLAIN);
    fputc('\n', page->file);
}

static void new_line(struct page *page, unsigned indent)
{
    fprintf(page->file, "\n%*s", (int)indent, "");
    page->column = indent;
}

static void put_word(struct page *page, struct slice word, unsigned indent)
{
    unsigned width = terminal_columns(word);
    if (page->column > indent && page->column + 1 + width > page->width)
        new_line(page, indent);
    else if (page->column > indent)
        page->column += (unsigned)fprintf(page->file, " ");
    fprintf(page->file, "%.*s", SLICE_ARG(word));
    page->column += width;
}

/* Filled text; an empty line in it begins a paragraph. */
static void put_prose(struct page *page, const char *text, unsigned indent)
{
    struct slice rest = slice_str(text);
    while (rest.len) {
        struct slice line = slice_cut(&rest, '\n');
        if (line.len == 0) {
            fputc('\n', page->file);
            new_line(page, indent);
        }
        while (line.len) {
            struct slice word = slice_cut(&line, ' ');
            if (word.len)
                put_word(page, word, indent);
        }
    }
}

static void put_item(struct page *page, const char *label, const char *prose)
{
    page->column = (unsigned)fprintf(page->file, "  %s", label);
    if (page->column + 2 > PROSE_COLUMN) {
        new_line(page, PROSE_COLUMN);
    } else {
        fprintf(page->file, "%*s", (int)(PROSE_COLUMN - page->column), "");
        page->column = PROSE_COLUMN;
    }
    put_prose(page, prose, PROSE_COLUMN);
    fputc('\n', page->file);
}

/* "Separated by commas. One of: a b c. Default: x [PLIMSOLL_X, scan.x]": what the row itself says.
 */
static struct slice option_facts(const struct option *row, struct arena *arena)
{
    const char *many = row->type == OPTION_LIST    ? " May be repeated."
                       : row->type == OPTION_WORDS ? " Several: separated by commas."
                                                   : "";
    const char *choices = row->choices ? arena_printf(arena, " One of: %s.", row->choices).at : "";
    const char *standard =
        row->standard ? arena_printf(arena, " Default: %s.", row->standard).at : "";
    const char *sources = row->variable && row->key
                              ? arena_printf(arena, " [%s, %s]", row->variable, row->key).at
                          : row->variable ? arena_printf(arena, " [%s]", row->variable).at
                          : row->key      ? arena_printf(arena, " [%s]", row->key).at
                                          : "";
    if (!choices || !standard || !sources)
        return (struct slice){0};
    return arena_printf(arena, "%s%s%s%s", many, choices, standard, sources);
}

static void put_option(struct page *page, const struct option *row, struct arena *arena)
{
    char letter[] = {'-', row->letter, ',', ' ', '\0'};
    struct slice label = arena_printf(arena, "%s--%s%s%s", row->letter ? letter : "    ", row->name,
                                      row->argument ? " " : "", row->argument ? row->argument : "");
    struct slice facts = option_facts(row, arena);
    struct slice prose = arena_printf(arena, "%s%.*s", row->prose, SLICE_ARG(facts));
    if (label.at && prose.at)
        put_item(page, label.at, prose.at);
}

static void put_options(struct page *page, const char *title, const struct option *rows,
                        struct arena *arena)
{
    if (!rows || !rows->name)
        return;
    heading(page, title);
    for (; rows->name; rows++)
        put_option(page, rows, arena);
}

static void put_commands(struct page *page, const struct command *const *table)
{
    heading(page, "Commands");
    for (; table && *table; table++)
        if (!(*table)->hidden)
            put_item(page, (*table)->name, (*table)->summary);
}

static void put_synopsis(struct page *page, const struct command *command, struct arena *arena)
{
    const char *path = command_path(command, arena);
    bool group = command->commands != NULL && !command->run;
    fprintf(page->file, "Usage: plimsoll%s%s [OPTIONS]%s%s%s\n", *path ? " " : "", path,
            group ? " COMMAND" : "", command->operands ? " " : "",
            command->operands ? command->operands : "");
    if (command->commands && command->run)
        fprintf(page->file, "       plimsoll %s COMMAND\n", path);
}

void help_print(const struct command *command, FILE *file, struct arena *arena)
{
    unsigned width = terminal_width(file);
    struct page page = {file, width ? (width < WIDTH_MAX ? width : WIDTH_MAX) : WIDTH_USUAL, 0};
    put_synopsis(&page, command, arena);
    fprintf(file, "\n%c%s.\n", ascii_upper(command->summary[0]), command->summary + 1);
    if (command->prose) {
        fputc('\n', file);
        page.column = 0;
        put_prose(&page, command->prose, 0);
        fputc('\n', file);
    }
    if (command == &program || command->commands)
        put_commands(&page, command == &program ? commands : command->commands);
    put_options(&page, "Options", command->options, arena);
    put_options(&page, "Options of every command", global_options, arena);
    if (command->examples && command->examples->line) {
        heading(&page, "Examples");
        for (const struct command_example *example = command->examples; example->line; example++)
            fprintf(file, "  %s\n      %s\n", example->line, example->prose);
    }
    if (command == &program)
        fputs("\n`plimsoll help COMMAND` tells what a command takes.\n"
              "Exit codes: 0 clean, 1 findings at or over the gate, 2 usage, 3 could not do it,\n"
              "4 part of the input could not be read and --strict was given.\n",
              file);
}
