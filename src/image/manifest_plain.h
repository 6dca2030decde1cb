#pragma once
/*
 * Whether every reader finds the same members in a manifest. Readers in Go (encoding/json: docker,
 * containerd, podman) take "Layers" for "layers", whichever comes last, and would pull other layers
 * than those that were checked and scanned.
 */
#include "image/document.h"

/* ERROR_FORMAT names a member, of the document of a manifest or an index, of its descriptors and
   their platforms, that is a known one to others and not to us. manifest_parse asks for it. */
bool manifest_plain(const json_t *document, struct error *err);
