#pragma once
/* Short words for rows of rules (see README.md here). */
#include "lint/dockerfile/check.h"

/* On in plimsoll's own profile and in Hadolint's / BuildKit's; `strict` has all rules anyway. */
#define IN_DEFAULT  LINT_PROFILE_DEFAULT
#define IN_HADOLINT LINT_PROFILE_HADOLINT
#define IN_BUILDKIT LINT_PROFILE_BUILDKIT
