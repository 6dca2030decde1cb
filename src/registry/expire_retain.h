#pragma once
/* Retain rules (expire.h says what they look like): text to rules, and what they keep. Used by
   expire.c. Pure; any thread may call. */
#include "registry/expire.h"

enum retain_keep {
    RETAIN_ALL,
    RETAIN_LAST,
    RETAIN_PULLED,
    RETAIN_MOVED,
};

struct retain_rule {
    enum retain_keep keep;
    int64_t number; /* count or days */
    struct slice description;
    struct slice *patterns;
    size_t pattern_count;
};

struct retain_rules {
    struct retain_rule *items;
    size_t count;
    bool asks_moved; /* some rule needs to know when a tag moved away */
};

/* ERROR_FORMAT. */
bool retain_parse(struct slice text, struct arena *arena, struct retain_rules *rules,
                  struct error *err);
/* kept[i]: the rule that keeps images[i], or NULL. moved[i]: when a tag last moved away from it,
   0: never. False when the budget is spent. */
bool retain_apply(const struct retain_rules *rules, const struct lifecycle_image *images,
                  const double *moved, size_t count, double now, struct arena *arena,
                  const struct retain_rule **kept);
/* "retain rule 2 (releases)" in `arena`. */
struct slice retain_name(const struct retain_rules *rules, const struct retain_rule *rule,
                         struct arena *arena);
