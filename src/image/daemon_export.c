#include "image/daemon_export.h"

#include <stdlib.h>

#include "image/remote.h"

/* An engine packs a whole image before it sends the first byte. */
enum { EXPORT_STALL_SECONDS = 600, EXPORT_ARENA = 256 * 1024 * 1024, ROUNDS_MAX = 100 };

void export_init(struct export *export, const struct engine *engine, struct slice name, bool podman,
                 struct image *image, struct arena *arena)
{
    *export = (struct export){.engine = *engine,
                              .name = name,
                              .podman = podman,
                              .image = image,
                              .arena = arena,
                              .stream_arena.limit = EXPORT_ARENA};
    pthread_mutex_init(&export->lock, NULL);
    pthread_cond_init(&export->moved, NULL);
}

static void stream_end(struct export *export)
{
    if (export->stream) {
        archive_stream_done(&export->archive);
        stream_close(export->stream);
    }
    export->stream = NULL;
    arena_done(&export->stream_arena);
}

void export_done(struct export *export)
{
    stream_end(export);
    pthread_cond_destroy(&export->moved);
    pthread_mutex_destroy(&export->lock);
}

static bool fetch(void *owner, struct http_request *request, struct arena *arena, struct error *err)
{
    const struct export *export = owner;
    struct http_response response;
    CLEANUP_HTTP struct http_client *client = http_client_new(NULL);
    struct slice path =
        arena_printf(arena, "/images/get?names=%.*s", SLICE_ARG(url_encode(export->name, arena)));
    request->limit = UINT64_MAX;
    request->stall_seconds = EXPORT_STALL_SECONDS;
    if (!path.at)
        return arena_error(err);
    if (!engine_get(&export->engine, client, path, request, arena, &response, err))
        return false;
    return response.status == 200 || http_status_error(&response, err);
}

struct stream *export_whole(struct export *export, struct arena *arena, struct error *err)
{
    return remote_stream(fetch, export, arena, err);
}

static bool stream_begin(struct export *export, struct error *err)
{
    if (++export->rounds > ROUNDS_MAX)
        return error_set(err, ERROR_FORMAT, "%.*s sends layers in an order of its own each time",
                         SLICE_ARG(export->engine.shown));
    export->given = 0;
    export->stream = remote_stream(fetch, export, &export->stream_arena, err);
    if (!export->stream)
        return false;
    archive_stream_init(&export->archive, export->stream, &export->stream_arena);
    return true;
}

/* The item that a member is (of several the one that is wanted yet), or `count`. */
static size_t item_of(const struct export *export, struct slice name)
{
    struct digest digest;
    size_t found = export->count;
    bool told = archive_stream_digest(name, &digest);
    for (size_t i = 0; i < export->count; i++) {
        const struct export_item *item = &export->items[i];
        bool same = item->member.len ? slice_equal(item->member, name)
                                     : told && digest_equal(&digest, &item->layer->digest);
        if (same && item->state == EXPORT_WANTED)
            return i;
        if (same)
            found = i;
    }
    return found;
}

/* --- Planning: in which order do they come? --- */

static size_t index_in_image(const struct export *export, const struct layer *layer)
{
    return (size_t)(layer - export->image->layers);
}

static int by_address(const void *a, const void *b)
{
    const struct export_item *one = a, *two = b;
    return (one->layer > two->layer) - (one->layer < two->layer);
}

static int by_digest(const void *a, const void *b)
{
    const struct export_item *one = a, *two = b;
    return strcmp(one->layer->digest.text, two->layer->digest.text);
}

static void sort(struct export *export, int (*order)(const void *, const void *))
{
    if (export->count)
        qsort(export->items, export->count, sizeof *export->items, order);
}

/* Blobs are named by what they are when they are not the tars that the diff_ids mean. */
static void rename_layer(const struct export *export, size_t index, struct slice member)
{
    struct digest digest;
    if (slice_starts(member, SLICE("blobs/")) && archive_stream_digest(member, &digest))
        export->image->layers[index].digest = digest;
}

/* Binds the layers of the image to the archive's members, in the order the members came. */
static bool bind(struct export *export, const struct table *seen, struct error *err)
{
    struct slice *names;
    size_t count;
    struct export_item *sorted = arena_array(export->arena, export->count, sizeof *sorted);
    if (!archive_stream_layers(&export->archive, export->name, export->arena, &names, &count, err))
        return false;
    if (count != export->image->layer_count)
        return error_set(err, ERROR_FORMAT, "manifest.json has %zu layers, the image %zu", count,
                         export->image->layer_count);
    for (size_t i = 0; i < export->count; i++) {
        size_t index = index_in_image(export, export->items[i].layer);
        export->items[i].member = arena_copy(export->arena, names[index]);
        if (!export->items[i].member.at || !sorted)
            return arena_error(err);
        rename_layer(export, index, names[index]);
    }
    size_t filled = 0;
    for (size_t s = 0; s < seen->count; s++)
        for (size_t i = 0; i < export->count; i++)
            if (filled < export->count &&
                slice_equal(export->items[i].member, seen->entries[s].key))
                sorted[filled++] = export->items[i];
    if (filled < export->count)
        return error_set(err, ERROR_FORMAT, "not all layers are in the archive");
    export->items = sorted;
    return true;
}

