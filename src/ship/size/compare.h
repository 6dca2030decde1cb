#pragma once
/* Two images beside each other: what grew, by layer, file and package. Pure computation; any
   thread. */
#include <stdio.h>

#include "ship/size/size.h"

struct size_change {
    struct slice name;   /* path; package; instruction */
    struct slice detail; /* of a package: its manager; versions, when they differ: "1.2 → 1.3" */
    uint64_t before, after;           /* bytes; 0: not there */
    size_t layer_before, layer_after; /* of layers: from 1; 0: not there */
};

struct size_changes {
    struct size_change *list; /* the largest difference first; equal ones are left out */
    size_t count, room;
};

struct size_comparison {
    const struct size_result *before, *after;
    struct size_changes layers;          /* layers of one digest in both are left out */
    struct size_changes files, packages; /* of what is seen */
    size_t layers_shared;
    uint64_t stored_shared;
};

/* In `arena`; the results must outlive it. */
bool size_compare(const struct size_result *before, const struct size_result *after,
                  struct arena *arena, struct size_comparison *comparison, struct error *err);

struct size_comparison_options {
    size_t top;
    unsigned width;
};
bool size_comparison_table(const struct size_comparison *comparison,
                           const struct size_comparison_options *options, FILE *file,
                           struct error *err);
bool size_comparison_json(const struct size_comparison *comparison,
                          const struct size_comparison_options *options, FILE *file,
                          struct error *err);
bool size_comparison_markdown(const struct size_comparison *comparison,
                              const struct size_comparison_options *options, FILE *file,
                              struct error *err);
