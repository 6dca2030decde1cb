#pragma once
/* plimsoll lint image IMAGE */
#include "cli/command.h"

extern const struct command command_lint_image;
