#pragma once
/*
 * A command is one row: its words for help, manual and completion, its options, and what runs it.
 * The table of all is in commands.c; see README.md, "Add a command".
 */
#include <stdio.h>

#include "cli/options.h"

struct command_example {
    const char *line; /* "plimsoll scan app.tar"; NULL ends a table */
    const char *prose;
};

struct invocation {
    const struct command *command;
    const char *const *operands; /* words that are no options; of argv */
    size_t operand_count;
    struct option_set sets[2]; /* the command's options, the global ones */
    const char *configuration; /* path of the plimsoll.yaml that was read, or NULL */
    struct arena *arena;       /* for all that lives as long as the command */
    int exit_code;             /* 0; 1 and 4 are set by the command (architecture: exit codes) */
};

struct command {
    const char *name;     /* "scan" */
    const char *summary;  /* one line, no full stop */
    const char *operands; /* "IMAGE", "[FILE]", or NULL */
    const char *prose;    /* paragraphs, separated by an empty line; may be NULL */
    const struct option *options;
    const struct command_example *examples;
    /* `db update`, …; ends with NULL. With a `run` beside it (`lint`), that is what a first word
       that is none of them is an operand of. */
    const struct command *const *commands;
    /* Blank-separated keys of plimsoll.yaml that the command reads itself, with all below them. */
    const char *keys;
    size_t least, most; /* operands */
    bool hidden;        /* not in lists, no manual */
    /* False: err says why, main prints it and exits by its kind. Writes its result to stdout. */
    bool (*run)(struct invocation *call, struct error *err);
};

extern const struct command *const commands[]; /* ends with NULL */
extern const struct option global_options[];
/* Not in the table: the program itself, for help and manual. */
extern const struct command program;

const struct command *command_find(const struct command *const *table, const char *name);
/* "db update", for messages; "" for the program. In `arena`. */
const char *command_path(const struct command *command, struct arena *arena);

/*
 * Values by option name (the command's own or a global one); asking for a name that is in no table
 * is a mistake in the program and aborts.
 */
bool option_flag(const struct invocation *call, const char *name);
const char *option_text(const struct invocation *call, const char *name); /* NULL: not given */
int64_t option_number(const struct invocation *call, const char *name);
const struct option_value *option_value(const struct invocation *call, const char *name);

/* Runs argv; what main returns. */
int command_main(int argc, char **argv);
