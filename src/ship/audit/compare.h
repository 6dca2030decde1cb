#pragma once
/* An audit against the history: since when each finding is there, what is new, gone and overdue. */
#include "ship/audit/history.h"

/* Sets all that audit.h says is set by it; `history` NULL: there is none, and nothing is new. What
   could not be read of the history becomes a note. */
bool audit_compare(struct audit *audit, const struct history *history, struct arena *arena,
                   struct error *err);
