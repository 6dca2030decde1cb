#pragma once
/*
 * Which of a release's tags the repository itself does not let move, where it is an ECR's (or a
 * plimsoll's) and says so: imageTagMutability with its exclusions. Other registries tell when a tag
 * is put.
 */
#include "ship/push/destination.h"
#include "update/tag_plan.h"

/* Names as patterns for tag_plan_request.immutable, at most TAG_PLAN_TAGS_MAX into `patterns`. An
   API that refuses is no failure: *note says why nothing is known (empty: nothing to say). */
bool tag_immutable_find(struct destination *destination, const struct tag_plan *plan,
                        struct arena *arena, struct slice patterns[TAG_PLAN_TAGS_MAX],
                        size_t *count, struct slice *note, struct error *err);
