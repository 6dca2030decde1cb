#pragma once
/* What the two readers of Docker's archives share; for docker_*.c alone. */
#include "image/bundle.h"

/* Fills where a layer is, by its name in the archive. */
bool docker_layer(struct bundle *bundle, struct slice name, struct layer *layer, struct error *err);
/* An archive without manifest.json. */
bool docker_legacy_read(struct bundle *bundle, struct slice tag, struct image *image,
                        struct error *err);
