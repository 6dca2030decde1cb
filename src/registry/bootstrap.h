#pragma once
/* The first user of a data folder: an admin, with a password and an access key. */
#include "registry/serve.h"

/* Does nothing when there is a user: *made is then left alone and *first false. */
bool bootstrap(struct meta *meta, struct world *world, const struct serve_options *options,
               struct arena *arena, struct serve_credentials *made, bool *first, struct error *err);
