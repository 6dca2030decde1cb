#pragma once
/*
 * A byte stream: a supplier of pieces that can be wrapped by another (file range → SHA-256 → gzip →
 * pipeline → tar). A stream hands out bytes of its own memory, so nothing is copied on the way; a
 * piece stays valid until the next call on the same stream.
 *
 * Streams live in the arena that they were made in; stream_close gives back what is not memory
 * (threads, decoder states) and closes what they wrap. Descriptors are the caller's, unless said.
 * Errors are sticky: after one, every call fails with the same error. One thread at a time, but not
 * always the same one (a pipeline reads its inner stream in a thread of its own).
 *
 * A new kind: a struct that begins with `struct stream`, and a const table of functions.
 */
#include "base/arena.h"
#include "base/hash.h"

struct stream;

struct stream_ops {
    const char *name;
    /* The next piece; an empty one is the end. Called no more after the end or an error. */
    bool (*next)(struct stream *self, struct slice *piece, struct error *err);
    /* Goes on `count` bytes behind what `next` gave last, cheaply (a seek). NULL: pieces are read
       and thrown away. May skip fewer: *skipped. */
    bool (*skip)(struct stream *self, uint64_t count, uint64_t *skipped, struct error *err);
    /* May be NULL. The next piece into the caller's memory, for streams that make bytes rather than
       hold them: saves a copy. *got is 0 only at the end. */
    bool (*into)(struct stream *self, char *to, size_t room, size_t *got, struct error *err);
    void (*close)(struct stream *self); /* may be NULL */
};

enum { STREAM_PEEK_MAX = 512 };

struct stream {
    const struct stream_ops *ops;
    struct slice piece; /* what was handed over and is not used yet */
    struct slice after; /* what follows it, when `piece` stands in `head` (stream_peek) */
    uint64_t position;  /* bytes given to the caller since the beginning */
    bool ended, failed;
    struct error error;
    char head[STREAM_PEEK_MAX];
};

/* The next bytes, as many as are at hand; an empty piece is the end. */
bool stream_next(struct stream *stream, struct slice *piece, struct error *err);
/* The same, at most `most` bytes. */
bool stream_take(struct stream *stream, size_t most, struct slice *piece, struct error *err);
/* Copies until `len` bytes are there or the end: *got is short only at the end. */
bool stream_read(struct stream *stream, void *to, size_t len, size_t *got, struct error *err);
/* The same as stream_take into the caller's memory, without a copy where the stream makes bytes; an
   error or *got 0 as there. */
bool stream_into(struct stream *stream, char *to, size_t room, size_t *got, struct error *err);
/* Leaves out up to `count` bytes; *skipped is short only at the end. */
bool stream_skip(struct stream *stream, uint64_t count, uint64_t *skipped, struct error *err);
/* True when stream_skip does not read what it leaves out. */
bool stream_seeks(const struct stream *stream);
/* The next `len` bytes (at most STREAM_PEEK_MAX; fewer at the end) without using them up. */
bool stream_peek(struct stream *stream, size_t len, struct slice *bytes, struct error *err);
/* All that is left, at most `limit` bytes (ERROR_LIMIT over it), in `arena`. */
bool stream_read_all(struct stream *stream, size_t limit, struct arena *arena, struct slice *bytes,
                     struct error *err);
/* Accepts NULL. */
void stream_close(struct stream *stream);

/* All makers return NULL and set err when the arena's budget is spent; what they wrap is then still
   the caller's to close. */

/* `size` bytes of a file from `offset`, by pread. A file that is shorter is an error. */
struct stream *stream_of_range(struct arena *arena, int fd, uint64_t offset, uint64_t size,
                               struct error *err);
/* A pipe, socket or file from where it stands to its end; `owned`: closed with the stream. */
struct stream *stream_of_fd(struct arena *arena, int fd, bool owned, struct error *err);
/* A file that still grows, from its beginning. `tick` is a pipe of uint64_t: so many bytes are
   there for good (what stands behind them may still be written anew); its end says that the file is
   complete. `size` are there at first. Both descriptors stay the caller's. */
struct stream *stream_of_growing(struct arena *arena, int fd, int tick, uint64_t size,
                                 struct error *err);
struct stream *stream_of_memory(struct arena *arena, struct slice bytes, struct error *err);

/* Passes all through and hashes it. stream_digest_finish reads what is left (behind a gzip trailer,
   for example) and gives the digest and the number of bytes; call it on the hashing stream itself,
   when the streams around it are done but not closed. */
struct stream *stream_of_digest(struct arena *arena, struct stream *inner, struct error *err);
bool stream_digest_finish(struct stream *stream, struct digest *digest, uint64_t *size,
                          struct error *err);

/* Runs `inner` in a thread of its own, a few buffers ahead (pipeline.c). */
struct stream *stream_of_pipeline(struct arena *arena, struct stream *inner, struct error *err);
/* Stops the thread, so that the streams inside can be called from this one (stream_digest_finish);
   the pipeline can only be closed then. */
void stream_pipeline_stop(struct stream *stream);
