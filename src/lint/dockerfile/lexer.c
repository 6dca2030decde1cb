/*
 * From bytes to logical lines (BuildKit's parser.Parse): what ends in the escape character goes on
 * in the next line; comments and blank lines in between are passed over.
 */
#include <stdarg.h>
#include <stdio.h>

#include "lint/dockerfile/parse.h"

bool lexer_fail(struct lexer *lexer, unsigned line, enum error_kind kind, const char *format, ...)
{
    char text[900];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lexer->error_line = line;
    if (!line)
        return error_set(lexer->err, kind, "%s", text);
    return error_set(lexer->err, kind, "line %u: %s", line, text);
}

bool lexer_line(struct lexer *lexer, struct slice *line)
{
    struct slice rest = slice_from(lexer->bytes, lexer->at);
    if (!rest.len)
        return false;
    size_t end = slice_find(rest, '\n');
    if (end > DOCKERFILE_LINE_MAX) {
        lexer->too_long = true;
        return false;
    }
    *line = slice_upto(rest, end + 1);
    lexer->at += line->len;
    lexer->line++;
    return true;
}

static struct slice trim_end(struct slice line)
{
    while (line.len && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
        line.len--;
    return line;
}

static struct slice trim_front(struct slice line)
{
    for (size_t len; (len = space_front(line));)
        line = slice_from(line, len);
    return line;
}

static bool is_comment(struct slice line)
{
    line = trim_front(line);
    return line.len && line.at[0] == '#';
}

/* Drops an escape character at the end, blanks behind it or not, unless there are two of them. */
static bool trim_continuation(struct slice *line, char escape)
{
    size_t len = line->len;
    while (len && (line->at[len - 1] == ' ' || line->at[len - 1] == '\t'))
        len--;
    if (!len || line->at[len - 1] != escape || (len > 1 && line->at[len - 2] == escape))
        return false;
    line->len = len - 1;
    return true;
}

static bool add_comment(struct lexer *lexer, struct slice line)
{
    struct dockerfile *dockerfile = lexer->dockerfile;
    struct dockerfile_comment comment = {trim_front(line), lexer->line, NULL};
    return ARENA_PUSH(lexer->arena, dockerfile->comments, dockerfile->comment_count,
                      dockerfile->comment_room, comment) ||
           arena_error(lexer->err);
}

static bool add_piece(struct lexer *lexer, struct slice line)
{
    struct lexer_piece piece = {(size_t)(line.at - lexer->bytes.at), line.len};
    if (!line.len && lexer->piece_count)
        return true;
    return ARENA_PUSH(lexer->arena, lexer->pieces, lexer->piece_count, lexer->piece_room, piece) ||
           arena_error(lexer->err);
}

/* The lines that a continuation adds. */
static bool read_continuation(struct lexer *lexer)
{
    struct slice line;
    bool more = true;
    while (more && lexer_line(lexer, &line)) {
        line = trim_end(line);
        lexer->end = (size_t)(line.at - lexer->bytes.at) + line.len;
        if (is_comment(line)) {
            if (!add_comment(lexer, line))
                return false;
            continue;
        }
        if (!trim_front(line).len) {
            lexer->empty_continuation = true;
            continue;
        }
        more = trim_continuation(&line, lexer->dockerfile->escape);
        if (!add_piece(lexer, line))
            return false;
    }
    return true;
}

/* A line between instructions: sets *begins when it is the first of one. */
static bool first_line(struct lexer *lexer, struct slice line, bool *begins)
{
    struct slice text = trim_front(line);
    bool is_directive = false;
    *begins = false;
    if (!lexer->directives_done && !directive_read(lexer, text, text.at != line.at, &is_directive))
        return false;
    if (is_directive || !text.len) {
        lexer->comment_line = 0;
        return true;
    }
    if (text.at[0] != '#') {
        *begins = true;
        return true;
    }
    if (!lexer->comment_line)
        lexer->comment_line = lexer->line;
    return add_comment(lexer, text);
}

bool lexer_logical(struct lexer *lexer, bool *failed)
{
    struct slice line;
    lexer->comment_line = 0;
    *failed = true;
    while (lexer_line(lexer, &line)) {
        bool begins;
        line = trim_end(line);
        if (!first_line(lexer, line, &begins))
            return false;
        if (!begins)
            continue;
        lexer->start_line = lexer->line;
        lexer->end = (size_t)(line.at - lexer->bytes.at) + line.len;
        lexer->piece_count = 0;
        lexer->empty_continuation = false;
        lexer->first_comment = lexer->dockerfile->comment_count;
        line = trim_front(line);
        bool more = trim_continuation(&line, lexer->dockerfile->escape);
        *failed = !add_piece(lexer, line) || (more && !read_continuation(lexer));
        return !*failed;
    }
    *failed = false;
    return false;
}
