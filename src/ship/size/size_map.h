#pragma once
/* The boxes of the treemap: nested elements with their places in percent of the one around. */
#include <stdio.h>

#include "ship/size/size.h"

bool size_map_write(const struct size_result *result, FILE *file, struct error *err);
