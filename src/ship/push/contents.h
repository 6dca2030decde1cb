#pragma once
/*
 * What there is to send of an image: documents (manifests and indexes) and blobs, each once. Only
 * for the files of this folder.
 */
#include "image/manifest.h"
#include "ship/push/push.h"

struct push_document {
    struct slice bytes, media_type;
    struct digest digest;
};

/* Bytes are in memory, in a file, or asked of the source: the first that is set. */
struct push_blob {
    struct digest digest;
    uint64_t size;
    struct slice memory;
    int fd; /* -1: none; offset..offset+size */
    uint64_t offset;
    bool owned; /* the descriptor is ours to close */
};

struct push_contents {
    struct image_list images;
    struct push_document *documents; /* children first; the last is what the tag points to */
    size_t document_count, document_room;
    struct push_blob *blobs;
    size_t blob_count, blob_room;
};

/* Everything lives in the arena; contents_close in any case. */
bool contents_open(struct push_contents *contents, const char *image,
                   const struct push_options *options, struct arena *arena, struct error *err);
void contents_close(struct push_contents *contents);
#define CLEANUP_CONTENTS __attribute__((cleanup(contents_close)))

bool contents_add_document(struct push_contents *contents, struct slice bytes,
                           struct slice media_type, struct arena *arena, struct error *err);
/* One that is there already is not added. */
bool contents_add_blob(struct push_contents *contents, const struct push_blob *blob,
                       struct arena *arena, struct error *err);

/* made.c: for an image without a manifest. */
bool contents_make(struct push_contents *contents, const struct image *image, struct arena *arena,
                   struct error *err);

/* spool.c: a layer's bytes, compressed, in a file without a name; fills digest, size and fd.
   `diff_id` is that of the bytes as they come; empty: not known. */
bool spool_compressed(struct stream *plain, const struct digest *diff_id, struct push_blob *blob,
                      struct error *err);

/* spool.c: all of a stream into a file without a name; -1: it cannot be done. */
int spool_whole(struct stream *stream, struct error *err);

/* ---- reading a blob (blob_reader.c) ---- */

struct blob_reader {
    const struct push_contents *contents;
    const struct push_blob *blob;
    struct arena arena;
    struct stream *stream;
    uint64_t position; /* of the stream */
};

void blob_reader_init(struct blob_reader *reader, const struct push_contents *contents,
                      const struct push_blob *blob);
void blob_reader_done(struct blob_reader *reader);
/* As registry_blob_source.read has it. */
bool blob_reader_read(void *reader, uint64_t offset, void *to, size_t len, size_t *got,
                      struct error *err);

/* ---- sending (blobs.c) ---- */

/* All blobs that the registry does not have; counts them in `result` also when it fails. */
bool blobs_send(struct destination *destination, const struct push_contents *contents,
                const struct push_options *options, struct push_result *result, struct error *err);
