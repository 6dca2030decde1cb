/*
 * Words of nginx's configuration, by the states of ngx_conf_read_token: a backslash keeps the next
 * byte, quotes begin only where a word begins, and behind a closing quote must come a blank, `;`,
 * `{` or `)`. `${` does not open a block.
 */
#include "base/ascii.h"
#include "lint/nginx/nginx.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum nginx_token lexer_fail(struct nginx_lexer *lexer, const char *error, size_t start,
                                   size_t end)
{
    lexer->error = error;
    lexer->error_at = start;
    lexer->error_end = end;
    return TOKEN_ERROR;
}

/* \" \' \\ lose the backslash, \t \r \n become what they mean, all others stay. */
static struct slice unescape(struct arena *arena, struct slice raw)
{
    if (slice_find(raw, '\\') == raw.len)
        return raw;
    char *to = arena_alloc(arena, raw.len + 1);
    size_t len = 0;
    for (size_t i = 0; to && i < raw.len; i++) {
        char c = raw.at[i], next = i + 1 < raw.len ? raw.at[i + 1] : 0;
        if (c == '\\' && (next == '"' || next == '\'' || next == '\\'))
            c = raw.at[++i];
        else if (c == '\\' && (next == 't' || next == 'r' || next == 'n')) {
            c = next == 't' ? '\t' : next == 'r' ? '\r' : '\n';
            i++;
        }
        to[len++] = c;
    }
    return to ? slice_of(to, len) : (struct slice){NULL, 0};
}

static bool push_word(struct nginx_lexer *lexer, size_t start, size_t end, char quote)
{
    struct slice raw = slice_of(lexer->bytes.at + start, end - start);
    struct nginx_word word = {unescape(lexer->arena, raw), start - (quote != 0), end + (quote != 0),
                              quote};
    lexer->spent |=
        !word.text.at || !ARENA_PUSH(lexer->arena, lexer->words, lexer->count, lexer->room, word);
    return !lexer->spent;
}

/* Reads a word that begins at `at`; leaves `at` behind it (behind the closing quote). */
static bool read_word(struct nginx_lexer *lexer)
{
    struct slice s = lexer->bytes;
    size_t i = lexer->at;
    char quote = s.at[i] == '"' || s.at[i] == '\'' ? s.at[i] : 0;
    size_t start = quote ? i + 1 : i;
    bool variable = false;
    for (i = start; i < s.len; i++) {
        char c = s.at[i];
        if (i - start >= NGINX_TOKEN_MAX)
            break;
        if (c == '{' && variable) {
            variable = false;
            continue;
        }
        variable = c == '$';
        if (c == '\\')
            i++;
        else if (quote ? c == quote : is_blank(c) || c == ';' || c == '{') {
            lexer->at = quote ? i + 1 : i;
            return push_word(lexer, start, i, quote);
        }
    }
    if (i < s.len)
        lexer_fail(lexer,
                   quote ? "parameter is longer than 4095 bytes: its closing quote is missing"
                         : "parameter is longer than 4095 bytes",
                   start, start + 10);
    else
        lexer_fail(lexer,
                   quote ? "unexpected end of file: a closing quote is missing"
                         : "unexpected end of file, expecting \";\" or \"}\"",
                   start - (quote != 0), s.len);
    lexer->at = s.len;
    return false;
}

/* Skips blanks and comments; false at a comment that nginx takes for a parameter without end. */
static bool skip_blanks(struct nginx_lexer *lexer)
{
    struct slice s = lexer->bytes;
    for (; lexer->at < s.len; lexer->at++) {
        if (s.at[lexer->at] == '#') {
            size_t len = slice_find(slice_from(s, lexer->at), '\n');
            if (len >= NGINX_TOKEN_MAX) {
                lexer_fail(lexer, "comment is longer than 4095 bytes, which nginx does not take",
                           lexer->at, lexer->at + len);
                return false;
            }
            lexer->at += len;
        } else if (!is_blank(s.at[lexer->at])) {
            return true;
        }
    }
    lexer->at = s.len;
    return true;
}

