#pragma once
/* The sentences of match_explain. All return text in `arena`, with `at` NULL when its budget is
   spent. Names and versions in them are the image's and untrusted: whoever prints escapes them. */
#include "advisory/matching.h"
#include "advisory/range.h"

/* A product that some feed names for the id, and whose it is. */
struct mention {
    struct slice feed, scope, name;
};

struct explained {
    const struct package *package;
    const struct claim *claim;
    struct slice version; /* that was compared */
    struct judgement judgement;
    const struct decision *decision; /* of the claim's group */
    struct slice feed_date;
};

/* "openssl 1.1.1s-r0 (lib/apk/db/installed) is affected: 1.1.1s-r0 < 1.1.1t-r0 by apk order; alpine
   secdb v3.16 of 2023-02-26"; `extra` goes behind the comparison. */
struct slice explain_claim(const struct explained *explained, struct slice extra,
                           struct arena *arena);
/* "; a back-port: upstream's 1.1.1n is in < 1.1.1t (nvd)" */
struct slice explain_back_port_text(const struct claim *claim, const struct judgement *judgement,
                                    struct slice upstream, struct arena *arena);
/* A package whose own feed says nothing of the id, or is not there, and what is said elsewhere of
   its product. */
struct elsewhere {
    const struct package *package;
    const struct release *release;
    const struct distribution *distribution;
    const struct mention *mention;
    const struct claim *claim; /* of the mention; may be NULL */
    struct slice version;      /* that the claim was compared with */
    bool covered;              /* its own feed is there */
};
struct slice explain_no_entry(const struct elsewhere *elsewhere, enum match_verdict verdict,
                              struct arena *arena);
/* For an id that concerns nothing in the image. `known`: facts or aliases of it are in the store.
 */
struct slice explain_not_installed(struct slice id, const struct mention *mentions, size_t count,
                                   bool known, struct arena *arena);

/* The order of a scope's versions: "apk:…" apk's, "pypi" PEP 440's, … */
const struct version_scheme *explain_order(struct slice scope);
/* The version without what the distribution adds: "1.1.1n" of "1:1.1.1n-0+deb11u4". */
struct slice explain_upstream_version(const struct package *package);
/* Whether "vendor:product" is what the package is made from, by name alone: good enough for a
   remark, never for a finding. */
bool explain_same_product(const struct package *package, struct slice product);
/* Whether the mention names the package's product, in whatever release. */
bool explain_is_product(const struct package *package, const struct mention *mention);
