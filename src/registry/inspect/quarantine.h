#pragma once
/* Images that nobody may pull, by digest: the row alone, for the server and for the command line
   beside it (a running server notices within a second). inspect.h has the call that also forgets
   what is remembered. */
#include "registry/core/manifest.h"

enum { QUARANTINE_REASON_MAX = 1000 };

/* FAILURE_MANIFEST_UNKNOWN. Taking away what is not there is fine. */
bool quarantine_set(struct registry *registry, const struct scope *scope,
                    const struct digest *digest, struct slice why, bool on,
                    const struct caller *who, struct failure *failure);
