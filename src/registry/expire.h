#pragma once
/*
 * Lifecycle policies at work on a repository: which image goes, which is archived, which stays, and
 * why; for the preview and for the real thing alike. The rules are lifecycle.h's, from the setting
 * EXPIRE_POLICY; ours beyond ECR come from the setting EXPIRE_RETAIN:
 *
 *   {"rules": [
 *     {"description": "releases", "tagPatterns": ["release-*"], "keep": "all"},
 *     {"tagPatterns": ["v*"], "keep": "last", "count": 10},
 *     {"keep": "pulledWithinDays", "days": 30},
 *     {"keep": "tagMovedWithinDays", "days": 7}]}
 *
 * A rule looks at images with a tag that fits one of tagPatterns ("*" stands for anything), at all
 * when there is none. What a rule keeps is never acted on, but counts in the totals of the policy.
 * "last" counts by when they were pushed. "tagMovedWithinDays" keeps what a tag pointed to until
 * lately, so that one can go back.
 *
 * A manifest without a subject that is no image (a Helm chart) is treated as an image: as in ECR,
 * it has nothing that it would go with.
 *
 * Any thread may call.
 */
#include <stdatomic.h>

#include "registry/core/manifest.h"
#include "registry/lifecycle.h"

#define EXPIRE_POLICY "lifecycle-policy"
#define EXPIRE_RETAIN "retain"

enum { EXPIRE_RETAIN_RULES_MAX = 50 };

enum expire_reason {
    EXPIRE_NO_RULE,         /* stays: no rule of the policy selects it */
    EXPIRE_WITHIN_RULE,     /* stays: a rule selects it, and leaves it alone (and shields it from
                               the rules behind it) */
    EXPIRE_RETAINED,        /* stays: a retain rule keeps what the rule would act on */
    EXPIRE_IN_INDEX,        /* stays: an index that stays names it */
    EXPIRE_WITH_SUBJECT,    /* stays: it is about an image that stays */
    EXPIRE_SUBJECT_MISSING, /* stays: what it is about is not here */
    EXPIRE_ACTED,           /* goes, or is archived, by its rule */
    EXPIRE_FOLLOWS,         /* goes, or is archived, with what it is about */
};

struct expire_image {
    struct slice digest;
    struct slice *tags;
    size_t tag_count;
    double pushed, pulled; /* seconds since 1970; pulled 0: never */
    enum manifest_class kind;
    bool is_archived;
    uint64_t image_size;
    enum lifecycle_action action;
    int64_t priority; /* of the rule; 0: none */
    enum expire_reason reason;
    struct slice why; /* a sentence in plain text, for people */
};

struct expire_preview {
    struct expire_image *images; /* oldest first, equal times by digest */
    size_t count, expire_count, transition_count;
    uint64_t expire_bytes; /* of the images that go, shared layers counted for each */
};

/* `policy`: a text to try; empty: the repository's own (FAILURE_NOT_FOUND when it has none).
   FAILURE_PARAMETER says what is wrong with the policy or the retain rules. */
bool expire_preview(struct registry *registry, const struct scope *scope, struct slice policy,
                    struct arena *arena, struct expire_preview *preview, struct failure *failure);

/* The text of EXPIRE_RETAIN. ERROR_FORMAT says what is wrong with it. */
bool expire_retain_check(struct slice text, struct error *err);

struct expire_report {
    size_t repositories, expired, archived, failed; /* failed: repositories that could not be done;
                                                       what they are is in the journal */
};

/* Applies the repository's own policy, as `who` (NULL: the system, "lifecycle"). Nothing when it
   has none. What goes is recycled when the limits say so, and stands in the journal as ExpireImage
   or ArchiveImage with its rule. What was pushed, tagged or pulled since it was judged is left to
   the next pass. Adds to *report. */
bool expire_repository(struct registry *registry, const struct scope *scope,
                       const struct caller *who, struct expire_report *report,
                       struct failure *failure);
/* All repositories that have a policy. `stop` may be NULL. */
bool expire_all(struct registry *registry, const atomic_bool *stop, struct expire_report *report,
                struct error *err);
