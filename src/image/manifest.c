#include "image/manifest.h"

#include "image/document.h"
#include "image/manifest_plain.h"

static const char oci_manifest[] = "application/vnd.oci.image.manifest.v1+json";
static const char oci_index[] = "application/vnd.oci.image.index.v1+json";
static const char docker_manifest[] = "application/vnd.docker.distribution.manifest.v2+json";
static const char docker_list[] = "application/vnd.docker.distribution.manifest.list.v2+json";

/* Media types of layers. Encrypted ones are no layers that anybody but the owner can read. */
static const struct {
    const char *media_type;
    enum layer_compression compression;
    bool foreign;
} layer_types[] = {
    {"application/vnd.oci.image.layer.v1.tar", COMPRESSION_NONE, false},
    {"application/vnd.oci.image.layer.v1.tar+gzip", COMPRESSION_GZIP, false},
    {"application/vnd.oci.image.layer.v1.tar+zstd", COMPRESSION_ZSTD, false},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar", COMPRESSION_NONE, true},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", COMPRESSION_GZIP, true},
    {"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", COMPRESSION_ZSTD, true},
    {"application/vnd.docker.image.rootfs.diff.tar", COMPRESSION_NONE, false},
    {"application/vnd.docker.image.rootfs.diff.tar.gzip", COMPRESSION_GZIP, false},
    {"application/vnd.docker.image.rootfs.diff.tar.zstd", COMPRESSION_ZSTD, false},
    {"application/vnd.docker.image.rootfs.foreign.diff.tar", COMPRESSION_NONE, true},
    {"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", COMPRESSION_GZIP, true},
};

bool manifest_layer_type(struct slice media_type, enum layer_compression *compression,
                         bool *foreign)
{
    for (size_t i = 0; i < sizeof layer_types / sizeof *layer_types; i++) {
        if (!slice_equal_str(media_type, layer_types[i].media_type))
            continue;
        *compression = layer_types[i].compression;
        *foreign = layer_types[i].foreign;
        return true;
    }
    return false;
}

bool manifest_is_index(struct slice media_type)
{
    return slice_equal_str(media_type, oci_index) || slice_equal_str(media_type, docker_list);
}

static bool is_image(struct slice media_type)
{
    return slice_equal_str(media_type, oci_manifest) ||
           slice_equal_str(media_type, docker_manifest);
}

static bool read_platform(const json_t *object, struct arena *arena, struct platform *out)
{
    return document_text(object, "os", arena, &out->os) &&
           document_text(object, "architecture", arena, &out->architecture) &&
           document_text(object, "variant", arena, &out->variant) &&
           document_text(object, "os.version", arena, &out->os_version);
}

static bool read_annotations(const json_t *object, struct arena *arena, struct descriptor *out)
{
    const json_t *type = json_object_get(object, "vnd.docker.reference.type");
    if (slice_equal(document_view(type), SLICE("attestation-manifest")))
        out->attestation = true;
    return document_text(object, "org.opencontainers.image.ref.name", arena, &out->ref_name) &&
           document_text(object, "io.containerd.image.name", arena, &out->image_name);
}

static bool read_descriptor(const json_t *object, struct arena *arena, struct descriptor *out,
                            struct error *err)
{
    const json_t *digest = json_object_get(object, "digest"),
                 *size = json_object_get(object, "size");
    if (!json_is_object(object) || !json_is_string(digest))
        return error_set(err, ERROR_FORMAT, "a descriptor without a digest");
    if (!digest_parse(&out->digest, document_view(digest), err))
        return false;
    if (!json_is_integer(size) || json_integer_value(size) < 0)
        return error_set(err, ERROR_FORMAT, "the descriptor of %s has no size", out->digest.text);
    out->size = (uint64_t)json_integer_value(size);
    if (!document_text(object, "mediaType", arena, &out->media_type) ||
        !document_text(object, "artifactType", arena, &out->artifact_type) ||
        !read_platform(json_object_get(object, "platform"), arena, &out->platform) ||
        !read_annotations(json_object_get(object, "annotations"), arena, out))
        return arena_error(err);
    /* BuildKit's attestations carry this platform, so that no engine runs them. */
    if (slice_equal(out->platform.os, SLICE("unknown")) &&
        slice_equal(out->platform.architecture, SLICE("unknown")))
        out->attestation = true;
    return true;
}

static bool read_descriptors(const json_t *array, struct arena *arena, struct descriptor **out,
                             size_t *count, struct error *err)
{
    size_t size = json_array_size(array);
    if (size > MANIFEST_LAYERS_MAX)
        return error_set(err, ERROR_LIMIT, "%zu descriptors, more than %d", size,
                         MANIFEST_LAYERS_MAX);
    struct descriptor *list = arena_array(arena, size, sizeof *list);
    if (!list)
        return arena_error(err);
    for (size_t i = 0; i < size; i++)
        if (!read_descriptor(json_array_get(array, i), arena, &list[i], err))
            return error_add(err, "entry %zu", i);
    *out = list;
    *count = size;
    return true;
}

