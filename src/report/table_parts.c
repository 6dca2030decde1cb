#include "report/table_parts.h"

#include <stdarg.h>

#include "base/utf8.h"

static unsigned room_left(const struct line *line)
{
    if (line->width == 0)
        return UINT32_MAX;
    return line->width > line->at ? line->width - line->at : 0;
}

/* The longest beginning, at a character's edge, that takes at most `columns`. Marks that take none
   stay with their letter, but not thousands of them. */
static struct slice cut_to(struct slice text, unsigned columns)
{
    struct slice rest = text;
    unsigned taken = 0;
    size_t end = 0;
    while (rest.len && end < 64 + 8 * (size_t)columns) {
        struct slice before = rest;
        uint32_t code;
        utf8_cut(&rest, &code);
        taken += terminal_columns(slice_upto(before, before.len - rest.len));
        if (taken > columns)
            break;
        end = text.len - rest.len;
    }
    return slice_upto(text, end);
}

static bool is_blank(struct slice text)
{
    return slice_trim(text).len == 0;
}

/* `text` takes all that is left of the line, or is spaces of which more come than there is room. */
static void put_last(struct line *line, struct slice text)
{
    struct slice most = cut_to(text, room_left(line) - 1), last = slice_from(text, most.len);
    if (is_blank(last))
        last = SLICE(" ");
    if (last.len > LINE_HELD_MAX) {
        most = text;
        last.len = 0;
    }
    terminal_put(line->file, most);
    for (line->held_bytes = 0; line->held_bytes < last.len; line->held_bytes++)
        line->held[line->held_bytes] = last.at[line->held_bytes];
    line->held_style = STYLE_PLAIN;
    line->at = line->width;
}

void line_put(struct line *line, struct slice text)
{
    unsigned left = room_left(line), columns = terminal_columns(text);
    if (columns < left || columns == 0) {
        terminal_put(line->file, text);
        line->at += columns;
    } else if (left > 0 && (columns == left || is_blank(text))) {
        put_last(line, text);
    } else if (left > 0) {
        terminal_put(line->file, cut_to(text, left - 1));
        fputs("…", line->file);
        line->at = line->width;
    } else if (line->held_bytes && !is_blank(text)) {
        fputs("…", line->file);
        line->held_bytes = 0;
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
    unsigned held = line->held_bytes;
    if (style == STYLE_PLAIN || !text.len) {
        line_put(line, text);
        return;
    }
    terminal_style(line->file, style);
    line_put(line, text);
    terminal_style(line->file, STYLE_PLAIN);
    if (line->held_bytes && !held)
        line->held_style = style;
}

void line_piece(struct line *line, unsigned indent, enum terminal_style style, struct slice text)
{
    if (line->at > indent && terminal_columns(text) > room_left(line)) {
        line_end(line);
        line_print(line, "%*s", (int)indent, "");
        text = slice_trim(text);
    }
    line_styled(line, style, text);
}

struct slice line_fitted(struct slice text, unsigned columns, struct arena *arena)
{
    if (terminal_columns(text) <= columns)
        return text;
    return arena_printf(arena, "%.*s…", SLICE_ARG(cut_to(text, columns - 1)));
}

void line_pad(struct line *line, unsigned column)
{
    do {
        line_put(line, SLICE(" "));
    } while (line->at < column && room_left(line) > 0);
}

void line_end(struct line *line)
{
    struct slice held = slice_of(line->held, line->held_bytes);
    if (line->held_style != STYLE_PLAIN && held.len)
        terminal_style(line->file, line->held_style);
    terminal_put(line->file, held);
    if (line->held_style != STYLE_PLAIN && held.len)
        terminal_style(line->file, STYLE_PLAIN);
    fputc('\n', line->file);
    line->at = 0;
    line->held_bytes = 0;
}

/* A word that no line can hold, over as many lines as it takes. */
static struct slice put_pieces(struct line *line, unsigned indent, struct slice word)
{
    unsigned room = line->width > indent + 1 ? line->width - indent : 2;
    while (line->width && terminal_columns(word) > room) {
        struct slice piece = cut_to(word, room);
        if (piece.len == 0)
            break;
        line_put(line, piece);
        word = slice_from(word, piece.len);
        line_end(line);
        line_print(line, "%*s", (int)indent, "");
    }
    return word;
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
        if (begun) {
            line_put(line, SLICE(" "));
        } else {
            line_print(line, "%*s", (int)indent, "");
            word = put_pieces(line, indent, word);
        }
        line_put(line, word);
        begun = true;
    }
    if (begun)
        line_end(line);
}
