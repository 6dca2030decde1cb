#pragma once
/*
 * Where images come from. source_open finds out what a name means: a prefix decides
 * ("docker-archive:", "oci:", "oci-archive:", "dir:", "registry:", "daemon:", "docker:",
 * "podman:"), else an existing path by its content, else the engine's socket and then the registry.
 *
 * Everything of an image lives in the arena that was passed; descriptors and connections belong to
 * the source and are open until source_close. Runs in the broker. One thread at a time, but
 * source_layer_open may be called by several at once, each with its own arena.
 *
 * What is no layered image comes as one, too (image->kind):
 *   "folder"  one layer, media_type "inode/directory", fd an open folder: layer_walk_folder
 *   "layer"   one layer tarball
 *   "sbom"    one layer, media_type "application/json", fd the file, size its size
 *
 * Add a source: a file with a function of type source_opener, and a row in source.c's table.
 */
#include "image/image.h"
#include "image/stream.h"

struct source_options {
    struct slice platform; /* "linux/arm64"; empty: this machine's, or the only one there is */
    bool all_platforms;    /* all images of an index */
    struct slice tag;      /* which image of an archive or layout; empty: the only one */
    bool plain_http;       /* registry without TLS (always allowed for localhost) */
    bool insecure;         /* TLS certificates are not verified */
    bool offline;          /* neither socket nor registry */
    unsigned patience;     /* seconds to wait for a connection, and for bytes, once; 0: as usual */
};

struct image_list {
    struct image *images;
    size_t count, room;
    struct source *source; /* of them all */
};

struct source_ops {
    const char *name;
    /* The stored (compressed) bytes of a layer whose fd is -1, from its beginning. May be called
       from several threads. */
    bool (*layer_open)(struct source *source, const struct image *image, const struct layer *layer,
                       struct arena *arena, struct stream **stream, struct error *err);
    /* May be NULL: any order is fine, any number of times. Otherwise called once, before the first
       layer_open (and before the broker forks), with the layers that will be opened: sorts them
       into the order in which they can be had. They must then be opened in that order, each once;
       several at a time is fine. */
    bool (*prepare)(struct source *source, const struct layer **layers, size_t count,
                    struct error *err);
    void (*close)(struct source *source);
    /* May be NULL: no more than images and their layers. The bytes of a manifest or index
       (`is_manifest`) or of any blob by its digest, as stored; who reads them verifies. Any thread.
     */
    bool (*content)(struct source *source, const struct digest *digest, bool is_manifest,
                    struct arena *arena, struct stream **stream, struct error *err);
    /* May be NULL. The one image as an archive of `docker save`, from its beginning: for whoever
       needs its configuration as it is stored, which an engine does not tell otherwise. Not while
       layers are read. */
    bool (*save)(struct source *source, struct arena *arena, struct stream **stream,
                 struct error *err);
};

/* Embedded first in each source's own struct. */
struct source {
    const struct source_ops *ops;
};

/* Fills list->images and list->source; on failure nothing stays open. */
typedef bool (*source_opener)(const char *name, const struct source_options *options,
                              struct arena *arena, struct image_list *list, struct error *err);

/* ERROR_NOT_FOUND lists what was tried. */
bool source_open(const char *name, const struct source_options *options, struct arena *arena,
                 struct image_list *list, struct error *err);
/* Accepts a list that is all zero. */
void source_close(struct image_list *list);

/* The stored bytes of a layer, wherever they are. */
bool source_layer_open(const struct image *image, const struct layer *layer, struct arena *arena,
                       struct stream **stream, struct error *err);

/* The sources of files (oci_layout.c, docker_archive.c, tarball.c). */
bool oci_layout_open(const char *name, const struct source_options *options, struct arena *arena,
                     struct image_list *list, struct error *err);
bool docker_archive_open(const char *name, const struct source_options *options,
                         struct arena *arena, struct image_list *list, struct error *err);
bool folder_open(const char *name, const struct source_options *options, struct arena *arena,
                 struct image_list *list, struct error *err);
bool tarball_open(const char *name, const struct source_options *options, struct arena *arena,
                  struct image_list *list, struct error *err);
bool sbom_open(const char *name, const struct source_options *options, struct arena *arena,
               struct image_list *list, struct error *err);

/* What an existing file or folder is, by its content (sniff.c): the opener to call, or NULL and err
   (ERROR_UNSUPPORTED). */
source_opener source_sniff(const char *path, struct error *err);
