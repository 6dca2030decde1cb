/* The configuration of an image: OCI image specification 1.1, config.md; Docker's image
 * specification v1.2 has the same members. */
#include "image/document.h"
#include "image/manifest.h"

static bool read_labels(const json_t *labels, struct arena *arena, struct image *image)
{
    const char *key;
    json_t *value;
    struct slice *list = arena_array(arena, json_object_size(labels), sizeof *list);
    size_t count = 0;
    if (!list)
        return false;
    json_object_foreach((json_t *)(uintptr_t)labels, key, value)
    {
        struct slice text = document_view(value);
        list[count] = arena_printf(arena, "%s=%.*s", key, SLICE_ARG(text));
        if (!list[count++].at)
            return false;
    }
    image->labels = list;
    image->label_count = count;
    return true;
}

/* {"80/tcp": {}, …}: the names. */
static bool read_names(const json_t *set, struct arena *arena, struct slice **names, size_t *count)
{
    const char *key;
    json_t *value;
    struct slice *list = arena_array(arena, json_object_size(set), sizeof *list);
    size_t made = 0;
    if (!list)
        return false;
    json_object_foreach((json_t *)(uintptr_t)set, key, value)
    {
        list[made] = arena_copy(arena, slice_str(key));
        if (!list[made++].at)
            return false;
    }
    *names = list;
    *count = made;
    return true;
}

static bool read_run_settings(const json_t *config, struct arena *arena, struct image *image)
{
    const json_t *test = json_object_get(json_object_get(config, "Healthcheck"), "Test");
    return read_names(json_object_get(config, "ExposedPorts"), arena, &image->exposed_ports,
                      &image->exposed_port_count) &&
           read_names(json_object_get(config, "Volumes"), arena, &image->volumes,
                      &image->volume_count) &&
           document_texts(test, arena, &image->healthcheck, &image->healthcheck_count) &&
           document_texts(json_object_get(config, "Shell"), arena, &image->shell,
                          &image->shell_count) &&
           document_texts(json_object_get(config, "OnBuild"), arena, &image->onbuild,
                          &image->onbuild_count);
}

static bool read_settings(const json_t *config, struct arena *arena, struct image *image)
{
    return document_text(config, "User", arena, &image->user) &&
           document_text(config, "WorkingDir", arena, &image->workdir) &&
           document_texts(json_object_get(config, "Env"), arena, &image->env, &image->env_count) &&
           document_texts(json_object_get(config, "Entrypoint"), arena, &image->entrypoint,
                          &image->entrypoint_count) &&
           document_texts(json_object_get(config, "Cmd"), arena, &image->cmd, &image->cmd_count) &&
           read_run_settings(config, arena, image) &&
           read_labels(json_object_get(config, "Labels"), arena, image);
}

static bool read_history(const json_t *array, struct arena *arena, struct image *image)
{
    size_t size = json_array_size(array), layer = 0;
    struct image_history *list = arena_array(arena, size, sizeof *list);
    if (!list)
        return false;
    for (size_t i = 0; i < size; i++) {
        const json_t *each = json_array_get(array, i);
        list[i].empty_layer = json_is_true(json_object_get(each, "empty_layer"));
        if (!document_text(each, "created", arena, &list[i].created) ||
            !document_text(each, "created_by", arena, &list[i].created_by) ||
            !document_text(each, "comment", arena, &list[i].comment))
            return false;
        if (!list[i].empty_layer && layer < image->layer_count)
            image->layers[layer++].created_by = list[i].created_by;
    }
    image->history = list;
    image->history_count = size;
    return true;
}

/* Without diff_ids (artifacts that only look like images) nothing is bound. */
static bool read_diff_ids(const json_t *array, struct image *image, struct error *err)
{
    size_t size = json_array_size(array);
    if (size == 0)
        return true;
    if (size != image->layer_count)
        return error_set(err, ERROR_FORMAT, "%zu diff_ids for %zu layers", size,
                         image->layer_count);
    for (size_t i = 0; i < size; i++)
        if (!digest_parse(&image->layers[i].diff_id, document_view(json_array_get(array, i)), err))
            return error_add(err, "diff_id %zu", i);
    return true;
}

static bool read_platform_members(const json_t *document, struct arena *arena, struct image *image)
{
    return document_text(document, "os", arena, &image->os) &&
           document_text(document, "architecture", arena, &image->architecture) &&
           document_text(document, "variant", arena, &image->variant) &&
           document_text(document, "os.version", arena, &image->os_version) &&
           document_text(document, "created", arena, &image->created);
}

bool manifest_config(struct slice bytes, struct arena *arena, struct image *image,
                     struct error *err)
{
    CLEANUP_JSON json_t *document = document_parse(bytes, err);
    if (!document)
        return error_add(err, "image configuration");
    if (!json_is_object(document))
        return error_set(err, ERROR_FORMAT, "image configuration: not a JSON object");
    const json_t *rootfs = json_object_get(document, "rootfs");
    if (!read_diff_ids(json_object_get(rootfs, "diff_ids"), image, err))
        return error_add(err, "image configuration");
    image->config_json = arena_copy(arena, bytes);
    if (!image->config_json.at || !read_platform_members(document, arena, image) ||
        !read_settings(json_object_get(document, "config"), arena, image) ||
        !read_history(json_object_get(document, "history"), arena, image))
        return arena_error(err);
    return true;
}
