/* The pull parser of json.h. State is a position and a stack of brackets; nothing recurses. */
#include <stdlib.h>

#include "base/ascii.h"
#include "base/json.h"
#include "base/json_string.h"

void json_reader_init(struct json_reader *reader, struct slice document, struct arena *arena)
{
    *reader = (struct json_reader){.document = document, .arena = arena, .first = true};
    /* A byte-order mark is not JSON, but editors on some systems put one there. */
    reader->rest = slice_from(document, slice_starts(document, SLICE("\xEF\xBB\xBF")) ? 3 : 0);
}

static enum json_token fail(struct json_reader *reader, enum error_kind kind, const char *what)
{
    if (reader->failed)
        return JSON_ERROR;
    reader->failed = true;
    struct slice before = slice_upto(reader->document, reader->document.len - reader->rest.len);
    size_t line = 1;
    for (size_t i = 0; i < before.len; i++)
        line += before.at[i] == '\n';
    size_t start = slice_find_last(before, '\n');
    size_t column = start == before.len ? before.len + 1 : before.len - start;
    error_set(&reader->error, kind, "JSON line %zu column %zu: %s", line, column, what);
    return JSON_ERROR;
}

static enum json_token malformed(struct json_reader *reader, const char *what)
{
    return fail(reader, ERROR_FORMAT, what);
}

static void skip_space(struct json_reader *reader)
{
    struct slice rest = reader->rest;
    size_t i = 0;
    while (i < rest.len &&
           (rest.at[i] == ' ' || rest.at[i] == '\n' || rest.at[i] == '\r' || rest.at[i] == '\t'))
        i++;
    reader->rest = slice_from(rest, i);
}

static char peek(const struct json_reader *reader)
{
    return reader->rest.len ? reader->rest.at[0] : '\0';
}

static bool take(struct json_reader *reader, char c)
{
    skip_space(reader);
    if (peek(reader) != c || reader->rest.len == 0)
        return false;
    reader->rest = slice_from(reader->rest, 1);
    return true;
}

static char enclosing(const struct json_reader *reader)
{
    return reader->depth ? reader->nest[reader->depth - 1] : '\0';
}

static enum json_token leave(struct json_reader *reader)
{
    reader->depth--;
    reader->first = false;
    return JSON_END;
}

static enum json_token enter(struct json_reader *reader, char bracket)
{
    if (reader->depth == JSON_DEPTH_MAX)
        return fail(reader, ERROR_LIMIT, "nested deeper than 64 levels");
    reader->rest = slice_from(reader->rest, 1);
    reader->nest[reader->depth++] = bracket;
    reader->first = true;
    return bracket == '{' ? JSON_OBJECT : JSON_ARRAY;
}

static bool read_string(struct json_reader *reader, struct slice *text)
{
    struct slice raw;
    bool plain;
    const char *wrong = json_string_cut(&reader->rest, &raw, &plain);
    if (wrong)
        return malformed(reader, wrong);
    if (plain) {
        *text = raw;
        return true;
    }
    wrong = json_string_decode(raw, reader->arena, text);
    if (!wrong)
        return true;
    return text->at ? malformed(reader, wrong) : fail(reader, ERROR_LIMIT, wrong);
}

static size_t digits(struct slice s, size_t at)
{
    while (at < s.len && ascii_digit(s.at[at]))
        at++;
    return at;
}

/* RFC 8259 section 6; 0 when it is no number. */
static size_t number_length(struct slice s)
{
    size_t at = s.len && s.at[0] == '-', end = digits(s, at);
    if (end == at || (s.at[at] == '0' && end - at > 1))
        return 0;
    if (end < s.len && s.at[end] == '.') {
        at = end + 1;
        if ((end = digits(s, at)) == at)
            return 0;
    }
    if (end < s.len && (s.at[end] == 'e' || s.at[end] == 'E')) {
        at = end + 1;
        at += at < s.len && (s.at[at] == '+' || s.at[at] == '-');
        if ((end = digits(s, at)) == at)
            return 0;
    }
    return end;
}

static enum json_token read_number(struct json_reader *reader)
{
    size_t len = number_length(reader->rest);
    if (len == 0)
        return malformed(reader, "a value was expected");
    reader->text = slice_upto(reader->rest, len);
    reader->rest = slice_from(reader->rest, len);
    return JSON_NUMBER;
}

static enum json_token read_word(struct json_reader *reader, struct slice word,
                                 enum json_token token)
{
    if (!slice_starts(reader->rest, word))
        return malformed(reader, "a value was expected");
    reader->rest = slice_from(reader->rest, word.len);
    return token;
}

