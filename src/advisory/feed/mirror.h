#pragma once
/* A mirror of the feeds: a folder or an http address with the layout of docs (one path a feed). */
#include "base/arena.h"

struct mirror {
    struct slice base; /* without a slash at the end */
    bool is_url;
};

/* "https://mirror.example/feeds/" or "/srv/feeds". */
bool mirror_parse(struct mirror *mirror, struct slice text, struct arena *arena, struct error *err);
/* BASE/path. */
bool mirror_join(const struct mirror *mirror, const char *path, struct arena *arena,
                 struct slice *where, struct error *err);

struct mirror_name {
    struct slice path; /* below the mirror's base */
    uint64_t size;
};
/* Files of a folder mirror whose path matches `pattern` (glob), sorted; none is no error. */
bool mirror_list(const struct mirror *mirror, const char *pattern, struct arena *arena,
                 struct mirror_name **names, size_t *count, struct error *err);
