#pragma once
/* What `ship` says: a line a step as it ends, the summary as JSON, the plan of --dry-run. */
#include "cli/command.h"
#include "ship/voyage/voyage.h"

void ship_report_head(const struct voyage_job *job);
void ship_report_step(const struct voyage_job *job, enum voyage_step_id id, bool kept);
/* JSON, or what to do next when it stopped. */
bool ship_report_end(struct invocation *call, const struct voyage *voyage,
                     const struct voyage_options *options, struct error *err);
bool ship_report_plan(struct voyage *voyage, const struct voyage_options *options, bool json,
                      struct error *err);
