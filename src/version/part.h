#pragma once
/* Pieces that several version schemes share: runs of characters, numbers as digits, dotted
 * identifiers. For src/version alone. */
#include "base/ascii.h"
#include "base/slice.h"

/* The character at the front, or NUL when empty. */
static inline char part_front(struct slice s)
{
    return s.len ? s.at[0] : '\0';
}

/* Cuts the longest run of digits (letters, letters and digits) off the front; may be empty. */
struct slice part_cut_digits(struct slice *rest);
struct slice part_cut_letters(struct slice *rest);
struct slice part_cut_alnum(struct slice *rest);
/* Drops `c` from the front when it stands there. */
bool part_drop(struct slice *rest, char c);

bool part_is_digits(struct slice s);    /* and not empty */
bool part_is_zero(struct slice digits); /* also when empty */

/* Numbers of any length, leading zeros ignored; the empty one is 0. */
int part_compare_digits(struct slice a, struct slice b);
/* Of "1.2.3" cut at its dots: the first that differ decide. */
int part_compare_numbers(const struct slice *a, const struct slice *b, size_t count);
int part_compare_nocase(struct slice a, struct slice b);

/* Dotted identifiers of [0-9A-Za-z-], none empty; with `strict`, no leading zero in numbers. */
bool part_valid_identifiers(struct slice s, bool strict);
/*
 * Semantic Versioning 2.0.0 §11.4: numbers by value, before words; words by ASCII; a shorter list
 * before a longer one it begins. An empty list means "no pre-release" and comes after all others.
 */
int part_compare_prerelease(struct slice a, struct slice b, bool ignore_case);
