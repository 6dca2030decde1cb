#include "ship/push/contents.h"

#include <stdio.h>

#include "base/file.h"
#include "base/json.h"

enum { DEPTH_MAX = 4, INDEX_TEXT_MAX = 64 << 10 };

#define OCI_INDEX "application/vnd.oci.image.index.v1+json"

bool contents_add_document(struct push_contents *contents, struct slice bytes,
                           struct slice media_type, struct arena *arena, struct error *err)
{
    struct push_document document = {.bytes = bytes, .media_type = media_type};
    if (contents->document_count >= PUSH_DOCUMENTS_MAX)
        return error_set(err, ERROR_LIMIT, "over %d manifests in an index", PUSH_DOCUMENTS_MAX);
    sha256_of(bytes, &document.digest);
    return ARENA_PUSH(arena, contents->documents, contents->document_count, contents->document_room,
                      document) ||
           arena_error(err);
}

bool contents_add_blob(struct push_contents *contents, const struct push_blob *blob,
                       struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < contents->blob_count; i++)
        if (digest_equal(&contents->blobs[i].digest, &blob->digest))
            return true;
    if (contents->blob_count >= PUSH_BLOBS_MAX)
        return error_set(err, ERROR_LIMIT, "over %d blobs", PUSH_BLOBS_MAX);
    return ARENA_PUSH(arena, contents->blobs, contents->blob_count, contents->blob_room, *blob) ||
           arena_error(err);
}

/* ---- what has manifests ---- */

struct gathering {
    struct push_contents *contents;
    struct source *source;
    struct arena *arena;
};

static bool read_document(struct gathering *gathering, const struct digest *digest,
                          struct slice *bytes, struct error *err)
{
    struct stream *stream = NULL;
    struct digest made;
    if (!gathering->source->ops->content(gathering->source, digest, true, gathering->arena, &stream,
                                         err))
        return error_add(err, "manifest %s", digest->text);
    bool fine = stream_read_all(stream, MANIFEST_MAX, gathering->arena, bytes, err);
    stream_close(stream);
    if (!fine)
        return error_add(err, "manifest %s", digest->text);
    sha256_of(*bytes, &made);
    return digest_equal(&made, digest) ||
           error_set(err, ERROR_DIGEST, "manifest %s has the digest %s", digest->text, made.text);
}

static bool add_described(struct gathering *gathering, const struct descriptor *descriptor,
                          struct error *err)
{
    enum layer_compression compression;
    bool foreign = false;
    struct push_blob blob = {.digest = descriptor->digest, .size = descriptor->size, .fd = -1};
    if (manifest_layer_type(descriptor->media_type, &compression, &foreign) && foreign)
        return true; /* is with its maker; registries do not ask for it */
    return contents_add_blob(gathering->contents, &blob, gathering->arena, err);
}

static bool is_there(const struct push_contents *contents, const struct digest *digest)
{
    for (size_t i = 0; i < contents->document_count; i++)
        if (digest_equal(&contents->documents[i].digest, digest))
            return true;
    return false;
}

static bool gather(struct gathering *gathering, const struct digest *digest, struct slice type,
                   unsigned depth, struct error *err)
{
    struct slice bytes;
    struct manifest manifest;
    if (is_there(gathering->contents, digest))
        return true;
    if (depth == DEPTH_MAX)
        return error_set(err, ERROR_LIMIT, "indexes of indexes, over %d deep", DEPTH_MAX);
    if (!read_document(gathering, digest, &bytes, err))
        return false;
    if (!manifest_parse(bytes, type, gathering->arena, &manifest, err))
        return error_add(err, "manifest %s", digest->text);
    for (size_t i = 0; i < manifest.manifest_count; i++)
        if (!gather(gathering, &manifest.manifests[i].digest, manifest.manifests[i].media_type,
                    depth + 1, err))
            return false;
    if (manifest.kind == MANIFEST_IMAGE && !add_described(gathering, &manifest.config, err))
        return false;
    for (size_t i = 0; i < manifest.layer_count; i++)
        if (!add_described(gathering, &manifest.layers[i], err))
            return false;
    return contents_add_document(gathering->contents, bytes, manifest.media_type, gathering->arena,
                                 err);
}

/* {"schemaVersion":2,…}: for a layout that has several images under one name and no index of them.
 */
