#pragma once
/* Help, manual pages and shell completion, all from the command rows. */
#include "cli/command.h"

/* --help of a command (or of `program`) to `file`. */
void help_print(const struct command *command, FILE *file, struct arena *arena);
/* man(7) source of the page plimsoll(1) or plimsoll-<command>(1). */
void manual_print(const struct command *command, FILE *file, struct arena *arena);

void completion_print_bash(FILE *file);
void completion_print_zsh(FILE *file);
void completion_print_fish(FILE *file);
