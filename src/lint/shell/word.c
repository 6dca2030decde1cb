/* Words: what stands between blanks and operators, and what is left of it without its quotes. */
#include "base/ascii.h"
#include "lint/shell/reader.h"

/* A word being read. Its value is only written out from the first quote on. */
struct word {
    size_t start, text; /* in the bytes, in reader->text */
    bool kept, expands, quoted, brackets, braces;
};

static void keep_text(struct shell_reader *reader, const char *at, size_t len)
{
    while (reader->text_room - reader->text_count < len) {
        char *text =
            arena_grow(reader->arena, reader->text, reader->text_room, &reader->text_room, 1);
        if (!text) {
            reader->failed = true;
            return;
        }
        reader->text = text;
    }
    if (len)
        memcpy(reader->text + reader->text_count, at, len);
    reader->text_count += len;
}

static void start_keeping(struct shell_reader *reader, struct word *word)
{
    if (!word->kept)
        keep_text(reader, reader->place.base + word->start, reader->place.at - word->start);
    word->kept = true;
}

/* A backslash: the next byte stands for itself, a newline disappears. */
static void read_escape(struct shell_reader *reader, struct word *word)
{
    struct shell_place *place = &reader->place;
    start_keeping(reader, word);
    size_t left = place->end - place->at;
    char next = reader_peek(reader, 1);
    if (left < 2) {
        keep_text(reader, "\\", 1);
        place->at++;
        return;
    }
    if (next == '\r' && reader_peek(reader, 2) == '\n') {
        place->at += 3;
        return;
    }
    if (next != '\n') {
        keep_text(reader, &next, 1);
        word->quoted = true;
    }
    place->at += 2;
}

static void read_single(struct shell_reader *reader, struct word *word)
{
    struct shell_place *place = &reader->place;
    start_keeping(reader, word);
    struct slice rest = reader_part(reader, place->at + 1, place->end);
    size_t length = slice_find(rest, '\'');
    if (length == rest.len) {
        reader_break(reader);
        return;
    }
    keep_text(reader, rest.at, length);
    word->quoted = true;
    place->at += length + 2;
}

void reader_read_double(struct shell_reader *reader, bool keep)
{
    struct shell_place *place = &reader->place;
    size_t open = place->at++;
    while (!reader_stopped(reader)) {
        size_t start = place->at;
        if (reader_ended(reader)) {
            place->at = open;
            reader_break(reader);
            return;
        }
        char c = place->base[place->at];
        if (c == '"') {
            place->at++;
            return;
        }
        if (c == '\\') {
            char next = reader_peek(reader, 1);
            bool taken = next == '$' || next == '`' || next == '"' || next == '\\';
            place->at += place->end - place->at > 1 ? 2 : 1;
            if (next == '\n')
                continue;
            start += taken;
        } else if (c == '`') {
            reader_read_backquote(reader, true);
        } else if (c != '$' || !reader_read_dollar(reader, true)) {
            place->at++;
        }
        if (keep)
            keep_text(reader, place->base + start, place->at - start);
    }
}

/* $'…': escapes as in C. */
static void read_ansi(struct shell_reader *reader, struct word *word)
{
    static const char letters[] = "abefnrtv", meant[] = "\a\b\033\f\n\r\t\v";
    struct shell_place *place = &reader->place;
    start_keeping(reader, word);
    word->quoted = true;
    for (place->at += 2; !reader_ended(reader); place->at++) {
        char c = place->base[place->at];
        if (c == '\'') {
            place->at++;
            return;
        }
        if (c == '\\' && place->end - place->at > 1) {
            c = place->base[++place->at];
            const char *letter = c ? strchr(letters, c) : NULL;
            c = letter ? meant[letter - letters] : c;
        }
        keep_text(reader, &c, 1);
    }
    reader_break(reader);
}

/* x=(a b c) of bash: stands at the bracket. */
static void read_array(struct shell_reader *reader)
{
    struct shell_word item;
    reader->place.at++;
    if (!reader_enter(reader))
        return;
    for (;;) {
        reader_skip_newlines(reader);
        if (reader_stopped(reader))
            break;
        if (reader_peek(reader, 0) == ')') {
            reader->place.at++;
            break;
        }
        if (!reader_read_word(reader, WORD_PLAIN, &item)) {
            reader_break(reader);
            break;
        }
    }
    reader_leave(reader);
}

/* @(a|b) of bash: stands at the bracket. */
static void skip_group(struct shell_reader *reader)
{
    struct shell_place *place = &reader->place;
    unsigned open = 0;
    for (; !reader_ended(reader); place->at++) {
        char c = place->base[place->at];
        if (c == '\\')
            place->at++;
        open += c == '(';
        if (c == ')' && --open == 0) {
            place->at++;
            return;
        }
        if (c == '\n')
            break;
    }
    if (place->at > place->end)
        place->at = place->end;
    reader_break(reader);
}

static bool is_name(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && text.at[i] != '_')
            return false;
    return text.len && !ascii_digit(text.at[0]);
}

