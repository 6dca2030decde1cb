/*
 * The JSON form of arguments, taken and refused as Go's encoding/json does: it decides whether an
 * instruction is in JSON or in shell form. (base/json.h forgives bytes that are not UTF-8 in other
 * ways and stops at another depth.)
 */
#include <math.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "lint/dockerfile/parse.h"

enum { DEPTH_MAX = 10000 };

struct json {
    struct slice text;
    size_t at;
    bool overflow; /* a number that no double holds: an error of decoding, not of syntax */
};

static void skip_blanks(struct json *json)
{
    while (json->at < json->text.len && memchr(" \t\r\n", json->text.at[json->at], 4))
        json->at++;
}

static char peek(const struct json *json)
{
    return json->at < json->text.len ? json->text.at[json->at] : 0;
}

static bool take(struct json *json, char c)
{
    if (peek(json) != c || json->at == json->text.len)
        return false;
    json->at++;
    return true;
}

static bool hex4(struct json *json, uint32_t *code)
{
    *code = 0;
    for (size_t i = 0; i < 4; i++, json->at++) {
        char c = ascii_lower(peek(json));
        bool letter = c >= 'a' && c <= 'f';
        if (!letter && !ascii_digit(c))
            return false;
        *code = *code << 4 | (uint32_t)(letter ? c - 'a' + 10 : c - '0');
    }
    return true;
}

/* `raw`: between the quotes; `plain`: it means what stands there. */
static bool string(struct json *json, struct slice *raw, bool *plain)
{
    if (!take(json, '"'))
        return false;
    size_t start = json->at;
    *plain = true;
    while (json->at < json->text.len) {
        unsigned char c = (unsigned char)json->text.at[json->at++];
        if (c == '"') {
            *raw = slice_of(json->text.at + start, json->at - 1 - start);
            return true;
        }
        if (c < 0x20)
            return false;
        if (c != '\\')
            continue;
        *plain = false;
        char escaped = peek(json);
        json->at++;
        uint32_t code;
        if (escaped == 'u' ? !hex4(json, &code) : !escaped || !memchr("\"\\/bfnrt", escaped, 8))
            return false;
    }
    return false;
}

static size_t digits(struct json *json)
{
    size_t start = json->at;
    while (ascii_digit(peek(json)))
        json->at++;
    return json->at - start;
}

static bool number(struct json *json)
{
    size_t start = json->at;
    take(json, '-');
    if (!take(json, '0') && !digits(json))
        return false;
    if (take(json, '.') && !digits(json))
        return false;
    if (take(json, 'e') || take(json, 'E')) {
        if (!take(json, '+'))
            take(json, '-');
        if (!digits(json))
            return false;
    }
    char text[400];
    size_t len = json->at - start;
    if (len >= sizeof text) /* as many digits may well be one; nobody writes them */
        len = sizeof text - 1;
    memcpy(text, json->text.at + start, len);
    text[len] = 0;
    json->overflow |= isinf(strtod(text, NULL)) != 0;
    return true;
}

static bool word(struct json *json, struct slice expected)
{
    if (!slice_starts(slice_from(json->text, json->at), expected))
        return false;
    json->at += expected.len;
    return true;
}

/* A value that is neither list nor object. */
static bool scalar(struct json *json)
{
    struct slice raw;
    bool plain;
    switch (peek(json)) {
    case '"':
        return string(json, &raw, &plain);
    case 't':
        return word(json, SLICE("true"));
    case 'f':
        return word(json, SLICE("false"));
    case 'n':
        return word(json, SLICE("null"));
    default:
        return number(json);
    }
}

static bool member_name(struct json *json)
{
    struct slice raw;
    bool plain;
    skip_blanks(json);
    if (!string(json, &raw, &plain))
        return false;
    skip_blanks(json);
    return take(json, ':');
}

/* Passes over one value, without recursion: `nest` holds what is open. `outer`: how many are open
   around it. */
