#pragma once
/* What operands look like, to tell people who have them the wrong way round. */
#include <stdbool.h>

/* A file (no folder) of that name is here. */
bool operand_is_file(const char *word);
/* CVE-…, GHSA-…, in any case. */
bool operand_is_vulnerability(const char *word);
