#pragma once
/*
 * The index from packages to images (rows.h), and what each package was last found to have. An
 * image's part of it is written in the transaction that writes its scan.
 */
#include "registry/core/scope.h"
#include "registry/inspect/evaluate.h"
#include "registry/inspect/rows.h"
#include "store/meta.h"

enum { INDEX_KEY = 16 };

/* Of a package of a release (all that matching looks at), or of an image in its scope. */
struct index_key {
    char bytes[INDEX_KEY];
};

/* Puts the image in, with the vulnerabilities of its packages where those have no row yet. */
bool index_add(struct meta_txn *txn, struct slice scope, const struct digest *digest,
               const struct inventory *inventory, const struct outcome *outcome,
               struct arena *arena, struct error *err);
/* Takes it out; packages that no image has any more go, too. */
bool index_remove(struct meta_txn *txn, struct slice scope, const struct digest *digest,
                  const struct inventory *inventory, struct arena *arena, struct error *err);

/*
 * The value of a `package` row. A verdict has a line for each vulnerability, in order of its id:
 *   CVE-2022-0778 4 k
 * id, severity, "k" where it is known to be exploited, else "-".
 */
struct index_package {
    struct slice verdict;
    struct package package;
    struct distribution distribution;
};
bool index_package_encode(const struct index_package *row, struct arena *arena, struct slice *bytes,
                          struct error *err);
bool index_package_decode(struct slice bytes, struct arena *arena, struct index_package *row,
                          struct error *err);

/* Sorts them. `at` NULL when the budget is spent. */
struct slice verdict_encode(struct verdict_finding *findings, size_t count, struct arena *arena);
/* Cuts one off; false at the end. */
bool verdict_next(struct slice *rest, struct verdict_finding *finding);
