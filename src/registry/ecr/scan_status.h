#pragma once
/* What inspect/ knows of an image, in ECR's words. */
#include "registry/ecr/operations.h"
#include "registry/inspect/inspect.h"

/* "COMPLETE", …; NULL for INSPECT_NONE. */
const char *scan_status_word(enum inspect_status status);
/* {"CRITICAL": 2, …}: those that are not 0. */
void put_severity_counts(json_t *object, const struct inspect_report *report);
/* imageScanStatus and imageScanFindingsSummary of an image, as far as there are any. */
bool put_scan_summary(struct ecr_call *call, json_t *detail, const struct digest *digest);
