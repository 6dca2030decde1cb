#pragma once
/*
 * Image manifests, indexes (manifest lists) and configurations, Docker schema 2 and OCI: hostile
 * JSON in, plain structs out. Sources: OCI image specification 1.1 (manifest.md, image-index.md,
 * config.md, descriptor.md), Docker's image manifest v2 schema 2. Documents over MANIFEST_MAX
 * bytes, nested deeper than 32, or with a member twice are refused. Any thread may call.
 */
#include "image/image.h"

enum { MANIFEST_MAX = 4 * 1024 * 1024, MANIFEST_LAYERS_MAX = 10000 };

struct platform {
    struct slice os, architecture, variant, os_version;
};

struct descriptor {
    struct slice media_type;
    struct slice artifact_type;
    struct digest digest;
    uint64_t size;
    struct platform platform; /* empty slices when not told */
    struct slice ref_name;    /* annotation org.opencontainers.image.ref.name */
    struct slice image_name;  /* annotation io.containerd.image.name */
    bool attestation;         /* says something about an image, and is none */
};

enum manifest_kind { MANIFEST_IMAGE, MANIFEST_INDEX };

struct manifest {
    enum manifest_kind kind;
    struct slice media_type;
    struct descriptor config;  /* MANIFEST_IMAGE */
    struct descriptor *layers; /* MANIFEST_IMAGE, lowest first */
    size_t layer_count;
    struct descriptor *manifests; /* MANIFEST_INDEX */
    size_t manifest_count;
};

/*
 * `media_type` is what the document was served or described as ("" when not known; parameters after
 * ";" are ignored): a document that calls itself otherwise is refused, since two readers could take
 * it for two things (CVE-2021-41190). Unknown media types are ERROR_UNSUPPORTED and named.
 */
bool manifest_parse(struct slice bytes, struct slice media_type, struct arena *arena,
                    struct manifest *manifest, struct error *err);
/* True for the media type of an index or manifest list. */
bool manifest_is_index(struct slice media_type);

/* Fills image->layers (fd -1) from a manifest's descriptors; ERROR_UNSUPPORTED names what is no
   layer or no image (Helm charts, signatures). */
bool manifest_layers(const struct manifest *manifest, struct arena *arena, struct image *image,
                     struct error *err);
/*
 * Fills what the configuration tells: platform, environment, history, and diff_id and created_by of
 * image->layers, which must be there already (their count must be that of the diff_ids). `bytes`
 * are copied to image->config_json.
 */
bool manifest_config(struct slice bytes, struct arena *arena, struct image *image,
                     struct error *err);
/* What a media type says of a layer's compression; false when it is not a layer's. */
bool manifest_layer_type(struct slice media_type, enum layer_compression *compression,
                         bool *foreign);

/* "linux/arm64/v8", "arm64", "linux"; ERROR_USAGE otherwise. Common other names are understood
   (x86_64, aarch64, armhf). */
bool platform_parse(struct slice text, struct platform *platform, struct error *err);
/* This machine's, always of Linux. */
struct platform platform_host(void);
struct slice platform_text(const struct platform *platform, struct arena *arena);
/* How well `have` can be taken for `want`: 0 not at all, higher is better. arm64 and arm64/v8 are
   the same; arm/v7 also takes v6 and v5. */
unsigned platform_fits(const struct platform *want, const struct platform *have);
/* The best fitting manifest of an index (the first among equals), or NULL and ERROR_NOT_FOUND with
   a list of what there is. Attestations are no candidates; entries without a platform fit only when
   nothing else is there. */
const struct descriptor *manifest_choose(const struct manifest *index, const struct platform *want,
                                         struct error *err);
