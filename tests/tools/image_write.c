/* Images into bytes: configurations, manifests, OCI layouts and archives. */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/file.h"
#include "base/json.h"
#include "image_parts.h"

/* Where files of the image go: a folder or a tar. */
struct output {
    struct make_list *list;
    const char *folder;
    struct archive *tar;
    struct slice *written; /* names that are there already: shared layers come once */
    size_t written_count, written_room;
};

static void put(struct output *output, const char *name, struct slice bytes)
{
    for (size_t i = 0; i < output->written_count; i++)
        if (slice_equal_str(output->written[i], name))
            return;
    struct slice copy = arena_copy(output->list->arena, slice_str(name));
    if (!ARENA_PUSH(output->list->arena, output->written, output->written_count,
                    output->written_room, copy))
        die("out of memory");
    if (!output->tar) {
        struct error err;
        struct slice path = arena_printf(output->list->arena, "%s/%s", output->folder, name);
        if (!file_write(path.at, bytes, &err))
            die("%s", err.text);
        return;
    }
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_mode(entry, AE_IFREG | 0644);
    archive_entry_set_mtime(entry, output->list->epoch, 0);
    archive_entry_set_size(entry, (la_int64_t)bytes.len);
    if (archive_write_header(output->tar, entry) != 0 ||
        (bytes.len && archive_write_data(output->tar, bytes.at, bytes.len) < 0))
        die("%s", archive_error_string(output->tar));
    archive_entry_free(entry);
}

static void put_blob(struct output *output, const struct make_blob *blob)
{
    put(output, arena_printf(output->list->arena, "blobs/sha256/%s", blob->digest.text + 7).at,
        blob->bytes);
}

static struct slice gzip_bytes(struct arena *arena, struct slice tar)
{
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        die("zlib");
    size_t room = deflateBound(&z, tar.len) + 64;
    char *out = arena_alloc(arena, room);
    if (!out || tar.len > UINT32_MAX || room > UINT32_MAX)
        die("a layer too large for gzip");
    z.next_in = (unsigned char *)(uintptr_t)tar.at;
    z.avail_in = (unsigned)tar.len;
    z.next_out = (unsigned char *)out;
    z.avail_out = (unsigned)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        die("zlib");
    size_t len = z.total_out;
    deflateEnd(&z);
    return slice_of(out, len);
}

static struct slice zstd_bytes(struct arena *arena, struct slice tar)
{
    size_t room = ZSTD_compressBound(tar.len);
    char *out = arena_alloc(arena, room);
    size_t len = out ? ZSTD_compress(out, room, tar.at, tar.len, 3) : 0;
    if (!out || ZSTD_isError(len))
        die("zstd");
    return slice_of(out, len);
}

static void compress_layer(struct make_list *list, struct make_layer *layer)
{
    layer->blob.bytes = layer->tar;
    if (list->compression == COMPRESS_GZIP)
        layer->blob.bytes = gzip_bytes(list->arena, layer->tar);
    else if (list->compression == COMPRESS_ZSTD)
        layer->blob.bytes = zstd_bytes(list->arena, layer->tar);
    sha256_of(layer->blob.bytes, &layer->blob.digest);
}

/* A JSON document in memory: begin, write, end. */
struct document {
    FILE *file;
    char *bytes;
    size_t len;
    struct json_writer json;
};

static struct json_writer *document_begin(struct document *document)
{
    document->file = open_memstream(&document->bytes, &document->len);
    if (!document->file)
        die("out of memory");
    json_writer_init(&document->json, document->file, 0);
    return &document->json;
}

/* What documents say lives until the program ends. */
static struct arena documents = {.limit = 64 << 20};

static struct slice document_end(struct document *document)
{
    fclose(document->file);
    struct slice kept = arena_copy(&documents, slice_of(document->bytes, document->len));
    free(document->bytes);
    if (!kept.at)
        die("out of memory");
    return kept;
}

static void put_list(struct json_writer *json, const char *name, const struct slice *items,
                     size_t count)
{
    if (count == 0)
        return;
    json_name(json, name);
    json_begin_array(json);
    for (size_t i = 0; i < count; i++)
        json_put_string(json, items[i]);
    json_end_array(json);
}

/* {"80/tcp": {}, …} */
static void put_set(struct json_writer *json, const char *name, const struct slice *items,
                    size_t count)
{
    if (count == 0)
        return;
    json_name(json, name);
    json_begin_object(json);
    for (size_t i = 0; i < count; i++) {
        char key[512];
        snprintf(key, sizeof key, "%.*s", SLICE_ARG(items[i]));
        json_name(json, key);
        json_begin_object(json);
        json_end_object(json);
    }
    json_end_object(json);
}

static void put_healthcheck(struct json_writer *json, struct slice command)
{
    if (!command.len)
        return;
    bool none = slice_equal(command, SLICE("NONE"));
    struct slice test[20] = {none ? command : SLICE("CMD-SHELL"), command};
    size_t count = none ? 1 : 2;
    if (slice_starts(command, SLICE("CMD ")))
        for (count = 0; command.len && count < 20; count++)
            test[count] = slice_cut(&command, ' ');
    json_name(json, "Healthcheck");
    json_begin_object(json);
    put_list(json, "Test", test, count);
    json_end_object(json);
}

