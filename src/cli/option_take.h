#pragma once
/* A text, wherever it stands, to the value of an option. For src/cli/options.c. */
#include "cli/options.h"

struct option_target {
    const struct option *row;
    struct option_value *value;
    const char *origin; /* where the text stands, for messages: "--db", "PLIMSOLL_DB", … */
    struct arena *arena;
};

/* Lists grow by it; all else is replaced. `text` must live as long as the value. */
bool option_take(const struct option_target *to, const char *text, enum option_source source,
                 struct error *err);
