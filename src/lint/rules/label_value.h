#pragma once
/* Kinds of values that a label schema can ask for. */
#include "base/slice.h"

struct label_value_kind {
    const char *name;  /* as configurations say it: "url" */
    const char *code;  /* Hadolint's */
    const char *prose; /* "an address, such as https://example.com" */
    bool (*valid)(struct slice value);
};

/* NULL for "text", "rawtext" and what we do not know: anything is fine. */
const struct label_value_kind *label_value_kind(struct slice name);
