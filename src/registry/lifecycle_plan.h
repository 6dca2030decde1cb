#pragma once
/*
 * What a lifecycle policy does to a repository now: all its images as lifecycle_evaluate takes
 * them, and the verdict on each. Preview (ecr/) and expiry run this very code, so that what was
 * previewed is what happens. Any thread may call; changes nothing.
 */
#include "registry/core/manifest.h"
#include "registry/lifecycle.h"

/* Settings of a repository (registry/core/repository.h). */
#define LIFECYCLE_POLICY_SETTING  "lifecycle-policy"  /* verbatim, as it was put */
#define LIFECYCLE_PREVIEW_SETTING "lifecycle-preview" /* ecr/: the last preview */

enum { LIFECYCLE_TEXT_LEAST = 100, LIFECYCLE_TEXT_MOST = 30720 };

struct lifecycle_plan {
    struct lifecycle_policy policy;
    struct lifecycle_image *images; /* by digest */
    struct lifecycle_verdict *verdicts;
    size_t count, room;
    size_t expired, transitioned; /* verdicts of each kind */
};

/* All images of the repository; what they are not asked for (layers, annotations) is not kept.
   Artifacts are manifests with a subject. About 500 bytes an image in `arena`. */
bool lifecycle_images_load(struct registry *registry, const struct scope *scope,
                           struct arena *arena, struct lifecycle_plan *plan,
                           struct failure *failure);
/* FAILURE_PARAMETER, in the words of lifecycle_policy_parse, for a text that is no policy. `now`:
   seconds since 1970. */
bool lifecycle_plan_make(struct registry *registry, const struct scope *scope, struct slice policy,
                         int64_t now, struct arena *arena, struct lifecycle_plan *plan,
                         struct failure *failure);
