#pragma once
/* Whose each file is: part of files.c. */
#include "ship/size/files.h"

/* Sets `package` of each file, and the sums of each package. False: the budget is spent. */
bool size_packages_assign(struct size_files *files, const struct listing *const *layers,
                          size_t count);
