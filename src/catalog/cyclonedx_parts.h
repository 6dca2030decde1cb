#pragma once
/* What the files of the CycloneDX reader share among themselves; nobody else includes it. */
#include "catalog/cyclonedx.h"

/* A component as it stands in the file. Slices of the file or of its arena. */
struct sbom_item {
    struct slice type; /* "library", "operating-system", … */
    struct slice group, name, version, purl, cpe;
    struct slice license;    /* several are joined by " AND " */
    struct slice location;   /* evidence.occurrences: the first */
    struct slice maintainer; /* publisher or supplier */
    const struct sbom_property {
        struct slice name, value;
    } * properties;
    size_t property_count;
};

/* The first of that name; empty when there is none. */
struct slice sbom_property(const struct sbom_item *item, const char *name);

enum sbom_taken { SBOM_TAKEN, SBOM_LEFT_OUT /* no package, and none was meant */, SBOM_UNKNOWN };

/* cyclonedx_package.c: `component` of a component, and what its purl says of the distribution.
   SBOM_UNKNOWN says why in `err`, or ERROR_LIMIT when the arena's budget is spent. */
enum sbom_taken sbom_take_package(const struct sbom_item *item, struct arena *arena,
                                  struct sbom_component *component,
                                  struct distribution *distribution, struct error *err);

/* cyclonedx_image.c. Both false when the arena's budget is spent. */
bool sbom_take_system(const struct sbom_item *item, struct arena *arena,
                      struct distribution *distribution);
/* `item`: metadata.component with the properties of metadata, too. */
bool sbom_take_image(const struct sbom_item *item, struct arena *arena, struct sbom *sbom);

/* The words of image.h for the kind of an image; NULL for all others. */
const char *sbom_image_kind(struct slice text);

/* purl_package.c: the id of os-release for the names that SBOMs and purls have for some ("redhat",
   "alma"); lower case. In `arena` or a literal; `at` NULL when the budget is spent. */
struct slice sbom_distribution_id(struct slice name, struct arena *arena);
