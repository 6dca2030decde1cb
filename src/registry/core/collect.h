#pragma once
/*
 * Garbage collection, online, in small steps that each take one writing transaction:
 *   1. a blob's row in a repository goes when no manifest of that repository (recycled ones
 *      included) names it and it was last told of longer than grace ago;
 *   2. a blob's file goes when no repository has it any more: asked and removed inside one writing
 *      transaction. upload_finish names the file inside its writing transaction, too; so the two
 *      cannot pass each other, and a crash between leaves at most a file without a row, which step
 *      4 finds (and never a row without a file);
 *   3. uploads without bytes for longer than upload_seconds go, and recycled manifests past their
 *      day;
 *   4. now and then: files without a row (older than grace), objects without a blob.
 */
#include "registry/core/core.h"

struct collect_report {
    uint64_t rows, blobs, bytes, uploads, recycled, orphans;
};

/* A whole pass, in steps of at most `batch` rows a transaction (0: 200). Adds to *report. `stop`
   may be NULL. */
bool collect_run(struct registry *registry, size_t batch, const volatile bool *stop,
                 struct collect_report *report, struct error *err);
