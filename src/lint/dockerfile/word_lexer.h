#pragma once
/*
 * The lexer behind variable expansion and heredocs (BuildKit's shell/lex.go): quotes, escapes,
 * $variables, cut into words or not. Used by expand.c and heredoc.c only.
 */
#include "lint/dockerfile/expand.h"

struct lexer_text { /* a growing string in the arena */
    char *at;
    size_t len, room;
};
bool lexer_text_add(struct lexer_text *text, struct arena *arena, struct slice bytes,
                    struct error *err);

struct lexer_word {
    struct slice text;
    size_t start, end; /* where it stands in the source */
};

struct word_lexer {
    /* Set by the caller. */
    struct arena *arena;
    char escape;
    bool keep_quotes, keep_escapes; /* they stay in the result */
    bool keep_unset;                /* variables that are not set stay as they are */
    bool split;                     /* words are wanted */
    expand_lookup lookup;           /* NULL: nothing is set */
    void *context;
    struct expansion *expansion; /* takes names; NULL: nobody wants them */

    /* Results. */
    struct lexer_word *words;
    size_t word_count, word_room;

    struct slice source;
    size_t at;
    struct lexer_text word; /* the one being put together. One for all depths, as in BuildKit, where
                               ${x:-y} behind other text makes that text vanish from the words */
    size_t word_start;
    unsigned depth;
    size_t spent; /* bytes made so far, of EXPAND_SIZE_MAX */
    struct error *err;
};

/* `text` may be NULL. ERROR_FORMAT for what BuildKit refuses; ERROR_LIMIT. */
bool word_lexer_run(struct word_lexer *lexer, struct slice source, struct slice *text,
                    struct error *err);

/* For the parts of it, which stand in two files. */
enum { LEXER_EOF = 0x7FFFFFFF };
/* The next character, LEXER_EOF at the end; UTF8_REPLACEMENT for a bad byte. */
uint32_t lexer_peek(const struct word_lexer *lexer);
uint32_t lexer_next(struct word_lexer *lexer);
bool lexer_put(struct word_lexer *lexer, struct lexer_text *text, struct slice bytes);
/* Up to `stop` (LEXER_EOF: all). */
bool lexer_until(struct word_lexer *lexer, uint32_t stop, bool keep_escapes,
                 struct lexer_text *text);
/* $… ; appends what it stands for. */
bool lexer_dollar(struct word_lexer *lexer, struct lexer_text *text);

/* A shell pattern without [] (pattern.c). */
bool pattern_trim_front(struct slice pattern, struct slice value, bool greedy, struct arena *arena,
                        struct slice *result, struct error *err);
bool pattern_trim_back(struct slice pattern, struct slice value, bool greedy, struct arena *arena,
                       struct slice *result, struct error *err);
bool pattern_replace(struct slice pattern, struct slice value, struct slice by, bool all,
                     struct arena *arena, struct slice *result, struct error *err);
/* unicode.IsLetter and IsDigit (letters.c). */
bool letter_is(uint32_t code);
bool digit_is(uint32_t code);
