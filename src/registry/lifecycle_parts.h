#pragma once
/* What the files of lifecycle share; nobody else includes it. */
#include <jansson.h>

#include "registry/lifecycle.h"

enum { LIFECYCLE_QUESTION_MAX = 512 << 20 };

bool lifecycle_policy_read(const json_t *document, struct arena *arena,
                           struct lifecycle_policy *policy, struct error *err);
