#pragma once
/* Differences of two texts as a unified diff, three lines around each, which `patch` and `git
   apply` take. Coloured where the file has colour; then, and only then, control characters are
   made visible. */
#include <stdio.h>

#include "base/arena.h"

bool diff_write(struct slice path, struct slice before, struct slice after, FILE *file,
                struct error *err);
