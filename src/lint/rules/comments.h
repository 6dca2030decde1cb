#pragma once
/* Critical configuration that no comment explains: what the rule uncommented-configuration and the
   row "documented" of the checklist both ask. */
#include "lint/dockerfile/dockerfile.h"

struct comments_missing {
    const struct dockerfile *dockerfile;
    size_t next, last; /* instructions that are still to be looked at: those of a stage */
    size_t comment;    /* of the file's, likewise */
    bool commented;    /* the paragraph so far */
    const struct instruction *before; /* the one looked at last */
    size_t critical;                  /* instructions that decide how a container runs, so far */
};

/* The next that has no comment above it or its paragraph, nor inside it; NULL: no more. */
const struct instruction *comments_next_missing(struct comments_missing *missing);
