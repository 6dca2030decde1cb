#pragma once
/* What `explain` writes: for people, and as JSON (docs/schema/explain.json). */
#include <stdio.h>

#include "scan/pipeline.h"

/* A reason with what the scan knows of its package. */
struct explained_reason {
    struct match_reason reason;
    const struct layer *layer; /* NULL: none (SBOM, purl, or no package) */
    size_t layer_index;
    const struct scan_finding *finding; /* NULL: not reported */
    struct slice platform;              /* with several images; else empty */
};

struct explanation {
    struct slice id;
    const struct scan_result *result;
    const struct explained_reason *reasons;
    size_t count;
    bool reported; /* some finding, excepted or not, has the id */
};

const char *explain_verdict_name(enum match_verdict verdict); /* "affected", "not_in_range", … */
void explain_write_text(FILE *file, const struct explanation *explanation);
void explain_write_json(FILE *file, const struct explanation *explanation);
