#pragma once
/*
 * Carries out a plan of tags: each tag is one PUT of the manifest's bytes, which were fetched once;
 * no layer moves. In the plan's order: the version first, latest last. A tag that is not what the
 * plan saw any more is left alone and the rest with it: where the registry honours If-Match that is
 * one request, elsewhere a HEAD goes before (and a moment remains in which it cannot be known).
 */
#include "ship/push/tag_look.h"

struct tag_apply {
    bool done[TAG_PLAN_TAGS_MAX]; /* beside plan->tags: it points to the image now, by us */
    size_t moved;
    unsigned requests; /* PUTs, and HEADs before them */
};

/* `look` is what the plan was made of. `apply` tells also after a failure how far it came; the
   error says it in words, and how to go on. ERROR_BUSY: somebody else has moved a tag. */
bool tag_apply_plan(struct destination *destination, const struct tag_plan *plan,
                    const struct tag_look *look, const struct registry_manifest *manifest,
                    struct arena *arena, struct tag_apply *apply, struct error *err);
