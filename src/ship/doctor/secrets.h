#pragma once
/* What must not be told: every secret that was met, and its usual disguises. One thread. */
#include "base/arena.h"

struct secrets {
    struct arena *arena;
    struct slice *list;
    size_t count, room;
    bool failed; /* no memory: nothing is told then */
};

/* Also as base64, percent-encoded, and each part of a "user:password" pair behind the colon. */
void secrets_add(struct secrets *secrets, struct slice secret);
/* The text with "[secret]" for each. In the arena; empty when the budget is spent. */
struct slice secrets_hide(const struct secrets *secrets, struct slice text);
