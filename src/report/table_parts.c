#include "report/table_parts.h"

#include <stdarg.h>

static unsigned room_left(const struct line *line)
{
    if (line->width == 0)
        return UINT32_MAX;
    return line->width > line->at ? line->width - line->at : 0;
}

/* The longest beginning, at a character's edge, that takes at most `columns`. */
static struct slice cut_to(struct slice text, unsigned columns)
{
    size_t end = text.len < columns ? text.len : columns;
    while (end < text.len && terminal_columns(slice_upto(text, end + 1)) <= columns)
        end++;
    while (end > 0 && (terminal_columns(slice_upto(text, end)) > columns ||
                       (end < text.len && ((unsigned char)text.at[end] & 0xC0) == 0x80)))
        end--;
    return slice_upto(text, end);
}

void line_put(struct line *line, struct slice text)
{
    unsigned left = room_left(line), columns = terminal_columns(text);
    if (columns <= left) {
        terminal_put(line->file, text);
        line->at += columns;
    } else if (left > 0) {
        terminal_put(line->file, cut_to(text, left - 1));
        fputs("…", line->file);
        line->at = line->width;
    }
}

void line_print(struct line *line, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    line_put(line, slice_str(text));
}

void line_styled(struct line *line, enum terminal_style style, struct slice text)
{
    terminal_style(line->file, style);
    line_put(line, text);
    terminal_style(line->file, STYLE_PLAIN);
}

void line_pad(struct line *line, unsigned column)
{
    do {
        line_put(line, SLICE(" "));
    } while (line->at < column && room_left(line) > 0);
}

void line_end(struct line *line)
{
    fputc('\n', line->file);
    line->at = 0;
}

void line_wrap(struct line *line, unsigned indent, struct slice text)
{
    bool begun = false;
    while (text.len) {
        struct slice word = slice_cut(&text, ' ');
        if (begun && terminal_columns(word) + 1 > room_left(line)) {
            line_end(line);
            begun = false;
        }
        if (begun)
            line_put(line, SLICE(" "));
        else
            line_print(line, "%*s", (int)indent, "");
        line_put(line, word);
        begun = true;
    }
    if (begun)
        line_end(line);
}
