#pragma once
/* Keys of plimsoll.yaml that no option row has: a typo there must not be silent. */
#include "cli/command.h"

/* Warns (log.h) of each unknown key, with the nearest that is known. */
void configuration_check(const struct yaml_node *tree, const char *path, struct arena *arena);
