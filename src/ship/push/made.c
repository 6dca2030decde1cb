/* A manifest for an image that has none: `docker save`. See contents.h. */
#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "base/threads.h"
#include "ship/push/contents.h"

enum { MADE_TEXT_MAX = 2 << 20, LAYER_ARENA = 64 << 20, PIECE = 256 << 10 };

#define DOCKER "application/vnd.docker."

struct made_layer {
    struct push_blob blob;
    struct slice media_type;
    struct error error;
};

struct making {
    const struct image *image;
    struct made_layer *layers;
};

/* What is compressed already goes as it is; only its digest may have to be found. */
static bool hash_stored(struct stream *stream, struct push_blob *blob, struct error *err)
{
    struct sha256 hash;
    struct slice piece;
    bool fine;
    blob->size = 0;
    sha256_init(&hash);
    do {
        fine = stream_next(stream, &piece, err);
        if (fine)
            sha256_add(&hash, piece.at, piece.len);
        blob->size += fine ? piece.len : 0;
    } while (fine && piece.len);
    sha256_finish(&hash, &blob->digest);
    sha256_done(&hash);
    return fine;
}

static bool open_layer(const struct image *image, const struct layer *layer, struct arena *arena,
                       struct stream **stream, struct error *err)
{
    if (layer->fd < 0)
        return source_layer_open(image, layer, arena, stream, err);
    *stream = stream_of_range(arena, layer->fd, layer->offset, layer->size, err);
    return *stream != NULL;
}

static bool make_layer(const struct image *image, const struct layer *layer,
                       struct made_layer *made, struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = LAYER_ARENA};
    struct stream *stream = NULL;
    enum layer_compression compression = COMPRESSION_UNKNOWN;
    bool foreign = false;
    if (!open_layer(image, layer, &arena, &stream, err))
        return false;
    manifest_layer_type(layer->media_type, &compression, &foreign);
    bool plain = compression != COMPRESSION_GZIP && compression != COMPRESSION_ZSTD;
    bool fine;
    if (plain) {
        fine = spool_compressed(stream, &layer->diff_id, &made->blob, err);
        made->media_type = SLICE(DOCKER "image.rootfs.diff.tar.gzip");
    } else if (layer->fd < 0) {
        fine = error_set(err, ERROR_UNSUPPORTED,
                         "a compressed layer inside of an archive that is compressed itself: "
                         "decompress the archive first");
    } else {
        made->blob = (struct push_blob){.fd = layer->fd, .offset = layer->offset};
        fine = hash_stored(stream, &made->blob, err);
        made->media_type = layer->media_type;
    }
    stream_close(stream);
    return fine;
}

static void work(void *context, size_t index)
{
    struct making *making = context;
    struct made_layer *made = &making->layers[index];
    make_layer(making->image, &making->image->layers[index], made, &made->error);
}

static void put_descriptor(struct json_writer *json, struct slice media_type,
                           const struct push_blob *blob)
{
    json_begin_object(json);
    json_field(json, "mediaType", media_type);
    json_field_int(json, "size", (int64_t)blob->size);
    json_field(json, "digest", digest_slice(&blob->digest));
    json_end_object(json);
}

/* Docker's own manifest of schema 2, which every registry and engine takes. */
static void write_manifest(FILE *file, const struct push_blob *config,
                           const struct made_layer *layers, size_t count)
{
    struct json_writer json;
    json_writer_init(&json, file, 0);
    json_begin_object(&json);
    json_field_int(&json, "schemaVersion", 2);
    json_field(&json, "mediaType", SLICE(DOCKER "distribution.manifest.v2+json"));
    json_name(&json, "config");
    put_descriptor(&json, SLICE(DOCKER "container.image.v1+json"), config);
    json_name(&json, "layers");
    json_begin_array(&json);
    for (size_t i = 0; i < count; i++)
        put_descriptor(&json, layers[i].media_type, &layers[i].blob);
    json_end_array(&json);
    json_end_object(&json);
}

static bool add_manifest(struct push_contents *contents, const struct push_blob *config,
                         const struct made_layer *layers, size_t count, struct arena *arena,
                         struct error *err)
{
    char *text = arena_alloc(arena, MADE_TEXT_MAX);
    if (!text)
        return arena_error(err);
    CLEANUP_FILE FILE *file = fmemopen(text, MADE_TEXT_MAX, "w");
    if (!file)
        return error_errno(err, "a manifest");
    write_manifest(file, config, layers, count);
    if (fflush(file) != 0 || ftell(file) < 0 || ftell(file) >= MADE_TEXT_MAX)
        return error_set(err, ERROR_LIMIT, "a manifest over %d bytes", MADE_TEXT_MAX);
    return contents_add_document(contents, slice_trim(slice_of(text, (size_t)ftell(file))),
                                 SLICE(DOCKER "distribution.manifest.v2+json"), arena, err);
}

/* All of them or none: descriptors of those that were made are the contents' to close. */
static bool add_layers(struct push_contents *contents, struct made_layer *layers, size_t count,
                       struct arena *arena, struct error *err)
{
    bool fine = true;
    for (size_t i = 0; i < count; i++) {
        size_t before = contents->blob_count;
        if (layers[i].error.kind && fine) {
            *err = layers[i].error;
            fine = error_add(err, "layer %zu", i);
        }
        if (layers[i].error.kind)
            continue;
        if (!contents_add_blob(contents, &layers[i].blob, arena, fine ? err : &layers[i].error))
            fine = false;
        if (contents->blob_count == before && layers[i].blob.owned)
            file_close_fd(&layers[i].blob.fd); /* the same as another, or no room */
    }
    return fine;
}

bool contents_make(struct push_contents *contents, const struct image *image, struct arena *arena,
                   struct error *err)
{
    struct push_blob config = {.memory = image->config_json, .fd = -1};
    struct making making = {.image = image};
    sha256_of(image->config_json, &config.digest);
    config.size = image->config_json.len;
    if (!digest_equal(&config.digest, &image->config_digest))
        return error_set(err, ERROR_UNSUPPORTED,
                         "its configuration is not what its digest %s says: the image cannot be "
                         "pushed; save it anew (docker save -o x.tar …) and push that",
                         image->config_digest.text);
    making.layers = arena_array(arena, image->layer_count + 1, sizeof *making.layers);
    if (!making.layers)
        return arena_error(err);
    threads_run(image->layer_count, work, &making);
    return add_layers(contents, making.layers, image->layer_count, arena, err) &&
           contents_add_blob(contents, &config, arena, err) &&
           add_manifest(contents, &config, making.layers, image->layer_count, arena, err);
}