static enum json_token read_value(struct json_reader *reader)
{
    skip_space(reader);
    reader->ready = false;
    reader->first = false;
    if (reader->rest.len == 0)
        return malformed(reader, "the text ends before the value");
    switch (peek(reader)) {
    case '{':
    case '[':
        return enter(reader, peek(reader));
    case '"':
        return read_string(reader, &reader->text) ? JSON_STRING : JSON_ERROR;
    case 't':
        return read_word(reader, SLICE("true"), JSON_TRUE);
    case 'f':
        return read_word(reader, SLICE("false"), JSON_FALSE);
    case 'n':
        return read_word(reader, SLICE("null"), JSON_NULL);
    default:
        return read_number(reader);
    }
}

bool json_more(struct json_reader *reader)
{
    if (reader->failed || enclosing(reader) != '[')
        return false;
    if (reader->ready)
        return true;
    if (take(reader, ']'))
        return leave(reader) != JSON_END;
    if (!reader->first && !take(reader, ','))
        return malformed(reader, "\",\" or \"]\" was expected");
    reader->ready = true;
    return true;
}

/* At the outermost level there is one value, then the end. */
static enum json_token next_of_document(struct json_reader *reader)
{
    if (reader->first)
        return read_value(reader);
    skip_space(reader);
    return reader->rest.len ? malformed(reader, "something follows the value") : JSON_END;
}

enum json_token json_next(struct json_reader *reader)
{
    if (reader->failed)
        return JSON_ERROR;
    if (reader->ready)
        return read_value(reader);
    if (reader->depth == 0)
        return next_of_document(reader);
    if (enclosing(reader) == '[') {
        if (json_more(reader))
            return read_value(reader);
        return reader->failed ? JSON_ERROR : JSON_END;
    }
    if (take(reader, '}'))
        return leave(reader);
    return malformed(reader, "a member's value was asked for before its name");
}

bool json_member(struct json_reader *reader, struct slice *name)
{
    if (reader->failed || enclosing(reader) != '{')
        return false;
    if (reader->ready)
        json_skip(reader); /* the caller was not interested in the last one */
    if (reader->failed)
        return false;
    if (take(reader, '}'))
        return leave(reader) != JSON_END;
    if (!reader->first && !take(reader, ','))
        return malformed(reader, "\",\" or \"}\" was expected");
    skip_space(reader);
    if (peek(reader) != '"')
        return malformed(reader, "a member's name was expected");
    if (!read_string(reader, name))
        return false;
    if (!take(reader, ':'))
        return malformed(reader, "\":\" was expected");
    reader->ready = true;
    return true;
}

/* Reads on until what was entered is left; the token that entered was just read. */
static void skip_inside(struct json_reader *reader)
{
    unsigned outside = reader->depth - 1;
    struct slice name;
    while (!reader->failed && reader->depth > outside) {
        if (!reader->ready && enclosing(reader) == '{') {
            json_member(reader, &name);
            continue;
        }
        json_next(reader);
    }
}

void json_skip(struct json_reader *reader)
{
    enum json_token token = json_next(reader);
    if (token == JSON_OBJECT || token == JSON_ARRAY)
        skip_inside(reader);
}

static bool expect(struct json_reader *reader, enum json_token wanted)
{
    enum json_token token = json_next(reader);
    if (token == wanted)
        return true;
    if (token == JSON_OBJECT || token == JSON_ARRAY)
        skip_inside(reader);
    return false;
}

bool json_enter_object(struct json_reader *reader)
{
    return expect(reader, JSON_OBJECT);
}

bool json_enter_array(struct json_reader *reader)
{
    return expect(reader, JSON_ARRAY);
}

bool json_string(struct json_reader *reader, struct slice *value)
{
    bool is = expect(reader, JSON_STRING);
    *value = is ? reader->text : (struct slice){0};
    return is;
}

bool json_number(struct json_reader *reader, double *value)
{
    char text[128];
    if (!expect(reader, JSON_NUMBER) || reader->text.len >= sizeof text)
        return false;
    memcpy(text, reader->text.at, reader->text.len);
    text[reader->text.len] = '\0';
    *value = strtod(text, NULL); /* the program never leaves the C locale */
    return true;
}

bool json_bool(struct json_reader *reader, bool *value)
{
    enum json_token token = json_next(reader);
    if (token == JSON_OBJECT || token == JSON_ARRAY)
        skip_inside(reader);
    if (token != JSON_TRUE && token != JSON_FALSE)
        return false;
    *value = token == JSON_TRUE;
    return true;
}

bool json_finish(struct json_reader *reader, struct error *err)
{
    if (!reader->failed && reader->depth)
        malformed(reader, "the text ends inside a value");
    if (!reader->failed && reader->first)
        malformed(reader, "there is no value");
    if (!reader->failed)
        next_of_document(reader);
    if (reader->failed)
        *err = reader->error;
    return !reader->failed;
}
