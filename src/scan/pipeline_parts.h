#pragma once
/* What the files of the pipeline share among themselves; nobody else includes it. */
#include "scan/pipeline.h"

/* inputs.c: packages that come without layers. */
bool scan_read_sbom(struct scan *scan, const struct image *image,
                    const struct scan_options *options, struct error *err);
bool scan_read_purls(struct scan *scan, const struct scan_options *options, struct error *err);

/* secrets.c: those of layers and of configurations into the result, which must not hold any:
   instructions of the history that do are masked. */
bool scan_secrets(struct scan *scan, struct error *err);

/* notes.c */
bool scan_note(struct scan *scan, struct slice path, struct slice text);
