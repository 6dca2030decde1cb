/*
 * What `docker save` and `podman save` write: manifest.json names the configuration and the layers
 * of each image (Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset
 * Format"). Since Docker 25 the same tar is an OCI layout, too, whose blobs manifest.json names.
 * Archives of before 2016 have only `repositories`: docker_legacy.c.
 */
#include "image/docker_archive.h"

#include "base/file.h"
#include "image/document.h"
#include "image/manifest.h"
#include "image/path.h"
#include "image/select.h"

/* Layers of one image can be many, but an archive's images are few. */
enum { IMAGES_MAX = 1000 };

static bool refuse_choice(const json_t *images, struct slice tag, struct error *err)
{
    struct slice names[IMAGES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(images) && count < IMAGES_MAX; i++) {
        const json_t *tags = json_object_get(json_array_get(images, i), "RepoTags");
        names[count++] = document_view(json_array_get(tags, 0));
    }
    return select_refuse(tag, names, count, err);
}

static bool entry_fits(const json_t *entry, struct slice tag)
{
    const json_t *tags = json_object_get(entry, "RepoTags");
    struct slice config = path_base(document_view(json_object_get(entry, "Config")));
    for (size_t i = 0; i < json_array_size(tags); i++)
        if (select_name_fits(tag, document_view(json_array_get(tags, i))))
            return true;
    return tag.len >= 12 && slice_starts(config, tag); /* an image's ID */
}

static const json_t *choose(const json_t *images, struct slice tag, struct error *err)
{
    if (tag.len == 0 && json_array_size(images) == 1)
        return json_array_get(images, 0);
    for (size_t i = 0; tag.len && i < json_array_size(images); i++)
        if (entry_fits(json_array_get(images, i), tag))
            return json_array_get(images, i);
    refuse_choice(images, tag, err);
    return NULL;
}

/* What a layer is stored as, by its first two bytes. */
static bool read_media_type(const struct bundle_file *file, struct layer *layer, struct error *err)
{
    char head[2] = {0};
    size_t got = 0;
    struct slice bytes = file->bytes;
    if (file->fd >= 0) {
        if (!file_pread(file->fd, head, sizeof head, file->offset, &got, err))
            return false;
        bytes = slice_of(head, got);
    }
    layer->media_type = SLICE("application/vnd.docker.image.rootfs.diff.tar");
    if (slice_starts(bytes, slice_of("\x1f\x8b", 2)))
        layer->media_type = SLICE("application/vnd.docker.image.rootfs.diff.tar.gzip");
    else if (slice_starts(bytes, slice_of("\x28\xb5", 2)))
        layer->media_type = SLICE("application/vnd.docker.image.rootfs.diff.tar.zstd");
    return true;
}

bool docker_layer(struct bundle *bundle, struct slice name, struct layer *layer, struct error *err)
{
    struct bundle_file file;
    struct slice path = path_clean(bundle->arena, name);
    if (!path.at)
        return arena_error(err);
    if (!bundle_find(bundle, path, &file, err))
        return error_add(err, "layer");
    *layer = (struct layer){.fd = file.fd, .offset = file.offset, .size = file.size};
    if (slice_starts(path, SLICE("blobs/sha256/"))) {
        struct error ignored;
        struct slice text = arena_printf(bundle->arena, "sha256:%.*s", SLICE_ARG(path_base(path)));
        if (text.at && !digest_parse(&layer->digest, text, &ignored))
            layer->digest = (struct digest){0};
    }
    return read_media_type(&file, layer, err);
}

/* What is stored uncompressed has its diff_id as its digest. */
static void set_digests(struct image *image)
{
    for (size_t i = 0; i < image->layer_count; i++)
        if (!image->layers[i].digest.text[0] &&
            slice_ends(image->layers[i].media_type, SLICE(".diff.tar")))
            image->layers[i].digest = image->layers[i].diff_id;
}

