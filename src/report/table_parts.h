#pragma once
/*
 * Writing for a terminal: text of others escaped, cut to what is left of the line, padded to
 * columns. A line knows how far it has come; a width of 0 means lines are never cut.
 */
#include "base/terminal.h"

enum { LINE_HELD_MAX = 40 };

struct line {
    FILE *file;
    unsigned width; /* of the terminal; 0: unlimited */
    unsigned at;    /* columns written */
    /* The character that fills the last column: kept back until line_end, since it becomes "…" when
       more comes. */
    char held[LINE_HELD_MAX];
    unsigned held_bytes;
    enum terminal_style held_style;
};

/* Untrusted text, cut with "…" where it does not fit. */
void line_put(struct line *line, struct slice text);
/* Our own words. */
__attribute__((format(printf, 2, 3))) void line_print(struct line *line, const char *format, ...);
void line_styled(struct line *line, enum terminal_style style, struct slice text);
/* A piece of a sentence, on an indented line of its own when this one has no room for it. */
void line_piece(struct line *line, unsigned indent, enum terminal_style style, struct slice text);
/* `text`, or where it takes more than `columns` (at least 1) its beginning with "…". */
struct slice line_fitted(struct slice text, unsigned columns, struct arena *arena);
/* Spaces up to a column; one space at least when it is passed already. */
void line_pad(struct line *line, unsigned column);
/* Every line ends with it. */
void line_end(struct line *line);
/* Text of any length, broken at spaces, every line indented. */
void line_wrap(struct line *line, unsigned indent, struct slice text);
