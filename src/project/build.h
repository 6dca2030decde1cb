#pragma once
/* What plimsoll.yaml says of an image's build, as the model of its Dockerfile takes it. */
#include "lint/dockerfile/model.h"
#include "project/project.h"

/* Its build-args and its target; the texts are the image's own. False: the budget is spent. */
bool project_build(const struct project_image *image, struct arena *arena,
                   struct model_build *build);
