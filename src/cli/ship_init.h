#pragma once
/* plimsoll ship init, a command of cmd_ship.c. */
#include "cli/command.h"

extern const struct command command_ship_init;
