#pragma once
/* The parts of `plimsoll db` that are more than a few lines; rows are in cmd_db.c. */
#include "cli/command.h"

bool db_update_run(struct invocation *call, struct error *err);
bool db_import_run(struct invocation *call, struct error *err);
bool db_status_run(struct invocation *call, struct error *err);
bool db_search_run(struct invocation *call, struct error *err);
