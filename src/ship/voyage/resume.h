#pragma once
/* Which steps of an image's last run still hold. */
#include "ship/voyage/voyage.h"

enum { RESUME_HOURS = 24 }; /* after that, bases are no longer fresh, and all is done again */

/*
 * Reads job's record and sets record and kept. Nothing known, another input, finished or too old:
 * an empty record. With --from (and push) what has to hold and does not is an error that names the
 * step to start from.
 */
bool voyage_resume(struct voyage_job *job, const struct voyage_step *steps, struct error *err);
