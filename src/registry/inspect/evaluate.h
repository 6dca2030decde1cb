#pragma once
/* From an inventory to findings as of one state of the advisories; and exceptions on them. Any
   thread may call. */
#include "registry/inspect/advisories.h"
#include "registry/inspect/inventory.h"
#include "scan/exceptions.h"
#include "scan/result.h"

struct evaluation {
    struct scan_result result;
    uint64_t generation;         /* of the advisories */
    double advisories;           /* when they were last brought up to date; 0: not known */
    struct package *packages;    /* of the inventory, as result.packages */
    struct store_reader *reader; /* `result` points into it until evaluation_done */
    struct advisories *lender;
};

/* `image` names the layers; it must outlive the result. Give it to evaluation_done in any case. */
bool evaluate(struct evaluation *evaluation, const struct inventory *inventory,
              const struct image *image, struct advisories *advisories, struct arena *arena,
              struct error *err);
void evaluation_done(struct evaluation *evaluation);
#define CLEANUP_EVALUATION __attribute__((cleanup(evaluation_done)))

/* What is remembered of an evaluation, in `arena`: it outlives the reader. */
struct verdict_finding {
    struct slice id;
    enum severity severity;
    bool kev;
};
struct outcome {
    struct verdict_finding *findings;
    const struct package **packages; /* beside `findings`: those of the inventory */
    size_t count;
    uint64_t counts[SEVERITY_CRITICAL + 1];
    uint64_t generation;
    double advisories;
    bool partial, starter_database;
};
bool evaluation_outcome(const struct evaluation *evaluation, struct arena *arena,
                        struct outcome *outcome, struct error *err);

/* Of `names` ("team/app", "team/app:v1", …) any may be meant by an exception for an image. Those
   that are for others are left out, so that what is left holds whatever the name. */
void exceptions_choose(struct exceptions *exceptions, const struct slice *names, size_t count);

/* The findings, with all their texts in `arena`, so that they outlive the reader. */
bool findings_copy(const struct scan_result *result, struct arena *arena,
                   struct scan_finding **findings, struct error *err);
