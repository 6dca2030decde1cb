#pragma once
/*
 * ECR's API from the other side: what the command line asks of Amazon or of another plimsoll.
 * Answers are hostile; results live in the arena. Errors are the service's own words.
 */
#include "net/aws.h"
#include "registry/lifecycle.h"

enum { ECR_CLIENT_IMAGES_MAX = 200000 };

bool ecr_client_policy_put(struct aws *aws, struct slice repository, struct slice policy,
                           struct arena *arena, struct error *err);
/* ERROR_NOT_FOUND when the repository has none. */
bool ecr_client_policy_get(struct aws *aws, struct slice repository, struct arena *arena,
                           struct slice *policy, struct error *err);

/* All images of a repository, archived ones too, as lifecycle_evaluate takes them. */
struct ecr_client_images {
    struct lifecycle_image *items;
    size_t count, room;
};
bool ecr_client_images(struct aws *aws, struct slice repository, struct arena *arena,
                       struct ecr_client_images *images, struct error *err);