static bool value(struct json *json, size_t outer)
{
    char nest[DEPTH_MAX];
    size_t depth = 0;
    for (;;) {
        skip_blanks(json);
        char c = peek(json);
        bool opened = c == '[' || c == '{';
        if (opened) {
            if (outer + depth == DEPTH_MAX)
                return false;
            nest[depth++] = c;
            json->at++;
            skip_blanks(json);
        } else if (!scalar(json)) {
            return false;
        }
        while (depth) {
            skip_blanks(json);
            char open = nest[depth - 1];
            if (take(json, open == '[' ? ']' : '}')) {
                depth--;
                opened = false;
                continue;
            }
            if ((!opened && !take(json, ',')) || (open == '{' && !member_name(json)))
                return false;
            break;
        }
        if (!depth)
            return true;
    }
}

static uint32_t unescape(struct json *json)
{
    static const char letters[] = "bfnrt", codes[] = "\b\f\n\r\t";
    char c = json->text.at[json->at++];
    const char *found = memchr(letters, c, 5);
    uint32_t code = 0, low = 0;
    if (found)
        return (unsigned char)codes[found - letters];
    if (c != 'u')
        return (unsigned char)c;
    hex4(json, &code);
    if (code < 0xD800 || code > 0xDFFF)
        return code;
    size_t behind = json->at;
    if (code < 0xDC00 && word(json, SLICE("\\u")) && hex4(json, &low) && low >= 0xDC00 &&
        low <= 0xDFFF)
        return 0x10000 + ((code - 0xD800) << 10 | (low - 0xDC00));
    json->at = behind;
    return UTF8_REPLACEMENT;
}

static struct slice decode(struct slice raw, struct arena *arena)
{
    char *text = arena_alloc(arena, raw.len + 1); /* what is decoded is never longer */
    struct json json = {raw, 0, false};
    size_t len = 0;
    if (!text)
        return (struct slice){NULL, 0};
    while (json.at < raw.len) {
        char c = raw.at[json.at++];
        if (c == '\\')
            len += utf8_put(text + len, unescape(&json));
        else
            text[len++] = c;
    }
    return slice_of(text, len);
}

/* The whole text is checked before anything is looked at, as Go does: broken JSON is shell form
   whatever stands in it. */
enum json_list_result json_list_read(struct slice text, struct arena *arena, struct word_list *list)
{
    struct json json = {text, 0, false};
    bool strings = true, within = true;
    struct word_list found = {0};
    if (!take(&json, '['))
        return JSON_LIST_NONE;
    skip_blanks(&json);
    for (bool first = true; !take(&json, ']'); first = false, skip_blanks(&json)) {
        if (!first && !take(&json, ','))
            return JSON_LIST_NONE;
        skip_blanks(&json);
        struct slice raw;
        bool plain;
        if (peek(&json) != '"') {
            strings = false;
            if (!value(&json, 1))
                return JSON_LIST_NONE;
            continue;
        }
        if (!string(&json, &raw, &plain))
            return JSON_LIST_NONE;
        within = within && found.count < DOCKERFILE_ARGUMENTS_MAX;
        if (within && !plain)
            raw = decode(raw, arena);
        within = within && raw.at && ARENA_PUSH(arena, found.words, found.count, found.room, raw);
    }
    skip_blanks(&json);
    if (json.at < text.len || json.overflow)
        return JSON_LIST_NONE;
    if (!strings)
        return JSON_LIST_NOT_STRINGS;
    *list = found;
    return within ? JSON_LIST : JSON_LIST_LIMIT;
}

bool json_object_find(struct slice text, struct slice name, struct arena *arena,
                      struct slice *found)
{
    struct json json = {text, 0, false}, whole = json;
    struct slice raw;
    bool plain, is_string = false, is_plain = true;
    skip_blanks(&whole);
    json.at = whole.at + 1;
    if (peek(&whole) != '{' || !value(&whole, 0))
        return false;
    skip_blanks(&whole);
    if (whole.at < text.len || whole.overflow)
        return false;
    skip_blanks(&json);
    while (!take(&json, '}')) {
        take(&json, ',');
        skip_blanks(&json);
        string(&json, &raw, &plain);
        bool ours = slice_equal(plain ? raw : decode(raw, arena), name);
        skip_blanks(&json);
        take(&json, ':');
        skip_blanks(&json);
        if (ours)
            is_string = peek(&json) == '"';
        if (ours && is_string)
            string(&json, found, &is_plain);
        else
            value(&json, 1);
        skip_blanks(&json);
    }
    if (is_string && !is_plain)
        *found = decode(*found, arena);
    return is_string && found->at;
}
