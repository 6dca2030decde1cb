/* $name, ${name} and its modifiers, as BuildKit's shell/lex.go reads them. */
#include "base/ascii.h"
#include "lint/dockerfile/word_lexer.h"

static bool bad(struct word_lexer *lexer, const char *what)
{
    return error_set(lexer->err, ERROR_FORMAT, "%s", what);
}

static bool is_special_name(uint32_t code)
{
    return code && code < 0x80 && strchr("@*#?-$!0", (int)code);
}

/* A slice of the source; may be empty. */
static struct slice read_name(struct word_lexer *lexer)
{
    size_t start = lexer->at;
    uint32_t code = lexer_peek(lexer);
    if (code != LEXER_EOF && digit_is(code)) {
        while ((code = lexer_peek(lexer)) != LEXER_EOF && digit_is(code))
            lexer_next(lexer);
    } else if (code != LEXER_EOF && is_special_name(code)) {
        lexer_next(lexer);
    } else {
        while ((code = lexer_peek(lexer)) != LEXER_EOF &&
               (code == '_' || letter_is(code) || digit_is(code)))
            lexer_next(lexer);
    }
    return slice_of(lexer->source.at + start, lexer->at - start);
}

enum { NAMES_UNIQUE = 64 }; /* so many are looked through for one that is there already */

static bool add_name(struct word_lexer *lexer, struct slice **names, size_t *count, size_t *room,
                     struct slice name)
{
    for (size_t i = 0; i < *count && i < NAMES_UNIQUE; i++)
        if (slice_equal((*names)[i], name))
            return true;
    return ARENA_PUSH(lexer->arena, *names, *count, *room, name) || arena_error(lexer->err);
}

struct variable_value {
    struct slice text;
    bool set;
};

static bool look_up(struct word_lexer *lexer, struct slice name, bool may_be_unset,
                    struct variable_value *value)
{
    struct expansion *names = lexer->expansion;
    value->text = (struct slice){NULL, 0};
    value->set = lexer->lookup && lexer->lookup(lexer->context, name, &value->text);
    if (!value->set)
        value->text = (struct slice){NULL, 0};
    if (!names)
        return true;
    if (!add_name(lexer, &names->used, &names->used_count, &names->used_room, name))
        return false;
    return value->set || may_be_unset ||
           add_name(lexer, &names->unset, &names->unset_count, &names->unset_room, name);
}

/* What stood in the source, of variables that are to be kept when they are not set. */
static bool keep(struct word_lexer *lexer, struct slice front, struct slice name,
                 struct slice modifier, struct slice word, struct lexer_text *text)
{
    return lexer_put(lexer, text, front) && lexer_put(lexer, text, name) &&
           lexer_put(lexer, text, modifier) && lexer_put(lexer, text, word) &&
           (front.len < 2 || lexer_put(lexer, text, SLICE("}")));
}

static bool simple(struct word_lexer *lexer, struct slice name, struct slice front,
                   struct lexer_text *text)
{
    struct variable_value value;
    if (!look_up(lexer, name, false, &value))
        return false;
    if (!value.set && lexer->keep_unset)
        return keep(lexer, front, name, (struct slice){NULL, 0}, (struct slice){NULL, 0}, text);
    return lexer_put(lexer, text, value.text);
}

static bool required(struct word_lexer *lexer, struct slice name, struct slice word, bool set)
{
    struct slice why = word.len ? word
                       : set    ? SLICE("is not allowed to be empty")
                                : SLICE("is not allowed to be unset");
    return error_set(lexer->err, ERROR_FORMAT, "%.*s: %.*s", SLICE_ARG(name), SLICE_ARG(why));
}

static bool trimmed(struct word_lexer *lexer, char modifier, struct slice word, struct slice value,
                    struct lexer_text *text)
{
    struct slice made;
    bool greedy = word.len && word.at[0] == modifier;
    word = slice_from(word, greedy);
    bool ok = modifier == '%'
                  ? pattern_trim_back(word, value, greedy, lexer->arena, &made, lexer->err)
                  : pattern_trim_front(word, value, greedy, lexer->arena, &made, lexer->err);
    return ok && lexer_put(lexer, text, made);
}

static bool unsupported(struct word_lexer *lexer, struct slice modifier)
{
    return error_set(lexer->err, ERROR_FORMAT, "the modifier %.*s of a variable is not supported",
                     SLICE_ARG(modifier));
}

