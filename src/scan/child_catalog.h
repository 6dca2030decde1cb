#pragma once
/* Stands in for catalog/layer_catalog.h until that is there: finders by path alone. */
#include "catalog/analysis.h"
#include "image/layer.h"
bool catalog_layer(struct stream *stored, const struct layer_options *options, struct arena *arena,
                   struct analysis *analysis, struct error *err);
bool catalog_folder(int folder, struct arena *arena, struct analysis *analysis, struct error *err);
