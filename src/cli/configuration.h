#pragma once
/* plimsoll.yaml: found from the working folder upwards, or where --config says. */
#include "base/yaml.h"

/* `path` NULL: search; then *found may stay NULL and *tree with it. */
bool configuration_read(const char *path, struct arena *arena, const char **found,
                        struct yaml_node **tree, struct error *err);
