#include "base/json_string.h"

#include "base/utf8.h"

static bool ordinary(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* Eight bytes at once: whether one of them is not ordinary. The high bit of a byte of
   (x - 01…) & ~x marks a zero byte of x; bytes that have it set themselves are not ASCII. */
static bool any_special(uint64_t x)
{
    const uint64_t ones = UINT64_MAX / 255, high = ones * 0x80;
    uint64_t quote = x ^ ones * '"', backslash = x ^ ones * '\\';
    return (((x - ones * 0x20) | (quote - ones) | (backslash - ones) | x) & high) != 0;
}

static size_t skip_ordinary(struct slice s, size_t at)
{
    for (uint64_t eight; s.len - at >= sizeof eight; at += sizeof eight) {
        memcpy(&eight, s.at + at, sizeof eight);
        if (any_special(eight))
            break;
    }
    while (at < s.len && ordinary(s.at[at]))
        at++;
    return at;
}

const char *json_string_cut(struct slice *rest, struct slice *raw, bool *plain)
{
    struct slice s = *rest;
    *plain = true;
    size_t at = 1;
    while ((at = skip_ordinary(s, at)) < s.len && s.at[at] != '"') {
        struct slice here = slice_from(s, at);
        uint32_t code;
        if (s.at[at] == '\\') {
            *plain = false;
            at += 2;
        } else if ((unsigned char)s.at[at] < 0x20) {
            *rest = here;
            return "a control character in a string";
        } else {
            *plain = utf8_cut(&here, &code) && *plain;
            at = s.len - here.len;
        }
        if (at > s.len)
            at = s.len;
    }
    if (at >= s.len)
        return "a string without an end";
    *raw = slice_from(slice_upto(s, at), 1);
    *rest = slice_from(s, at + 1);
    return NULL;
}

static bool hex4(struct slice s, uint32_t *value)
{
    *value = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = i < s.len ? s.at[i] : '\0';
        if (c >= '0' && c <= '9')
            *value = *value << 4 | (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            *value = *value << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* Behind "\u"; a high surrogate takes the low one that follows with it. */
static bool cut_unicode(struct slice *rest, uint32_t *code)
{
    if (!hex4(*rest, code))
        return false;
    *rest = slice_from(*rest, 4);
    uint32_t low;
    if (*code >= 0xD800 && *code <= 0xDBFF && slice_starts(*rest, SLICE("\\u")) &&
        hex4(slice_from(*rest, 2), &low) && low >= 0xDC00 && low <= 0xDFFF) {
        *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
        *rest = slice_from(*rest, 6);
    }
    return true;
}

static bool cut_escape(struct slice *rest, uint32_t *code)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char c = rest->len ? rest->at[0] : '\0';
    *rest = slice_from(*rest, 1);
    if (c == 'u')
        return cut_unicode(rest, code);
    const char *found = c ? strchr(names, c) : NULL;
    if (found)
        *code = (uint32_t)values[found - names];
    return found != NULL;
}

/* Each byte that is not UTF-8 grows to the three of U+FFFD; nothing else grows. */
static size_t decoded_limit(struct slice raw)
{
    size_t bad = 0;
    uint32_t code;
    for (struct slice rest = raw; rest.len;)
        bad += !utf8_cut(&rest, &code);
    return raw.len + 2 * bad;
}

const char *json_string_decode(struct slice raw, struct arena *arena, struct slice *text)
{
    char *to = arena_alloc(arena, decoded_limit(raw) + 1);
    *text = (struct slice){to, 0};
    if (!to)
        return "out of memory budget";
    while (raw.len) {
        uint32_t code;
        if (raw.at[0] == '\\') {
            raw = slice_from(raw, 1);
            if (!cut_escape(&raw, &code))
                return "an unknown escape in a string";
        } else if (!utf8_cut(&raw, &code)) {
            code = UTF8_REPLACEMENT;
        }
        text->len += utf8_put(to + text->len, code);
    }
    return NULL;
}
