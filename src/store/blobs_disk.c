/* Blobs as files of a world; blobs.h draws the folders. */
#include "store/blobs.h"

enum { PATH_ROOM = 256, WORK_SECONDS = 24 * 3600 };

struct disk {
    struct blobs blobs;
};

/* "sha256", and cuts the hex digits off. */
static struct slice algorithm_of(const struct digest *digest, struct slice *hex)
{
    *hex = digest_slice(digest);
    return slice_cut(hex, ':');
}

static void blob_path(const struct digest *digest, char path[PATH_ROOM])
{
    struct slice hex, algorithm = algorithm_of(digest, &hex);
    snprintf(path, PATH_ROOM, "blobs/%.*s/%.2s/%.*s", SLICE_ARG(algorithm), hex.at, SLICE_ARG(hex));
}

static void object_path(const char *kind, const struct digest *digest, char path[PATH_ROOM])
{
    struct slice hex, algorithm = algorithm_of(digest, &hex);
    snprintf(path, PATH_ROOM, "objects/%s/%.*s/%.2s/%.*s", kind, SLICE_ARG(algorithm), hex.at,
             SLICE_ARG(hex));
}

static void upload_path(const char *id, char path[PATH_ROOM])
{
    snprintf(path, PATH_ROOM, "uploads/%s", id);
}

static bool disk_open(struct blobs *blobs, const struct digest *digest, struct blob *blob,
                      struct error *err)
{
    struct world *world = blobs->world;
    char path[PATH_ROOM];
    uint64_t size = 0;
    blob_path(digest, path);
    int file = world->ops->open(world, path, false, err);
    if (file < 0)
        return false;
    if (!world->ops->size(world, file, &size, err)) {
        world->ops->close(world, file);
        return false;
    }
    *blob = (struct blob){.blobs = blobs, .file = file, .size = size};
    return true;
}

static void disk_close(struct blob *blob)
{
    struct world *world = blob->blobs->world;
    world->ops->close(world, blob->file);
}

static bool disk_remove(struct blobs *blobs, const struct digest *digest, struct error *err)
{
    char path[PATH_ROOM];
    blob_path(digest, path);
    return blobs->world->ops->remove(blobs->world, path, err);
}

/* ALGORITHM/ab/abcdef… → the digest. */
static bool digest_of_path(struct slice path, struct digest *digest)
{
    struct error ignored;
    char text[sizeof digest->text];
    struct slice rest = path, algorithm = slice_cut(&rest, '/'), folder = slice_cut(&rest, '/');
    if (folder.len != 2 || !slice_starts(rest, folder) ||
        snprintf(text, sizeof text, "%.*s:%.*s", SLICE_ARG(algorithm), SLICE_ARG(rest)) >=
            (int)sizeof text)
        return false;
    return digest_parse_any(digest, slice_str(text), &ignored);
}

struct blob_listing {
    bool (*each)(void *context, const struct digest *digest);
    void *context;
};

static bool list_blob(void *context, const char *path)
{
    struct blob_listing *listing = context;
    struct digest digest;
    struct slice below = slice_from(slice_str(path), sizeof "blobs/" - 1);
    return !digest_of_path(below, &digest) || listing->each(listing->context, &digest);
}

static bool disk_list(struct blobs *blobs, bool (*each)(void *context, const struct digest *digest),
                      void *context, struct error *err)
{
    struct blob_listing listing = {each, context};
    return blobs->world->ops->list(blobs->world, "blobs", list_blob, &listing, err);
}

static int disk_upload_open(struct blobs *blobs, const char *id, uint64_t *size, struct error *err)
{
    struct world *world = blobs->world;
    char path[PATH_ROOM];
    upload_path(id, path);
    int file = world->ops->open(world, path, true, err);
    if (file < 0)
        return -1;
    if (world->ops->size(world, file, size, err))
        return file;
    world->ops->close(world, file);
    return -1;
}

static bool disk_upload_append(struct blobs *blobs, int upload, uint64_t offset, struct slice bytes,
                               struct error *err)
{
    return blobs->world->ops->append(blobs->world, upload, offset, bytes, err);
}

static bool disk_upload_sync(struct blobs *blobs, int upload, struct error *err)
{
    return blobs->world->ops->sync(blobs->world, upload, err);
}

static bool disk_upload_place(struct blobs *blobs, const char *id, const struct digest *digest,
                              struct error *err)
{
    char from[PATH_ROOM], to[PATH_ROOM];
    upload_path(id, from);
    blob_path(digest, to);
    return blobs->world->ops->rename(blobs->world, from, to, err);
}

static bool disk_upload_remove(struct blobs *blobs, const char *id, struct error *err)
{
    char path[PATH_ROOM];
    upload_path(id, path);
    return blobs->world->ops->remove(blobs->world, path, err);
}

static void disk_upload_close(struct blobs *blobs, int upload)
{
    blobs->world->ops->close(blobs->world, upload);
}

struct upload_listing {
    bool (*each)(void *context, const char *id);
    void *context;
};

static bool list_upload(void *context, const char *path)
{
    struct upload_listing *listing = context;
    const char *id = path + sizeof "uploads/" - 1;
    return !upload_id_is_valid(id) || listing->each(listing->context, id);
}

