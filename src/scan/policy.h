#pragma once
/*
 * What counts: the gate of --fail-on, what --severity, --ignore-unfixed and --baseline leave out.
 * Pure computation on a scan's result.
 */
#include "scan/result.h"

enum { POLICY_TERMS_MAX = 16 };

/* A finding is over the gate when one term holds. */
struct policy_term {
    enum { TERM_SEVERITY, TERM_KEV, TERM_EPSS } kind;
    enum severity severity; /* this or worse */
    double epss;            /* this or more */
};

struct policy {
    struct policy_term terms[POLICY_TERMS_MAX];
    size_t term_count; /* 0: no gate */
};

/* "critical,kev,epss>=0.5"; a severity means that one or worse, "any" every finding. ERROR_USAGE
   names the word that is none. Adds to what is there. */
bool policy_parse(struct policy *policy, struct slice text, struct error *err);

/* One finding alone: its severity, kev and epss are looked at. */
bool policy_meets(const struct policy *policy, const struct finding *finding);

/* Findings over the gate: those suppressed or in the baseline do not count. */
size_t policy_violations(const struct policy *policy, const struct scan_result *result);

/* Leaves out of the result what the user does not want to see: below `severity`, without a fix. */
void policy_filter(struct scan_result *result, enum severity severity, bool ignore_unfixed);

/* Marks the findings that a former report (json of this program) has; those of one package name and
   id are the same, in whatever version. */
bool policy_baseline(struct scan_result *result, struct slice report, struct arena *arena,
                     struct error *err);
/* Leaves them out of what is shown. */
void policy_hide_baseline(struct scan_result *result);