/* A bracket inside a word: an array, a pattern, or the end of the word. */
static bool read_bracket(struct shell_reader *reader, const struct word *word)
{
    struct slice before = reader_part(reader, word->start, reader->place.at);
    if (!before.len || word->kept)
        return false;
    char last = before.at[before.len - 1];
    if (last == '=') {
        struct slice name = slice_upto(before, before.len - 1);
        if (name.len && name.at[name.len - 1] == '+')
            name.len--;
        if (!is_name(name))
            return false;
        read_array(reader);
        return true;
    }
    if (!strchr("?*+@!", last) || !last)
        return false;
    skip_group(reader);
    return true;
}

/* Stands at a byte that is no plain one; false: the word ends here. */
static bool read_special(struct shell_reader *reader, enum shell_word_kind kind, struct word *word)
{
    struct shell_place *place = &reader->place;
    size_t start = place->at;
    char c = place->base[start], next = reader_peek(reader, 1);
    bool taken = true;
    switch (c) {
    case '\\':
        read_escape(reader, word);
        return true;
    case '\'':
        read_single(reader, word);
        return true;
    case '"':
        start_keeping(reader, word);
        word->quoted = true;
        reader_read_double(reader, true);
        return true;
    case '`':
        reader_read_backquote(reader, false);
        break;
    case '$':
        if (next == '\'') {
            read_ansi(reader, word);
            return true;
        }
        if (next == '"') {
            start_keeping(reader, word);
            place->at++;
            return true;
        }
        taken = reader_read_dollar(reader, false);
        place->at += !taken;
        break;
    case '<':
    case '>':
        if (kind == WORD_PLAIN && next == '(') {
            reader_read_substitution(reader, 2);
            break;
        }
        if (kind == WORD_PLAIN)
            return false;
        place->at++;
        taken = false;
        break;
    case '(':
        if (kind == WORD_PLAIN) {
            if (!read_bracket(reader, word))
                return false;
            break;
        }
        /* fall through */
    default:
        if (kind == WORD_PLAIN || ascii_space(c))
            return false;
        place->at++;
        taken = false;
    }
    word->expands |= taken;
    if (word->kept)
        keep_text(reader, place->base + start, place->at - start);
    return true;
}

static bool is_special(char c)
{
    static const bool special[256] = {
        [' '] = true, ['\t'] = true, ['\n'] = true, [';'] = true,  ['&'] = true,
        ['|'] = true, ['<'] = true,  ['>'] = true,  ['('] = true,  [')'] = true,
        ['$'] = true, ['`'] = true,  ['"'] = true,  ['\''] = true, ['\\'] = true,
    };
    return special[(unsigned char)c];
}

/* A run of plain bytes; notes what makes a pattern. */
static void read_plain(struct shell_reader *reader, struct word *word)
{
    struct shell_place *place = &reader->place;
    size_t start = place->at;
    for (; place->at < place->end && !is_special(place->base[place->at]); place->at++) {
        char c = place->base[place->at];
        if (c == '*' || c == '?' || (c == '~' && place->at == word->start))
            word->expands = true;
        else if (c == '[')
            word->brackets = true;
        else if (c == '{')
            word->braces = true;
        else if ((c == ']' && word->brackets && place->at > word->start + 1) ||
                 (c == ',' && word->braces))
            word->expands = true;
        else if (c == '\r' && reader_peek(reader, 1) == '\n')
            break;
    }
    if (word->kept)
        keep_text(reader, place->base + start, place->at - start);
}

/* The value is a piece of the bytes where it stands there in one piece: then it has a place. */
static struct slice take_value(struct shell_reader *reader, const struct word *word,
                               struct slice raw)
{
    struct slice value = {"", 0};
    if (reader->text) /* nothing was ever kept: an empty word */
        value = slice_of(reader->text + word->text, reader->text_count - word->text);
    if (raw.len >= 2 && raw.len - 2 == value.len &&
        (!value.len || memcmp(raw.at + 1, value.at, value.len) == 0))
        return slice_of(raw.at + 1, value.len);
    value = arena_copy(reader->arena, value);
    reader->failed |= !value.at;
    return value;
}

bool reader_read_word(struct shell_reader *reader, enum shell_word_kind kind,
                      struct shell_word *result)
{
    struct shell_place *place = &reader->place;
    struct word word = {.start = place->at, .text = reader->text_count};
    size_t expansions = reader->expansions;
    while (!reader_stopped(reader) && !reader_ended(reader)) {
        char c = place->base[place->at];
        if (c == '\r' && reader_peek(reader, 1) == '\n')
            break;
        if (!is_special(c))
            read_plain(reader, &word);
        else if (!read_special(reader, kind, &word))
            break;
    }
    if (reader_stopped(reader) || place->at == word.start)
        return false;
    struct slice raw = reader_part(reader, word.start, place->at);
    result->value = word.kept ? take_value(reader, &word, raw) : raw;
    result->raw = place->decoded ? (struct slice){NULL, 0} : raw;
    result->literal = !word.expands && reader->expansions == expansions;
    result->quoted = word.quoted;
    reader->text_count = word.text;
    if (++reader->word_total > SHELL_WORDS_MAX)
        reader_break(reader);
    return !reader_stopped(reader);
}
