#pragma once
/* "did you mean": the nearest of several names. */
#include "base/slice.h"

struct suggestion {
    const char *word; /* as asked */
    const char *best; /* NULL: nothing near */
    unsigned distance;
};

/* Offers one candidate; the nearest so far is kept. Names further than a third of the word's
   letters (at least 1, at most 3) are not near. */
void suggest_offer(struct suggestion *suggestion, const char *candidate);
