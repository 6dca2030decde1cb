#pragma once
/* OSV's ecosystems: which scope of the store they are, how names are normalised there, and which
   order versions have. https://ossf.github.io/osv-schema/#affectedpackage-field */
#include "base/arena.h"
#include "version/version.h"

struct osv_ecosystem {
    const char *name;                   /* as OSV writes it, before a ":" */
    const char *scope;                  /* of the store; ends in ":" where a release follows */
    const struct version_scheme *order; /* NULL: events stay in the order they are written in */
    bool distribution; /* records are a distribution's advisories: each CVE is an entry */
    bool fold_case;    /* names are compared in lower case … */
    bool fold_pep503;  /* … and runs of "-_." are one "-" (PEP 503) */
};

/* NULL for one that is not known: its scope is then its name in lower case. */
const struct osv_ecosystem *osv_ecosystem_find(struct slice ecosystem);
/* "AlmaLinux:9" → "rpm:almalinux:9", "Alpine:v3.18" → "apk:alpine:3.18", "PyPI" → "pypi". */
bool osv_scope(struct slice ecosystem, struct arena *arena, struct slice *scope, struct error *err);
/* Names as they are looked up. */
bool osv_name(const struct osv_ecosystem *ecosystem, struct slice name, struct arena *arena,
              struct slice *normal, struct error *err);
