#pragma once
/* What findings.c and findings_enhanced.c share; nobody else includes it. */
#include "registry/ecr/findings.h"

/* Those that are not suppressed. */
bool findings_shown(struct ecr_call *call, const struct inspect_report *report,
                    const struct scan_finding ***shown, size_t *count);
/* Which of `count` are of this page; puts nextToken when there are more. */
bool findings_page(struct ecr_call *call, const struct page *page, size_t count, size_t *first,
                   size_t *end);
