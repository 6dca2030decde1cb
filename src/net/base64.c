#include "net/base64.h"

#include "base/ascii.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct slice base64_encode(struct slice bytes, struct arena *arena)
{
    char *to = bytes.len < SIZE_MAX / 2 ? arena_alloc(arena, (bytes.len + 2) / 3 * 4 + 1) : NULL;
    struct slice text = {to, 0};
    for (size_t i = 0; to && i < bytes.len; i += 3) {
        uint32_t group = 0;
        for (size_t j = 0; j < 3; j++)
            group = group << 8 | (i + j < bytes.len ? (unsigned char)bytes.at[i + j] : 0);
        for (size_t j = 0; j < 4; j++)
            to[text.len++] = i + j > bytes.len ? '=' : alphabet[group >> (18 - 6 * j) & 63];
    }
    return text;
}

static int digit_value(char c)
{
    const char *found = c ? strchr(alphabet, c) : NULL;
    return found ? (int)(found - alphabet) : -1;
}

bool base64_decode(struct slice text, struct arena *arena, struct slice *bytes, struct error *err)
{
    text = slice_trim(text);
    for (int pad = 0; pad < 2 && text.len && text.at[text.len - 1] == '='; pad++)
        text.len--;
    char *to = arena_alloc(arena, text.len + 1);
    if (!to)
        return arena_error(err);
    size_t len = 0;
    uint32_t group = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = digit_value(text.at[i]);
        if (value < 0)
            return error_set(err, ERROR_FORMAT, "not base64");
        group = group << 6 | (uint32_t)value;
        if (i % 4) /* the 2nd, 3rd and 4th digit each complete a byte */
            to[len++] = (char)(group >> (6 - i % 4 * 2) & 255);
    }
    if (text.len % 4 == 1)
        return error_set(err, ERROR_FORMAT, "base64 that is cut off");
    *bytes = slice_of(to, len);
    return true;
}

struct slice base64_basic(struct slice user, struct slice password, struct arena *arena)
{
    struct slice pair = arena_printf(arena, "%.*s:%.*s", SLICE_ARG(user), SLICE_ARG(password));
    struct slice encoded = pair.at ? base64_encode(pair, arena) : pair;
    return encoded.at ? arena_printf(arena, "Basic %.*s", SLICE_ARG(encoded)) : encoded;
}