static void put_settings(struct json_writer *json, const struct make_image *image)
{
    json_name(json, "config");
    json_begin_object(json);
    json_field_text(json, "User", image->user);
    json_field_text(json, "WorkingDir", image->workdir);
    put_list(json, "Env", image->env, image->env_count);
    put_list(json, "Entrypoint", image->entrypoint, image->entrypoint_count);
    put_list(json, "Cmd", image->cmd, image->cmd_count);
    put_set(json, "ExposedPorts", image->ports, image->port_count);
    put_set(json, "Volumes", image->volumes, image->volume_count);
    put_healthcheck(json, image->healthcheck);
    if (image->label_count) {
        json_name(json, "Labels");
        json_begin_object(json);
        for (size_t i = 0; i < image->label_count; i++) {
            struct slice value = image->labels[i], key = slice_cut(&value, '=');
            char name[512];
            snprintf(name, sizeof name, "%.*s", SLICE_ARG(key));
            json_field(json, name, value);
        }
        json_end_object(json);
    }
    json_end_object(json);
}

static void put_history(struct json_writer *json, const struct make_image *image,
                        struct slice created)
{
    json_name(json, "history");
    json_begin_array(json);
    for (size_t i = 0; i < image->step_count; i++) {
        json_begin_object(json);
        json_field(json, "created", created);
        json_field_text(json, "created_by", image->steps[i].created_by);
        if (image->steps[i].layer < 0)
            json_field_bool(json, "empty_layer", true);
        json_end_object(json);
    }
    json_end_array(json);
}

static void make_config(struct make_image *image)
{
    struct document document;
    struct json_writer *json = document_begin(&document);
    struct slice created = image->created.len ? image->created : SLICE("1970-01-01T00:00:00Z");
    json_begin_object(json);
    json_field(json, "created", created);
    json_field(json, "architecture", image->architecture);
    json_field_text(json, "variant", image->variant);
    json_field(json, "os", image->os);
    put_settings(json, image);
    json_name(json, "rootfs");
    json_begin_object(json);
    json_field(json, "type", SLICE("layers"));
    json_name(json, "diff_ids");
    json_begin_array(json);
    for (size_t i = 0; i < image->layer_count; i++)
        json_put_string(json, digest_slice(&image->layers[i].diff_id));
    json_end_array(json);
    json_end_object(json);
    put_history(json, image, created);
    json_end_object(json);
    image->config.bytes = document_end(&document);
    sha256_of(image->config.bytes, &image->config.digest);
}

static void put_descriptor(struct json_writer *json, const char *media_type,
                           const struct make_blob *blob)
{
    json_begin_object(json);
    json_field(json, "mediaType", slice_str(media_type));
    json_field(json, "digest", digest_slice(&blob->digest));
    json_field_int(json, "size", (int64_t)blob->bytes.len);
}

static void make_manifest(struct make_list *list, struct make_image *image)
{
    static const char *const types[] = {"application/vnd.oci.image.layer.v1.tar",
                                        "application/vnd.oci.image.layer.v1.tar+gzip",
                                        "application/vnd.oci.image.layer.v1.tar+zstd"};
    struct document document;
    struct json_writer *json = document_begin(&document);
    json_begin_object(json);
    json_field_int(json, "schemaVersion", 2);
    json_field(json, "mediaType", SLICE("application/vnd.oci.image.manifest.v1+json"));
    json_name(json, "config");
    put_descriptor(json, "application/vnd.oci.image.config.v1+json", &image->config);
    json_end_object(json);
    json_name(json, "layers");
    json_begin_array(json);
    for (size_t i = 0; i < image->layer_count; i++) {
        put_descriptor(json, types[list->compression], &image->layers[i].blob);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
    image->manifest.bytes = document_end(&document);
    sha256_of(image->manifest.bytes, &image->manifest.digest);
}

static void put_image_entry(struct json_writer *json, const struct make_image *image, bool named)
{
    put_descriptor(json, "application/vnd.oci.image.manifest.v1+json", &image->manifest);
    json_name(json, "platform");
    json_begin_object(json);
    json_field(json, "architecture", image->architecture);
    json_field(json, "os", image->os);
    json_field_text(json, "variant", image->variant);
    json_end_object(json);
    if (named && image->name.len) {
        json_name(json, "annotations");
        json_begin_object(json);
        json_field(json, "org.opencontainers.image.ref.name", image->name);
        json_end_object(json);
    }
    json_end_object(json);
}

/* How many images from `first` have its name; 0 when an earlier one has it. */
static size_t same_name(const struct make_list *list, size_t first)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!slice_equal(list->images[i].name, list->images[first].name))
            continue;
        if (i < first)
            return 0;
        count++;
    }
    return count;
}

