#pragma once
/*
 * Packages in, findings out. Reads the advisory store (store.h); any number of threads, each with
 * its own store_reader. All that is returned lives in `arena` or points into the store's map, which
 * stays as long as the reader.
 */
#include "advisory/store.h"
#include "catalog/analysis.h"

enum severity {
    SEVERITY_UNKNOWN,
    SEVERITY_NEGLIGIBLE,
    SEVERITY_LOW,
    SEVERITY_MEDIUM,
    SEVERITY_HIGH,
    SEVERITY_CRITICAL
};
enum fix_state {
    FIX_UNKNOWN,
    FIX_FIXED,    /* a fixed version exists: finding.fixed */
    FIX_AFFECTED, /* none yet */
    FIX_WILL_NOT_FIX,
    FIX_DEFERRED,
    FIX_END_OF_LIFE,
    FIX_INVESTIGATING,
    FIX_NOT_AFFECTED, /* only in explanations */
};
const char *severity_name(enum severity severity); /* "critical", … lower case */
bool severity_parse(struct slice name,
                    enum severity *severity);     /* any case; moderate, important, … too */
const char *fix_state_name(enum fix_state state); /* "fixed", "affected", "will_not_fix", … */

/* One opinion on how bad it is; all are kept. */
struct rating {
    struct slice source;  /* "nvd", "alpine", "ghsa", "debian", … */
    struct slice version; /* of CVSS: "4.0", "3.1", "3.0", "2.0"; empty for a bare word */
    struct slice vector;
    double score; /* 0 when none */
    enum severity severity;
};

struct finding {
    struct slice id;       /* the CVE where there is one, else the feed's own */
    struct slice *aliases; /* other ids of the same, without `id` */
    size_t alias_count;
    const struct package *package;
    enum severity severity; /* the distribution's own, else computed from v4, v3, v2 */
    struct slice severity_source;
    enum fix_state state;
    struct slice fixed; /* the lowest version that fixes it for this package; empty: none */
    struct slice range; /* for people: "< 1.1.1t-r0", ">= 2.0, < 2.0.31" */
    const char *order;  /* comparator used: "apk", "deb", … */
    struct slice title; /* one line; may be empty */
    struct slice url;
    struct slice feed;      /* "alpine", "nvd", "osv/Go", … */
    struct slice feed_date; /* of the data: "2026-08-22"; may be empty */
    struct rating *ratings;
    size_t rating_count;
    double epss, epss_percentile; /* < 0: none */
    bool kev;
    struct slice kev_due;    /* date by which CISA wants it mended */
    struct slice *platforms; /* filled by scan with --all-platforms; else none */
    size_t platform_count;
};

/* What the feeds say of the image's release as a whole. */
struct coverage {
    bool covered;       /* there are advisories for this distribution release */
    struct slice scope; /* "alpine 3.16", "debian 12" */
    struct slice feed, feed_date;
    struct slice end_of_life; /* date, empty when not known */
    bool past_end_of_life;
};

struct match_result {
    struct finding *findings; /* sorted: severity down, then package, then id */
    size_t finding_count;
    struct coverage coverage; /* of the distribution */
    struct note *notes;       /* e.g. versions that could not be compared, types nobody covers */
    size_t note_count;
};

/* `distribution` may have an empty id. Packages with purls of another distribution are given one by
 * one. */
bool match_packages(struct store_reader *store, const struct distribution *distribution,
                    const struct package *packages, size_t count, struct arena *arena,
                    struct match_result *result, struct error *err);

/* Why a vulnerability is or is not a finding for a package. */
enum match_verdict {
    MATCH_AFFECTED,
    MATCH_FIXED,
    MATCH_NOT_IN_RANGE,
    MATCH_NOT_AFFECTED,
    MATCH_NO_ENTRY,
    MATCH_NOT_COVERED
};
struct match_reason {
    struct slice id; /* as findings of it would have; that asked for may be an alias of it */
    const struct package *package;
    enum match_verdict verdict;
    struct slice feed, feed_date, range, fixed; /* what was compared */
    const char *order;
    struct slice text; /* the sentence for people */
};
/* One reason for each (package, feed entry) that mentions `id` or an alias of it; and, when none
   does, reasons with MATCH_NO_ENTRY / MATCH_NOT_COVERED for what feeds name as affected products
   elsewhere. */
bool match_explain(struct store_reader *store, const struct distribution *distribution,
                   const struct package *packages, size_t count, struct slice id,
                   struct arena *arena, struct match_reason **reasons, size_t *reason_count,
                   struct error *err);
