#pragma once
/*
 * Which tag of a list comes after the one in use. Never a downgrade, a pre-release for a stable
 * version, another variant (1.15-alpine-perl for 1.12-alpine), a date for a version (20210804 for
 * 3), nor a shorter or longer version; and of every tag that was not taken it is known why. Pure;
 * any thread, one an arena.
 */
#include "update/change.h"
#include "update/tag_list.h"
#include "update/tag_version.h"

enum update_policy {
    POLICY_PATCH,  /* 1.29.4 → 1.29.5 */
    POLICY_MINOR,  /* … → 1.31.0 */
    POLICY_MAJOR,  /* … → 2.0.0 */
    POLICY_DIGEST, /* the tag stays; what it points to may move */
    POLICY_NONE,   /* nothing moves */
};
/* "patch", …; false: no policy. */
bool update_policy_parse(struct slice text, enum update_policy *policy);
const char *update_policy_name(enum update_policy policy);

enum tag_verdict {
    VERDICT_CHOSEN,
    VERDICT_IN_USE,
    VERDICT_NOT_NEWEST,   /* would do, and there is a newer one */
    VERDICT_NAME,         /* no version in it */
    VERDICT_DATE,         /* a date or a build number is no version */
    VERDICT_HASH,         /* of a commit */
    VERDICT_PREFIX,       /* other words in front of the version */
    VERDICT_V,            /* with a v where the tag in use has none, or without */
    VERDICT_SUFFIX,       /* another variant */
    VERDICT_DISTRIBUTION, /* a newer release of the distribution, which policy does not move */
    VERDICT_DISTRIBUTION_OLDER,
    VERDICT_PARTS,      /* more or fewer numbers, or 04 for 4 */
    VERDICT_PRERELEASE, /* of a stable one */
    VERDICT_OLDER,
    VERDICT_SAME, /* the same version, written differently */
    VERDICT_OVER_POLICY,
    VERDICT_OTHER_LINE, /* a line of the product of another kind: nginx mainline for stable */
    VERDICTS,
};

struct choose_request {
    struct slice repository; /* "library/nginx": some products have lines */
    struct slice tag;        /* in use */
    const struct listed_tag *tags;
    size_t count;
    enum update_policy policy;
    struct slice suffix; /* "keep" or empty; "move": releases of a distribution move forward
                            (alpine3.18 → alpine3.20); else the suffix to go to, without a "-" */
};

struct choice {
    enum tag_kind kind; /* of the tag in use; unless TAG_IS_VERSION, nothing is chosen */
    const struct listed_tag *chosen;       /* NULL: nothing newer that policy allows */
    const struct listed_tag *in_use;       /* NULL: the tag is not in the list */
    const struct listed_tag *beyond;       /* the newest that only policy forbids; NULL: none */
    const struct listed_tag *distribution; /* the newest that only its distribution forbids */
    enum change_level level;               /* of `chosen` */
    enum tag_verdict *verdicts;            /* beside `tags` */
};

bool choose_tag(const struct choose_request *request, struct arena *arena, struct choice *choice,
                struct error *err);

/* "prerelease", "suffix", …: for data. */
const char *tag_verdict_name(enum tag_verdict verdict);
/* Why, for people: "a pre-release, and 1.2.0 is stable". `at` NULL when the budget is spent. */
struct slice tag_verdict_text(const struct choose_request *request, const struct choice *choice,
                              size_t index, struct arena *arena);
/* "mainline (odd minor)" for 1.29 of nginx; NULL: the product has no such lines. */
const char *product_line(struct slice repository, const struct tag_version *version);
