/* Quotes, escapes, words; variables are in word_dollar.c. See word_lexer.h. */
#include "lint/dockerfile/word_lexer.h"

#include "base/utf8.h"
#include "lint/dockerfile/parse.h"

static uint32_t decode(const struct word_lexer *lexer, size_t *len)
{
    struct slice rest = slice_from(lexer->source, lexer->at);
    uint32_t code = LEXER_EOF;
    *len = 0;
    if (!rest.len)
        return code;
    if (!utf8_cut(&rest, &code) && code >= 0x80)
        code = UTF8_REPLACEMENT;
    *len = lexer->source.len - lexer->at - rest.len;
    return code;
}

uint32_t lexer_peek(const struct word_lexer *lexer)
{
    size_t len;
    return decode(lexer, &len);
}

uint32_t lexer_next(struct word_lexer *lexer)
{
    size_t len;
    uint32_t code = decode(lexer, &len);
    lexer->at += len;
    return code;
}

bool lexer_text_add(struct lexer_text *text, struct arena *arena, struct slice bytes,
                    struct error *err)
{
    if (bytes.len > text->room - text->len) {
        size_t room = text->room * 2 + bytes.len + 32;
        char *grown = arena_alloc(arena, room);
        if (!grown)
            return arena_error(err);
        if (text->len)
            memcpy(grown, text->at, text->len);
        text->at = grown;
        text->room = room;
    }
    if (bytes.len)
        memcpy(text->at + text->len, bytes.at, bytes.len);
    text->len += bytes.len;
    return true;
}

bool lexer_put(struct word_lexer *lexer, struct lexer_text *text, struct slice bytes)
{
    if (!text)
        return true;
    lexer->spent += bytes.len;
    if (lexer->spent > EXPAND_SIZE_MAX + lexer->source.len * 4)
        return error_set(lexer->err, ERROR_LIMIT, "expanding variables makes more than %d bytes",
                         EXPAND_SIZE_MAX);
    return lexer_text_add(text, lexer->arena, bytes, lexer->err);
}

static bool put_code(struct word_lexer *lexer, struct lexer_text *text, uint32_t code)
{
    char bytes[4];
    return lexer_put(lexer, text, slice_of(bytes, utf8_put(bytes, code)));
}

/* The words of one lexer_until. */
struct words {
    bool in_word;
};

static bool push_word(struct word_lexer *lexer, size_t end)
{
    struct lexer_word word = {arena_copy(lexer->arena, slice_of(lexer->word.at, lexer->word.len)),
                              lexer->word_start, end};
    lexer->word.len = 0;
    return (word.text.at &&
            ARENA_PUSH(lexer->arena, lexer->words, lexer->word_count, lexer->word_room, word)) ||
           arena_error(lexer->err);
}

/* `from`: where in the source the bytes come from. */
static bool add_raw(struct word_lexer *lexer, struct words *words, struct slice bytes, size_t from)
{
    if (!lexer->split)
        return true;
    if (!lexer->word.len)
        lexer->word_start = from;
    words->in_word = true;
    return lexer_put(lexer, &lexer->word, bytes);
}

/* Text in which blanks end words. */
static bool add_text(struct word_lexer *lexer, struct words *words, struct slice bytes, size_t from)
{
    while (lexer->split && bytes.len) {
        size_t space = space_front(bytes);
        size_t len = 0;
        if (space && words->in_word && lexer->word.len) {
            if (!push_word(lexer, from))
                return false;
            words->in_word = false;
        }
        while (!space && len < bytes.len && !space_front(slice_from(bytes, len)))
            len++;
        if (len && !add_raw(lexer, words, slice_upto(bytes, len), from))
            return false;
        bytes = slice_from(bytes, space + len);
    }
    return true;
}

static bool single_quotes(struct word_lexer *lexer, struct lexer_text *text)
{
    uint32_t code = lexer_next(lexer);
    if (lexer->keep_quotes && !put_code(lexer, text, code))
        return false;
    while ((code = lexer_next(lexer)) != '\'') {
        if (code == LEXER_EOF)
            return error_set(lexer->err, ERROR_FORMAT, "a single quote is not closed");
        if (!put_code(lexer, text, code))
            return false;
    }
    return !lexer->keep_quotes || put_code(lexer, text, code);
}

static bool double_quoted_character(struct word_lexer *lexer, struct lexer_text *text)
{
    uint32_t code = lexer_next(lexer);
    uint32_t escape = (unsigned char)lexer->escape;
    if (code == escape) {
        if (lexer->keep_escapes && !put_code(lexer, text, code))
            return false;
        uint32_t next = lexer_peek(lexer);
        if (next == LEXER_EOF)
            return true;
        if (next == '"' || next == '$' || next == escape)
            code = lexer_next(lexer);
    }
    return put_code(lexer, text, code);
}

