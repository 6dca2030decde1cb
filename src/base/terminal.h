#pragma once
/*
 * What the terminal is: colour, width; escaping of untrusted text for it; a progress line on
 * standard error that appears only on a terminal and only after half a second.
 */
#include <stdio.h>

#include "base/arena.h"

enum terminal_style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_RED,
    STYLE_YELLOW,
    STYLE_GREEN,
    STYLE_BLUE,
    STYLE_CRITICAL, /* white on red */
};

/* Colour: on a terminal without NO_COLOR and TERM=dumb; CLICOLOR_FORCE or terminal_set_colour
 * override. */
enum terminal_colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };
void terminal_set_colour(enum terminal_colour colour);
bool terminal_has_colour(FILE *file);
/* Columns of the terminal behind `file`, or COLUMNS, or 0 when it is none (do not cut lines then).
 */
unsigned terminal_width(FILE *file);
/* Writes the escape sequence when the file has colour. */
void terminal_style(FILE *file, enum terminal_style style);
/* Writes text with control characters, escape sequences and bidirectional overrides made visible.
 */
void terminal_put(FILE *file, struct slice text);
/* Number of columns text takes (UTF-8, wide characters). */
unsigned terminal_columns(struct slice text);

/* Replaces the progress line; erased by progress_clear, which every other output calls first.
   Threads may call. */
__attribute__((format(printf, 1, 2))) void progress_show(const char *format, ...);
void progress_clear(void);
void progress_set_quiet(bool quiet);
