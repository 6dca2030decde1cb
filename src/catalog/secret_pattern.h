#pragma once
/*
 * The small pattern language of data/secrets.yaml, compiled at build into steps
 * (secret_generator.c) and run where a keyword was found (secret_match.c). A subset of regular
 * expressions:
 *
 *     c  \.  \n \r \t \\  \d \w \s  .  [a-z_-]  [^"]     one byte
 *     ? * + {n} {n,} {n,m}                               behind one byte; * + {n,} end at 4096
 *     (a|b|c)  (a|b)?                                    groups
 *     (?<v>…)                                            the value; without it all that matched
 *
 * No repeated groups, so the work of one attempt is bounded by what it may read; secret_match
 * counts it besides.
 */
#include "base/error.h"
#include "base/slice.h"

enum { SECRET_REPEAT_MAX = 4096, SECRET_STEPS_MAX = 16000, SECRET_SETS_MAX = 255 };

/* 256 bits: which bytes. */
struct secret_set {
    uint64_t bits[4];
};

enum secret_step_kind {
    SECRET_BYTES,  /* `least` to `most` bytes of `set`, as many as there are */
    SECRET_EITHER, /* go on with the next step or, failing that, with `to` */
    SECRET_GO,     /* go on with `to` */
    SECRET_VALUE,  /* the value begins here */
    SECRET_VALUE_END,
    SECRET_END,
};

struct secret_step {
    uint8_t kind;
    uint8_t set;
    uint16_t to;
    uint16_t least, most;
};

/* What patterns are compiled into: one for all, so that sets are shared. */
struct secret_program {
    struct secret_step steps[SECRET_STEPS_MAX];
    size_t step_count;
    struct secret_set sets[SECRET_SETS_MAX];
    size_t set_count;
};

/* Adds `pattern` and tells where it begins. `nocase`: letters match in both cases. */
bool secret_pattern_compile(struct secret_program *program, struct slice pattern, bool nocase,
                            size_t *first, struct error *err);

static inline bool secret_set_has(const struct secret_set *set, char c)
{
    unsigned char byte = (unsigned char)c;
    return set->bits[byte / 64] >> (byte % 64) & 1;
}