/* Behind ${name and the modifier, of which `colon` is the first half. */
static bool modified(struct word_lexer *lexer, struct slice name, struct slice modifier,
                     struct lexer_text *text)
{
    bool colon = modifier.at[0] == ':';
    char kind = modifier.len > colon ? modifier.at[colon] : 0;
    bool pattern = kind == '#' || kind == '%';
    struct lexer_text made = {0};
    if (colon && pattern)
        return unsupported(lexer, modifier);
    if (!lexer_until(lexer, '}', pattern, &made))
        return lexer->err->kind != ERROR_LIMIT && lexer_peek(lexer) == LEXER_EOF
                   ? bad(lexer, "the } of a variable is missing")
                   : false;
    struct slice word = slice_of(made.at, made.len);
    struct variable_value value;
    if (!look_up(lexer, name, kind == '-' || kind == '+', &value))
        return false;
    if (!value.set && lexer->keep_unset)
        return keep(lexer, SLICE("${"), name, modifier, word, text);
    bool there = value.set && !(colon && !value.text.len);
    switch (kind) {
    case '-':
        return lexer_put(lexer, text, there ? value.text : word);
    case '+':
        return !there || lexer_put(lexer, text, word);
    case '?':
        return there ? lexer_put(lexer, text, value.text) : required(lexer, name, word, value.set);
    case '#':
    case '%':
        return trimmed(lexer, kind, word, value.text, text);
    default:
        return unsupported(lexer, modifier);
    }
}

static bool replaced(struct word_lexer *lexer, struct slice name, struct lexer_text *text)
{
    struct lexer_text pattern = {0}, by = {0};
    bool all = lexer_peek(lexer) == '/';
    if (all)
        lexer_next(lexer);
    if (!lexer_until(lexer, '/', true, &pattern) || !lexer_until(lexer, '}', true, &by))
        return lexer->err->kind != ERROR_LIMIT && lexer_peek(lexer) == LEXER_EOF
                   ? bad(lexer, "a / or the } of a variable is missing")
                   : false;
    struct variable_value value;
    if (!look_up(lexer, name, false, &value))
        return false;
    struct slice old = slice_of(pattern.at, pattern.len), new = slice_of(by.at, by.len);
    if (!value.set && lexer->keep_unset)
        return lexer_put(lexer, text, SLICE("${")) && lexer_put(lexer, text, name) &&
               lexer_put(lexer, text, SLICE("/")) && lexer_put(lexer, text, old) &&
               lexer_put(lexer, text, SLICE("/")) && lexer_put(lexer, text, new) &&
               lexer_put(lexer, text, SLICE("}"));
    struct slice made;
    return pattern_replace(old, value.text, new, all, lexer->arena, &made, lexer->err) &&
           lexer_put(lexer, text, made);
}

static bool braced(struct word_lexer *lexer, struct lexer_text *text)
{
    lexer_next(lexer);
    uint32_t code = lexer_peek(lexer);
    if (code == LEXER_EOF)
        return bad(lexer, "the } of a variable is missing");
    if (code == '{' || code == '}' || code == ':')
        return bad(lexer, "behind ${ there is no name of a variable");
    struct slice name = read_name(lexer);
    size_t start = lexer->at;
    code = lexer_next(lexer);
    if (code == '}')
        return simple(lexer, name, SLICE("${"), text);
    if (code == '/')
        return replaced(lexer, name, text);
    if (code == ':')
        lexer_next(lexer);
    struct slice modifier = slice_of(lexer->source.at + start, lexer->at - start);
    if (code != ':' && (code >= 0x80 || !code || !strchr("+-?#%", (int)code)))
        return code == LEXER_EOF ? bad(lexer, "the } of a variable is missing")
                                 : unsupported(lexer, modifier);
    return modified(lexer, name, modifier, text);
}

bool lexer_dollar(struct word_lexer *lexer, struct lexer_text *text)
{
    lexer_next(lexer);
    if (lexer_peek(lexer) == '{')
        return braced(lexer, text);
    struct slice name = read_name(lexer);
    if (!name.len)
        return lexer_put(lexer, text, SLICE("$"));
    return simple(lexer, name, SLICE("$"), text);
}
