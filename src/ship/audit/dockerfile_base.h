#pragma once
/* What image a Dockerfile builds on in the end: for repositories whose images name no base. */
#include "base/arena.h"

/* "haproxy:3.3.1-alpine" of the last stage and those it builds on, in `arena`; empty: scratch, or a
   variable without a value. */
bool dockerfile_base(const char *path, struct slice target, struct arena *arena, struct slice *base,
                     struct error *err);
