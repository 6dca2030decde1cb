/*
 * See unpack.h. Two pipes from the process: `data`, the inflated bytes, and `words`, in which it
 * says at its end "." (all was read) or what was wrong. The end of `data` alone tells nothing: the
 * process may have died.
 */
#include "image/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/fresh.h"
#include "base/jail.h"
#include "image/compression.h"
#include "image/layer.h"

enum { UNPACK_PIECE = 256 * 1024, UNPACK_PIPE = 1 << 20, UNPACK_BUDGET = 4 << 20, WORDS_MAX = 600 };
/* The largest zstd window, the decoder's own, the program. */
#define UNPACK_MEMORY ((size_t)512 << 20)

struct unpack_job {
    int32_t file, data, words;
    uint64_t size;
};

/* `inner` inflated here, within the limits. */
static struct stream *inflate(struct arena *arena, struct stream *stored, struct error *err)
{
    enum layer_compression compression;
    const struct layer_limits *limits = &layer_limits_default;
    struct stream *inflated =
        stream_of_compressed(arena, stored, limits->window_max, &compression, err);
    struct stream *limited =
        inflated ? stream_of_limited(arena, inflated, stored, limits, err) : NULL;
    if (inflated && !limited)
        stream_close(inflated);
    return limited;
}

/* ---- in the process ---- */

static bool unpack_copy(struct stream *from, int to, struct error *err)
{
    struct slice piece;
    for (;;) {
        if (!stream_next(from, &piece, err))
            return false;
        if (!piece.len)
            return true;
        if (!file_write_fd(to, piece.at, piece.len, err))
            _exit(0); /* nobody wants more */
    }
}

static bool unpack_all(const struct unpack_job *job, struct arena *arena, struct error *err)
{
    struct jail_options jail = {.memory = UNPACK_MEMORY};
    if (!getenv("PLIMSOLL_NO_JAIL") && !jail_enter(&jail, err))
        return false;
    struct stream *stored = stream_of_range(arena, job->file, 0, job->size, err);
    struct stream *inflated = stored ? inflate(arena, stored, err) : NULL;
    bool fine = inflated && unpack_copy(inflated, job->data, err);
    stream_close(inflated);
    return fine;
}

int unpack_run(struct slice bytes)
{
    struct arena arena CLEANUP_ARENA;
    struct unpack_job job;
    struct error err = {0}, ignored;
    if (bytes.len != sizeof job)
        return 1;
    memcpy(&job, bytes.at, sizeof job);
    arena_init(&arena, UNPACK_BUDGET);
    bool fine = unpack_all(&job, &arena, &err);
    struct slice words = fine ? SLICE(".") : slice_str(err.text);
    return file_write_fd(job.words, words.at, words.len, &ignored) ? 0 : 1;
}

/* ---- in the broker ---- */

struct unpack {
    struct stream stream;
    int data, words;
    pid_t process;
    uint64_t size;
    char piece[UNPACK_PIECE];
};

static bool unpack_finished(struct unpack *unpack, struct error *err)
{
    char words[WORDS_MAX];
    size_t len = 0;
    ssize_t got = 1;
    while (len < sizeof words && got) {
        got = read(unpack->words, words + len, sizeof words - len);
        if (got < 0 && errno != EINTR)
            return error_errno(err, "listening to the process that inflates");
        len += got > 0 ? (size_t)got : 0;
    }
    if (len == 1 && words[0] == '.')
        return true;
    if (!len)
        return error_set(err, ERROR_INTERNAL, "the process that inflates it died");
    return error_set(err, ERROR_FORMAT, "%.*s", (int)len, words);
}

static bool unpack_into(struct stream *self, char *to, size_t room, size_t *got, struct error *err)
{
    struct unpack *unpack = (struct unpack *)self;
    ssize_t count;
    do {
        count = read(unpack->data, to, room);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        return error_errno(err, "reading from the process that inflates");
    *got = (size_t)count;
    unpack->size += *got;
    /* It counts itself; but it may have been taken over. */
    if (unpack->size > layer_limits_default.size_max)
        return error_set(err, ERROR_LIMIT, "more than %" PRIu64 " bytes in the archive",
                         layer_limits_default.size_max);
    return count > 0 || unpack_finished(unpack, err);
}

static bool unpack_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct unpack *unpack = (struct unpack *)self;
    size_t got;
    if (!unpack_into(self, unpack->piece, sizeof unpack->piece, &got, err))
        return false;
    *piece = slice_of(unpack->piece, got);
    return true;
}

static void unpack_close(struct stream *self)
{
    struct unpack *unpack = (struct unpack *)self;
    file_close_fd(&unpack->data);
    file_close_fd(&unpack->words);
    kill(unpack->process, SIGKILL);
    while (waitpid(unpack->process, NULL, 0) < 0 && errno == EINTR)
        ;
}

static const struct stream_ops unpack_ops = {
    .name = "unpack", .next = unpack_next, .into = unpack_into, .close = unpack_close};

/* The process, with its ends of the pipes, which are closed here. */
static pid_t unpack_start(int file, uint64_t size, int data, int words, struct error *err)
{
    struct unpack_job job = {0};
    job.file = file, job.data = data, job.words = words, job.size = size;
    const int keep[] = {file, data, words};
    /* Not with the thread that starts it: readers of packed archives outlive theirs. It ends when
       nobody reads from its pipe. */
    const struct fresh_call call = {
        .name = UNPACK_ENTRY, .job = slice_of(&job, sizeof job), .keep = keep, .keep_count = 3};
    (void)fcntl(data, F_SETPIPE_SZ, UNPACK_PIPE); /* smaller is slower, no more */
    return fresh_start(&call, err);
}

static bool unpack_init(struct unpack *unpack, int file, uint64_t size, struct error *err)
{
    int data[2], words[2];
    if (pipe2(data, O_CLOEXEC) != 0)
        return error_errno(err, "making a pipe");
    if (pipe2(words, O_CLOEXEC) != 0) {
        error_errno(err, "making a pipe");
        file_close_fd(&data[0]);
        file_close_fd(&data[1]);
        return false;
    }
    unpack->stream.ops = &unpack_ops;
    unpack->data = data[0];
    unpack->words = words[0];
    unpack->process = unpack_start(file, size, data[1], words[1], err);
    file_close_fd(&data[1]);
    file_close_fd(&words[1]);
    if (unpack->process > 0)
        return true;
    file_close_fd(&unpack->data);
    file_close_fd(&unpack->words);
    return error_add(err, "starting the process that inflates");
}

struct stream *unpack_open(struct arena *arena, int fd, uint64_t size, struct error *err)
{
    enum layer_compression compression;
    struct slice head;
    struct stream *stored = stream_of_range(arena, fd, 0, size, err);
    if (!stored || !stream_peek(stored, STREAM_PEEK_MAX, &head, err) ||
        !compression_look(head, &compression, err))
        return NULL;
    if (compression == COMPRESSION_NONE)
        return stored;
    if (!fresh_possible())
        return inflate(arena, stored, err);
    struct unpack *unpack = arena_new(arena, struct unpack);
    if (!unpack) {
        arena_error(err);
        return NULL;
    }
    return unpack_init(unpack, fd, size, err) ? &unpack->stream : NULL;
}
