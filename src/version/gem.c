/*
 * Versions of RubyGems: Gem::Version (its documentation and PATTERN). Digits and letters are
 * segments; "-" reads as ".pre."; a word sorts before any number; trailing zeros count for nothing,
 * also those in front of the first word: 1.0.a = 1.a. An empty version is 0.
 */
#include "version/part.h"
#include "version/version.h"

static bool valid_segments(struct slice s, bool dash)
{
    do {
        size_t end = 0;
        while (end < s.len && (ascii_alnum(s.at[end]) || (dash && s.at[end] == '-')))
            end++;
        if (end == 0)
            return false;
        s = slice_from(s, end);
        if (s.len == 0)
            return true;
    } while (part_drop(&s, '.'));
    return false;
}

static bool gem_valid(struct slice text)
{
    text = slice_trim(text);
    if (text.len == 0)
        return true;
    size_t dash = slice_find(text, '-');
    struct slice head = slice_upto(text, dash);
    struct slice first = part_cut_digits(&head);
    if (first.len == 0 || (head.len && (!part_drop(&head, '.') || !valid_segments(head, false))))
        return false;
    return dash == text.len || valid_segments(slice_from(text, dash + 1), true);
}

/* The next segment; empty at the end. */
static struct slice next_segment(struct slice *rest)
{
    while (rest->len && !ascii_alnum(rest->at[0])) {
        bool dash = rest->at[0] == '-';
        *rest = slice_from(*rest, 1);
        if (dash)
            return SLICE("pre");
    }
    return ascii_digit(part_front(*rest)) ? part_cut_digits(rest) : part_cut_letters(rest);
}

/* The next segment that counts: zeros before a word or before the end do not. */
static struct slice next_canonical(struct slice *rest, bool *after_word)
{
    struct slice ahead = *rest;
    struct slice segment = next_segment(&ahead);
    if (!segment.len || !ascii_digit(segment.at[0]) || !part_is_zero(segment)) {
        if (segment.len && !ascii_digit(segment.at[0]))
            *after_word = true;
        *rest = ahead;
        return segment;
    }
    struct slice beyond = ahead;
    struct slice later = segment;
    while (later.len && ascii_digit(later.at[0]) && part_is_zero(later)) {
        ahead = beyond;
        later = next_segment(&beyond);
    }
    bool word = later.len && !ascii_digit(later.at[0]);
    if (later.len == 0 || (word && !*after_word)) {
        *after_word |= word;
        *rest = beyond;
        return later;
    }
    next_segment(rest);
    return segment;
}

static int compare_segments(struct slice a, struct slice b)
{
    bool a_number = a.len == 0 || ascii_digit(a.at[0]);
    bool b_number = b.len == 0 || ascii_digit(b.at[0]);
    if (a_number && b_number)
        return part_compare_digits(a, b);
    if (a_number != b_number)
        return a_number ? 1 : -1;
    return slice_compare(a, b);
}

static int gem_compare(struct slice a, struct slice b)
{
    struct slice x = slice_trim(a), y = slice_trim(b);
    bool x_word = false, y_word = false;
    for (;;) {
        struct slice n = next_canonical(&x, &x_word), m = next_canonical(&y, &y_word);
        if (n.len == 0 && m.len == 0)
            return 0;
        int order = compare_segments(n, m);
        if (order)
            return order;
    }
}

const struct version_scheme version_gem = {"gem", "RubyGems", gem_valid, gem_compare};
