#pragma once
/* Images that somebody has shut away: rows of their own, whatever their scan says (rows.h). They
   need no scanner: `plimsoll registry quarantine` writes them beside a running server. Any thread
   may call. */
#include "registry/core/manifest.h"

enum { QUARANTINE_WHY_MAX = 1000 };

struct quarantine {
    struct digest digest;
    struct slice why, who;
    double when;
};

/* FAILURE_MANIFEST_UNKNOWN; a reason is UTF-8 text. */
bool quarantine_set(struct registry *registry, const struct scope *scope,
                    const struct digest *digest, struct slice why, bool on,
                    const struct caller *who, struct failure *failure);
/* *found false: it is not. `scope` as text. */
bool quarantine_get(struct registry *registry, struct slice scope, const struct digest *digest,
                    struct arena *arena, struct quarantine *quarantine, bool *found,
                    struct error *err);
/* All of a repository, by digest. */
bool quarantine_list(struct registry *registry, struct slice scope, struct arena *arena,
                     struct quarantine **list, size_t *count, struct error *err);
