#pragma once
/* The text of a lifecycle policy, in a request and as it was put. */
#include "registry/ecr/operations.h"
#include "registry/expire.h"

enum { LIFECYCLE_TEXT_LEAST = 100, LIFECYCLE_TEXT_MOST = 30720 };

/* lifecyclePolicyText, checked to be a policy. */
bool lifecycle_text_read(struct ecr_call *call, bool required, struct slice *text);
/* LifecyclePolicyNotFoundException. */
bool lifecycle_text_stored(struct ecr_call *call, struct slice *text);
