#pragma once
/*
 * Orders of versions, one for each packaging world. The table in version.c is the one list; each
 * row's functions live in a file of the row's name, which quotes its specification.
 *
 * Nothing here allocates, and any thread may call. Numbers are compared as strings of digits, so
 * none is too large. Versions come from images and feeds and are hostile: whatever the bytes, the
 * answer is an order or "invalid".
 */
#include "base/slice.h"

enum {
    VERSION_LENGTH_MAX = 4096, /* bytes; longer ones are invalid in every scheme */
};

struct version_scheme {
    const char *name;  /* "apk"; also what the command line and reports call it */
    const char *prose; /* for --help: "Alpine packages" */
    /* Not empty and not over VERSION_LENGTH_MAX when called. */
    bool (*valid)(struct slice version);
    /* <0, 0, >0; called only with valid versions. A total order: 0 is an equivalence. */
    int (*compare)(struct slice a, struct slice b);
};

/* Ends with NULL. */
extern const struct version_scheme *const version_schemes[];

/* NULL when there is none of that name. */
const struct version_scheme *version_scheme_find(struct slice name);

/* *order becomes -1, 0 or 1; false (and *order untouched) when a or b is not a version of the
   scheme. */
bool version_compare(const struct version_scheme *scheme, struct slice a, struct slice b,
                     int *order);
bool version_valid(const struct version_scheme *scheme, struct slice version);

extern const struct version_scheme version_apk, version_deb, version_rpm, version_semver,
    version_pep440, version_maven, version_gem, version_go, version_npm, version_nuget,
    version_packagist, version_generic;
