#include "lint/dockerfile/expand.h"

#include "base/ascii.h"
#include "lint/dockerfile/word_lexer.h"

static bool is_plain(struct slice word, char escape)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] == '$' || word.at[i] == '\'' || word.at[i] == '"' || word.at[i] == escape)
            return false;
    return true;
}

bool expand_word(struct slice word, char escape, expand_lookup lookup, void *context,
                 struct arena *arena, struct expansion *expansion, struct error *err)
{
    *expansion = (struct expansion){.text = word};
    if (is_plain(word, escape))
        return word.len <= EXPAND_SIZE_MAX ||
               error_set(err, ERROR_LIMIT, "a word of more than %d bytes", EXPAND_SIZE_MAX);
    struct expansion names = {0};
    struct word_lexer lexer = {.arena = arena,
                               .escape = escape,
                               .lookup = lookup,
                               .context = context,
                               .expansion = &names};
    struct slice text;
    if (!word_lexer_run(&lexer, word, &text, err))
        return false;
    names.text = text;
    *expansion = names;
    return true;
}

/* Quotes as the shell has them: a $ between single ones is none, between double ones it is. */
bool expand_has_variables(struct slice word, char escape)
{
    bool single = false, both = false;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.at[i];
        char next = i + 1 < word.len ? word.at[i + 1] : 0;
        if (c == escape && !single)
            i++;
        else if (c == '\'' && !both)
            single = !single;
        else if (c == '"' && !single)
            both = !both;
        else if (c == '$' && !single &&
                 (next == '{' || next == '_' || ascii_alnum(next) || (next & 0x80) ||
                  (next && strchr("@*#?-$!", next))))
            return true;
    }
    return false;
}
