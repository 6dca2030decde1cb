/* The program's own row and the options that every command takes. */
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/user_folder.h"

/* Never relative: a store or a cache that lies in the working folder may be anybody's. */
static const char *home_folder(void)
{
    const char *home = getenv("HOME");
    if (home && *home == '/')
        return home;
    const struct passwd *user = getpwuid(getuid());
    return user && user->pw_dir && *user->pw_dir == '/' ? user->pw_dir : "";
}

const char *user_folder(struct arena *arena, const char *variable, const char *home_part,
                        const char *tail)
{
    const char *base = getenv(variable);
    if (base && *base == '/')
        return arena_printf(arena, "%s/%s", base, tail).at;
    return arena_printf(arena, "%s/%s/%s", home_folder(), home_part, tail).at;
}

static const char *database_folder(struct arena *arena)
{
    return user_folder(arena, "XDG_DATA_HOME", ".local/share", "plimsoll/db");
}

static const char *cache_folder(struct arena *arena)
{
    return user_folder(arena, "XDG_CACHE_HOME", ".cache", "plimsoll");
}

const struct option global_options[] = {
    {.name = "help", .letter = 'h', .prose = "Show this help and end."},
    {.name = "version", .prose = "Show the program's version and end; stands only alone."},
    {.name = "config",
     .type = OPTION_STRING,
     .argument = "FILE",
     .variable = "PLIMSOLL_CONFIG",
     .prose = "Configuration to read instead of the first plimsoll.yaml from the working folder "
              "upwards."},
    {.name = "color",
     .type = OPTION_CHOICE,
     .argument = "WHEN",
     .standard = "auto",
     .variable = "PLIMSOLL_COLOR",
     .key = "color",
     .choices = "auto always never",
     .prose = "Colour in the output: auto (on terminals, unless NO_COLOR is set), always, never."},
    {.name = "quiet",
     .letter = 'q',
     .variable = "PLIMSOLL_QUIET",
     .key = "quiet",
     .prose = "No warnings and no progress on standard error; errors are still shown."},
    {.name = "verbose",
     .letter = 'v',
     .variable = "PLIMSOLL_VERBOSE",
     .key = "verbose",
     .prose = "Say on standard error what is being done."},
    {.name = "db",
     .type = OPTION_STRING,
     .argument = "FOLDER",
     .standard = "${XDG_DATA_HOME:-~/.local/share}/plimsoll/db",
     .variable = "PLIMSOLL_DB",
     .key = "db",
     .compute = database_folder,
     .prose = "Folder of the advisory database."},
    {.name = "cache",
     .type = OPTION_STRING,
     .argument = "FOLDER",
     .standard = "${XDG_CACHE_HOME:-~/.cache}/plimsoll",
     .variable = "PLIMSOLL_CACHE",
     .key = "cache",
     .compute = cache_folder,
     .prose = "Folder of what is kept between runs: layers that were read."},
    {NULL},
};

static const struct command_example program_examples[] = {
    {"plimsoll version compare apk < pairs.txt", "compare versions, a pair a line"},
    {"plimsoll help version", "what a command does and takes"},
    {NULL, NULL},
};

const struct command program = {
    .name = "plimsoll",
    .summary = "the whole life of a container image in one program",
    .operands = "COMMAND [ARGUMENTS]",
    .prose = "The Plimsoll line is the mark on a hull: with it under water, the ship does not "
             "sail. plimsoll draws that line for container images.",
    .examples = program_examples,
};
