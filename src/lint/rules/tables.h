#pragma once
/* One line a table of rules: `rules_<family>` of rules/<family>.c. */
#include "lint/rules/rule_words.h"
