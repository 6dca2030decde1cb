/* See layers.h. */
#include "scan/layers.h"

#include "base/file.h"
#include "base/jail.h"
#include "image/source.h"

static bool digest_is_set(const struct digest *digest)
{
    return digest->text[0] != 0;
}

/* The same bytes: one digest, or one place of one file. */
static bool layer_same(const struct layer *a, const struct layer *b)
{
    if (digest_is_set(&a->digest) || digest_is_set(&b->digest))
        return digest_equal(&a->digest, &b->digest);
    return a->fd >= 0 && a->fd == b->fd && a->offset == b->offset;
}

static struct known_layer *layer_set_find(const struct layer_set *set, const struct image *image,
                                          const struct layer *layer)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->layers[i].layer == layer ||
            (layer_same(set->layers[i].layer, layer) &&
             (layer->fd >= 0 || set->layers[i].image->source == image->source)))
            return &set->layers[i];
    return NULL;
}

const struct analysis *layer_set_get(const struct layer_set *set, const struct image *image,
                                     const struct layer *layer)
{
    const struct known_layer *known = layer_set_find(set, image, layer);
    return known ? known->analysis : NULL;
}

const void *layer_set_made(const struct layer_set *set, const struct image *image,
                           const struct layer *layer)
{
    const struct known_layer *known = layer_set_find(set, image, layer);
    return known ? known->made : NULL;
}

/* Compressed bytes begin with the mark of gzip or zstd (RFC 1952, RFC 8878). */
static bool layer_is_compressed(const struct layer *layer)
{
    unsigned char head[4];
    size_t got = 0;
    struct error err;
    if (!file_pread(layer->fd, head, sizeof head, layer->offset, &got, &err) || got < sizeof head)
        return true; /* the reader will say what is wrong with it */
    bool gzip = head[0] == 0x1f && head[1] == 0x8b;
    bool zstd =
        (head[0] == 0x28 || (head[0] & 0xf0) == 0x50) && head[3] == (head[0] == 0x28 ? 0xfd : 0x18);
    return gzip || zstd;
}

/* An uncompressed archive of docker is sought through, not read: hashing would read all of it. */
static bool layer_is_hashed(const struct image *image, const struct layer *layer)
{
    if (!digest_is_set(&layer->digest))
        return false;
    return layer->fd < 0 || strcmp(image->kind, "docker-archive") != 0 ||
           layer_is_compressed(layer);
}

static bool layer_set_note(struct layer_set *set, const struct layer *layer, const char *text)
{
    struct note note = {{NULL, 0},
                        arena_printf(set->arena, "layer %s %s", layer->digest.text, text)};
    return note.text.at &&
           ARENA_PUSH(set->arena, set->notes, set->note_count, set->note_room, note);
}

static bool layer_set_add(struct layer_set *set, const struct image *image,
                          const struct layer *layer)
{
    if (layer_set_find(set, image, layer))
        return true;
    struct known_layer known = {image, layer};
    if (layer->foreign &&
        !layer_set_note(set, layer, "is not distributed with the image and was not read"))
        return false;
    return ARENA_PUSH(set->arena, set->layers, set->count, set->room, known);
}

static bool layer_set_collect(struct layer_set *set, const struct image *images, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t l = 0; l < images[i].layer_count; l++)
            if (!layer_set_add(set, &images[i], &images[i].layers[l]))
                return false;
    return true;
}

static void known_layer_lookup(struct layer_set *set, struct known_layer *known)
{
    const struct layer *layer = known->layer;
    struct slice bytes;
    bool found = cache_get(&set->cache, digest_slice(&layer->digest), &bytes) ||
                 cache_get(&set->cache, digest_slice(&layer->diff_id), &bytes);
    if (!found && layer->fd >= 0 && strcmp(known->image->kind, "folder") != 0) {
        cache_file_key(layer->fd, layer->offset, set->arena, &known->file_key);
        found = cache_get(&set->cache, known->file_key, &bytes);
    }
    struct analysis *analysis = found ? arena_new(set->arena, struct analysis) : NULL;
    struct error err;
    /* A damaged entry is read anew and replaced. */
    if (analysis && analysis_decode(bytes, set->arena, analysis, &err))
        known->analysis = analysis;
}

static void layer_set_lookup(struct layer_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (!set->layers[i].layer->foreign)
            known_layer_lookup(set, &set->layers[i]);
}

