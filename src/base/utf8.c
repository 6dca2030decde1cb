#include "base/utf8.h"

static bool continues(struct slice s, size_t at)
{
    return at < s.len && ((unsigned char)s.at[at] & 0xC0) == 0x80;
}

/* Length told by the first byte, 0 when it cannot be one; its bits go to *code. */
static size_t lead(unsigned char byte, uint32_t *code)
{
    if (byte >= 0xC2 && byte <= 0xDF) {
        *code = byte & 0x1F;
        return 2;
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        *code = byte & 0x0F;
        return 3;
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        *code = byte & 0x07;
        return 4;
    }
    return 0;
}

bool utf8_cut(struct slice *rest, uint32_t *code)
{
    unsigned char first = (unsigned char)rest->at[0];
    uint32_t value = first;
    size_t len = first < 0x80 ? 1 : lead(first, &value);
    for (size_t i = 1; i < len; i++) {
        if (!continues(*rest, i))
            len = 0;
        else
            value = value << 6 | ((unsigned char)rest->at[i] & 0x3F);
    }
    if ((len == 3 && (value < 0x800 || (value >= 0xD800 && value <= 0xDFFF))) ||
        (len == 4 && (value < 0x10000 || value > 0x10FFFF)))
        len = 0;
    *code = len ? value : first;
    *rest = slice_from(*rest, len ? len : 1);
    return len != 0;
}

size_t utf8_put(char *to, uint32_t code)
{
    if ((code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF)
        code = UTF8_REPLACEMENT;
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, code >>= 6)
        to[i] = (char)(0x80 | (code & 0x3F));
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    to[0] = (char)(marks[len] | code);
    return len;
}

bool utf8_is_hidden(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x61C, 0x61C},
        {0x180E, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E},   {0x2060, 0x206F},
        {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF},
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (code >= hidden[i].first && code <= hidden[i].last)
            return true;
    return false;
}
