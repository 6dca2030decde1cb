#pragma once
/* What inspect/ found in an image, in ECR's two shapes. */
#include "registry/core/manifest.h"
#include "registry/ecr/operations.h"
#include "registry/inspect/inspect.h"

/* Fills `object` (ImageScanFindings) with one page: `findings`, one for each package. The page's
   place is the number of findings before it. Puts nextToken when there are more. */
bool put_basic_findings(struct ecr_call *call, const struct inspect_report *report,
                        const struct page *page, json_t *object);
/* `enhancedFindings`, one for each vulnerability with the packages it is in. */
bool put_enhanced_findings(struct ecr_call *call, const struct inspect_report *report,
                           const struct manifest_facts *image, const struct page *page,
                           json_t *object);