/* The configuration's name is its digest, bare or in blobs/sha256/. */
static bool read_config(struct bundle *bundle, struct slice name, struct image *image,
                        struct error *err)
{
    struct slice bytes, path = path_clean(bundle->arena, name);
    struct slice claimed = slice_upto(path_base(path), slice_find(path_base(path), '.'));
    struct slice own;
    if (!path.at)
        return arena_error(err);
    if (!bundle_read(bundle, path, MANIFEST_MAX, &bytes, err))
        return false;
    sha256_of(bytes, &image->config_digest);
    own = slice_from(digest_slice(&image->config_digest), sizeof "sha256:" - 1);
    if (claimed.len == own.len && !slice_equal(claimed, own))
        return error_set(err, ERROR_DIGEST, "%.*s has the digest %s", SLICE_ARG(path),
                         image->config_digest.text);
    return manifest_config(bytes, bundle->arena, image, err);
}

static bool read_image(struct bundle *bundle, const json_t *entry, struct slice tag,
                       struct image *image, struct error *err)
{
    const json_t *layers = json_object_get(entry, "Layers");
    const json_t *tags = json_object_get(entry, "RepoTags");
    size_t count = json_array_size(layers);
    if (count > MANIFEST_LAYERS_MAX)
        return error_set(err, ERROR_LIMIT, "%zu layers", count);
    image->layers = arena_array(bundle->arena, count, sizeof *image->layers);
    if (!image->layers)
        return arena_error(err);
    image->layer_count = count;
    for (size_t i = 0; i < count; i++)
        if (!docker_layer(bundle, document_view(json_array_get(layers, i)), &image->layers[i], err))
            return false;
    for (size_t i = json_array_size(tags); i-- > 0;) {
        const json_t *name = json_array_get(tags, i);
        bool meant =
            tag.len == 0 || image->tag.len == 0 || select_name_fits(tag, document_view(name));
        if (meant && !document_string(name, bundle->arena, &image->tag))
            return arena_error(err);
    }
    if (!read_config(bundle, document_view(json_object_get(entry, "Config")), image, err))
        return false;
    set_digests(image);
    return true;
}

static bool check_platform(const struct source_options *options, const struct image *image,
                           struct error *err)
{
    struct platform want;
    struct platform have = {image->os, image->architecture, image->variant, image->os_version};
    if (options->platform.len == 0)
        return true;
    if (!platform_parse(options->platform, &want, err))
        return false;
    return platform_fits(&want, &have) ||
           error_set(err, ERROR_NOT_FOUND, "the image is of %.*s/%.*s, not of %.*s",
                     SLICE_ARG(slice_upto(have.os, 30)),
                     SLICE_ARG(slice_upto(have.architecture, 30)), SLICE_ARG(options->platform));
}

static bool open_image(struct bundle *bundle, struct slice tag, struct image *image,
                       struct error *err)
{
    struct slice bytes;
    if (!bundle_has(bundle, "manifest.json"))
        return docker_legacy_read(bundle, tag, image, err);
    if (!bundle_read(bundle, SLICE("manifest.json"), DOCUMENT_MAX, &bytes, err))
        return false;
    CLEANUP_JSON json_t *document = document_parse(bytes, err);
    if (!document)
        return error_add(err, "manifest.json");
    if (!json_is_array(document) || json_array_size(document) > IMAGES_MAX)
        return error_set(err, ERROR_FORMAT, "manifest.json is no list of images");
    const json_t *entry = choose(document, tag, err);
    return entry && read_image(bundle, entry, tag, image, err);
}

bool docker_archive_open(const char *name, const struct source_options *options,
                         struct arena *arena, struct image_list *list, struct error *err)
{
    const char *path;
    struct slice tag;
    struct image_list found = {0};
    if (!select_path(name, options, arena, &path, &tag, err))
        return false;
    struct bundle *bundle = bundle_open(path, arena, err);
    if (!bundle)
        return false;
    if (!bundle_has(bundle, "manifest.json") && bundle_has(bundle, "index.json")) {
        bundle_close(bundle); /* a compressed archive does not tell at its beginning which it is */
        return oci_layout_open(name, options, arena, list, err);
    }
    struct image image = {
        .name = slice_str(path), .kind = "docker-archive", .source = &bundle->source};
    if (!open_image(bundle, tag, &image, err) || !check_platform(options, &image, err) ||
        !(ARENA_PUSH(arena, found.images, found.count, found.room, image) || arena_error(err))) {
        bundle_close(bundle);
        return error_add(err, "%s", path);
    }
    found.source = &bundle->source;
    *list = found;
    return true;
}
