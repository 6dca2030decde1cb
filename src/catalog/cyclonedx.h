#pragma once
/*
 * CycloneDX JSON (ECMA-424, versions 1.2 to 1.6) read as the packages of an image: our own (report/
 * cyclonedx.c; nothing that we wrote is lost), Trivy's and Syft's with the properties by which they
 * tell source packages, and any other by its purls. The bytes are hostile; results live in `arena`
 * or are slices of the bytes, which must outlive them.
 *
 * What has no field in CycloneDX stands in properties of ours:
 *   component  plimsoll:type, source, source_version, arch, vendor, path, layer (the digest),
 *              layer_index, evidence, cpe, license, platform (once for each)
 *   metadata   plimsoll:image:kind, tag, os, architecture, variant, os_version, created,
 *              manifest_digest, index_digest, config_digest, layer (a JSON object each, lowest
 *              first), plimsoll:platform, partial, note (of what could not be read; once for each)
 *   system     plimsoll:codename, pretty, path
 */
#include "catalog/analysis.h"
#include "image/image.h"

struct sbom_component {
    struct package package;
    struct slice purl;
    struct slice layer; /* digest of the layer where it stands; may be empty */
    size_t layer_index; /* in sbom.image.layers; SIZE_MAX when it is none of them */
    struct slice *platforms;
    size_t platform_count;
};

struct sbom {
    struct sbom_component *components;
    size_t count, room;
    struct distribution distribution; /* id empty: none told */
    struct image image;               /* what it tells of it: name, digests, platform, layers */
    struct slice *platforms;          /* of an SBOM of several platforms */
    size_t platform_count, platform_room;
    bool partial;       /* made of an image of which a part could not be read: notes say which */
    struct slice tool;  /* that made it: "plimsoll 0.1.0", "trivy 0.58.0" */
    struct note *notes; /* components that could not be taken, and why */
    size_t note_count, note_room;
};

/* ERROR_FORMAT when it is no CycloneDX JSON, ERROR_UNSUPPORTED for SPDX and for CycloneDX in XML.
 */
bool cyclonedx_read(struct slice json, struct arena *arena, struct sbom *sbom, struct error *err);

/* Whether these bytes (the beginning of a file is enough) look like CycloneDX JSON. */
bool cyclonedx_looks_like(struct slice head);

/*
 * A package from its purl (package-url specification), for SBOMs and for `scan pkg:…`. The
 * distribution comes from the qualifier `distro` ("3.16", "alpine-3.16.9", "debian-12") and the
 * namespace; its id stays empty when the purl tells none. `upstream` gives the source package.
 */
bool package_from_purl(struct slice purl, struct arena *arena, struct package *package,
                       struct distribution *distribution, struct error *err);
