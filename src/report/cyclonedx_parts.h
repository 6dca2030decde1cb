#pragma once
/* What the two files of the CycloneDX writer share. */
#include "base/json.h"
#include "scan/result.h"

/* {"name": …, "value": …}; left out when the value is empty. */
void cyclonedx_property(struct json_writer *json, const char *name, struct slice value);
/* `refs`: bom-ref of each of result->packages. */
bool cyclonedx_put_vulnerabilities(struct json_writer *json, const struct scan_result *result,
                                   const struct slice *refs, struct arena *arena,
                                   struct error *err);
