#pragma once
/* Patterns of exceptions: "?" is one character, "*" any number of them, both not `separator`;
   "**" is any number of all characters. Without a separator (0) "*" takes all, too. */
#include "base/slice.h"

bool glob_match(struct slice pattern, struct slice text, char separator);
