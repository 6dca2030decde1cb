#pragma once
/*
 * The version that an image takes from its base: what a Dockerfile's last stage builds on, through
 * its own stages and ARGs ("FROM nginx:1.29.4-alpine" → 1.29.4).
 */
#include "base/arena.h"

struct project_image;

struct from_base {
    struct slice base;    /* "nginx:1.29.4-alpine", as the Dockerfile comes to it */
    struct slice version; /* "1.29.4", NUL-terminated behind the slice */
};

/*
 * `image` (may be NULL) has the build arguments and the target that plimsoll.yaml gives.
 * ERROR_USAGE: it builds on nothing, on a digest alone, or on a tag that names no whole version.
 */
bool from_base_find(const char *dockerfile, const struct project_image *image, struct arena *arena,
                    struct from_base *found, struct error *err);
/* Of its bytes; `path` for messages. */
bool from_base_read(struct slice bytes, const char *path, const struct project_image *image,
                    struct arena *arena, struct from_base *found, struct error *err);
