#pragma once
/*
 * An SBOM that was read, as bytes: it is read in the jailed child (scan/child.h) and believed by
 * the broker only as far as sbom_decode can check it. One function walks all fields in their order
 * and writes or reads them (sbom_form.c), so that the two cannot differ. Numbers are those of the
 * machine, since both ends are one program; nothing is kept on disk.
 */
#include "catalog/cyclonedx.h"

bool sbom_encode(const struct sbom *sbom, struct arena *arena, struct slice *bytes,
                 struct error *err);
/* Hostile bytes are fine: ERROR_FORMAT. Texts are slices of `bytes`, which must outlive the result;
   the rest is in `arena`. */
bool sbom_decode(struct slice bytes, struct arena *arena, struct sbom *sbom, struct error *err);
