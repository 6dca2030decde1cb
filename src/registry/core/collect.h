#pragma once
/*
 * Garbage collection, online, in small steps that each take one writing transaction. A blob is kept
 * by three things: a row in a repository ("blob"), a row that says which repositories have the file
 * ("blobfile"), and the file. They are made and removed in orders that a crash can cut anywhere:
 *
 *   made:     the file named, then both rows, in one writing transaction (upload_finish).
 *             Cut: a file without rows, which 5 finds.
 *   removed:  both rows, and when it was the last, a row "free", in one transaction. In a LATER
 *             writing transaction, with those rows surely gone from the disk, it is asked again
 *             whether any repository has the blob by now; if not the file goes, then "free".
 *             Cut: "free" is still there, and it is done again.
 *
 * Since naming and removing files happen only inside the one writing transaction that can be open,
 * the two cannot pass each other, and there is never a row without a file.
 *
 * Steps:
 *   1. a blob leaves a repository when no manifest of it (recycled ones included) names it and it
 *      was last told of longer than grace ago. "Told" is dated when a client learns that it is
 *      there, in the transaction that finds it there; so as not to write on every HEAD, only when
 *      the date is older than a quarter of grace, which is therefore added to grace here. Dates are
 *      by the later, judgements by the earlier reading of the clock (state.h);
 *   2. uploads without bytes for longer than upload_seconds go (not those that are in memory);
 *   3. recycled manifests past their day go, and with them their references;
 *   4. files that are free go;
 *   5. now and then (collect_orphans): files without a row, analyses of blobs that are gone,
 *      files of uploads without a row.
 */
#include <stdatomic.h>

#include "registry/core/core.h"

struct collect_report {
    uint64_t rows, blobs, bytes, uploads, recycled, orphans;
};

/* A whole pass of 1 to 4, in steps of at most `batch` rows a transaction (0: 200). Adds to *report.
   `stop` may be NULL. What was rows at the beginning of the pass and cannot be read (damaged) is
   left alone. */
bool collect_run(struct registry *registry, size_t batch, const atomic_bool *stop,
                 struct collect_report *report, struct error *err);
/* Step 5: reads the names of all files. */
bool collect_orphans(struct registry *registry, const atomic_bool *stop,
                     struct collect_report *report, struct error *err);
