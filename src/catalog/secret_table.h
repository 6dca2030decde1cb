#pragma once
/*
 * The kinds of secrets as the build makes them from data/secrets.yaml (secret_generator.c), and
 * what the files of the module share; nobody else includes it.
 */
#include "catalog/literal_engine.h"
#include "catalog/secret.h"
#include "catalog/secret_pattern.h"

enum secret_check {
    SECRET_CHECK_NONE,
    SECRET_CHECK_CRC32, /* the last 6 of 36 are CRC-32 of those before, in base 62 (GitHub, npm) */
    SECRET_CHECK_COLON, /* base64 of "user:password" */
    SECRET_CHECK_JWT,   /* its first part is base64 of a JSON object with "alg" */
    SECRET_CHECK_PASSWORD, /* chosen by people: only what stands for a value is none */
    SECRET_CHECK_ASSIGN,   /* a name and its value, judged by both (secret_value.c) */
};

struct secret_row {
    struct secret_kind kind;
    uint16_t first;     /* step */
    uint8_t check;      /* enum secret_check */
    uint8_t entropy;    /* tenths of a bit a byte, at least */
    uint8_t before_set; /* bytes before the keyword that belong to it, … */
    uint8_t before_least, before_most;
    bool nocase;              /* keyword in both cases */
    bool left, right;         /* edges: no letter or digit may stand beside it */
    bool loose;               /* the shape says little: not in libraries, tests, documentation */
    bool named;               /* the name before the value must speak of a key, token, … */
    bool letters, digits;     /* the value has at least one of each asked for */
    bool key;                 /* a private key: no words are looked for in its value */
    const char *const *known; /* values that everybody knows; NULL-ended, or NULL */
    const char *const *paths; /* only there; NULL: anywhere */
};

extern const struct secret_row secret_rows[];
extern const size_t secret_row_count;

/* Where a row begins to look. Rows without a keyword are tried at each line of their paths. */
struct secret_keyword {
    const char *text;
    uint8_t len;
    bool nocase;
    uint16_t row;
};
extern const struct secret_keyword secret_keywords[];
extern const size_t secret_keyword_count;

extern const struct secret_step secret_steps[];
extern const struct secret_set secret_sets[];

/* secret_match.c: the pattern of `row` behind `at`, the keyword's end. `*work` is what may still be
   spent; at 0 nothing matches any more. Start and end of the value are positions in `bytes`. */
struct secret_place {
    size_t start, end;  /* of the value */
    size_t first, last; /* of all that matched, with the keyword */
};
bool secret_match_at(const struct secret_row *row, struct slice bytes, size_t keyword, size_t at,
                     uint64_t *work, struct secret_place *place);

/* secret_check.c: whether a value of the right shape may be one. */
bool secret_check_value(const struct secret_row *row, struct slice value);
unsigned secret_entropy(struct slice value); /* tenths of a bit a byte */

/* secret_words.c: words and shapes that people put where a secret belongs: "changeme", "${X}",
   "xxxxxxxx". */
bool secret_is_placeholder(struct slice value);
/* Such a one, or it comes from elsewhere ("env:X", "<token>"), or is a word such as "password" and
   "none". */
bool secret_is_useless(struct slice value);

/* secret_value.c: whether `value` looks like a secret that was given to `name`. `strict`: in a
   program's source, where most values are something else. */
bool secret_value_likely(struct slice name, struct slice value, bool strict);
/* Which generic kind a name asks for; NULL: it is no secret's. */
const struct secret_row *secret_generic_row(struct slice name);

/* secret_path.c */
struct secret_path {
    bool library;     /* installed by a package manager: what all the world has */
    bool test;        /* tests, examples, documentation */
    bool settings;    /* names and values: .env, .yaml, .properties */
    bool environment; /* .env: values stand as they are */
    bool source;      /* of a program: only quoted values count */
};
void secret_path_judge(struct slice path, struct secret_path *judged);
bool secret_path_is_one_of(struct slice path, const char *const *paths);

/* secret_plain.c: every place of every keyword without an engine (literal_engine.h), for other
   processors and for tests to compare. */
void secret_plain_scan(struct slice bytes, literal_hit *hit, void *context);

/* secret_mask.c: a hint that gives away at most the first and the last 4 of 20 or more bytes. */
void secret_mask(struct slice value, char hint[24]);
