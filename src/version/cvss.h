#pragma once
/*
 * CVSS vectors to scores: versions 2.0, 3.0, 3.1 and 4.0, from FIRST's specifications
 * (first.org/cvss). Vectors come from feeds and are hostile; a metric that the version does not
 * know, or that stands twice, or a missing base metric, makes a vector invalid. The order of the
 * metrics is not asked for. Nothing allocates; any thread may call.
 */
#include "base/slice.h"

enum cvss_version { CVSS_2_0, CVSS_3_0, CVSS_3_1, CVSS_4_0 };

struct cvss {
    enum cvss_version version;
    /* 0.0–10.0. Versions 2 and 3: of the base metrics alone, as the feeds give it. Version 4: of
       the vector as it stands, with its threat and environmental metrics (CVSS-B, -BT, -BTE). */
    double score;
};

/* "AV:N/AC:L/…" (also in parentheses) is version 2; others begin with "CVSS:3.1/". False when
   invalid; *cvss is then untouched. */
bool cvss_parse(struct slice vector, struct cvss *cvss);

const char *cvss_version_text(enum cvss_version version); /* "3.1" */