static bool disk_upload_list(struct blobs *blobs, bool (*each)(void *context, const char *id),
                             void *context, struct error *err)
{
    struct upload_listing listing = {each, context};
    return blobs->world->ops->list(blobs->world, "uploads", list_upload, &listing, err);
}

/* A name under pending/ that nobody else has. */
static bool work_path(struct world *world, char path[PATH_ROOM], struct error *err)
{
    unsigned char bytes[16];
    if (!world->ops->random(world, bytes, sizeof bytes, err))
        return false;
    int used = snprintf(path, PATH_ROOM, "pending/");
    for (size_t i = 0; i < sizeof bytes; i++)
        used += snprintf(path + used, PATH_ROOM - (size_t)used, "%02x", bytes[i]);
    return true;
}

static bool write_whole(struct world *world, const char *path, struct slice bytes,
                        struct error *err)
{
    int file = world->ops->open(world, path, true, err);
    if (file < 0)
        return false;
    bool done =
        world->ops->append(world, file, 0, bytes, err) && world->ops->sync(world, file, err);
    world->ops->close(world, file);
    return done;
}

static bool disk_object_put(struct blobs *blobs, const char *kind, const struct digest *digest,
                            struct slice bytes, struct error *err)
{
    struct world *world = blobs->world;
    char work[PATH_ROOM], path[PATH_ROOM];
    struct error ignored;
    object_path(kind, digest, path);
    if (!work_path(world, work, err))
        return false;
    if (write_whole(world, work, bytes, err) && world->ops->rename(world, work, path, err))
        return true;
    world->ops->remove(world, work, &ignored);
    return error_add(err, "keeping %s of %s", kind, digest->text);
}

static bool disk_object_get(struct blobs *blobs, const char *kind, const struct digest *digest,
                            struct arena *arena, struct slice *bytes, struct error *err)
{
    struct world *world = blobs->world;
    char path[PATH_ROOM];
    uint64_t size = 0;
    size_t got = 0;
    object_path(kind, digest, path);
    int file = world->ops->open(world, path, false, err);
    if (file < 0)
        return false;
    bool done = world->ops->size(world, file, &size, err);
    if (done && size > OBJECT_MAX)
        done = error_set(err, ERROR_LIMIT, "%s of %s is too large", kind, digest->text);
    char *at = done ? arena_alloc(arena, (size_t)size + 1) : NULL;
    if (done && !at)
        done = arena_error(err);
    done = done && world->ops->read(world, file, 0, at, (size_t)size, &got, err);
    world->ops->close(world, file);
    if (done)
        *bytes = slice_of(at, got);
    return done;
}

static bool disk_object_remove(struct blobs *blobs, const char *kind, const struct digest *digest,
                               struct error *err)
{
    char path[PATH_ROOM];
    object_path(kind, digest, path);
    return blobs->world->ops->remove(blobs->world, path, err);
}

struct object_listing {
    bool (*each)(void *context, const char *kind, const struct digest *digest);
    void *context;
};

static bool list_object(void *context, const char *path)
{
    struct object_listing *listing = context;
    struct digest digest;
    struct slice rest = slice_from(slice_str(path), sizeof "objects/" - 1);
    struct slice kind = slice_cut(&rest, '/');
    char text[PATH_ROOM];
    if (kind.len >= sizeof text || !digest_of_path(rest, &digest))
        return true;
    snprintf(text, sizeof text, "%.*s", SLICE_ARG(kind));
    return listing->each(listing->context, text, &digest);
}

static bool disk_object_list(struct blobs *blobs,
                             bool (*each)(void *context, const char *kind,
                                          const struct digest *digest),
                             void *context, struct error *err)
{
    struct object_listing listing = {each, context};
    return blobs->world->ops->list(blobs->world, "objects", list_object, &listing, err);
}

static void disk_free(struct blobs *blobs)
{
    free(blobs);
}

static const struct blobs_ops disk_ops = {
    .name = "disk",
    .open = disk_open,
    .close = disk_close,
    .remove = disk_remove,
    .list = disk_list,
    .upload_open = disk_upload_open,
    .upload_append = disk_upload_append,
    .upload_sync = disk_upload_sync,
    .upload_place = disk_upload_place,
    .upload_remove = disk_upload_remove,
    .upload_close = disk_upload_close,
    .upload_list = disk_upload_list,
    .object_put = disk_object_put,
    .object_get = disk_object_get,
    .object_remove = disk_object_remove,
    .object_list = disk_object_list,
    .free = disk_free,
};

/* What a crash left of objects that were being written. Another process may be writing one now, so
   only what is old goes; that it cannot be removed (a read-only disk) is no reason not to open. */
static bool remove_old_work(void *context, const char *path)
{
    struct world *world = context;
    struct error ignored;
    uint64_t size = 0;
    double changed = 0;
    if (world->ops->stat(world, path, &size, &changed, &ignored) &&
        world->ops->now(world) - changed > WORK_SECONDS)
        world->ops->remove(world, path, &ignored);
    return true;
}

struct blobs *blobs_disk_new(struct world *world, struct error *err)
{
    if (!world->ops->list(world, "pending", remove_old_work, world, err))
        return NULL;
    struct disk *disk = calloc(1, sizeof *disk);
    if (!disk) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    disk->blobs = (struct blobs){.ops = &disk_ops, .world = world};
    return &disk->blobs;
}
