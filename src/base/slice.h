#pragma once
/*
 * A slice is a piece of somebody else's bytes: pointer and length, passed by value, never assumed
 * to end in NUL. Parsers cut slices from slices; nothing here allocates, and any thread may call.
 * The bytes live as long as their owner (an arena, a mapped file, a literal).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *at;
    size_t len;
};

/* A slice of a string literal: SLICE("abc"). */
#define SLICE(literal)                                                                             \
    (struct slice)                                                                                 \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }

/* For printf's %.*s, which takes no null pointer. Only for text that was escaped or is known to be
   plain. */
#define SLICE_ARG(s) (int)((s).len > INT32_MAX ? INT32_MAX : (s).len), ((s).at ? (s).at : "")

struct slice slice_of(const void *at, size_t len);
struct slice slice_str(const char *text); /* NULL gives the empty slice */

bool slice_equal(struct slice a, struct slice b);
bool slice_equal_str(struct slice a, const char *text);
bool slice_equal_nocase(struct slice a, struct slice b); /* ASCII */
int slice_compare(struct slice a, struct slice b);       /* bytes, then length: <0, 0, >0 */
bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);

/* Position of the first (last) `c`, or `s.len` when there is none. */
size_t slice_find(struct slice s, char c);
size_t slice_find_last(struct slice s, char c);
/* Position of the first occurrence of `needle`, or `s.len`. */
size_t slice_search(struct slice s, struct slice needle);

/* Both clamp: `slice_from(s, 99)` of a shorter slice is empty, never outside. */
struct slice slice_from(struct slice s, size_t start);
struct slice slice_upto(struct slice s, size_t end);

/* The parts one behind the other, without a NUL, into `room` bytes; the length, or SIZE_MAX when
   they do not fit. */
size_t slice_join(char *to, size_t room, const struct slice *parts, size_t count);

/* Strips ASCII white space at both ends. */
struct slice slice_trim(struct slice s);

/*
 * Cuts what stands before the first `c` off the front of `*rest` and returns it; the separator is
 * dropped. With no `c` left, returns all of `*rest` and leaves it empty. `slice_cut_line` cuts at
 * \n and drops a \r before it. Loop: while (rest.len) { piece = slice_cut(&rest, ','); … }
 */
struct slice slice_cut(struct slice *rest, char c);
struct slice slice_cut_line(struct slice *rest);

/* Whole slice as a decimal number; false when empty, not all digits, or over 2^64-1. */
bool slice_u64(struct slice s, uint64_t *value);
/* Whole slice as a decimal fraction such as 0.03351; false when it is none. Locale-independent. */
bool slice_double(struct slice s, double *value);
