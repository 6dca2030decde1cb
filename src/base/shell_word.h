#pragma once
/* Words as a person would type them into a shell: for commands that are shown. */
#include "base/arena.h"

/* In single quotes where it must be; `at` NULL: the budget is spent. */
struct slice shell_word(struct slice word, struct arena *arena);
