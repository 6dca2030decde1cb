#pragma once
/*
 * The layers of one image out of an engine's export: one stream, read once, each layer handed to
 * who asked for it when it passes.
 *
 *   export_plan   which layers are wanted, sorted into the order in which they come
 *   export_open   waits until the layer is at the front of the stream; layers that nobody wants are
 *                 skipped; when a wanted one has passed (the engine has another order than was
 *                 thought), the export is fetched again for it
 *
 * export_open may be called by several threads; export_plan before all of them.
 */
#include <pthread.h>

#include "image/archive_stream.h"
#include "image/daemon_engine.h"

enum export_state {
    EXPORT_WANTED, /* not come yet */
    EXPORT_MISSED, /* came before it was asked for */
    EXPORT_GIVEN,
};

struct export_item {
    const struct layer *layer;
    struct slice member; /* name in the archive; empty: told by the digest in it */
    enum export_state state;
    bool asked;
};

struct export
{
    struct engine engine;
    struct slice name; /* of the image */
    bool podman;
    struct image *image;
    struct arena *arena; /* of the source: the plan */
    struct export_item *items;
    size_t count;

    pthread_mutex_t lock; /* over all below */
    pthread_cond_t moved;
    struct arena stream_arena; /* of the present stream */
    struct stream *stream;     /* NULL: not fetched yet, or at its end */
    struct archive_stream archive;
    size_t current;     /* index of the item at the front, or `count` */
    bool busy;          /* somebody reads it */
    unsigned rounds;    /* how often the export was fetched */
    size_t given;       /* layers of this round */
    struct error error; /* sticky */
};

void export_init(struct export *export, const struct engine *engine, struct slice name, bool podman,
                 struct image *image, struct arena *arena);
void export_done(struct export *export);
bool export_plan(struct export *export, const struct layer **layers, size_t count,
                 struct error *err);
/* All of it, as `docker save` has it. Not while layers are read. */
struct stream *export_whole(struct export *export, struct arena *arena, struct error *err);
bool export_open(struct export *export, const struct layer *layer, struct arena *arena,
                 struct stream **stream, struct error *err);
