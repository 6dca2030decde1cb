#include "image/daemon_engine.h"

#include <stdlib.h>
#include <unistd.h>

#include "image/document.h"
#include "image/manifest.h"

enum { LAYERS_MAX = MANIFEST_LAYERS_MAX };

static bool add_engine(struct engine *engines, size_t *count, struct engine engine,
                       struct error *err)
{
    if (!engine.base.at || !engine.shown.at)
        return arena_error(err);
    for (size_t i = 0; i < *count; i++)
        if (slice_equal(engines[i].shown, engine.shown))
            return true;
    if (*count < ENGINES_MAX)
        engines[(*count)++] = engine;
    return true;
}

/* One that was `named` must be there: that it is not, the request will tell. */
static bool add_socket(struct engine *engines, size_t *count, struct slice path, bool named,
                       struct arena *arena, struct error *err)
{
    char *copy = arena_string(arena, path);
    if (!copy)
        return arena_error(err);
    if (!named && access(copy, F_OK) != 0)
        return true;
    return add_engine(engines, count,
                      (struct engine){copy, SLICE("http://localhost"), slice_str(copy)}, err);
}

/* DOCKER_HOST and CONTAINER_HOST. */
static bool add_address(struct engine *engines, size_t *count, const char *variable,
                        struct arena *arena, struct error *err)
{
    struct slice text = slice_str(getenv(variable));
    const char *tls = getenv("DOCKER_TLS_VERIFY");
    if (!text.len)
        return true;
    if (slice_starts(text, SLICE("unix://")))
        return add_socket(engines, count, slice_from(text, 7), true, arena, err);
    if (!slice_starts(text, SLICE("tcp://")) || (tls && *tls))
        return error_set(err, ERROR_UNSUPPORTED,
                         "%s: only unix://PATH and tcp://HOST:PORT without TLS are known here; "
                         "\"docker save\" and scan the file instead",
                         variable);
    struct slice base = arena_printf(arena, "http://%.*s", SLICE_ARG(slice_from(text, 6)));
    return add_engine(engines, count, (struct engine){NULL, base, base}, err);
}

bool engines_find(enum engine_kind kind, struct arena *arena, struct engine *engines, size_t *count,
                  struct error *err)
{
    const char *run = getenv("XDG_RUNTIME_DIR");
    *count = 0;
    if (kind != ENGINE_PODMAN && !add_address(engines, count, "DOCKER_HOST", arena, err))
        return false;
    if (kind != ENGINE_DOCKER && !add_address(engines, count, "CONTAINER_HOST", arena, err))
        return false;
    if (*count) /* who names one means that one */
        return true;
    if (kind != ENGINE_PODMAN &&
        !add_socket(engines, count, SLICE("/var/run/docker.sock"), false, arena, err))
        return false;
    if (kind == ENGINE_DOCKER)
        return true;
    struct slice mine = arena_printf(arena, "%s/podman/podman.sock", run ? run : "");
    if (!mine.at)
        return arena_error(err);
    return (!run || add_socket(engines, count, mine, false, arena, err)) &&
           add_socket(engines, count, SLICE("/run/podman/podman.sock"), false, arena, err);
}

bool engine_get(const struct engine *engine, struct http_client *client, struct slice path,
                struct http_request *request, struct arena *arena, struct http_response *response,
                struct error *err)
{
    request->url = arena_printf(arena, "%.*s%.*s", SLICE_ARG(engine->base), SLICE_ARG(path));
    request->unix_socket = engine->socket;
    if (!request->url.at)
        return arena_error(err);
    return http_perform(client, request, arena, response, err);
}

/* A name as part of a path: its slashes stay, both engines' routes have room for them. */
static struct slice image_path(struct slice name, const char *what, struct arena *arena)
{
    struct slice path = slice_str("/images"), rest = name;
    while (rest.len && path.at) {
        struct slice part = url_encode(slice_cut(&rest, '/'), arena);
        if (!part.at)
            return part;
        path = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(path), SLICE_ARG(part));
    }
    return path.at ? arena_printf(arena, "%.*s/%s", SLICE_ARG(path), what) : path;
}

static bool get_json(const struct engine *engine, struct http_client *client, struct slice name,
                     const char *what, struct arena *arena, struct http_response *response,
                     struct error *err)
{
    struct http_request request = {.limit = MANIFEST_MAX};
    struct slice path = image_path(name, what, arena);
    if (!path.at)
        return arena_error(err);
    if (!engine_get(engine, client, path, &request, arena, response, err))
        return false;
    if (response->status == 404)
        return error_set(err, ERROR_NOT_FOUND, "%.*s has no image \"%.*s\"",
                         SLICE_ARG(engine->shown), SLICE_ARG(name));
    return response->status == 200 || http_status_error(response, err);
}

