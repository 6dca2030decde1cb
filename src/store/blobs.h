#pragma once
/*
 * Blobs by digest, and uploads on their way to be blobs. The one backend so far is a folder
 * (blobs_disk.c); S3 is to come, so nothing above may assume that a blob has a path.
 *
 *   blobs/sha256/ab/abcdef…   a blob, complete, its digest verified before it got the name
 *   blobs/sha512/…            the same for those that clients address so
 *   uploads/ID                what has arrived of an upload
 *   objects/KIND/sha256/ab/…  small things of ours beside a blob (analyses), by its digest
 *   pending/…                 objects while they are written; what a crash leaves goes after a day
 *
 * Which blobs may be removed is not decided here: registry/core changes blobs/ only inside a
 * writing transaction of meta, which therefore is the lock (collect.h says why that is enough).
 * Any thread may call; one upload is used by one thread at a time.
 */
#include "base/hash.h"
#include "store/world.h"

enum { OBJECT_MAX = 256 << 20 };

struct blobs;

/* An open blob: a handle of the world, for sendfile and pread; give it back with blob_close. */
struct blob {
    struct blobs *blobs;
    int file;
    uint64_t size;
};

struct blobs_ops {
    const char *name; /* "disk" */
    bool (*open)(struct blobs *blobs, const struct digest *digest, struct blob *blob,
                 struct error *err);
    void (*close)(struct blob *blob);
    bool (*remove)(struct blobs *blobs, const struct digest *digest, struct error *err);
    bool (*list)(struct blobs *blobs, bool (*each)(void *context, const struct digest *digest),
                 void *context, struct error *err);
    int (*upload_open)(struct blobs *blobs, const char *id, uint64_t *size, struct error *err);
    bool (*upload_append)(struct blobs *blobs, int upload, uint64_t offset, struct slice bytes,
                          struct error *err);
    bool (*upload_sync)(struct blobs *blobs, int upload, struct error *err);
    bool (*upload_place)(struct blobs *blobs, const char *id, const struct digest *digest,
                         struct error *err);
    bool (*upload_remove)(struct blobs *blobs, const char *id, struct error *err);
    void (*upload_close)(struct blobs *blobs, int upload);
    bool (*upload_list)(struct blobs *blobs, bool (*each)(void *context, const char *id),
                        void *context, struct error *err);
    bool (*object_put)(struct blobs *blobs, const char *kind, const struct digest *digest,
                       struct slice bytes, struct error *err);
    bool (*object_get)(struct blobs *blobs, const char *kind, const struct digest *digest,
                       struct arena *arena, struct slice *bytes, struct error *err);
    bool (*object_remove)(struct blobs *blobs, const char *kind, const struct digest *digest,
                          struct error *err);
    bool (*object_list)(struct blobs *blobs,
                        bool (*each)(void *context, const char *kind, const struct digest *digest),
                        void *context, struct error *err);
    void (*free)(struct blobs *blobs);
};

struct blobs {
    const struct blobs_ops *ops;
    struct world *world;
};

struct blobs *blobs_disk_new(struct world *world, struct error *err);
void blobs_free(struct blobs *blobs);

/* ERROR_NOT_FOUND. */
bool blob_open(struct blobs *blobs, const struct digest *digest, struct blob *blob,
               struct error *err);
void blob_close(struct blob *blob); /* accepts an all-zero one */
bool blob_read(struct blob *blob, uint64_t offset, void *to, size_t len, size_t *got,
               struct error *err);
/* Whole, for documents: at most `limit` bytes. */
bool blob_read_all(struct blobs *blobs, const struct digest *digest, size_t limit,
                   struct arena *arena, struct slice *bytes, struct error *err);
bool blob_remove(struct blobs *blobs, const struct digest *digest, struct error *err);
bool blob_list(struct blobs *blobs, bool (*each)(void *context, const struct digest *digest),
               void *context, struct error *err);

/* [0-9a-z-]{1,64}, not beginning with "-". */
bool upload_id_is_valid(const char *id);
/* Opens or begins; *size is what is there already. The handle, or -1. */
int upload_file_open(struct blobs *blobs, const char *id, uint64_t *size, struct error *err);
bool upload_file_append(struct blobs *blobs, int upload, uint64_t offset, struct slice bytes,
                        struct error *err);
bool upload_file_sync(struct blobs *blobs, int upload, struct error *err);
/* Makes it the blob of that digest (the caller has verified it and synced); replaces one. */
bool upload_file_place(struct blobs *blobs, const char *id, const struct digest *digest,
                       struct error *err);
bool upload_file_remove(struct blobs *blobs, const char *id, struct error *err);
void upload_file_close(struct blobs *blobs, int upload);
bool upload_file_list(struct blobs *blobs, bool (*each)(void *context, const char *id),
                      void *context, struct error *err);

/* Things of ours by a blob's digest, at most OBJECT_MAX bytes: kind is a literal, "analysis", of
   the letters of an upload's id. Atomic. ERROR_NOT_FOUND. */
bool object_put(struct blobs *blobs, const char *kind, const struct digest *digest,
                struct slice bytes, struct error *err);
bool object_get(struct blobs *blobs, const char *kind, const struct digest *digest,
                struct arena *arena, struct slice *bytes, struct error *err);
bool object_remove(struct blobs *blobs, const char *kind, const struct digest *digest,
                   struct error *err);
bool object_list(struct blobs *blobs,
                 bool (*each)(void *context, const char *kind, const struct digest *digest),
                 void *context, struct error *err);
