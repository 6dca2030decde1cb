#pragma once
/*
 * What a finding is called in ECR's basic shape (service model ecr 2015-09-21, ImageScanFinding):
 * shared by `scan --format ecr` and the registry's DescribeImageScanFindings. Any thread may call.
 */
#include "advisory/match.h"

/* "UNDEFINED", "INFORMATIONAL", "LOW", …: FindingSeverity. */
const char *ecr_severity_name(enum severity severity);
/* Calls `put` for each attribute that there is: package_name, package_version, CVSS2_VECTOR,
   CVSS2_SCORE, …, and ours: fixed_in_versions, epss, kev. Texts that are made live in `arena`. */
void ecr_attributes(const struct finding *finding, struct arena *arena,
                    void (*put)(void *context, const char *key, struct slice value), void *context);
