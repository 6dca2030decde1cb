#include "base/slice.h"

#include "base/ascii.h"

struct slice slice_of(const void *at, size_t len)
{
    return (struct slice){at, len};
}

struct slice slice_str(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool slice_equal_str(struct slice a, const char *text)
{
    return slice_equal(a, slice_str(text));
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;
    if (slice_equal(a, b)) /* as it mostly is written: many bytes at a time */
        return true;
    for (size_t i = 0; i < a.len; i++)
        if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
            return false;
    return true;
}

int slice_compare(struct slice a, struct slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool slice_starts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_equal(slice_upto(s, prefix.len), prefix);
}

bool slice_ends(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len && slice_equal(slice_from(s, s.len - suffix.len), suffix);
}

size_t slice_find(struct slice s, char c)
{
    const char *found = s.len ? memchr(s.at, c, s.len) : NULL;
    return found ? (size_t)(found - s.at) : s.len;
}

size_t slice_find_last(struct slice s, char c)
{
    const char *found = s.len ? memrchr(s.at, c, s.len) : NULL;
    return found ? (size_t)(found - s.at) : s.len;
}

size_t slice_search(struct slice s, struct slice needle)
{
    const char *found = s.len ? memmem(s.at, s.len, needle.at, needle.len) : NULL;
    return found ? (size_t)(found - s.at) : s.len;
}

struct slice slice_from(struct slice s, size_t start)
{
    if (start == 0)
        return s;
    if (start >= s.len)
        return (struct slice){s.len ? s.at + s.len : s.at, 0};
    return (struct slice){s.at + start, s.len - start};
}

struct slice slice_upto(struct slice s, size_t end)
{
    return (struct slice){s.at, end < s.len ? end : s.len};
}

struct slice slice_trim(struct slice s)
{
    while (s.len && ascii_space(s.at[0]))
        s = slice_from(s, 1);
    while (s.len && ascii_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

struct slice slice_cut(struct slice *rest, char c)
{
    size_t end = slice_find(*rest, c);
    struct slice piece = slice_upto(*rest, end);
    *rest = slice_from(*rest, end + 1);
    return piece;
}

struct slice slice_cut_line(struct slice *rest)
{
    struct slice line = slice_cut(rest, '\n');
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

bool slice_u64(struct slice s, uint64_t *value)
{
    uint64_t sum = 0;
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_digit(s.at[i]) || __builtin_mul_overflow(sum, 10u, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(s.at[i] - '0'), &sum))
            return false;
    }
    *value = sum;
    return true;
}

bool slice_double(struct slice s, double *value)
{
    bool negative = s.len && s.at[0] == '-';
    if (negative)
        s = slice_from(s, 1);
    size_t dot = slice_find(s, '.');
    struct slice fraction = slice_from(s, dot + 1);
    uint64_t whole = 0;
    if (s.len == 0 || !slice_u64(slice_upto(s, dot), &whole))
        return false;
    double scale = 1, sum = (double)whole;
    for (size_t i = 0; i < fraction.len; i++) {
        if (!ascii_digit(fraction.at[i]))
            return false;
        scale /= 10;
        sum += scale * (fraction.at[i] - '0');
    }
    *value = negative ? -sum : sum;
    return true;
}

size_t slice_join(char *to, size_t room, const struct slice *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > room - len)
            return SIZE_MAX;
        if (parts[i].len)
            memcpy(to + len, parts[i].at, parts[i].len);
        len += parts[i].len;
    }
    return len;
}
