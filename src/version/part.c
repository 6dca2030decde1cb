#include "version/part.h"

struct slice part_cut_digits(struct slice *rest)
{
    size_t end = 0;
    while (end < rest->len && ascii_digit(rest->at[end]))
        end++;
    struct slice run = slice_upto(*rest, end);
    *rest = slice_from(*rest, end);
    return run;
}

struct slice part_cut_letters(struct slice *rest)
{
    size_t end = 0;
    while (end < rest->len && ascii_alpha(rest->at[end]))
        end++;
    struct slice run = slice_upto(*rest, end);
    *rest = slice_from(*rest, end);
    return run;
}

struct slice part_cut_alnum(struct slice *rest)
{
    size_t end = 0;
    while (end < rest->len && ascii_alnum(rest->at[end]))
        end++;
    struct slice run = slice_upto(*rest, end);
    *rest = slice_from(*rest, end);
    return run;
}

bool part_drop(struct slice *rest, char c)
{
    if (rest->len == 0 || rest->at[0] != c)
        return false;
    *rest = slice_from(*rest, 1);
    return true;
}

bool part_is_digits(struct slice s)
{
    return s.len && part_cut_digits(&s).len && s.len == 0;
}

static struct slice without_leading_zeros(struct slice digits)
{
    while (digits.len && digits.at[0] == '0')
        digits = slice_from(digits, 1);
    return digits;
}

bool part_is_zero(struct slice digits)
{
    return without_leading_zeros(digits).len == 0;
}

int part_compare_digits(struct slice a, struct slice b)
{
    a = without_leading_zeros(a);
    b = without_leading_zeros(b);
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return slice_compare(a, b);
}

int part_compare_numbers(const struct slice *a, const struct slice *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int order = part_compare_digits(a[i], b[i]);
        if (order)
            return order;
    }
    return 0;
}

int part_compare_nocase(struct slice a, struct slice b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        unsigned char x = (unsigned char)ascii_lower(a.at[i]);
        unsigned char y = (unsigned char)ascii_lower(b.at[i]);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static bool valid_identifier(struct slice s, bool strict)
{
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_alnum(s.at[i]) && s.at[i] != '-')
            return false;
    return !strict || s.len == 1 || s.at[0] != '0' || !part_is_digits(s);
}

bool part_valid_identifiers(struct slice s, bool strict)
{
    for (size_t dot; (dot = slice_find(s, '.')) < s.len; s = slice_from(s, dot + 1))
        if (!valid_identifier(slice_upto(s, dot), strict))
            return false;
    return valid_identifier(s, strict);
}

static int compare_identifiers(struct slice a, struct slice b, bool ignore_case)
{
    bool a_number = part_is_digits(a), b_number = part_is_digits(b);
    if (a_number && b_number)
        return part_compare_digits(a, b);
    if (a_number != b_number)
        return a_number ? -1 : 1;
    return ignore_case ? part_compare_nocase(a, b) : slice_compare(a, b);
}

int part_compare_prerelease(struct slice a, struct slice b, bool ignore_case)
{
    if (a.len == 0 || b.len == 0)
        return (a.len == 0) - (b.len == 0);
    while (a.len && b.len) {
        struct slice x = slice_cut(&a, '.'), y = slice_cut(&b, '.');
        int order = compare_identifiers(x, y, ignore_case);
        if (order)
            return order;
    }
    return (a.len != 0) - (b.len != 0);
}
