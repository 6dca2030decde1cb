/* Expansions inside words: what they run is parsed, what they give is left as it stands. */
#include "base/ascii.h"
#include "lint/shell/reader.h"

/* Reads a list up to its ")" ; the place stands behind what opened it. */
static void read_substitution(struct shell_reader *reader, size_t open)
{
    struct shell_place *place = &reader->place;
    bool pipefail = place->pipefail;
    size_t count = reader->script->count;
    place->at += open;
    reader->nested++;
    reader_read_list(reader);
    reader->nested--;
    if (!reader_stopped(reader) && reader_peek(reader, 0) == ')')
        place->at++;
    else
        reader_break(reader);
    place->pipefail = pipefail;
    if (place->muted)
        reader->script->count = count;
}

void reader_read_substitution(struct shell_reader *reader, size_t open)
{
    reader->expansions++;
    if (!reader_enter(reader))
        return;
    read_substitution(reader, open);
    reader_leave(reader);
}

/* Behind a quoted part; SIZE_MAX when it has no end. */
static size_t skip_quoted(struct slice text, size_t at)
{
    char quote = text.at[at++];
    for (; at < text.len && text.at[at] != quote; at++)
        if (text.at[at] == '\\' && quote == '"')
            at++;
    return at < text.len ? at + 1 : SIZE_MAX;
}

bool reader_find_arithmetic(const struct shell_reader *reader, size_t *close)
{
    const struct shell_place *place = &reader->place;
    struct slice text = reader_part(reader, 0, place->end);
    size_t open = 1, at = place->at + 2;
    while (at < text.len) {
        char c = text.at[at];
        if (c == '\'' || c == '"') {
            at = skip_quoted(text, at);
            continue;
        }
        open += c == '(';
        if (c == ')' && --open == 0)
            break;
        at += c == '\\' ? 2 : 1;
    }
    *close = at;
    return at < text.len && text.len - at > 1 && text.at[at + 1] == ')';
}

/* $((…)): stands at the "$"; `close` is where "))" stands. */
static void read_arithmetic(struct shell_reader *reader, size_t close)
{
    reader->place.at += 3;
    reader_read_expansions(reader, close);
    reader->place.at = close + 2;
}

/* ${…}: stands at the "$". Quotes do not quote in "${x:-it's}", but do in "${x#'*'}". */
static void read_parameter(struct shell_reader *reader, bool in_double)
{
    struct shell_place *place = &reader->place;
    bool pattern = false;
    for (place->at += 2; !reader_stopped(reader);) {
        if (reader_ended(reader)) {
            reader_break(reader);
            return;
        }
        char c = place->base[place->at];
        if (c == '}') {
            place->at++;
            return;
        }
        pattern |= c == '#' || c == '%' || c == '/';
        if (c == '\\') {
            place->at += place->end - place->at > 1 ? 2 : 1;
        } else if (c == '\'' && (!in_double || pattern)) {
            struct slice rest = reader_part(reader, place->at + 1, place->end);
            size_t length = slice_find(rest, '\'');
            place->at += length == rest.len ? 1 : length + 2;
        } else if (c == '"') {
            reader_read_double(reader, false);
        } else if (c == '`') {
            reader_read_backquote(reader, in_double);
        } else if (c != '$' || !reader_read_dollar(reader, in_double)) {
            place->at++;
        }
    }
}

static bool read_bracketed(struct shell_reader *reader, bool in_double)
{
    struct shell_place *place = &reader->place;
    if (reader_peek(reader, 1) == '{') {
        read_parameter(reader, in_double);
        return true;
    }
    size_t close;
    place->at++;
    bool arithmetic = reader_peek(reader, 1) == '(' && reader_find_arithmetic(reader, &close);
    place->at--;
    if (arithmetic)
        read_arithmetic(reader, close);
    else
        read_substitution(reader, 2);
    return true;
}

bool reader_read_dollar(struct shell_reader *reader, bool in_double)
{
    struct shell_place *place = &reader->place;
    char next = reader_peek(reader, 1);
    if (next == '{' || next == '(') {
        reader->expansions++;
        if (reader_enter(reader))
            read_bracketed(reader, in_double);
        reader_leave(reader);
        return true;
    }
    if (next && strchr("@*#?$!-", next)) {
        reader->expansions++;
        place->at += 2;
        return true;
    }
    if (!ascii_alnum(next) && next != '_')
        return false;
    reader->expansions++;
    place->at += 2;
    if (!ascii_digit(next))
        while (ascii_alnum(reader_peek(reader, 0)) || reader_peek(reader, 0) == '_')
            place->at++;
    return true;
}

/* A copy without the backslashes that back-quotes take away. */
static struct slice unescape(struct shell_reader *reader, struct slice text, bool in_double)
{
    char *copy = arena_alloc(reader->arena, text.len + 1);
    if (!copy) {
        reader->failed = true;
        return (struct slice){NULL, 0};
    }
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        char next = i + 1 < text.len ? text.at[i + 1] : '\0';
        if (text.at[i] == '\\' &&
            (next == '`' || next == '\\' || next == '$' || (next == '"' && in_double)))
            i++;
        copy[count++] = text.at[i];
    }
    return slice_of(copy, count);
}

void reader_read_backquote(struct shell_reader *reader, bool in_double)
{
    struct shell_place *place = &reader->place;
    size_t start = place->at + 1, at = start;
    bool escapes = false;
    for (; at < place->end && place->base[at] != '`'; at++)
        if (place->base[at] == '\\') {
            escapes = true;
            at++;
        }
    reader->expansions++;
    if (at >= place->end) {
        reader_break(reader);
        return;
    }
    size_t count = reader->script->count;
    struct slice text = reader_part(reader, start, at);
    if (reader_enter(reader))
        reader_read_nested(reader, escapes ? unescape(reader, text, in_double) : text,
                           place->muted);
    reader_leave(reader);
    if (place->muted)
        reader->script->count = count;
    place->at = at + 1;
}

void reader_read_expansions(struct shell_reader *reader, size_t end)
{
    struct shell_place *place = &reader->place;
    size_t outer = place->end;
    place->end = end;
    while (!reader_stopped(reader) && !reader_ended(reader)) {
        char c = place->base[place->at];
        if (c == '\\')
            place->at += end - place->at > 1 ? 2 : 1;
        else if (c == '`')
            reader_read_backquote(reader, true);
        else if (c != '$' || !reader_read_dollar(reader, true))
            place->at++;
    }
    place->end = outer;
}
