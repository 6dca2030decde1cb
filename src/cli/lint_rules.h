#pragma once
#include "cli/command.h"

/* plimsoll lint rules [RULE…] */
extern const struct command command_lint_rules;
