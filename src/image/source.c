#include "image/source.h"

#include "base/ascii.h"
#include "image/daemon.h"
#include "image/registry.h"
#include "image/select.h"

/* A prefix that forces a source. `remote`: it needs a socket or the network, and its prefix is also
   the name of a well-known image. */
static const struct row {
    const char *prefix;
    source_opener open;
    bool remote;
} rows[] = {
    {"docker-archive:", docker_archive_open, false},
    {"oci-archive:", oci_layout_open, false},
    {"oci:", oci_layout_open, false},
    {"dir:", folder_open, false},
    {"sbom:", sbom_open, false},
    {"layer:", tarball_open, false},
    {"registry:", registry_open, true},
    {"docker://", registry_open, true}, /* as skopeo writes it */
    {"docker:", docker_open, true},
    {"podman:", podman_open, true},
    {"daemon:", daemon_open, true},
};

/* What a name that is no file is looked for in, in this order. */
static const struct {
    const char *what;
    source_opener open;
} fallbacks[] = {
    {"engine", daemon_open},
    {"registry", registry_open},
};

/* "registry:2" and "docker:27-dind" are images of that name, not image "2" in the registry. */
static bool means_image(struct slice rest)
{
    return rest.len && ascii_digit(rest.at[0]) && slice_find(rest, '/') == rest.len;
}

static const struct row *row_of(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = strlen(rows[i].prefix);
        if (strncmp(name, rows[i].prefix, len) == 0 &&
            !(rows[i].remote && means_image(slice_str(name + len))))
            return &rows[i];
    }
    return NULL;
}

/* Nobody names an image in a registry so. */
static bool only_a_path(struct slice name)
{
    return name.len == 0 || name.at[0] == '/' || name.at[0] == '.' || name.at[0] == '~' ||
           slice_ends(name, SLICE(".tar")) || slice_ends(name, SLICE(".tar.gz")) ||
           slice_ends(name, SLICE(".tgz")) || slice_ends(name, SLICE(".json"));
}

static bool open_elsewhere(const char *name, const struct source_options *options,
                           struct arena *arena, struct image_list *list, struct error *err)
{
    struct slice tried = SLICE("no such file or folder");
    enum error_kind kind = ERROR_NOT_FOUND;
    if (strcmp(name, "-") == 0)
        return error_set(err, ERROR_USAGE,
                         "standard input is no image: save it to a file, and scan that");
    for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks && !options->offline; i++) {
        struct error why = {0};
        if (only_a_path(slice_str(name)))
            continue;
        if (fallbacks[i].open(name, options, arena, list, &why))
            return true;
        tried = arena_printf(arena, "%.*s; %s: %s", SLICE_ARG(tried), fallbacks[i].what, why.text);
        if (!tried.at)
            return arena_error(err);
        kind = why.kind; /* of the last, which is the one that knows most names */
    }
    return error_set(err, kind, "%s: %.*s%s", name, SLICE_ARG(tried),
                     options->offline ? "; nothing else was tried (offline)" : "");
}

bool source_open(const char *name, const struct source_options *options, struct arena *arena,
                 struct image_list *list, struct error *err)
{
    const struct row *row = row_of(name);
    const char *path;
    struct slice tag;
    if (row && row->remote && options->offline)
        return error_set(err, ERROR_USAGE, "%s needs the network, and --offline was given", name);
    if (row)
        return row->open(name + strlen(row->prefix), options, arena, list, err);
    if (!select_path(name, options, arena, &path, &tag, err)) {
        if (err->kind != ERROR_NOT_FOUND)
            return false;
        return open_elsewhere(name, options, arena, list, err);
    }
    source_opener open = source_sniff(path, err);
    return open && open(name, options, arena, list, err);
}

void source_close(struct image_list *list)
{
    if (list->source && list->source->ops->close)
        list->source->ops->close(list->source);
    *list = (struct image_list){0};
}

bool source_layer_open(const struct image *image, const struct layer *layer, struct arena *arena,
                       struct stream **stream, struct error *err)
{
    if (layer->fd >= 0) {
        *stream = stream_of_range(arena, layer->fd, layer->offset, layer->size, err);
        return *stream != NULL;
    }
    if (!image->source || !image->source->ops->layer_open)
        return error_set(err, ERROR_NOT_FOUND, "layer %s is not there", layer->digest.text);
    return image->source->ops->layer_open(image->source, image, layer, arena, stream, err);
}
