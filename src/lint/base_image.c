/* Asking for base images: what is known already, what was kept, an engine, the registry. */
#include "lint/base_image.h"

#include "base/clock.h"
#include "base/table.h"
#include "image/daemon.h"
#include "image/reference.h"
#include "image/registry.h"
#include "lint/base_image_cache.h"

enum {
    PATIENCE = 3,      /* seconds for one connection */
    SECONDS_MAX = 20,  /* for all of a run */
    LOOKUPS_MAX = 100, /* of a run; a Dockerfile may name ten thousand bases */
    SCRATCH_MAX = 32 << 20,
};

struct base_images {
    struct arena *arena;
    bool offline, engine_failed;
    const char *folder; /* NULL: nothing is kept */
    struct table known; /* "reference platform" → struct base_image; known false: nobody knows */
    struct table dead;  /* hosts that did not answer */
    unsigned lookups;
    double seconds;
};

struct base_images *base_images_new(struct arena *arena, bool offline)
{
    struct base_images *images = arena_new(arena, struct base_images);
    if (!images)
        return NULL;
    images->arena = arena;
    images->offline = offline;
    images->folder = base_cache_folder(arena);
    table_init(&images->known, arena);
    table_init(&images->dead, arena);
    return images;
}

void base_images_done(struct base_images *images)
{
    (void)images; /* connections end with each question; the rest is the arena's */
}

void base_images_keep_in(struct base_images *images, const char *folder)
{
    images->folder = folder;
}

static bool copy(struct arena *arena, struct slice from, struct slice *to)
{
    if (from.len)
        *to = arena_copy(arena, from);
    return !from.len || to->at;
}

static bool copy_list(struct arena *arena, const struct slice *from, size_t count,
                      struct slice **to, size_t *to_count)
{
    struct slice *list = arena_array(arena, count, sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        if (!copy(arena, from[i], &list[i]))
            return false;
    *to = list;
    *to_count = list ? count : 0;
    return list != NULL;
}

/* What a rule may ask of it, for as long as the run. Docker's way to write "no health check" is a
   test of NONE. */
static bool describe(struct arena *arena, const struct image *from, struct base_image *to)
{
    const struct digest *digest =
        from->index_digest.text[0] ? &from->index_digest : &from->manifest_digest;
    to->known = true;
    to->has_healthcheck = from->healthcheck_count && !slice_equal_str(from->healthcheck[0], "NONE");
    for (size_t i = 0; i < from->layer_count && strcmp(from->kind, "registry") == 0; i++)
        if (from->layers[i].size < UINT64_MAX - to->size)
            to->size += from->layers[i].size;
    to->platform = image_platform(from, arena);
    return to->platform.at && copy(arena, digest_slice(digest), &to->digest) &&
           copy(arena, from->user, &to->user) && copy(arena, from->workdir, &to->workdir) &&
           copy_list(arena, from->shell, from->shell_count, &to->shell, &to->shell_count) &&
           copy_list(arena, from->env, from->env_count, &to->env, &to->env_count) &&
           copy_list(arena, from->onbuild, from->onbuild_count, &to->onbuild, &to->onbuild_count);
}

static bool ask(struct base_images *images, source_opener open, const char *name,
                struct slice platform, struct base_image *image, struct error *err)
{
    CLEANUP_ARENA struct arena scratch;
    struct source_options options = {.platform = platform, .patience = PATIENCE};
    struct image_list list = {0};
    arena_init(&scratch, SCRATCH_MAX);
    double before = clock_monotonic();
    bool found = open(name, &options, &scratch, &list, err);
    images->seconds += clock_monotonic() - before;
    images->lookups++;
    if (!found)
        return false;
    struct base_image made = {0};
    bool told = list.count && describe(images->arena, &list.images[0], &made);
    source_close(&list);
    if (told)
        *image = made;
    return told;
}

/* `FROM oci-archive:file`, as buildah has it. */
static bool ask_file(struct base_images *images, const char *name, struct slice platform,
                     struct base_image *image)
{
    static const char *const prefixes[] = {"docker-archive:", "oci-archive:", "oci:"};
    struct error ignored = {0};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (slice_starts(slice_str(name), slice_str(prefixes[i])))
            return ask(images, source_open, name, platform, image, &ignored);
    return false;
}

/* A registry is asked, too, when the engine does not know the digest that others would get. */
static void ask_all(struct base_images *images, const char *name, struct slice platform,
                    struct base_image *image)
{
    struct reference reference;
    struct error err = {0};
    if (ask_file(images, name, platform, image) ||
        !reference_parse(slice_str(name), images->arena, &reference, &err))
        return;
    if (!images->engine_failed) {
        ask(images, daemon_open, name, platform, image, &err);
        images->engine_failed = err.kind == ERROR_NETWORK;
    }
    if (image->digest.len || table_get(&images->dead, reference.host))
        return;
    err = (struct error){0};
    ask(images, registry_open, name, platform, image, &err);
    if (err.kind == ERROR_NETWORK)
        table_put(&images->dead, reference.host, images);
}

static void find_out(struct base_images *images, struct slice key, const char *name,
                     struct slice platform, struct base_image *image)
{
    CLEANUP_ARENA struct arena scratch;
    arena_init(&scratch, SCRATCH_MAX);
    if (images->folder && base_cache_read(images->folder, key, images->arena, image))
        return;
    if (images->offline || images->lookups >= LOOKUPS_MAX || images->seconds > SECONDS_MAX)
        return;
    ask_all(images, name, platform, image);
    if (image->known && images->folder)
        base_cache_write(images->folder, key, image, &scratch);
}

static const struct base_image *resolve(void *context, struct slice reference,
                                        struct slice platform)
{
    struct base_images *images = context;
    if (!images || !reference.len || reference.len > 1000 || platform.len > 100)
        return NULL;
    struct slice key =
        arena_printf(images->arena, "%.*s %.*s", SLICE_ARG(reference), SLICE_ARG(platform));
    struct base_image *image = key.at ? table_get(&images->known, key) : NULL;
    if (image)
        return image->known ? image : NULL;
    image = arena_new(images->arena, struct base_image);
    const char *name = arena_string(images->arena, reference);
    if (!key.at || !image || !name || !table_put(&images->known, key, image))
        return NULL;
    find_out(images, key, name, platform, image);
    image->reference = slice_upto(key, reference.len);
    return image->known ? image : NULL;
}

struct base_resolver base_images_resolver(struct base_images *images)
{
    return (struct base_resolver){resolve, images};
}
