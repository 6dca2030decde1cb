/*
 * OCI image layouts, in a folder or in a tar: index.json, blobs/sha256/… (OCI image specification
 * 1.1, image-layout.md).
 */
#include "image/bundle.h"
#include "image/select.h"

struct layout {
    struct bundle *bundle;
    struct arena *arena;
};

static struct slice blob_name(const struct digest *digest, struct arena *arena)
{
    return arena_printf(arena, "blobs/sha256/%s", digest->text + sizeof "sha256:" - 1);
}

/* A small blob, verified. */
static bool read_blob(void *context, const struct descriptor *descriptor, struct slice *bytes,
                      struct error *err)
{
    struct layout *layout = context;
    struct digest digest;
    struct slice name = blob_name(&descriptor->digest, layout->arena);
    if (!name.at)
        return arena_error(err);
    if (!bundle_read(layout->bundle, name, MANIFEST_MAX, bytes, err))
        return false;
    sha256_of(*bytes, &digest);
    return digest_equal(&digest, &descriptor->digest) ||
           error_set(err, ERROR_DIGEST, "%.*s has the digest %s", SLICE_ARG(name), digest.text);
}

/* Where a layer is. A foreign one may be missing: it is elsewhere on purpose. */
static bool locate_layer(struct layout *layout, struct layer *layer, struct error *err)
{
    struct bundle_file file;
    struct slice name = blob_name(&layer->digest, layout->arena);
    if (!name.at)
        return arena_error(err);
    if (!bundle_find(layout->bundle, name, &file, err))
        return layer->foreign || error_add(err, "layer %s", layer->digest.text);
    if (layer->size != file.size)
        return error_set(err, ERROR_DIGEST, "layer %s has %llu bytes, its manifest says %llu",
                         layer->digest.text, (unsigned long long)file.size,
                         (unsigned long long)layer->size);
    layer->fd = file.fd;
    layer->offset = file.offset;
    layer->foreign = false;
    return true;
}

static struct slice entry_name(const struct descriptor *entry)
{
    return entry->image_name.len ? entry->image_name : entry->ref_name;
}

static bool read_image(struct layout *layout, const struct candidate *from, struct image *image,
                       struct error *err)
{
    struct manifest manifest;
    struct slice bytes, config;
    if (!read_blob(layout, &from->manifest, &bytes, err) ||
        !manifest_parse(bytes, from->manifest.media_type, layout->arena, &manifest, err))
        return error_add(err, "manifest %s", from->manifest.digest.text);
    if (manifest.kind != MANIFEST_IMAGE)
        return error_set(err, ERROR_FORMAT, "manifest %s is an index, and was not called one",
                         from->manifest.digest.text);
    image->manifest_digest = from->manifest.digest;
    image->index_digest = from->index;
    if (!manifest_layers(&manifest, layout->arena, image, err))
        return false;
    if (!read_blob(layout, &manifest.config, &config, err) ||
        !manifest_config(config, layout->arena, image, err))
        return error_add(err, "configuration %s", manifest.config.digest.text);
    for (size_t i = 0; i < image->layer_count; i++)
        if (!locate_layer(layout, &image->layers[i], err))
            return false;
    return true;
}

static bool refuse_choice(struct layout *layout, const struct manifest *top, struct slice tag,
                          struct error *err)
{
    struct slice *names = arena_array(layout->arena, top->manifest_count, sizeof *names);
    size_t count = 0;
    if (!names)
        return arena_error(err);
    for (size_t i = 0; i < top->manifest_count; i++)
        if (!top->manifests[i].attestation)
            names[count++] = entry_name(&top->manifests[i]);
    return select_refuse(tag, names, count, err);
}

static bool entry_fits(const struct descriptor *entry, struct slice tag)
{
    return tag.len == 0 || select_name_fits(tag, entry->ref_name) ||
           select_name_fits(tag, entry->image_name) ||
           slice_equal(tag, digest_slice(&entry->digest));
}

/* The entries of the top index that are meant. Entries of one name are platforms of one image. */
static bool choose_entries(struct layout *layout, const struct manifest *top, struct slice tag,
                           struct candidate_list *list, struct error *err)
{
    const struct descriptor *first = NULL;
    for (size_t i = 0; i < top->manifest_count; i++) {
        const struct descriptor *entry = &top->manifests[i];
        if (entry->attestation || !entry_fits(entry, tag))
            continue;
        if (first && !slice_equal(entry_name(first), entry_name(entry)))
            return refuse_choice(layout, top, tag, err);
        first = first ? first : entry;
        if (!select_expand(entry, read_blob, layout, layout->arena, list, err))
            return false;
    }
    return first || refuse_choice(layout, top, tag, err);
}

static bool add_images(struct layout *layout, const struct candidate_list *chosen, const char *path,
                       const struct manifest *top, struct image_list *list, struct error *err)
{
    for (size_t i = 0; i < chosen->count; i++) {
        struct image image = {
            .name = slice_str(path), .kind = "oci-layout", .source = &layout->bundle->source};
        if (!read_image(layout, &chosen->items[i], &image, err))
            return false;
        for (size_t k = 0; k < top->manifest_count && image.tag.len == 0; k++)
            if (digest_equal(&top->manifests[k].digest, &image.manifest_digest) ||
                digest_equal(&top->manifests[k].digest, &image.index_digest))
                image.tag = entry_name(&top->manifests[k]);
        if (!ARENA_PUSH(layout->arena, list->images, list->count, list->room, image))
            return arena_error(err);
    }
    return true;
}

static bool open_images(struct layout *layout, const char *path, struct slice tag,
                        const struct source_options *options, struct image_list *list,
                        struct error *err)
{
    struct slice bytes;
    struct manifest top;
    struct candidate_list chosen = {0};
    if (!bundle_read(layout->bundle, SLICE("index.json"), MANIFEST_MAX, &bytes, err) ||
        !manifest_parse(bytes, SLICE(""), layout->arena, &top, err))
        return error_add(err, "not an OCI layout");
    if (top.kind != MANIFEST_INDEX)
        return error_set(err, ERROR_FORMAT, "index.json is no index");
    return choose_entries(layout, &top, tag, &chosen, err) &&
           select_platform(options, layout->arena, &chosen, err) &&
           add_images(layout, &chosen, path, &top, list, err);
}

bool oci_layout_open(const char *name, const struct source_options *options, struct arena *arena,
                     struct image_list *list, struct error *err)
{
    const char *path;
    struct slice tag;
    struct image_list found = {0};
    if (!select_path(name, options, arena, &path, &tag, err))
        return false;
    struct layout layout = {.bundle = bundle_open(path, arena, err), .arena = arena};
    if (!layout.bundle)
        return false;
    if (!open_images(&layout, path, tag, options, &found, err)) {
        bundle_close(layout.bundle);
        return error_add(err, "%s", path);
    }
    found.source = &layout.bundle->source;
    *list = found;
    return true;
}
