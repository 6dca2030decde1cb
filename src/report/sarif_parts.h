#pragma once
/* What sarif.c and sarif_secrets.c share; nobody else includes it. */
#include "base/json.h"
#include "base/table.h"
#include "scan/result.h"

#define SARIF_ROOT "ROOTFS"

const char *sarif_level(enum severity severity);
/* physicalLocation: a file below the image's root folder. */
void sarif_put_place(struct json_writer *json, struct slice path, unsigned line,
                     struct arena *arena);
void sarif_put_suppression(struct json_writer *json, const struct scan_finding *scanned);

/* Rules "secrets/KIND" behind those of vulnerabilities, and their results. */
bool sarif_put_secret_rules(struct json_writer *json, const struct scan_result *result,
                            struct table *rules, struct arena *arena);
void sarif_put_secret_results(struct json_writer *json, const struct scan_result *result,
                              const struct table *rules, bool baseline, struct arena *arena);
