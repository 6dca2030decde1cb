#pragma once
/*
 * Images out of registries, read where they are: the manifest now, each layer when somebody wants
 * it. `name` is a reference, or one behind "http://" or "https://". Digests of manifests and of the
 * configuration are verified here; those of layers by who reads them.
 */
#include "image/source.h"

bool registry_open(const char *name, const struct source_options *options, struct arena *arena,
                   struct image_list *list, struct error *err);
