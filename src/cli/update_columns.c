/* Rows whose last column is a sentence: beside the others where there is room, else below them. */
#include "cli/update_call.h"
#include "report/table_parts.h"

enum { GAP = 2, BELOW = 4, STYLED = 3 };

static unsigned total_of(const unsigned *widths, size_t count)
{
    unsigned total = 0;
    for (size_t i = 0; i < count; i++)
        total += widths[i] + (i + 1 < count ? GAP : 0);
    return total;
}

static void put_beside(struct line *line, const struct slice *cells, const unsigned *widths,
                       size_t count, enum terminal_style style)
{
    unsigned column = 0;
    for (size_t i = 0; i < count; i++) {
        if (i)
            line_pad(line, column);
        line_styled(line, i == STYLED ? style : STYLE_PLAIN, cells[i]);
        column += widths[i] + GAP;
    }
    line_end(line);
}

/* No room for the columns either: the first stands alone, the others below it. */
static void put_narrow(struct line *line, const struct slice *cells, size_t count,
                       enum terminal_style style)
{
    line_wrap(line, 0, cells[0]);
    line_print(line, "%*s", BELOW / 2, "");
    for (size_t i = 1; i + 1 < count; i++) {
        line_piece(line, BELOW / 2, i == STYLED ? style : STYLE_PLAIN, cells[i]);
        line_print(line, "%*s", i + 2 < count ? GAP : 0, "");
    }
    line_end(line);
    line_wrap(line, BELOW, cells[count - 1]);
}

void update_put_cells(const struct slice *cells, const unsigned *widths, size_t count,
                      enum terminal_style style)
{
    struct line line = {stdout, terminal_width(stdout), 0};
    if (!line.width || total_of(widths, count) <= line.width) {
        put_beside(&line, cells, widths, count, style);
    } else if (total_of(widths, count - 1) <= line.width) {
        put_beside(&line, cells, widths, count - 1, style);
        line_wrap(&line, BELOW, cells[count - 1]);
    } else {
        put_narrow(&line, cells, count, style);
    }
}