static void write_index(FILE *file, const struct push_contents *contents)
{
    struct json_writer json;
    json_writer_init(&json, file, 0);
    json_begin_object(&json);
    json_field_int(&json, "schemaVersion", 2);
    json_field(&json, "mediaType", SLICE(OCI_INDEX));
    json_name(&json, "manifests");
    json_begin_array(&json);
    for (size_t i = 0; i < contents->images.count; i++) {
        const struct image *image = &contents->images.images[i];
        const struct push_document *document = contents->documents;
        while (!digest_equal(&document->digest, &image->manifest_digest))
            document++;
        json_begin_object(&json);
        json_field(&json, "mediaType", document->media_type);
        json_field(&json, "digest", digest_slice(&document->digest));
        json_field_int(&json, "size", (int64_t)document->bytes.len);
        json_name(&json, "platform");
        json_begin_object(&json);
        json_field(&json, "architecture", image->architecture);
        json_field(&json, "os", image->os);
        json_field_text(&json, "variant", image->variant);
        json_end_object(&json);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
}

static bool make_index(struct push_contents *contents, struct arena *arena, struct error *err)
{
    char *text = arena_alloc(arena, INDEX_TEXT_MAX);
    if (!text)
        return arena_error(err);
    CLEANUP_FILE FILE *file = fmemopen(text, INDEX_TEXT_MAX, "w");
    if (!file)
        return error_errno(err, "an index");
    write_index(file, contents);
    if (fflush(file) != 0 || ftell(file) < 0 || ftell(file) >= INDEX_TEXT_MAX)
        return error_set(err, ERROR_LIMIT, "an index over %d bytes", INDEX_TEXT_MAX);
    struct slice bytes = slice_trim(slice_of(text, (size_t)ftell(file)));
    return contents_add_document(contents, bytes, SLICE(OCI_INDEX), arena, err);
}

static bool gather_all(struct push_contents *contents, bool whole, struct arena *arena,
                       struct error *err)
{
    struct image_list *list = &contents->images;
    struct gathering gathering = {contents, list->source, arena};
    const struct image *first = &list->images[0];
    if (whole && first->index_digest.text[0])
        return gather(&gathering, &first->index_digest, SLICE(""), 0, err);
    for (size_t i = 0; i < list->count; i++)
        if (!gather(&gathering, &list->images[i].manifest_digest, SLICE(""), 0, err))
            return false;
    return contents->document_count == 1 || make_index(contents, arena, err);
}

/* An engine that is asked tells the parts of an image, but not its configuration byte for byte:
   what it saves has that. The archive lies in a file without a name. */
static bool open_saved(struct push_contents *contents, const struct source_options *options,
                       struct arena *arena, struct error *err)
{
    char path[64];
    struct image_list *list = &contents->images;
    struct stream *stream = NULL;
    if (!list->source->ops->save(list->source, arena, &stream, err))
        return false;
    int fd CLEANUP_FD = spool_whole(stream, err);
    stream_close(stream);
    if (fd < 0)
        return false;
    struct source_options saved = {.platform = options->platform, .all_platforms = true};
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    source_close(list);
    return source_open(path, &saved, arena, list, err) || error_add(err, "what the engine saves");
}

bool contents_open(struct push_contents *contents, const char *image,
                   const struct push_options *options, struct arena *arena, struct error *err)
{
    bool whole = !options->platform.len;
    struct source_options source = {.platform = options->platform,
                                    .all_platforms = whole,
                                    .tag = options->tag,
                                    .plain_http = options->destination.plain_http,
                                    .insecure = options->destination.insecure};
    *contents = (struct push_contents){0};
    if (!source_open(image, &source, arena, &contents->images, err))
        return false;
    if (contents->images.source && contents->images.source->ops->save &&
        !open_saved(contents, &source, arena, err))
        return error_add(err, "%s", image);
    const struct image *first = contents->images.count ? &contents->images.images[0] : NULL;
    bool fine = false;
    if (!first || !first->config_json.len)
        error_set(err, ERROR_UNSUPPORTED, "that is no image with layers and a configuration");
    else if (first->manifest_digest.text[0] && contents->images.source->ops->content)
        fine = gather_all(contents, whole, arena, err);
    else
        fine = contents_make(contents, first, arena, err);
    return fine || error_add(err, "%s", image);
}

void contents_close(struct push_contents *contents)
{
    for (size_t i = 0; i < contents->blob_count; i++)
        if (contents->blobs[i].owned)
            file_close_fd(&contents->blobs[i].fd);
    contents->blob_count = 0;
    source_close(&contents->images);
}
