#pragma once
/* What was read of a base image, as a small JSON file named after what was asked for. */
#include <stdio.h>

#include "lint/base_image.h"

enum { BASE_IMAGE_KEPT = 24 * 60 * 60 }; /* seconds */

/* "$PLIMSOLL_CACHE/bases", "$XDG_CACHE_HOME/plimsoll/bases" or in ~/.cache; NULL: there is none. */
const char *base_cache_folder(struct arena *arena);
/* False when it is not there, too old, or not ours. */
bool base_cache_read(const char *folder, struct slice key, struct arena *arena,
                     struct base_image *image);
/* What goes wrong is no harm. */
void base_cache_write(const char *folder, struct slice key, const struct base_image *image,
                      struct arena *arena);
/* The file's content; base_cache_parse is for tests and fuzzing, too. */
void base_cache_put(FILE *out, struct slice key, const struct base_image *image);
bool base_cache_parse(struct slice bytes, struct slice key, struct arena *arena,
                      struct base_image *image);
