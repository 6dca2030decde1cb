#pragma once
/*
 * Which tags a release moves: v1.2.0 → 1.2.0, 1.2, 1, latest. A version tag is made once and never
 * moved; the others move only forward, and only by a release:
 *
 *     existing 1.2.0 1.2 1 latest     release 1.1.9  → 1.1.9 and 1.1 are new, 1 and latest stay
 *                                     release 1.3.0-rc1 → 1.3.0-rc1 alone
 *
 * What a moving tag points to now is the version tag that has its digest; where digests are not
 * known, the highest release that it covers. A tag 1.2 says that something of 1.2 was released,
 * also when no 1.2.x is there any more; 1 alone may be the number of a build. Dates are no
 * versions: neither to release nor to hold a release back. Pure: no registry is asked. What is
 * returned lives in the arena and in the request's texts. Any thread, one an arena.
 */
#include "base/arena.h"
#include "update/tag_word.h"

enum {
    TAG_PLAN_TAGS_MAX = 5,             /* v1.2.0, 1.2.0, 1.2, 1, latest */
    TAG_PLAN_EXISTING_MAX = 100000,    /* tags of a repository */
    TAG_PLAN_PATTERNS_MAX = 100,       /* patterns of immutable tags */
    TAG_PLAN_PATTERN_LENGTH_MAX = 128, /* bytes */
};

struct tag_plan_request {
    struct slice release;         /* "v1.2.0", "1.2.0=sha256:…" */
    const struct slice *existing; /* "1.2.0", "latest=sha256:…" */
    size_t existing_count;
    const struct slice *immutable; /* existing tags that match are not moved; "*": any characters */
    size_t immutable_count;
    bool keep_v;    /* v1.2.0 beside 1.2.0 */
    bool no_latest; /* there is no latest */
};

struct tag_move {
    struct slice name;
    bool move;
    /* Version, or digest where no version tag has it. `from` is empty for a new tag, and where
       nothing tells what it points to; `to` is what it points to when the plan was carried out: the
       same as `from` when it does not move. */
    struct slice from, to;
    struct slice reason; /* a sentence whose subject is the tag, without a full stop */
};

struct tag_plan {
    struct slice release; /* without a v */
    struct tag_move tags[TAG_PLAN_TAGS_MAX];
    size_t count;
};

/* ERROR_USAGE: a word that cannot be taken (tag_word.h), a tag that is given twice with two
   digests; ERROR_LIMIT: too many. */
bool tag_plan_make(const struct tag_plan_request *request, struct arena *arena,
                   struct tag_plan *plan, struct error *err);
