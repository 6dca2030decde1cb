#include "ship/size/size.h"

#include <stdlib.h>

#include "ship/size/reader.h"

#define SIZE_MEMORY ((size_t)3 << 30)

static void *decode(struct slice encoded, struct arena *arena, struct error *err)
{
    struct listing *listing = arena_new(arena, struct listing);
    if (!listing) {
        arena_error(err);
        return NULL;
    }
    return listing_decode(encoded, arena, listing, err) ? listing : NULL;
}

static bool result_note(struct size_result *result, struct slice text)
{
    struct note note = {{NULL, 0}, text};
    return text.at &&
           ARENA_PUSH(&result->arena, result->notes, result->note_count, result->note_room, note);
}

/* "RUN apk add curl" of "/bin/sh -c apk add curl", "CMD …" of "/bin/sh -c #(nop)  CMD …". */
struct slice size_instruction(struct slice created_by)
{
    struct slice text = slice_trim(created_by), shell = SLICE("/bin/sh -c "), nop = SLICE("#(nop)");
    if (slice_starts(text, shell)) {
        text = slice_trim(slice_from(text, shell.len));
        if (slice_starts(text, nop))
            text = slice_trim(slice_from(text, nop.len));
    }
    if (slice_ends(text, SLICE("# buildkit")))
        text = slice_trim(slice_upto(text, text.len - (sizeof "# buildkit" - 1)));
    return text;
}

/* ---- layers ---- */

static bool take_notes(struct size_result *result, size_t index, const struct analysis *analysis)
{
    const struct size_layer *layer = &result->layers[index];
    if (layer->listing && layer->listing->partial)
        return result_note(
            result, scan_layer_note(layer->layer, index, layer->listing->problem, &result->arena));
    if (layer->listing)
        return true;
    struct slice why = analysis && analysis->note_count ? analysis->notes[0].text : SLICE("");
    return result_note(result,
                       scan_layer_note(layer->layer, index, why.len ? why : SLICE("was not read"),
                                       &result->arena));
}

static uint64_t scaled(uint64_t bytes, uint64_t part, uint64_t whole)
{
    return whole ? (uint64_t)((double)bytes * (double)part / (double)whole) : 0;
}

/* What the layer would be with gzip and with zstd: its size as it is, by what samples of it became
   with the two on this machine. */
static void estimate(struct size_layer *layer)
{
    const struct listing *listing = layer->listing;
    if (!listing->sampled) { /* nothing in it that could be compressed */
        layer->estimate_gzip = layer->estimate_zstd = layer->stored;
        return;
    }
    switch ((enum layer_compression)listing->compression) {
    case COMPRESSION_GZIP:
        layer->estimate_gzip = layer->stored;
        layer->estimate_zstd = scaled(layer->stored, listing->sample_zstd, listing->sample_deflate);
        break;
    case COMPRESSION_ZSTD:
        layer->estimate_gzip = scaled(layer->stored, listing->sample_deflate, listing->sample_zstd);
        layer->estimate_zstd = layer->stored;
        break;
    default:
        layer->estimate_gzip = scaled(layer->tar, listing->sample_deflate, listing->sampled);
        layer->estimate_zstd = scaled(layer->tar, listing->sample_zstd, listing->sampled);
        break;
    }
}

static bool take_layer(struct size_result *result, size_t index)
{
    const struct layer *layer = &result->image.layers[index];
    struct size_layer *made = &result->layers[index];
    const struct listing *listing = layer_set_made(&result->set, &result->image, layer);
    *made = (struct size_layer){.layer = layer, .listing = listing, .stored = layer->size};
    made->stored_known = layer->size != 0;
    if (listing) {
        made->tar = listing->size;
        made->unpacked = listing->bytes;
        made->files = listing->files;
        if (!made->stored_known)
            made->stored = listing->size;
        result->compressed |=
            listing->compression == COMPRESSION_GZIP || listing->compression == COMPRESSION_ZSTD;
        estimate(made);
        for (size_t i = 0; i < listing->rest_count; i++) {
            result->rest_files += listing->rests[i].files;
            result->rest_bytes += listing->rests[i].bytes;
        }
    }
    result->partial |= !listing || listing->partial;
    result->stored += made->stored;
    result->unpacked += made->unpacked;
    result->tar += made->tar;
    result->gzip += made->estimate_gzip;
    result->zstd += made->estimate_zstd;
    return take_notes(result, index, layer_set_get(&result->set, &result->image, layer));
}

static bool read_layers(struct size_result *result, const struct size_options *options,
                        struct error *err)
{
    struct broker_options broker = options->broker;
    broker.question = &size_question;
    broker.decode = decode;
    struct layer_set_options set = {.broker = &broker};
    const struct image *image = &result->list.images[0];
    if (strcmp(image->kind, "sbom") == 0)
        return error_set(err, ERROR_UNSUPPORTED, "%s: an SBOM has no bytes to weigh; give an image",
                         options->input);
    result->image = *image;
    if (!layer_set_read(&result->set, image, 1, &set, &result->arena, err))
        return false;
    result->layer_count = image->layer_count;
    result->layers = arena_array(&result->arena, result->layer_count + 1, sizeof *result->layers);
    if (!result->layers)
        return arena_error(err);
    for (size_t i = 0; i < result->layer_count; i++)
        if (!take_layer(result, i))
            return arena_error(err);
    return true;
}

