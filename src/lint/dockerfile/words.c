/* White space and words, as Go and BuildKit see them. */
#include "base/ascii.h"
#include "lint/dockerfile/parse.h"

/* What unicode.IsSpace has beyond ASCII, in UTF-8. */
static size_t wide_space(const unsigned char *at)
{
    if (at[0] == 0xC2)
        return at[1] == 0x85 || at[1] == 0xA0 ? 2 : 0;
    if (at[0] == 0xE1)
        return at[1] == 0x9A && at[2] == 0x80 ? 3 : 0;
    if (at[0] == 0xE3)
        return at[1] == 0x80 && at[2] == 0x80 ? 3 : 0;
    if (at[0] != 0xE2)
        return 0;
    if (at[1] == 0x81)
        return at[2] == 0x9F ? 3 : 0;
    bool space = at[1] == 0x80 && ((at[2] >= 0x80 && at[2] <= 0x8A) || at[2] == 0xA8 ||
                                   at[2] == 0xA9 || at[2] == 0xAF);
    return space ? 3 : 0;
}

size_t space_front(struct slice s)
{
    if (!s.len)
        return 0;
    if ((unsigned char)s.at[0] < 0x80)
        return ascii_space(s.at[0]);
    unsigned char bytes[3] = {0};
    memcpy(bytes, s.at, s.len < 3 ? s.len : 3);
    return wide_space(bytes);
}

/* At the end. */
static size_t space_back(struct slice s)
{
    if (!s.len)
        return 0;
    if ((unsigned char)s.at[s.len - 1] < 0x80)
        return ascii_space(s.at[s.len - 1]);
    for (size_t len = 2; len <= 3 && len <= s.len; len++)
        if (space_front(slice_from(s, s.len - len)) == len)
            return len;
    return 0;
}

struct slice space_trim(struct slice s)
{
    for (size_t len; (len = space_front(s));)
        s = slice_from(s, len);
    for (size_t len; (len = space_back(s));)
        s.len -= len;
    return s;
}

static bool add(struct word_list *list, struct arena *arena, struct slice word)
{
    return list->count < DOCKERFILE_ARGUMENTS_MAX &&
           ARENA_PUSH(arena, list->words, list->count, list->room, word);
}

bool words_plain(struct slice text, struct arena *arena, struct word_list *list)
{
    for (size_t i = 0; i < text.len;) {
        size_t start = i;
        while (i < text.len && !ascii_space(text.at[i]))
            i++;
        if (!add(list, arena, slice_of(text.at + start, i - start)))
            return false;
        while (i < text.len && ascii_space(text.at[i]))
            i++;
    }
    return true;
}

/* One word from `*at` on, of which nothing is space; an escape character that ends the text is left
   out, as BuildKit does. */
static struct slice quoted_word(struct slice text, size_t *at, char escape)
{
    size_t i = *at, end = text.len;
    char quote = 0;
    for (; i < text.len; i++) {
        char c = text.at[i];
        if (!quote && space_front(slice_from(text, i)))
            break;
        if (c == escape && quote != '\'') {
            if (i + 1 == text.len) {
                end = i;
                i++;
                break;
            }
            i++;
        } else if (quote ? c == quote : c == '\'' || c == '"') {
            quote = quote ? 0 : c;
        }
    }
    if (i < end)
        end = i;
    struct slice word = slice_of(text.at + *at, end - *at);
    *at = i;
    return word;
}

bool words_quoted(struct slice text, char escape, struct arena *arena, struct word_list *list)
{
    for (size_t i = 0; i < text.len;) {
        size_t space = space_front(slice_from(text, i));
        if (space) {
            i += space;
            continue;
        }
        struct slice word = quoted_word(text, &i, escape);
        if (word.len && !add(list, arena, word))
            return false;
    }
    return true;
}