bool engine_inspect(const struct engine *engine, struct http_client *client, struct slice name,
                    struct arena *arena, struct image *image, struct slice *found, bool *podman,
                    struct error *err)
{
    struct http_response inspect, history = {0};
    struct error ignored = {0};
    struct slice local = arena_printf(arena, "localhost/%.*s", SLICE_ARG(name));
    if (!local.at)
        return arena_error(err);
    *found = name;
    if (!get_json(engine, client, name, "json", arena, &inspect, err)) {
        /* What podman built itself, it keeps under "localhost/". */
        if (err->kind != ERROR_NOT_FOUND ||
            !get_json(engine, client, local, "json", arena, &inspect, &ignored))
            return false;
        *found = local;
        *err = ignored = (struct error){0};
    }
    *podman = http_header_get(&inspect.headers, "Libpod-Api-Version").len > 0;
    if (!get_json(engine, client, *found, "history", arena, &history, &ignored))
        history.body = (struct slice){0};
    return engine_image(inspect.body, history.body, arena, image, err) ||
           error_add(err, "%.*s", SLICE_ARG(engine->shown));
}

static size_t count_filled(const json_t *history)
{
    size_t i, count = 0;
    json_t *each;
    json_array_foreach(history, i, each) count +=
        json_integer_value(json_object_get(each, "Size")) > 0;
    return count;
}

/*
 * The engine's history (newest first) as an image's. It does not tell which steps made a layer:
 * with as many steps as layers all did, else those that have a size, when their number is right.
 * When it is not, no step is bound to a layer.
 */
static json_t *turn_history(const json_t *history, size_t layers)
{
    json_t *turned = json_array();
    size_t steps = json_array_size(history), filled = count_filled(history);
    for (size_t i = steps; i-- > 0;) {
        const json_t *step = json_array_get(history, i);
        bool made = steps == layers ||
                    (filled == layers && json_integer_value(json_object_get(step, "Size")) > 0);
        json_t *by = json_object_get(step, "CreatedBy"), *said = json_object_get(step, "Comment");
        json_array_append_new(turned, json_pack("{sO? sO? sb}", "created_by", by, "comment", said,
                                                "empty_layer", !made));
    }
    return turned;
}

/* What manifest_config reads, put together from what the engine tells. */
static json_t *make_config(const json_t *inspect, const json_t *history, size_t layers)
{
    json_t *diff_ids = json_object_get(json_object_get(inspect, "RootFS"), "Layers");
    return json_pack("{sO? sO? sO? sO? sO? sO? s{ss sO?} so}", "created",
                     json_object_get(inspect, "Created"), "os", json_object_get(inspect, "Os"),
                     "architecture", json_object_get(inspect, "Architecture"), "variant",
                     json_object_get(inspect, "Variant"), "os.version",
                     json_object_get(inspect, "OsVersion"), "config",
                     json_object_get(inspect, "Config"), "rootfs", "type", "layers", "diff_ids",
                     diff_ids, "history", turn_history(history, layers));
}

static bool fill_layers(const json_t *inspect, struct arena *arena, struct image *image,
                        struct error *err)
{
    const json_t *diff_ids = json_object_get(json_object_get(inspect, "RootFS"), "Layers");
    image->layer_count = json_array_size(diff_ids);
    if (image->layer_count > LAYERS_MAX)
        return error_set(err, ERROR_LIMIT, "over %d layers", LAYERS_MAX);
    image->layers = arena_array(arena, image->layer_count, sizeof *image->layers);
    if (!image->layers)
        return arena_error(err);
    for (size_t i = 0; i < image->layer_count; i++) {
        struct layer *layer = &image->layers[i];
        layer->fd = -1;
        layer->media_type = SLICE("application/vnd.docker.image.rootfs.diff.tar");
        if (!digest_parse(&layer->digest, document_view(json_array_get(diff_ids, i)), err))
            return error_add(err, "diff_id %zu", i);
    }
    return true;
}

static bool fill_config(const json_t *inspect, struct slice history, struct arena *arena,
                        struct image *image, struct error *err)
{
    struct error ignored = {0};
    CLEANUP_JSON json_t *steps = history.len ? document_parse(history, &ignored) : NULL;
    CLEANUP_JSON json_t *config = make_config(inspect, steps, image->layer_count);
    char *text = config ? json_dumps(config, JSON_COMPACT) : NULL;
    bool fine = text ? manifest_config(slice_str(text), arena, image, err)
                     : error_set(err, ERROR_FORMAT, "the engine's answer is not an image's");
    free(text);
    return fine;
}

bool engine_image(struct slice inspect, struct slice history, struct arena *arena,
                  struct image *image, struct error *err)
{
    struct error ignored;
    struct image made = {.kind = "daemon"};
    CLEANUP_JSON json_t *document = document_parse(inspect, err);
    if (!document)
        return false;
    struct slice id = document_view(json_object_get(document, "Id"));
    if (!fill_layers(document, arena, &made, err) ||
        !fill_config(document, history, arena, &made, err))
        return false;
    if (!digest_parse(&made.config_digest, id, &ignored))
        made.config_digest.text[0] = '\0';
    *image = made;
    return true;
}
