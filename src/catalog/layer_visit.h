#pragma once
/* The visitor of layer_catalog.c, shared with folder_catalog.c; nobody else includes it. */
#include "catalog/layer_catalog.h"
#include "catalog/observe.h"
#include "catalog/program.h"
#include "catalog/secret_file.h"

struct layer_visit {
    struct collector collector;
    struct arena scratch;
    struct program_scanner *scanner;
    struct observe observe;
    struct secret_file secrets;
    /* The file whose content is wanted: */
    const struct finder *finder; /* NULL: perhaps a program */
    struct slice path;           /* the walk's; valid until its end */
    uint64_t size;
    bool begun;    /* it is a program, and being searched */
    bool searched; /* for secrets, as long as it seems to be text */
};

extern const struct layer_visitor layer_visitor;

bool layer_visit_init(struct layer_visit *visit, const struct catalog_options *options,
                      struct arena *arena, struct analysis *analysis, struct error *err);
/* `good`: the walk reached the end; else `err` says why not, which becomes a note. */
bool layer_visit_finish(struct layer_visit *visit, bool good, const struct layer_summary *summary,
                        struct error *err);
void layer_visit_done(struct layer_visit *visit);
