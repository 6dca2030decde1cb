#pragma once
/*
 * What the two halves of make-image share: the images that a spec describes (image_spec.c fills
 * them) and how they become bytes (image_write.c). All memory lives until the program ends.
 */
#include "base/arena.h"
#include "base/hash.h"

enum image_format { FORMAT_DOCKER_ARCHIVE, FORMAT_OCI, FORMAT_OCI_ARCHIVE, FORMAT_LAYER };
enum image_compression { COMPRESS_NONE, COMPRESS_GZIP, COMPRESS_ZSTD };

struct make_blob {
    struct digest digest;
    struct slice bytes;
};

struct make_layer {
    struct slice created_by;
    struct slice tar; /* uncompressed */
    struct digest diff_id;
    struct make_blob blob; /* as stored */
};

/* A line of the history; `layer` is its layer's index, or -1 for an empty one. */
struct make_step {
    struct slice created_by;
    int layer;
};

struct make_image {
    struct slice name; /* repository:tag, may be empty */
    struct slice os, architecture, variant, user, workdir, created, healthcheck;
    struct slice *env, *entrypoint, *cmd, *labels, *ports, *volumes;
    size_t port_count, port_room, volume_count, volume_room;
    size_t env_count, env_room, entrypoint_count, entrypoint_room, cmd_count, cmd_room;
    size_t label_count, label_room;
    struct make_layer *layers;
    size_t layer_count, layer_room;
    struct make_step *steps;
    size_t step_count, step_room;
    struct make_blob config, manifest;
};

struct make_list {
    struct arena *arena;
    int64_t epoch; /* time of all files: SOURCE_DATE_EPOCH, or 0 */
    enum image_compression compression;
    struct make_image *images;
    size_t count, room;
};

/* Ends the program with a message. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

/* Reads a spec file, or takes a folder as the one layer of an image. */
void spec_read(struct make_list *list, const char *path);

/* Writes all images to `path` (a folder for FORMAT_OCI). */
void image_write(struct make_list *list, enum image_format format, const char *path);
