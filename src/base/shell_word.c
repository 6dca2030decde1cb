/* See shell_word.h. */
#include "base/shell_word.h"

#include "base/ascii.h"

static bool is_plain(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!ascii_alnum(word.at[i]) && !strchr("-_./:=,@+%", word.at[i]))
            return false;
    return word.len > 0;
}

struct slice shell_word(struct slice word, struct arena *arena)
{
    struct slice quoted = SLICE("'");
    if (is_plain(word))
        return word;
    while (word.len && quoted.at) {
        bool more = slice_find(word, '\'') < word.len;
        struct slice piece = slice_cut(&word, '\'');
        quoted = arena_printf(arena, "%.*s%.*s%s", SLICE_ARG(quoted), SLICE_ARG(piece),
                              more ? "'\\''" : "");
    }
    return quoted.at ? arena_printf(arena, "%.*s'", SLICE_ARG(quoted)) : quoted;
}