/* What the broker said of the layers it read; the first error is the scan's. */
static bool layer_set_take(struct layer_set *set, struct broker_layer *read, size_t count,
                           struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (read[i].error.kind) {
            *err = read[i].error;
            return false;
        }
        struct known_layer *known = layer_set_find(set, read[i].image, read[i].layer);
        known->analysis = &read[i].analysis;
        known->made = read[i].made;
    }
    return true;
}

/* Only what the broker has verified gets the name of its digest. Layers that were read in part are
   read again next time. */
static bool layer_set_keep(struct layer_set *set, const struct broker_layer *read, size_t count)
{
    struct cache_entry *entries = arena_array(set->arena, count, sizeof *entries);
    size_t kept = 0;
    for (size_t i = 0; entries && i < count; i++) {
        struct known_layer *known = layer_set_find(set, read[i].image, read[i].layer);
        struct slice key = read[i].verified ? digest_slice(&read[i].layer->digest)
                           : known->verify  ? (struct slice){NULL, 0}
                                            : known->file_key;
        struct slice now = {NULL, 0};
        if (read[i].analysis.partial || !read[i].encoded.len || !key.len)
            continue;
        if (!read[i].verified) { /* the file must not have changed while it was read */
            cache_file_key(read[i].layer->fd, read[i].layer->offset, set->arena, &now);
            if (!slice_equal(now, key))
                continue;
        }
        entries[kept++] = (struct cache_entry){key, read[i].encoded};
    }
    struct error err;
    if (!entries || cache_put(&set->cache, entries, kept, &err))
        return entries != NULL;
    struct note note = {{NULL, 0}, arena_printf(set->arena, "not kept in the cache: %s", err.text)};
    return ARENA_PUSH(set->arena, set->notes, set->note_count, set->note_room, note);
}

/* Some sources have their layers in an order of their own only (source.h): they are read in it. All
   images of a list are of one source. */
static bool layer_set_order(struct layer_set *set, struct broker_layer *read, size_t count,
                            struct error *err)
{
    struct source *source = read[0].image->source;
    const struct layer **order = arena_array(set->arena, count, sizeof(const struct layer *));
    if (!order)
        return arena_error(err);
    if (!source || !source->ops->prepare)
        return true;
    for (size_t i = 0; i < count; i++)
        order[i] = read[i].layer;
    if (!source->ops->prepare(source, order, count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t r = i; r < count; r++)
            if (read[r].layer == order[i]) {
                struct broker_layer moved = read[i];
                read[i] = read[r];
                read[r] = moved;
                break;
            }
    return true;
}

static bool layer_set_read_new(struct layer_set *set, const struct broker_options *options,
                               struct error *err)
{
    struct broker_layer *read = arena_array(set->arena, set->count, sizeof *read);
    size_t count = 0;
    if (!read)
        return arena_error(err);
    for (size_t i = 0; i < set->count; i++) {
        struct known_layer *known = &set->layers[i];
        if (known->analysis || known->layer->foreign)
            continue;
        known->verify = layer_is_hashed(known->image, known->layer);
        read[count++] = (struct broker_layer){known->image, known->layer, known->verify};
    }
    if (!count)
        return true;
    if (!layer_set_order(set, read, count, err) ||
        !broker_read_layers(read, count, options, set->arena, err) ||
        !layer_set_take(set, read, count, err))
        return false;
    return layer_set_keep(set, read, count) || arena_error(err);
}

static bool layer_set_open_cache(struct layer_set *set, const struct layer_set_options *options)
{
    struct error err;
    struct note note = {{NULL, 0}, {NULL, 0}};
    if (!options->use_cache)
        return true;
    if (!cache_open(&set->cache, &options->cache, &err))
        note.text = arena_printf(set->arena, "no layer cache: %s", err.text);
    else if (set->cache.note[0])
        note.text = arena_copy(set->arena, slice_str(set->cache.note));
    else
        return true;
    return note.text.at &&
           ARENA_PUSH(set->arena, set->notes, set->note_count, set->note_room, note);
}

bool layer_set_read(struct layer_set *set, const struct image *images, size_t count,
                    const struct layer_set_options *options, struct arena *arena, struct error *err)
{
    *set = (struct layer_set){.arena = arena};
    if (!layer_set_open_cache(set, options) || !layer_set_collect(set, images, count))
        return arena_error(err);
    layer_set_lookup(set);
    return layer_set_read_new(set, options->broker, err);
}

void layer_set_close(struct layer_set *set)
{
    cache_close(&set->cache);
}
