/*
 * Layers that archives of docker hold uncompressed, as registries want them. The digest of what is
 * sent must be known before it is, so it is compressed into a file first, which has no name and is
 * gone when it is closed. ISA-L's DEFLATE with a header without time: the same layer gives the same
 * bytes, so that a second push finds it there.
 */
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "ship/push/contents.h"

enum { SPOOL_PIECE = 256 << 10, SPOOL_ARENA = 1 << 20 };

struct spool {
    int fd;
    struct isal_zstream deflate;
    struct sha256 plain, stored;
    uint64_t size;
    uint8_t level[ISAL_DEF_LVL1_DEFAULT];
    uint8_t output[SPOOL_PIECE];
};

static int open_nameless(struct error *err)
{
    const char *folder = getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp";
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        error_errno(err, "a temporary file in %s", folder);
    return fd;
}

int spool_whole(struct stream *stream, struct error *err)
{
    struct slice piece = {NULL, 0};
    int fd = open_nameless(err);
    bool fine = fd >= 0;
    do {
        fine = fine && stream_next(stream, &piece, err) &&
               (file_write_fd(fd, piece.at, piece.len, err) ||
                error_add(err, "what the engine saves, in $TMPDIR"));
    } while (fine && piece.len);
    if (!fine)
        file_close_fd(&fd);
    return fine ? fd : -1;
}

/* Compresses what is in the stream's input, and writes what comes of it. */
static bool drain(struct spool *spool, struct error *err)
{
    struct isal_zstream *deflate = &spool->deflate;
    do {
        deflate->next_out = spool->output;
        deflate->avail_out = SPOOL_PIECE;
        if (isal_deflate(deflate) != COMP_OK)
            return error_set(err, ERROR_INTERNAL, "a layer cannot be compressed");
        size_t made = SPOOL_PIECE - deflate->avail_out;
        sha256_add(&spool->stored, spool->output, made);
        if (!file_write_fd(spool->fd, spool->output, made, err))
            return error_add(err, "a compressed layer in $TMPDIR");
        spool->size += made;
    } while (deflate->avail_out == 0);
    return true;
}

static bool compress_all(struct spool *spool, struct stream *plain, struct error *err)
{
    struct slice piece;
    do {
        if (!stream_take(plain, UINT32_MAX / 2, &piece, err))
            return false;
        sha256_add(&spool->plain, piece.at, piece.len);
        spool->deflate.next_in = (uint8_t *)(uintptr_t)piece.at;
        spool->deflate.avail_in = (uint32_t)piece.len;
        spool->deflate.end_of_stream = piece.len == 0;
        if (!drain(spool, err))
            return false;
    } while (piece.len);
    return true;
}

static bool check(struct spool *spool, const struct digest *diff_id, struct error *err)
{
    struct digest made;
    sha256_finish(&spool->plain, &made);
    return !diff_id->text[0] || digest_equal(&made, diff_id) ||
           error_set(err, ERROR_DIGEST, "a layer has the digest %s, its configuration says %s",
                     made.text, diff_id->text);
}

bool spool_compressed(struct stream *plain, const struct digest *diff_id, struct push_blob *blob,
                      struct error *err)
{
    struct spool *spool = calloc(1, sizeof *spool);
    if (!spool)
        return error_set(err, ERROR_LIMIT, "out of memory");
    spool->fd = open_nameless(err);
    isal_deflate_init(&spool->deflate);
    spool->deflate.level = 1;
    spool->deflate.level_buf = spool->level;
    spool->deflate.level_buf_size = sizeof spool->level;
    spool->deflate.gzip_flag = IGZIP_GZIP;
    sha256_init(&spool->plain);
    sha256_init(&spool->stored);
    bool fine = spool->fd >= 0 && compress_all(spool, plain, err) && check(spool, diff_id, err);
    if (fine) {
        *blob = (struct push_blob){.size = spool->size, .fd = spool->fd, .owned = true};
        sha256_finish(&spool->stored, &blob->digest);
    } else {
        file_close_fd(&spool->fd);
    }
    sha256_done(&spool->plain);
    sha256_done(&spool->stored);
    free(spool);
    return fine;
}
