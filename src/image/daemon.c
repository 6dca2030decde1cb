#include "image/daemon.h"

#include "image/daemon_export.h"
#include "image/manifest.h"

struct daemon {
    struct source source;
    struct export export;
};

static bool daemon_layer_open(struct source *source, const struct image *image,
                              const struct layer *layer, struct arena *arena,
                              struct stream **stream, struct error *err)
{
    (void)image;
    return export_open(&((struct daemon *)source)->export, layer, arena, stream, err);
}

static bool daemon_prepare(struct source *source, const struct layer **layers, size_t count,
                           struct error *err)
{
    return export_plan(&((struct daemon *)source)->export, layers, count, err);
}

static bool daemon_save(struct source *source, struct arena *arena, struct stream **stream,
                        struct error *err)
{
    *stream = export_whole(&((struct daemon *)source)->export, arena, err);
    return *stream != NULL;
}

static void daemon_close(struct source *source)
{
    export_done(&((struct daemon *)source)->export);
}

static const struct source_ops daemon_ops = {.name = "daemon",
                                             .layer_open = daemon_layer_open,
                                             .prepare = daemon_prepare,
                                             .close = daemon_close,
                                             .save = daemon_save};

static bool check_platform(const struct image *image, const struct source_options *options,
                           struct arena *arena, struct error *err)
{
    struct platform want,
        have = {image->os, image->architecture, image->variant, image->os_version};
    if (!options->platform.len)
        return true;
    if (!platform_parse(options->platform, &want, err))
        return false;
    return platform_fits(&want, &have) ||
           error_set(err, ERROR_NOT_FOUND, "the engine has the image for %.*s only",
                     SLICE_ARG(image_platform(image, arena)));
}

static bool open_at(const struct engine *engine, const char *name,
                    const struct source_options *options, struct arena *arena,
                    struct image_list *list, struct error *err)
{
    const struct http_options quick = {.attempts = 1,
                                       .connect_seconds = options->patience ? options->patience : 5,
                                       .stall_seconds = options->patience};
    CLEANUP_HTTP struct http_client *client = http_client_new(&quick);
    struct slice found;
    bool podman;
    struct daemon *daemon = arena_new(arena, struct daemon);
    struct image *image = arena_new(arena, struct image);
    if (!daemon || !image)
        return arena_error(err);
    if (!engine_inspect(engine, client, slice_str(name), arena, image, &found, &podman, err) ||
        !check_platform(image, options, arena, err))
        return false;
    daemon->source.ops = &daemon_ops;
    image->name = slice_str(name);
    image->tag = found;
    image->source = &daemon->source;
    export_init(&daemon->export, engine, found, podman, image, arena);
    *list = (struct image_list){image, 1, 1, &daemon->source};
    return true;
}

/* Where an engine is what was meant: by a prefix, or a name that is of no registry. */
static bool means_engine(enum engine_kind kind, struct slice name)
{
    return kind != ENGINE_ANY || slice_starts(name, SLICE("localhost/")) ||
           slice_find(name, '/') == name.len;
}

static bool open_any(enum engine_kind kind, const char *name, const struct source_options *options,
                     struct arena *arena, struct image_list *list, struct error *err)
{
    struct engine engines[ENGINES_MAX];
    size_t count;
    struct error last = {0};
    if (strstr(name, "://"))
        return error_set(err, ERROR_NOT_FOUND, "a registry's address");
    if (!engines_find(kind, arena, engines, &count, err))
        return false;
    if (!count)
        return error_set(err, ERROR_NOT_FOUND, "no engine's socket%s",
                         means_engine(kind, slice_str(name))
                             ? " (systemctl start docker, systemctl --user start podman.socket, or "
                               "scan a file: podman save -o app.tar NAME, buildah push NAME "
                               "oci-archive:app.tar)"
                             : "");
    for (size_t i = 0; i < count; i++) {
        struct error why = {0};
        if (open_at(&engines[i], name, options, arena, list, &why))
            return true;
        if (i == 0 || last.kind == ERROR_NOT_FOUND)
            last = why; /* of several reasons one that can be mended */
    }
    *err = last;
    return false;
}

bool daemon_open(const char *name, const struct source_options *options, struct arena *arena,
                 struct image_list *list, struct error *err)
{
    return open_any(ENGINE_ANY, name, options, arena, list, err);
}

bool docker_open(const char *name, const struct source_options *options, struct arena *arena,
                 struct image_list *list, struct error *err)
{
    return open_any(ENGINE_DOCKER, name, options, arena, list, err);
}

bool podman_open(const char *name, const struct source_options *options, struct arena *arena,
                 struct image_list *list, struct error *err)
{
    return open_any(ENGINE_PODMAN, name, options, arena, list, err);
}