static bool double_quotes(struct word_lexer *lexer, struct lexer_text *text)
{
    uint32_t code = lexer_next(lexer);
    if (lexer->keep_quotes && !put_code(lexer, text, code))
        return false;
    while ((code = lexer_peek(lexer)) != '"') {
        if (code == LEXER_EOF)
            return error_set(lexer->err, ERROR_FORMAT, "a double quote is not closed");
        if (!(code == '$' ? lexer_dollar(lexer, text) : double_quoted_character(lexer, text)))
            return false;
    }
    lexer_next(lexer);
    return !lexer->keep_quotes || put_code(lexer, text, code);
}

/* Blanks behind << belong to the word. */
static bool less_than(struct word_lexer *lexer, struct lexer_text *text)
{
    bool ok = put_code(lexer, text, lexer_next(lexer));
    if (lexer_peek(lexer) != '<')
        return ok;
    ok = ok && put_code(lexer, text, lexer_next(lexer));
    for (uint32_t code; (code = lexer_peek(lexer)) == '\t' || code == '\r' || code == ' ';)
        ok = ok && put_code(lexer, text, lexer_next(lexer));
    return ok;
}

static bool special(struct word_lexer *lexer, uint32_t code, struct words *words,
                    struct lexer_text *text)
{
    size_t from = lexer->at;
    struct lexer_text made = {0};
    bool ok = code == '$'    ? lexer_dollar(lexer, &made)
              : code == '<'  ? less_than(lexer, &made)
              : code == '\'' ? single_quotes(lexer, &made)
                             : double_quotes(lexer, &made);
    struct slice bytes = slice_of(made.at, made.len);
    if (!ok || !lexer_put(lexer, text, bytes))
        return false;
    return code == '$' ? add_text(lexer, words, bytes, from) : add_raw(lexer, words, bytes, from);
}

static bool ordinary(struct word_lexer *lexer, struct words *words, struct lexer_text *text)
{
    char bytes[4];
    size_t from = lexer->at;
    uint32_t code = lexer_next(lexer);
    bool escaped = code == (unsigned char)lexer->escape;
    struct slice made = slice_of(bytes, utf8_put(bytes, code));
    if (escaped) {
        if (lexer->keep_escapes &&
            (!add_raw(lexer, words, made, from) || !lexer_put(lexer, text, made)))
            return false;
        code = lexer_next(lexer);
        if (code == LEXER_EOF)
            return true;
        made = slice_of(bytes, utf8_put(bytes, code));
    }
    if (!(escaped ? add_raw(lexer, words, made, from) : add_text(lexer, words, made, from)))
        return false;
    return lexer_put(lexer, text, made);
}

static bool until(struct word_lexer *lexer, uint32_t stop, struct lexer_text *text)
{
    struct words words = {false};
    lexer->word.len = 0;
    for (uint32_t code; (code = lexer_peek(lexer)) != LEXER_EOF;) {
        if (code == stop) {
            lexer_next(lexer);
            return !lexer->word.len || push_word(lexer, lexer->at - 1);
        }
        bool is_special = code == '$' || code == '<' || code == '\'' || code == '"';
        if (!(is_special ? special(lexer, code, &words, text) : ordinary(lexer, &words, text)))
            return false;
    }
    if (stop != LEXER_EOF)
        return error_set(lexer->err, ERROR_FORMAT, "a %c is missing", (char)stop);
    return !lexer->word.len || push_word(lexer, lexer->at);
}

bool lexer_until(struct word_lexer *lexer, uint32_t stop, bool keep_escapes,
                 struct lexer_text *text)
{
    bool kept = lexer->keep_escapes;
    if (lexer->depth == EXPAND_DEPTH_MAX)
        return error_set(lexer->err, ERROR_LIMIT, "variables nested more than %d deep",
                         EXPAND_DEPTH_MAX);
    lexer->depth++;
    lexer->keep_escapes = keep_escapes;
    bool ok = until(lexer, stop, text);
    lexer->keep_escapes = kept;
    lexer->depth--;
    return ok;
}

bool word_lexer_run(struct word_lexer *lexer, struct slice source, struct slice *text,
                    struct error *err)
{
    struct lexer_text made = {0};
    lexer->source = source;
    lexer->err = err;
    if (slice_starts(source, SLICE("\xEF\xBB\xBF")))
        lexer->at = 3; /* as Go's text/scanner */
    if (!lexer_until(lexer, LEXER_EOF, lexer->keep_escapes, text ? &made : NULL))
        return false;
    if (text)
        *text = made.at ? slice_of(made.at, made.len) : slice_of(source.at, 0);
    return true;
}
