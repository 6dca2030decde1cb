#pragma once
/*
 * What feeds claim about one product, gathered by vulnerability: the entries of all feeds for a
 * package's targets, decoded once, with aliases merged. Packages of one source share a claim_set.
 * Everything lives in the arena given, or in the store's map.
 */
#include "advisory/lookup.h"
#include "advisory/target.h"

/* Whose word counts when feeds differ: only the highest rank that speaks of a vulnerability is
   asked. */
enum claim_rank {
    RANK_VAGUE,      /* the NVD where it knows no versions and names them all */
    RANK_COLLECTION, /* gathered from others: OSV's Bitnami */
    RANK_CATALOGUE,  /* the NVD; Debian's lists of announcements beside its tracker */
    RANK_OWN,        /* whoever made the package: the distribution, nginx.org, Go */
};

struct claim {
    struct slice feed;
    struct slice scope;
    const struct version_scheme *order;
    size_t target; /* index into the targets: it tells the version to compare */
    enum claim_rank rank;
    bool distribution;
    struct advisory_entry entry;
};

struct vulnerability;

/* All claims about one vulnerability. */
struct claim_group {
    struct slice id;       /* the CVE where there is one */
    struct slice *aliases; /* without `id` */
    size_t alias_count, alias_room;
    struct claim *claims;
    size_t claim_count, claim_room;
    const struct vulnerability *facts; /* set when first needed (vulnerability.h) */
};

struct claim_set {
    struct claim_group **groups;
    size_t count, room;
    bool damaged; /* some bytes of the store could not be read */
};

bool claim_set_load(struct store_reader *store, const struct targets *targets, struct arena *arena,
                    struct claim_set *set, struct error *err);
/* The same from encoded entries at hand, one feed's for the first target: for tests and fuzzing. */
bool claim_set_decode(struct slice feed, struct slice value, const struct targets *targets,
                      struct arena *arena, struct claim_set *set, struct error *err);

/* What one claim says of a version. */
struct judgement {
    enum match_verdict verdict;
    bool invalid;                      /* could not be compared */
    bool mended;                       /* in the version's own branch, by a version that is told */
    const struct version_range *range; /* that decided; NULL when there is none */
};
struct judgement claim_judge(const struct claim *claim, struct slice version);

/* What all claims of a group say together. */
struct decision {
    bool affected;
    bool invalid;              /* some versions could not be compared */
    const struct claim *claim; /* that decided; NULL: none did */
    struct judgement judgement;
    struct slice fixed; /* lowest version that no claim of that rank calls affected */
};
void group_decide(const struct claim_group *group, const struct targets *targets,
                  struct decision *decision);