/*
 * One export is looked through to learn its order, no further than needed: where members are named
 * by the digests that we know (docker since 25), they come sorted by them. Else (older docker;
 * containerd's store) manifest.json, often the last, tells.
 */
static bool survey(struct export *export, struct error *err)
{
    struct archive_member member;
    struct table seen;
    struct error ended = {0};
    table_init(&seen, &export->stream_arena);
    if (!stream_begin(export, err))
        return false;
    while (archive_stream_next(&export->archive, &member, &ended)) {
        struct slice name = arena_copy(&export->stream_arena, member.name);
        if (item_of(export, name) < export->count) {
            sort(export, by_digest);
            return true;
        }
        if (!name.at || !table_put(&seen, name, export))
            return arena_error(err);
    }
    if (ended.kind) {
        *err = ended;
        return false;
    }
    return bind(export, &seen, err);
}

bool export_plan(struct export *export, const struct layer **layers, size_t count,
                 struct error *err)
{
    bool fine = true;
    export->count = count;
    export->items = arena_array(export->arena, count, sizeof *export->items);
    if (!export->items)
        return arena_error(err);
    for (size_t i = 0; i < count; i++)
        export->items[i].layer = layers[i];
    sort(export, by_address);
    if (!export->podman && count) {
        fine = survey(export, err);
        stream_end(export); /* its thread, too: the broker forks now */
    }
    for (size_t i = 0; i < count; i++)
        layers[i] = export->items[i].layer;
    export->current = count;
    return fine;
}

/* --- Delivery; `lock` is held --- */

/* The first time, or once more for what has passed. */
static bool begin(struct export *export, struct error *err)
{
    for (size_t i = 0; i < export->count; i++)
        if (export->items[i].state == EXPORT_MISSED)
            export->items[i].state = EXPORT_WANTED;
    return stream_begin(export, err);
}

/* A layer that stands twice in an image comes once in each export. */
static bool is_worth_again(const struct export *export)
{
    if (export->given)
        return true;
    for (size_t i = 0; i < export->count; i++)
        if (export->items[i].state == EXPORT_MISSED)
            return true;
    return false;
}

/* To the next member that is wanted. */
static bool advance(struct export *export, struct error *err)
{
    struct archive_member member;
    struct error ended = {0};
    export->current = export->count;
    if (!export->stream && !begin(export, err))
        return false;
    if (archive_stream_next(&export->archive, &member, &ended)) {
        size_t index = item_of(export, member.name);
        if (index < export->count && export->items[index].state == EXPORT_WANTED)
            export->current = index;
        return true;
    }
    if (ended.kind) {
        *err = ended;
        return false;
    }
    bool again = is_worth_again(export);
    stream_end(export);
    return again || error_set(err, ERROR_FORMAT, "the export of \"%.*s\" has not all its layers",
                              SLICE_ARG(export->name));
}

/* Will somebody come for the member at the front? Those before `me` in the plan have been begun
   already; of those behind it nobody knows. */
static bool is_expected(const struct export *export, size_t me)
{
    return export->current < export->count && export->current != me &&
           (export->items[export->current].asked || export->current < me);
}

static bool wait_for(struct export *export, size_t me, struct error *err)
{
    while (export->error.kind == ERROR_NONE) {
        if (export->busy || is_expected(export, me)) {
            pthread_cond_wait(&export->moved, &export->lock);
            continue;
        }
        if (export->current == me && export->stream) {
            export->busy = true;
            export->items[me].state = EXPORT_GIVEN;
            export->given++;
            return true;
        }
        if (export->current < export->count)
            export->items[export->current].state = EXPORT_MISSED;
        if (!advance(export, &export->error))
            error_add(&export->error, "exporting from %.*s", SLICE_ARG(export->engine.shown));
        pthread_cond_broadcast(&export->moved);
    }
    *err = export->error;
    return false;
}

struct export_stream {
    struct stream stream;
    struct export *export;
    bool released;
};

static void release(struct export_stream *stream)
{
    struct export *export = stream->export;
    if (stream->released)
        return;
    stream->released = true;
    pthread_mutex_lock(&export->lock);
    export->busy = false;
    export->current = export->count;
    pthread_cond_broadcast(&export->moved);
    pthread_mutex_unlock(&export->lock);
}

static bool export_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct export_stream *stream = (struct export_stream *)self;
    if (!archive_stream_piece(&stream->export->archive, piece, err))
        return false;
    if (!piece->len)
        release(stream);
    return true;
}

static void export_close(struct stream *self)
{
    release((struct export_stream *)self);
}

static const struct stream_ops export_ops = {
    .name = "export", .next = export_next, .close = export_close};

bool export_open(struct export *export, const struct layer *layer, struct arena *arena,
                 struct stream **stream, struct error *err)
{
    size_t me = 0;
    struct export_stream *made = arena_new(arena, struct export_stream);
    while (me < export->count && export->items[me].layer != layer)
        me++;
    if (!made)
        return arena_error(err);
    if (me == export->count)
        return error_set(err, ERROR_INTERNAL, "a layer that was not prepared");
    pthread_mutex_lock(&export->lock);
    export->items[me].asked = true;
    pthread_cond_broadcast(&export->moved);
    bool fine = wait_for(export, me, err);
    pthread_mutex_unlock(&export->lock);
    if (!fine)
        return false;
    *made = (struct export_stream){.stream.ops = &export_ops, .export = export};
    *stream = &made->stream;
    return true;
}
