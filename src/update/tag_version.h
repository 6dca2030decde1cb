#pragma once
/*
 * What a tag says of a version:
 *
 *     v1.29.4-alpine3.18          3.8.0b1-slim        alpine-2.3.0        9.0.0-rc.2-jdk17
 *     |└head┘ └suffix──┘          └head─┘ └sfx        prefix  head        └head────┘ suffix
 *     v                           with its pre-release
 *
 * The head is numbers between dots (a "_13" or "-1123" of a build behind them is a number more),
 * and may have a pre-release. Dates and hashes are no versions: they do not say what changed. Tags
 * are hostile; slices are of the tag; nothing allocates. Any thread may call.
 */
#include "base/slice.h"

enum tag_kind {
    TAG_IS_VERSION,
    TAG_IS_NAME, /* "stable", "alpine": nothing in it can be compared */
    TAG_IS_DATE, /* or a build number of six digits and more */
    TAG_IS_HASH,
};

enum { TAG_NUMBERS_MAX = 6, TAG_NUMBER_DIGITS_MAX = 18 };

struct tag_version {
    struct slice tag;
    struct slice prefix;                   /* "alpine"; empty: none */
    char v;                                /* 'v', 'V' or 0: none */
    struct slice head;                     /* "3.8.0b1", "9.0.0-rc.2" */
    struct slice numbers[TAG_NUMBERS_MAX]; /* digits */
    char separators[TAG_NUMBERS_MAX];      /* in front of each: 0, then '.', '_' or '-' */
    size_t count;
    unsigned rank; /* of the pre-release: dev 1, alpha 2, beta 3, preview 4, rc 5; 0: none */
    struct slice prerelease; /* what stands behind its word: "1", ".2"; may be empty */
    struct slice suffix;     /* "alpine3.18"; empty: none */
};

/* `version` is filled for TAG_IS_VERSION only. */
enum tag_kind tag_version_parse(struct slice tag, struct tag_version *version);

/* Heads alone: <0, 0, >0. Fewer numbers come first when all others are equal, a pre-release before
   its release. */
int tag_version_compare(const struct tag_version *a, const struct tag_version *b);
/* As many numbers, separated in the same way, and `b` has no 0 in front where `a` has none
   (24.01.02 for 1.2.3). */
bool tag_version_same_shape(const struct tag_version *a, const struct tag_version *b);
/* The number that differs first: 0, 1, …; `count` of `a` when none does. */
size_t tag_version_differs_at(const struct tag_version *a, const struct tag_version *b);
/* Whether the first number is a year (1990 to 2099). */
bool tag_version_begins_with_year(const struct tag_version *version);
/* Whether a number of `to` is a date or a build's number where `from` has a small one:
   1.20260101.0 for 1.2.3. */
bool tag_version_holds_date(const struct tag_version *from, const struct tag_version *to);

/*
 * Two suffixes that are the same but for the release of a distribution (alpine3.18 and alpine3.20,
 * slim-bookworm and slim-trixie). False when they differ in anything else, or in a codename that is
 * not known; *order is <0, 0, >0.
 */
bool tag_suffix_compare(struct slice a, struct slice b, int *order);
