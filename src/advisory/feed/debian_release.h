#pragma once
/* Debian's code names and numbers. */
#include "base/arena.h"

/* "bookworm" → "deb:debian:12"; a name that is not known yet (and "sid") stays a name. `at` NULL
   when the budget is spent. */
struct slice debian_scope(struct slice codename, struct arena *arena);
