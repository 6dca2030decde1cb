#pragma once
/* New exceptions behind those of a person's own file. */
#include "scan/exceptions.h"

/* What is there already, and the new ones behind it. The result is read again before it is written,
   so that a file in a form to which nothing can be appended stays as it is. */
bool exceptions_append(const char *path, const struct exceptions *added, struct arena *arena,
                       struct error *err);
