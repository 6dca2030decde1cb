/*
 * Archives of Docker before 1.10: `repositories` names the top layer of each tag; each layer is a
 * folder ID/ with `json` (its configuration, and its parent's ID) and `layer.tar` (Docker image
 * specification v1.0).
 */
#include "image/docker_archive.h"
#include "image/document.h"
#include "image/manifest.h"
#include "image/select.h"

/* Finds the ID of the image that is meant and its name, in {"repository": {"tag": "ID"}}. */
static bool choose(json_t *repositories, struct slice want, struct arena *arena, struct slice *id,
                   struct slice *tag, struct error *err)
{
    const char *repository, *name;
    json_t *tags, *value;
    size_t count = 0;
    json_object_foreach(repositories, repository, tags)
    {
        json_object_foreach(tags, name, value)
        {
            struct slice full = arena_printf(arena, "%s:%s", repository, name);
            if (!full.at)
                return arena_error(err);
            if (want.len && !select_name_fits(want, full))
                continue;
            *tag = full;
            count++;
            if (!document_string(value, arena, id))
                return arena_error(err);
        }
    }
    if (count == 0)
        return error_set(err, ERROR_NOT_FOUND, "no image \"%.*s\"", SLICE_ARG(want));
    return count == 1 ||
           error_set(err, ERROR_USAGE, "it holds %zu images: name one (PATH:TAG)", count);
}

static bool read_layer(struct bundle *bundle, struct slice id, struct layer *layer, json_t **json,
                       struct error *err)
{
    struct slice bytes;
    struct slice folder = arena_printf(bundle->arena, "%.*s/json", SLICE_ARG(id));
    struct slice name = arena_printf(bundle->arena, "%.*s/layer.tar", SLICE_ARG(id));
    if (!folder.at || !name.at)
        return arena_error(err);
    if (!bundle_read(bundle, folder, DOCUMENT_MAX, &bytes, err))
        return false;
    *json = document_parse(bytes, err);
    return *json && docker_layer(bundle, name, layer, err);
}

static void reverse(struct layer *layers, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct layer other = layers[i];
        layers[i] = layers[count - 1 - i];
        layers[count - 1 - i] = other;
    }
}

/* Follows the parents down; the top one's configuration is the image's. */
static bool read_chain(struct bundle *bundle, struct slice id, struct image *image,
                       struct error *err)
{
    size_t room = 0;
    while (id.len) {
        CLEANUP_JSON json_t *json = NULL;
        struct layer layer;
        if (image->layer_count >= MANIFEST_LAYERS_MAX / 10)
            return error_set(err, ERROR_LIMIT, "too many layers, or parents in a circle");
        if (!read_layer(bundle, id, &layer, &json, err))
            return error_add(err, "layer %.*s", SLICE_ARG(slice_upto(id, 80)));
        if (!ARENA_PUSH(bundle->arena, image->layers, image->layer_count, room, layer) ||
            (image->layer_count == 1 &&
             (!document_text(json, "os", bundle->arena, &image->os) ||
              !document_text(json, "architecture", bundle->arena, &image->architecture))) ||
            !document_text(json, "parent", bundle->arena, &id))
            return arena_error(err);
    }
    reverse(image->layers, image->layer_count);
    return true;
}

bool docker_legacy_read(struct bundle *bundle, struct slice tag, struct image *image,
                        struct error *err)
{
    struct slice bytes, id;
    if (!bundle_read(bundle, SLICE("repositories"), DOCUMENT_MAX, &bytes, err))
        return error_set(err, ERROR_FORMAT, "neither manifest.json nor repositories are in it");
    CLEANUP_JSON json_t *document = document_parse(bytes, err);
    if (!document)
        return error_add(err, "repositories");
    return choose(document, tag, bundle->arena, &id, &image->tag, err) &&
           read_chain(bundle, id, image, err);
}
