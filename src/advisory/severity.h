#pragma once
/* How bad it is: words, scores, and which opinion counts. For src/advisory; the names that
   everybody needs are in match.h. Pure functions. */
#include "advisory/match.h"

/* Fills in what the vector says where score or severity are missing; a severity by the bands of the
   CVSS specifications. A vector that is damaged leaves them as they are. */
void rating_complete(struct rating *rating);

/* The rating that decides: the word of `own` (the distribution's feed) before CVSS v4, v3.1, v3.0
   and v2 (the NVD's first among equals), then any word. NULL when none says anything. */
const struct rating *rating_decides(const struct rating *ratings, size_t count, struct slice own);
