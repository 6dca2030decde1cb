#pragma once
/* Inside of CVSS: the tables of metrics and the formulas. For src/version/cvss*.c alone. */
#include "version/cvss.h"

enum { CVSS_METRICS_MAX = 40 };

struct cvss_metric {
    const char *name;
    const char *values; /* separated by blanks */
    bool required;
};

/* First letters of the values by position in the version's table; NUL: not given. */
struct cvss_values {
    char value[CVSS_METRICS_MAX];
};

extern const struct cvss_metric cvss2_metrics[], cvss3_metrics[],
    cvss4_metrics[]; /* end: no name */

double cvss2_score(const struct cvss_values *values);
double cvss3_score(const struct cvss_values *values);
double cvss4_score(const struct cvss_values *values);