/* ---- what is in them ---- */

static bool merge(struct size_result *result, struct error *err)
{
    const struct listing **layers =
        arena_array(&result->arena, result->layer_count + 1, sizeof(struct listing *));
    double *ratios = arena_array(&result->arena, result->layer_count + 1, sizeof *ratios);
    if (!layers || !ratios)
        return arena_error(err);
    for (size_t i = 0; i < result->layer_count; i++) {
        const struct size_layer *layer = &result->layers[i];
        layers[i] = layer->listing;
        ratios[i] = layer->tar ? (double)layer->stored / (double)layer->tar : 0;
    }
    if (!size_files_merge(&result->files, layers, result->layer_count, &result->arena, err) ||
        !waste_find(&result->waste, &result->files, ratios, &result->arena, err))
        return false;
    for (size_t i = 0; i < result->files.count; i++) {
        const struct size_file *file = &result->files.list[i];
        if (file->fate)
            result->layers[file->layer].hidden += file->size;
    }
    result->visible = result->files.root->bytes + result->rest_bytes;
    return true;
}

/* What stays behind in a build stage: all that only the building needed, and all that later layers
   hide, since the final stage copies what is seen. */
static void add_up_multi_stage(struct size_result *result)
{
    static const enum waste_kind kinds[] = {WASTE_DELETED, WASTE_OVERWRITTEN, WASTE_COPIED,
                                            WASTE_CACHE, WASTE_BUILD};
    for (size_t i = 0; i < result->waste.count; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (result->waste.rows[i].kind == kinds[k]) {
                result->multi_stage += result->waste.rows[i].bytes;
                result->multi_stage_stored += result->waste.rows[i].stored;
            }
}

static int by_bytes(uint64_t left, uint64_t right, struct slice a, struct slice b)
{
    return left != right ? (left > right ? -1 : 1) : slice_compare(a, b);
}

static int package_compare(const void *a, const void *b)
{
    const struct size_package *x = *(struct size_package *const *)a,
                              *y = *(struct size_package *const *)b;
    return by_bytes(x->bytes + x->hidden, y->bytes + y->hidden, x->name, y->name);
}

static int file_compare(const void *a, const void *b)
{
    const struct size_file *x = *(struct size_file *const *)a, *y = *(struct size_file *const *)b;
    return by_bytes(x->size, y->size, x->path, y->path);
}

static int folder_compare(const void *a, const void *b)
{
    const struct size_node *x = *(struct size_node *const *)a, *y = *(struct size_node *const *)b;
    return by_bytes(x->bytes, y->bytes, x->path, y->path);
}

/* A folder that only holds another one says no more than that one. */
static bool node_is_folder(const struct size_node *node)
{
    if (!node->child || !node->parent || !node->bytes)
        return false;
    for (const struct size_node *child = node->child; child; child = child->next)
        if (child->bytes == node->bytes && child->child)
            return false;
    return true;
}

static bool sort_all(struct size_result *result)
{
    const struct size_files *files = &result->files;
    struct arena *arena = &result->arena;
    result->packages = arena_array(arena, files->packages.count + 1, sizeof(struct size_package *));
    result->largest = arena_array(arena, files->count + 1, sizeof(struct size_file *));
    result->folders = arena_array(arena, files->nodes.count + 1, sizeof(struct size_node *));
    if (!result->packages || !result->largest || !result->folders)
        return false;
    for (size_t i = 0; i < files->packages.count; i++) {
        struct size_package *package = files->packages.entries[i].value;
        if (package->bytes || package->hidden)
            result->packages[result->package_count++] = package;
    }
    for (size_t i = 0; i < files->count; i++)
        if (files->list[i].size)
            result->largest[result->largest_count++] = &files->list[i];
    for (size_t i = 0; i < files->nodes.count; i++)
        if (node_is_folder(files->nodes.entries[i].value))
            result->folders[result->folder_count++] = files->nodes.entries[i].value;
    qsort(result->packages, result->package_count, sizeof(void *), package_compare);
    qsort(result->largest, result->largest_count, sizeof(void *), file_compare);
    qsort(result->folders, result->folder_count, sizeof(void *), folder_compare);
    return true;
}

bool size_run(struct size_result *result, const struct size_options *options, struct error *err)
{
    *result = (struct size_result){.partial = false};
    arena_init(&result->arena, SIZE_MEMORY);
    if (!source_open(options->input, &options->source, &result->arena, &result->list, err))
        return false;
    if (!result->list.count)
        return error_set(err, ERROR_NOT_FOUND, "%s: there is no image in it", options->input);
    if (!read_layers(result, options, err) || !merge(result, err))
        return false;
    add_up_multi_stage(result);
    return sort_all(result) || arena_error(err);
}

void size_done(struct size_result *result)
{
    layer_set_close(&result->set);
    source_close(&result->list);
    result->list = (struct image_list){NULL};
    arena_done(&result->arena);
}