static struct make_blob make_index(struct make_list *list, size_t first)
{
    struct document document;
    struct json_writer *json = document_begin(&document);
    struct make_blob blob;
    json_begin_object(json);
    json_field_int(json, "schemaVersion", 2);
    json_field(json, "mediaType", SLICE("application/vnd.oci.image.index.v1+json"));
    json_name(json, "manifests");
    json_begin_array(json);
    for (size_t i = first; i < list->count; i++)
        if (slice_equal(list->images[i].name, list->images[first].name))
            put_image_entry(json, &list->images[i], false);
    json_end_array(json);
    json_end_object(json);
    blob.bytes = document_end(&document);
    sha256_of(blob.bytes, &blob.digest);
    return blob;
}

static void put_top_entry(struct output *output, struct json_writer *json, size_t first)
{
    const struct make_image *image = &output->list->images[first];
    size_t same = same_name(output->list, first);
    if (same == 1)
        put_image_entry(json, image, true);
    if (same < 2)
        return;
    struct make_blob index = make_index(output->list, first);
    put_blob(output, &index);
    put_descriptor(json, "application/vnd.oci.image.index.v1+json", &index);
    json_name(json, "annotations");
    json_begin_object(json);
    json_field(json, "org.opencontainers.image.ref.name", image->name);
    json_end_object(json);
    json_end_object(json);
}

static void put_layout(struct output *output)
{
    struct make_list *list = output->list;
    struct document document;
    for (size_t i = 0; i < list->count; i++) {
        put_blob(output, &list->images[i].config);
        put_blob(output, &list->images[i].manifest);
        for (size_t k = 0; k < list->images[i].layer_count; k++)
            put_blob(output, &list->images[i].layers[k].blob);
    }
    struct json_writer *json = document_begin(&document);
    json_begin_object(json);
    json_field_int(json, "schemaVersion", 2);
    json_field(json, "mediaType", SLICE("application/vnd.oci.image.index.v1+json"));
    json_name(json, "manifests");
    json_begin_array(json);
    for (size_t i = 0; i < list->count; i++)
        put_top_entry(output, json, i);
    json_end_array(json);
    json_end_object(json);
    put(output, "index.json", document_end(&document));
    put(output, "oci-layout", SLICE("{\"imageLayoutVersion\":\"1.0.0\"}"));
}

static const char *docker_layer_name(struct output *output, const struct make_layer *layer)
{
    return arena_printf(output->list->arena, "%s/layer.tar", layer->diff_id.text + 7).at;
}

static void put_docker_entry(struct output *output, struct json_writer *json,
                             const struct make_image *image)
{
    struct slice config =
        arena_printf(output->list->arena, "%s.json", image->config.digest.text + 7);
    json_begin_object(json);
    json_field(json, "Config", config);
    json_name(json, "RepoTags");
    json_begin_array(json);
    if (image->name.len)
        json_put_string(json, image->name);
    json_end_array(json);
    json_name(json, "Layers");
    json_begin_array(json);
    for (size_t i = 0; i < image->layer_count; i++)
        json_put_string(json, slice_str(docker_layer_name(output, &image->layers[i])));
    json_end_array(json);
    json_end_object(json);
}

static void put_docker(struct output *output)
{
    struct document document;
    struct make_list *list = output->list;
    for (size_t i = 0; i < list->count; i++) {
        const struct make_image *image = &list->images[i];
        for (size_t k = 0; k < image->layer_count; k++)
            put(output, docker_layer_name(output, &image->layers[k]), image->layers[k].blob.bytes);
        put(output, arena_printf(list->arena, "%s.json", image->config.digest.text + 7).at,
            image->config.bytes);
    }
    struct json_writer *json = document_begin(&document);
    json_begin_array(json);
    for (size_t i = 0; i < list->count; i++)
        put_docker_entry(output, json, &list->images[i]);
    json_end_array(json);
    put(output, "manifest.json", document_end(&document));
}

static void make_folders(const char *path)
{
    char name[4096];
    struct error err;
    snprintf(name, sizeof name, "%s/blobs/sha256", path);
    if (!file_make_folder(name, &err))
        die("%s", err.text);
}

void image_write(struct make_list *list, enum image_format format, const char *path)
{
    struct output output = {.list = list, .folder = path};
    struct error err;
    for (size_t i = 0; i < list->count; i++) {
        for (size_t k = 0; k < list->images[i].layer_count; k++)
            compress_layer(list, &list->images[i].layers[k]);
        make_config(&list->images[i]);
        make_manifest(list, &list->images[i]);
    }
    if (format == FORMAT_LAYER) {
        if (list->images[0].layer_count == 0 ||
            !file_write(path, list->images[0].layers[0].blob.bytes, &err))
            die("no layer written");
        return;
    }
    if (format == FORMAT_OCI) {
        make_folders(path);
        put_layout(&output);
        return;
    }
    output.tar = archive_write_new();
    if (archive_write_set_format_pax_restricted(output.tar) != 0 ||
        archive_write_open_filename(output.tar, path) != 0)
        die("cannot write %s", path);
    if (format == FORMAT_OCI_ARCHIVE)
        put_layout(&output);
    else
        put_docker(&output);
    if (archive_write_close(output.tar) != 0)
        die("%s", archive_error_string(output.tar));
    archive_write_free(output.tar);
}