/* What stands behind a closing quote. */
static bool fine_after_quote(struct nginx_lexer *lexer)
{
    struct slice s = lexer->bytes;
    if (lexer->at >= s.len)
        return true;
    char c = s.at[lexer->at];
    if (is_blank(c) || c == ';' || c == '{' || c == ')')
        return true;
    lexer_fail(lexer, "unexpected text behind a closing quote: a blank or \";\" is missing",
               lexer->at, lexer->at + 1);
    return false;
}

enum nginx_token nginx_lexer_next(struct nginx_lexer *lexer)
{
    struct slice s = lexer->bytes;
    lexer->words = NULL;
    lexer->count = lexer->room = 0;
    lexer->error = NULL;
    for (;;) {
        /* Behind a quoted word `)` begins a word of its own; all else needs no blank here. */
        if (!skip_blanks(lexer))
            return TOKEN_ERROR;
        if (lexer->at >= s.len)
            break;
        char c = s.at[lexer->at];
        if (c == ';' || c == '{') {
            if (!lexer->count)
                return lexer_fail(lexer, c == ';' ? "unexpected \";\"" : "unexpected \"{\"",
                                  lexer->at, lexer->at + 1);
            lexer->at++;
            return c == ';' ? TOKEN_SEMICOLON : TOKEN_OPEN;
        }
        if (c == '}') {
            if (lexer->count)
                return lexer_fail(lexer, "unexpected \"}\": the directive before it needs \";\"",
                                  lexer->at, lexer->at + 1);
            lexer->at++;
            return TOKEN_CLOSE;
        }
        if (!read_word(lexer) || (lexer->words[lexer->count - 1].quote && !fine_after_quote(lexer)))
            return TOKEN_ERROR;
    }
    if (lexer->count)
        return lexer_fail(lexer, "unexpected end of file, expecting \";\" or \"}\"",
                          lexer->words[0].start, lexer->words[lexer->count - 1].end);
    return TOKEN_END;
}

/* The level of `[[`, `[==[`, at a bracket; -1: it opens no long string. */
static int long_level(struct slice s, size_t at)
{
    size_t i = at + 1;
    while (i < s.len && s.at[i] == '=' && i - at < 100)
        i++;
    return i < s.len && s.at[i] == '[' ? (int)(i - at - 1) : -1;
}

/* Behind the closing `]==]`, or the end. */
static size_t skip_long(struct slice s, size_t at, int level)
{
    for (at += (size_t)level + 2; at < s.len; at++) {
        at += slice_find(slice_from(s, at), ']');
        size_t i = at + 1;
        while (i < s.len && s.at[i] == '=' && i - at <= (size_t)level)
            i++;
        if (i < s.len && s.at[i] == ']' && i - at - 1 == (size_t)level)
            return i + 1;
    }
    return s.len;
}

static size_t skip_lua_string(struct slice s, size_t at)
{
    char quote = s.at[at++];
    while (at < s.len && s.at[at] != quote)
        at += s.at[at] == '\\' ? 2 : 1;
    return at + 1;
}

static size_t skip_lua_comment(struct slice s, size_t at)
{
    int level = at + 2 < s.len && s.at[at + 2] == '[' ? long_level(s, at + 2) : -1;
    if (level >= 0)
        return skip_long(s, at + 2, level);
    return at + slice_find(slice_from(s, at), '\n');
}

bool nginx_lexer_lua(struct nginx_lexer *lexer, struct slice *code)
{
    struct slice s = lexer->bytes;
    size_t at = lexer->at, depth = 1;
    while (at < s.len) {
        char c = s.at[at];
        int level;
        if (c == '"' || c == '\'')
            at = skip_lua_string(s, at);
        else if (c == '-' && at + 1 < s.len && s.at[at + 1] == '-')
            at = skip_lua_comment(s, at);
        else if (c == '[' && (level = long_level(s, at)) >= 0)
            at = skip_long(s, at, level);
        else if (c == '}' && --depth == 0) {
            *code = slice_of(s.at + lexer->at, at - lexer->at);
            lexer->at = at + 1;
            return true;
        } else {
            depth += c == '{';
            at++;
        }
    }
    lexer_fail(lexer, "unexpected end of file in a Lua block, expecting \"}\"", lexer->at, s.len);
    lexer->at = s.len;
    return false;
}
