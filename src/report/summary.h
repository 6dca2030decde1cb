#pragma once
/* Numbers that several reports tell. */
#include "scan/result.h"

enum { SEVERITIES = SEVERITY_CRITICAL + 1 };

struct report_summary {
    size_t by_severity[SEVERITIES]; /* of `total` */
    size_t total;                   /* neither suppressed nor in the baseline */
    size_t fixable;                 /* of `total`: a version that fixes it is there */
    size_t suppressed;
    size_t in_baseline; /* and not suppressed */
    size_t programs;    /* packages that were compiled from source */
};

struct report_summary report_summarise(const struct scan_result *result);

/* Whether it counts: neither suppressed nor in the baseline. */
bool finding_counts(const struct scan_finding *finding);
/* CRITICAL, HIGH, …; what to do about it: "act now", "soon", "plan", "watch". */
const char *severity_label(enum severity severity);
const char *severity_advice(enum severity severity);
/* The fixed version, else the state in words for people: "no fix yet", "will not be fixed". */
struct slice finding_remedy(const struct finding *finding);
/* The best rating that has a vector or score: newest CVSS first, then the first; NULL when none. */
const struct rating *finding_best_rating(const struct finding *finding);

/* "linux/amd64", or all of several platforms with commas. */
struct slice result_platforms(const struct scan_result *result, struct arena *arena);
/* "Alpine Linux v3.16", "alpine 3.16", or empty. */
struct slice result_distribution(const struct scan_result *result, struct arena *arena);
/* A release that has packages, and that no feed has advisories for. */
bool result_not_covered(const struct scan_result *result);
/* Packages of a distribution that nobody knows: they were compared with nothing. */
bool result_unknown_distribution(const struct scan_result *result);
/* "alpine 3.16" as the feeds would call it. */
struct slice result_scope(const struct scan_result *result, struct arena *arena);
/* The newest date of the feeds' data, ISO 8601; empty when there is none. */
struct slice result_newest_feed(const struct scan_result *result);
