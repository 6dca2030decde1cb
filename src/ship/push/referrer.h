#pragma once
/*
 * What is said of an image, kept beside it in the registry: an SBOM, the result of a scan, as an
 * artifact whose `subject` is the image (OCI image specification 1.1, "manifest.md"; distribution
 * specification 1.1, "Referrers API"). Where the registry keeps no list of referrers by itself, the
 * list is the index under the tag "sha256-HEX" (the specification's "Referrers Tag Schema").
 *
 * The same bytes make the same artifact, so that attaching twice changes nothing.
 */
#include "ship/push/destination.h"

enum { REFERRER_MAX = 64 << 20 /* bytes of one */ };

struct referrer {
    struct slice type; /* "application/vnd.cyclonedx+json": artifactType, and of its one layer */
    struct slice bytes;
};

struct referrer_result {
    struct digest digest; /* of the artifact's manifest */
    bool by_tag;          /* the list is ours to keep, under a tag */
    bool was_there;
};

/* `subject` is the image's manifest or index, as it was got or put. ERROR_BUSY: others changed the
   list under the tag each time we tried. */
bool referrer_attach(struct destination *destination, const struct registry_manifest *subject,
                     const struct referrer *referrer, struct arena *arena,
                     struct referrer_result *result, struct error *err);

/* What a document is, by its content: CycloneDX, SPDX, SARIF, a scan of plimsoll's; empty: none of
   them. */
struct slice referrer_type_of(struct slice bytes);

/*
 * The index under the tag with one descriptor more; the same bytes when it is in already. `index`
 * empty: there was none. For tests and fuzzing; hostile.
 */
bool referrer_list_add(struct slice index, struct slice descriptor, const struct digest *digest,
                       struct arena *arena, struct slice *made, struct error *err);
