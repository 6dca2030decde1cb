#include "lint/shell/reader.h"

enum { DECODED_MAX = 1 << 20 };

struct slice reader_part(const struct shell_reader *reader, size_t start, size_t end)
{
    return slice_of(reader->place.base + start, end - start);
}

void reader_break(struct shell_reader *reader)
{
    if (reader->broken)
        return;
    reader->broken = true;
    if (reader->script->complete)
        reader->script->broken_at = reader->place.decoded ? 0 : reader->place.at;
    reader->script->complete = false;
}

bool reader_enter(struct shell_reader *reader)
{
    if (++reader->depth > SHELL_DEPTH_MAX)
        reader_break(reader);
    return !reader_stopped(reader);
}

void reader_leave(struct shell_reader *reader)
{
    reader->depth--;
}

/* A backslash in front of a newline joins lines; a \r in front of one counts as blank. */
static size_t blank_length(const struct shell_reader *reader)
{
    char c = reader_peek(reader, 0), next = reader_peek(reader, 1);
    if (c == ' ' || c == '\t')
        return 1;
    if (c == '\r' && (next == '\n' || reader->place.end - reader->place.at == 1))
        return 1;
    if (c == '\\' && next == '\n')
        return 2;
    return c == '\\' && next == '\r' && reader_peek(reader, 2) == '\n' ? 3 : 0;
}

void reader_skip_blanks(struct shell_reader *reader)
{
    for (size_t length; (length = blank_length(reader));)
        reader->place.at += length;
    if (reader_peek(reader, 0) != '#')
        return;
    struct slice rest = reader_part(reader, reader->place.at, reader->place.end);
    reader->place.at += slice_find(rest, '\n');
}

/* It is of place.base. */
static bool owns(const struct shell_reader *reader, struct slice text)
{
    uintptr_t base = (uintptr_t)reader->place.base, at = (uintptr_t)text.at;
    return text.at && at >= base && at - base <= reader->place.length &&
           text.len <= reader->place.length - (at - base);
}

/* What stands around a nested script can be read even if that is broken. */
static void restore(struct shell_reader *reader, const struct shell_reader *before)
{
    reader->broken = false;
    reader->place = before->place;
    reader->word_count = before->word_count;
    reader->redirect_count = before->redirect_count;
    reader->text_count = before->text_count;
    reader->heredoc_count = before->heredoc_count;
    reader->depth = before->depth;
    reader->subshell = before->subshell;
    reader->nested = before->nested;
    reader->conditional = before->conditional;
}

void reader_read_nested(struct shell_reader *reader, struct slice text, bool again)
{
    if (!text.len || reader_stopped(reader))
        return;
    struct shell_reader before = *reader;
    struct shell_place *place = &reader->place;
    bool owned = owns(reader, text);
    if (!owned && (reader->decoded_bytes += text.len) > DECODED_MAX) {
        reader->script->complete = false;
        return;
    }
    if (owned) {
        place->at = (size_t)(text.at - place->base);
        place->end = place->at + text.len;
    } else {
        *place = (struct shell_place){.base = text.at, .end = text.len, .length = text.len};
        place->decoded = true;
    }
    place->heredoc_base = reader->heredoc_count;
    place->muted = again;
    place->pipefail = before.place.pipefail;
    reader->nested++;
    reader_read_list(reader);
    if (!reader_stopped(reader) && !reader_ended(reader))
        reader_break(reader);
    restore(reader, &before);
}

/* The body of a here-document: stands at its first line. */
static struct slice read_body(struct shell_reader *reader, const struct shell_heredoc *heredoc)
{
    size_t start = reader->place.at;
    while (!reader_ended(reader)) {
        size_t begin = reader->place.at;
        struct slice rest = reader_part(reader, begin, reader->place.end);
        size_t before = rest.len;
        struct slice line = slice_cut_line(&rest);
        while (heredoc->tabs && line.len && line.at[0] == '\t')
            line = slice_from(line, 1);
        reader->place.at += before - rest.len;
        if (slice_equal(line, heredoc->delimiter))
            return reader_part(reader, start, begin);
    }
    return reader_part(reader, start, reader->place.at);
}

static void read_heredoc(struct shell_reader *reader, const struct shell_heredoc *heredoc)
{
    struct slice body = read_body(reader, heredoc);
    size_t behind = reader->place.at;
    const struct shell_command *commands = reader->script->commands;
    bool shell = heredoc->command != SIZE_MAX && heredoc->command < reader->script->count &&
                 command_is_shell(&commands[heredoc->command]);
    if (!heredoc->quoted) {
        reader->place.at = (size_t)(body.at - reader->place.base);
        reader_read_expansions(reader, reader->place.at + body.len);
    }
    if (shell)
        reader_read_fed(reader, heredoc->command, body, !heredoc->quoted);
    reader->place.at = behind;
}

void reader_skip_newlines(struct shell_reader *reader)
{
    for (;;) {
        reader_skip_blanks(reader);
        if (reader_peek(reader, 0) != '\n' || reader_stopped(reader))
            return;
        reader->place.at++;
        size_t count = reader->heredoc_count;
        for (size_t i = reader->place.heredoc_base; i < count; i++) {
            struct shell_heredoc heredoc = reader->heredocs[i];
            read_heredoc(reader, &heredoc);
        }
        reader->heredoc_count = reader->place.heredoc_base;
    }
}
