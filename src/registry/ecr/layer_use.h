#pragma once
/* Which images of a repository a layer belongs to: ECR tells its media type, and gives only layers
   of images that are not archived. */
#include "registry/ecr/operations.h"

struct layer_use {
    bool used;   /* an image names it */
    bool active; /* … one that is not in the archive */
    struct slice media_type;
};

bool layer_use_find(struct ecr_call *call, const struct digest *digest, struct layer_use *use);