/* Settles what the document is from what it was called, what it calls itself and what it has. */
static bool read_kind(const json_t *document, struct slice given, struct manifest *out,
                      struct error *err)
{
    const json_t *own_type = json_object_get(document, "mediaType");
    struct slice own = document_view(own_type);
    given = slice_trim(slice_upto(given, slice_find(given, ';')));
    bool known = manifest_is_index(given) || is_image(given);
    if (known && own.len && !slice_equal(own, given))
        return error_set(err, ERROR_FORMAT, "it was given as %.*s and calls itself %.*s",
                         SLICE_ARG(given), SLICE_ARG(slice_upto(own, 200)));
    struct slice type = known ? given : own;
    bool has_list = json_object_get(document, "manifests") != NULL;
    bool has_layers = json_object_get(document, "layers") || json_object_get(document, "config");
    const json_t *schema = json_object_get(document, "schemaVersion");
    if (json_is_integer(schema) && json_integer_value(schema) == 1)
        return error_set(err, ERROR_UNSUPPORTED, "a Docker manifest of schema 1 (of before 2017)");
    if (has_list && has_layers)
        return error_set(err, ERROR_FORMAT, "it has both manifests and layers");
    if (type.len && !manifest_is_index(type) && !is_image(type))
        return error_set(err, ERROR_UNSUPPORTED, "%.*s is no image manifest",
                         SLICE_ARG(slice_upto(type, 200)));
    if (!has_list && !has_layers)
        return error_set(err, ERROR_FORMAT, "it has neither manifests nor layers");
    if (type.len && manifest_is_index(type) != has_list)
        return error_set(err, ERROR_FORMAT, "its content is not of its type %.*s", SLICE_ARG(type));
    out->kind = has_list ? MANIFEST_INDEX : MANIFEST_IMAGE;
    out->media_type = slice_str(has_list ? oci_index : oci_manifest);
    if (slice_equal_str(type, docker_list) || slice_equal_str(type, docker_manifest))
        out->media_type = slice_str(has_list ? docker_list : docker_manifest);
    return true;
}

bool manifest_parse(struct slice bytes, struct slice media_type, struct arena *arena,
                    struct manifest *manifest, struct error *err)
{
    CLEANUP_JSON json_t *document = document_parse(bytes, err);
    struct manifest out = {0};
    if (!document)
        return error_add(err, "manifest");
    if (!json_is_object(document))
        return error_set(err, ERROR_FORMAT, "manifest: not a JSON object");
    if (!manifest_plain(document, err) || !read_kind(document, media_type, &out, err))
        return error_add(err, "manifest");
    if (out.kind == MANIFEST_INDEX) {
        if (!read_descriptors(json_object_get(document, "manifests"), arena, &out.manifests,
                              &out.manifest_count, err))
            return error_add(err, "index: manifests");
    } else {
        if (!read_descriptor(json_object_get(document, "config"), arena, &out.config, err))
            return error_add(err, "manifest: config");
        if (!read_descriptors(json_object_get(document, "layers"), arena, &out.layers,
                              &out.layer_count, err))
            return error_add(err, "manifest: layers");
    }
    *manifest = out;
    return true;
}

bool manifest_layers(const struct manifest *manifest, struct arena *arena, struct image *image,
                     struct error *err)
{
    struct slice config = manifest->config.media_type;
    if (config.len && !slice_equal(config, SLICE("application/vnd.oci.image.config.v1+json")) &&
        !slice_equal(config, SLICE("application/vnd.docker.container.image.v1+json")))
        return error_set(err, ERROR_UNSUPPORTED, "not a container image but %.*s",
                         SLICE_ARG(slice_upto(config, 200)));
    struct layer *layers = arena_array(arena, manifest->layer_count, sizeof *layers);
    if (!layers)
        return arena_error(err);
    for (size_t i = 0; i < manifest->layer_count; i++) {
        const struct descriptor *from = &manifest->layers[i];
        enum layer_compression compression;
        layers[i] = (struct layer){
            .digest = from->digest, .media_type = from->media_type, .size = from->size, .fd = -1};
        if (from->media_type.len &&
            !manifest_layer_type(from->media_type, &compression, &layers[i].foreign))
            return error_set(err, ERROR_UNSUPPORTED, "layer %s: %.*s is no layer that we can read",
                             from->digest.text, SLICE_ARG(slice_upto(from->media_type, 200)));
    }
    image->layers = layers;
    image->layer_count = manifest->layer_count;
    image->config_digest = manifest->config.digest;
    return true;
}
