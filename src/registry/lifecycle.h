#pragma once
/*
 * Lifecycle policies as Amazon ECR has them (ECR user guide, "Automate the cleanup of images by
 * using lifecycle policies"): a policy's text to rules, and which images of a repository they act
 * on. The same engine serves the preview, real expiry, and `plimsoll lifecycle evaluate`. Pure
 * computation; any thread may call.
 *
 * All rules look at all images at once, and are then applied by priority: an image is acted on by
 * one rule or none, and one whose tags (and storage class) a rule selects is out of reach for all
 * rules behind it, also when that rule leaves it alone. It still counts in their totals.
 */
#include <math.h>

#include "base/arena.h"

enum { LIFECYCLE_RULES_MAX = 50, LIFECYCLE_LIST_MAX = 100, LIFECYCLE_WILDCARDS_MAX = 4 };

enum lifecycle_tags { LIFECYCLE_TAGGED, LIFECYCLE_UNTAGGED, LIFECYCLE_ANY };
enum lifecycle_class { LIFECYCLE_STANDARD, LIFECYCLE_ARCHIVE };
enum lifecycle_count {
    LIFECYCLE_MORE_THAN,          /* imageCountMoreThan */
    LIFECYCLE_SINCE_PUSHED,       /* sinceImagePushed */
    LIFECYCLE_SINCE_PULLED,       /* sinceImagePulled */
    LIFECYCLE_SINCE_TRANSITIONED, /* sinceImageTransitioned */
};
enum lifecycle_action { LIFECYCLE_NONE, LIFECYCLE_EXPIRE, LIFECYCLE_TRANSITION };

struct lifecycle_rule {
    int64_t priority;
    struct slice description;
    enum lifecycle_tags tags;
    enum lifecycle_class storage_class;
    bool patterns; /* `list` are patterns ("*"), not prefixes */
    struct slice *list;
    size_t list_count;
    enum lifecycle_count count_type;
    int64_t count; /* images or days */
    enum lifecycle_action action;
};

struct lifecycle_policy {
    struct lifecycle_rule *rules; /* by priority, the lowest number first */
    size_t rule_count;
};

enum lifecycle_kind { LIFECYCLE_IMAGE, LIFECYCLE_INDEX, LIFECYCLE_ARTIFACT };

/* Times in seconds since 1970 and parts of them: of two pushes in a second one is the newer.
   LIFECYCLE_NEVER, which is before all others: it did not happen. */
#define LIFECYCLE_NEVER ((double)-INFINITY)
struct lifecycle_image {
    struct slice digest;
    struct slice *tags;
    size_t tag_count;
    double pushed_at, pulled_at, archived_at, activated_at;
    enum lifecycle_class storage_class;
    enum lifecycle_kind kind;
    struct slice *children; /* digests that an index names */
    size_t child_count;
    struct slice subject; /* digest that an artifact is about, and follows; empty: none, and of all
                             that are no artifacts */
    bool retained;        /* ours beyond ECR: is never acted on, but counts */
};

struct lifecycle_verdict {
    enum lifecycle_action action;
    const struct lifecycle_rule *rule; /* that acts on it, or keeps it; NULL: none selects it */
    /* Why a marked image stays: it is retained; an index that stays (or is only archived, while
       the image would expire) names it. */
    bool retained, kept_by_index;
    size_t keeper; /* with kept_by_index: the position of that index */
};

/* ERROR_FORMAT with the sentence that ECR's users know where there is one. Strings are copied. */
bool lifecycle_policy_parse(struct slice text, struct arena *arena, struct lifecycle_policy *policy,
                            struct error *err);

/* verdicts[i] is of images[i], whose digests differ. Time and memory go with the images, their tags
   and children; chains of indexes or artifacts may be of any length. False only when the arena's
   budget is spent. */
bool lifecycle_evaluate(const struct lifecycle_policy *policy, const struct lifecycle_image *images,
                        size_t count, double now, struct arena *arena,
                        struct lifecycle_verdict *verdicts, struct error *err);

/* Whether a tag fits a pattern: "*" stands for any characters. */
bool lifecycle_pattern_fits(struct slice pattern, struct slice tag);

/* "expire", "transition". */
const char *lifecycle_action_name(enum lifecycle_action action);

/* What `lifecycle evaluate` reads: {"now", "policy", "images"}. */
struct lifecycle_question {
    double now;
    struct lifecycle_policy policy;
    struct lifecycle_image *images;
    size_t image_count;
};
bool lifecycle_question_parse(struct slice text, struct arena *arena,
                              struct lifecycle_question *question, struct error *err);
