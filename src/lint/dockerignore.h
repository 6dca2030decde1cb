#pragma once
/*
 * .dockerignore as the builder reads it (moby/patternmatcher): which paths of a build context stay
 * out. Lines are patterns: *, ?, [a-z], ** for any folders; ! takes back; the last that matches
 * decides; a pattern that matches a folder takes all that is in it.
 */
#include "base/arena.h"

enum { DOCKERIGNORE_SIZE_MAX = 1 << 20, DOCKERIGNORE_PATTERNS_MAX = 10000 };

struct dockerignore_pattern {
    struct slice text; /* cleaned, without ! */
    bool exclusion;    /* it was !pattern */
    unsigned line;
};

struct dockerignore {
    struct slice path; /* of the file as people know it; empty: there is none */
    struct dockerignore_pattern *patterns;
    size_t count, room;
    bool exclusions;   /* there is an !pattern */
    unsigned bad_line; /* of a pattern that the builder refuses; 0: none */
};

/* False when the arena's budget is spent or there are too many patterns. */
bool dockerignore_parse(struct slice bytes, struct arena *arena, struct dockerignore *ignore);
/* What holds for a Dockerfile built with `folder`: <dockerfile>.dockerignore, else the folder's.
   Neither being there is fine; false: one cannot be read. */
bool dockerignore_open(struct slice folder, struct slice dockerfile, struct arena *arena,
                       struct dockerignore *ignore, struct error *err);
/* The pattern that keeps `path` (relative, clean) out of the context; NULL: it is in it. */
const struct dockerignore_pattern *dockerignore_match(const struct dockerignore *ignore,
                                                      struct slice path);
/* One pattern alone, and the whole path. */
bool dockerignore_pattern_matches(struct slice pattern, struct slice path);
/* Go's filepath.Clean, without a / in front; "." for what is empty then. */
struct slice dockerignore_clean(struct slice path, struct arena *arena);
