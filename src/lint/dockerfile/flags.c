/* The flags in front of an instruction's arguments (BuildKit's extractBuilderFlags). */
#include "lint/dockerfile/parse.h"

/* Where the word ends that begins in front of `text`; whether quotes or escapes are in it. */
static size_t word_end(struct slice text, char escape, bool *plain)
{
    char quote = 0;
    *plain = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!quote && space_byte(c))
            return i;
        if (quote ? c == quote : c == '\'' || c == '"') {
            quote = quote ? 0 : c;
            *plain = false;
        } else if (c == escape) {
            *plain = false;
            i++;
        }
    }
    return text.len;
}

/* The word without quotes and escapes; an escape character that ends the text vanishes. */
static struct slice decode(struct slice word, char escape, struct arena *arena)
{
    char *text = arena_alloc(arena, word.len + 1);
    if (!text)
        return (struct slice){NULL, 0};
    size_t len = 0;
    char quote = 0;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.at[i];
        if (quote ? c == quote : c == '\'' || c == '"') {
            quote = quote ? 0 : c;
            continue;
        }
        if (c == escape && ++i == word.len)
            break;
        text[len++] = word.at[i];
    }
    return slice_of(text, len);
}

static void cut(struct slice word, struct slice *name, struct slice *value, bool *has_value)
{
    size_t equals = slice_find(word, '=');
    *has_value = equals < word.len;
    *name = slice_from(slice_upto(word, equals), 2);
    *value = slice_from(word, equals + 1);
}

static bool make(struct slice word, bool plain, char escape, struct arena *arena,
                 struct dockerfile_flag *flag)
{
    flag->raw = word;
    cut(word, &flag->name, &flag->value, &flag->has_value);
    flag->text = flag->value;
    if (plain)
        return true;
    struct slice text = decode(word, escape, arena);
    if (!text.at)
        return false;
    cut(text, &flag->name, &flag->text, &flag->has_value);
    return true;
}

bool flags_read(struct slice *rest, char escape, struct arena *arena,
                struct dockerfile_flag **flags, size_t *count)
{
    size_t room = 0;
    for (;;) {
        while (rest->len && space_byte(rest->at[0]))
            *rest = slice_from(*rest, 1);
        if (rest->len < 2 || rest->at[0] != '-' || rest->at[1] != '-')
            return true;
        bool plain;
        struct slice word = slice_upto(*rest, word_end(*rest, escape, &plain));
        struct dockerfile_flag flag = {0};
        if (!make(word, plain, escape, arena, &flag))
            return false;
        *rest = slice_from(*rest, word.len);
        if (!flag.name.len && !flag.has_value)
            return true; /* "--": what follows are arguments */
        if (*count == DOCKERFILE_ARGUMENTS_MAX || !ARENA_PUSH(arena, *flags, *count, room, flag))
            return false;
    }
}
