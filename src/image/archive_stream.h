#pragma once
/*
 * A docker-archive or OCI archive that comes as a stream (an engine's export): read once, in its
 * own order, without a temporary file. Members that may be layers are offered as they pass;
 * documents (manifest.json and its like) are kept on the way, and tell at the end which member was
 * which layer. One thread at a time.
 *
 *   name                           layer?  made by
 *   <hex>.tar                      yes     podman, skopeo; hex is the tar's own digest
 *   <hex>/layer.tar                yes     docker before 25; hex is a number of an older time
 *   blobs/sha256/<hex>             yes, unless it begins with "{"     docker since 25, OCI
 *   (other names, *.json)           no
 */
#include "base/table.h"
#include "image/tar.h"

struct archive_stream {
    struct tar tar;
    struct arena *arena;
    struct table documents; /* name → struct slice * of its bytes */
    struct table links; /* name of a symbolic or hard link → struct slice * of what it means */
};

struct archive_member {
    struct slice name; /* valid until the next archive_stream_next */
    uint64_t size;
};

/* `stream` stays the caller's. What is kept lives in `arena`. */
void archive_stream_init(struct archive_stream *archive, struct stream *stream,
                         struct arena *arena);
void archive_stream_done(struct archive_stream *archive);

/* The next member that may be a layer; false at the end (err->kind ERROR_NONE) or on an error. */
bool archive_stream_next(struct archive_stream *archive, struct archive_member *member,
                         struct error *err);
/* The next bytes of it; an empty piece is its end. What is not read is skipped. */
bool archive_stream_piece(struct archive_stream *archive, struct slice *bytes, struct error *err);

/* "sha256:<hex>" when the name is one of those that contain it (see above), false else. */
bool archive_stream_digest(struct slice name, struct digest *digest);

/* When manifest.json has passed: the members that are the layers of its image (the one called
   `tag`, or the only one), lowest first, links resolved. */
bool archive_stream_layers(const struct archive_stream *archive, struct slice tag,
                           struct arena *arena, struct slice **names, size_t *count,
                           struct error *err);
