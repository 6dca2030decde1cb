/* See readings.h: the list of readings, their runners, and the taps. */
#include "registry/inspect/readings_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/threads.h"
#include "catalog/analysis.h"

enum {
    HEAD_BYTES = 512,
    TICK_BYTES = 64 << 10, /* fewer new bytes are not worth waking a worker for */
    FAILED_SECONDS = 600,
    RUNNERS_MAX = 64,
};

static struct reading *reading_new(struct readings *readings)
{
    struct reading *reading = calloc(1, sizeof *reading);
    if (!reading)
        return NULL;
    reading->file = reading->tick = -1;
    reading->worker = (struct worker){-1, -1};
    reading->moved = clock_monotonic();
    reading->next = readings->all;
    readings->all = reading;
    return reading;
}

/* Out of the list and away; under the lock. */
static void reading_free(struct readings *readings, struct reading *reading)
{
    struct reading **link = &readings->all;
    while (*link && *link != reading)
        link = &(*link)->next;
    if (*link)
        *link = reading->next;
    file_close_fd(&reading->file);
    file_close_fd(&reading->tick);
    arena_done(&reading->arena);
    free(reading);
}

/* Under the lock, as all that follow until readings_runner. */
static void reading_queue(struct readings *readings, struct reading *reading)
{
    reading->state = READING_QUEUED;
    reading->queue = NULL;
    struct reading ***end = reading->ended ? &readings->urgent_end : &readings->along_end;
    **end = reading;
    *end = &reading->queue;
    pthread_cond_signal(&readings->work);
}

static bool reading_unqueue(struct reading **first, struct reading ***end, struct reading *reading)
{
    struct reading **link = first;
    while (*link && *link != reading)
        link = &(*link)->queue;
    if (!*link)
        return false;
    *link = reading->queue;
    if (*end == &reading->queue)
        *end = link;
    return true;
}

static struct reading *readings_find_upload(struct readings *readings, const char *id)
{
    for (struct reading *reading = readings->all; reading; reading = reading->next)
        if (strcmp(reading->upload, id) == 0 && !reading->ended)
            return reading;
    return NULL;
}

static struct reading *readings_find_digest(struct readings *readings, const struct digest *digest)
{
    for (struct reading *reading = readings->all; reading; reading = reading->next)
        if (reading->ended && reading->state != READING_OVER &&
            digest_equal(&reading->digest, digest))
            return reading;
    return NULL;
}

int readings_sniff(struct slice head)
{
    const unsigned char *at = (const unsigned char *)head.at;
    if (head.len < 4)
        return -1;
    if (at[0] == 0x1f && at[1] == 0x8b)
        return 1;
    if ((at[0] == 0x28 && at[1] == 0xb5 && at[2] == 0x2f && at[3] == 0xfd) ||
        ((at[0] & 0xf0) == 0x50 && at[1] == 0x2a && at[2] == 0x4d && at[3] == 0x18))
        return 1;
    if (at[0] == '{' || at[0] == '[')
        return 0;
    if (head.len < HEAD_BYTES)
        return -1;
    return memcmp(at + 257, "ustar", 5) == 0;
}

/* Whether it is a layer at all; when it is, it gets in line. */
static void reading_look(struct readings *readings, struct reading *reading)
{
    char head[HEAD_BYTES];
    ssize_t got = pread(reading->file, head, sizeof head, 0);
    int layer = readings_sniff(slice_of(head, got > 0 ? (size_t)got : 0));
    if (layer == 0)
        reading_free(readings, reading);
    else if (layer == 1) {
        reading->along = true;
        reading_queue(readings, reading);
    }
}

void readings_upload_started(struct readings *readings, const char *id, int file, uint64_t size)
{
    struct error err;
    int own = worker_reopen(file, &err);
    if (own < 0) /* then it is read from the blob */
        return;
    pthread_mutex_lock(&readings->lock);
    struct reading *known = readings_find_upload(readings, id);
    struct reading *reading = known || strlen(id) > UPLOAD_ID_MAX ? NULL : reading_new(readings);
    if (reading) {
        memcpy(reading->upload, id, strlen(id));
        reading->file = own;
        reading->size = size;
        reading_look(readings, reading);
    } else
        close(own);
    pthread_mutex_unlock(&readings->lock);
}

void readings_upload_grew(struct readings *readings, const char *id, uint64_t size)
{
    pthread_mutex_lock(&readings->lock);
    struct reading *reading = readings_find_upload(readings, id);
    if (reading) {
        reading->size = size;
        reading->moved = clock_monotonic();
        if (reading->state == READING_UNKNOWN)
            reading_look(readings, reading);
        else if (reading->tick >= 0 && size - reading->ticked >= TICK_BYTES) {
            reading->ticked = size;
            /* A full pipe will wake it as well, and its end tells of all. */
            (void)!write(reading->tick, &size, sizeof size);
        }
    }
    pthread_mutex_unlock(&readings->lock);
}

/* Nobody wants it any more. */
static void reading_cancel(struct readings *readings, struct reading *reading)
{
    bool held = reading->state == READING_RUNNING;
    if (reading->state == READING_QUEUED)
        reading_unqueue(&readings->along, &readings->along_end, reading);
    reading->state = READING_OVER;
    worker_kill(&reading->worker);
    if (!held)
        reading_free(readings, reading);
}

/* Its bytes are complete and have a name. */
static void reading_end(struct readings *readings, struct reading *reading,
                        const struct digest *digest, uint64_t size)
{
    bool queued = reading->state == READING_QUEUED &&
                  reading_unqueue(&readings->along, &readings->along_end, reading);
    reading->digest = *digest;
    reading->ended = true;
    reading->size = size;
    reading->moved = clock_monotonic();
    file_close_fd(&reading->tick); /* the worker reads what is left, and ends */
    reading->tick = -1;
    if (queued || reading->state == READING_PARKED) {
        reading->along = false;
        reading_queue(readings, reading);
    } else if (reading->state == READING_TOLD) {
        reading_queue(readings, reading); /* a runner keeps it */
        reading->state = READING_READY;
    } else if (reading->state == READING_UNKNOWN)
        reading_free(readings, reading); /* a few bytes, or a tar of old: when a manifest asks */
}

void readings_upload_ended(struct readings *readings, const char *id, const struct digest *digest,
                           uint64_t size)
{
    pthread_mutex_lock(&readings->lock);
    struct reading *reading = readings_find_upload(readings, id);
    if (reading && digest)
        reading_end(readings, reading, digest, size);
    else if (reading)
        reading_cancel(readings, reading);
    pthread_mutex_unlock(&readings->lock);
}

/* The analysis is kept beside the blob; until it is, it is had from memory. */
static void reading_keep(struct readings *readings, struct reading *reading)
{
    struct digest digest = reading->digest;
    struct error err;
    reading->state = READING_READY;
    pthread_mutex_unlock(&readings->lock);
    readings->options.done(readings->options.context, &digest);
    /* Not kept (a full disk): it will be read again when it is asked for. */
    (void)analysis_object_put(readings->options.blobs, &digest, reading->encoded, &err);
    pthread_mutex_lock(&readings->lock);
    reading_free(readings, reading);
}

static void reading_fail(struct readings *readings, struct reading *reading)
{
    struct digest digest = reading->digest;
    readings->stats.failed++;
    reading->state = READING_FAILED;
    reading->moved = clock_monotonic();
    file_close_fd(&reading->file);
    reading->file = -1;
    pthread_mutex_unlock(&readings->lock);
    readings->options.done(readings->options.context, &digest);
    pthread_mutex_lock(&readings->lock);
}

/* What becomes of one after its worker has ended. */
static void reading_sort(struct readings *readings, struct reading *reading,
                         enum reading_state result)
{
    if (reading->state == READING_OVER || readings->stop) {
        reading_free(readings, reading);
        return;
    }
    if (result == READING_TOLD && reading->ended) {
        reading_keep(readings, reading);
        return;
    }
    bool again = result == READING_FAILED && (!reading->tried || reading->lost);
    reading->state = result;
    readings->stats.dropped += result == READING_QUEUED;
    readings->stats.again += again;
    reading->tried |= result == READING_FAILED && !reading->lost;
    reading->lost = false;
    reading->dropped = false;
    if (result == READING_TOLD)
        return;
    reading->along = false;
    if (!reading->ended) {
        reading->state = READING_PARKED;
        return;
    }
    if (again || result == READING_QUEUED)
        reading_queue(readings, reading);
    else
        reading_fail(readings, reading);
}

static void readings_forget_failed(struct readings *readings)
{
    double now = clock_monotonic();
    for (struct reading *reading = readings->all, *next; reading; reading = next) {
        next = reading->next;
        if (reading->state == READING_FAILED && now - reading->moved > FAILED_SECONDS)
            reading_free(readings, reading);
    }
}

static struct reading *readings_take(struct readings *readings)
{
    struct reading *reading = readings->urgent;
    if (reading) {
        reading_unqueue(&readings->urgent, &readings->urgent_end, reading);
        return reading;
    }
    if (readings->along && readings->running_along + 1 < readings->runner_count) {
        reading = readings->along;
        reading_unqueue(&readings->along, &readings->along_end, reading);
    }
    return reading;
}

static void readings_run_one(struct readings *readings, struct reading *reading)
{
    bool along = !reading->ended;
    reading->along = along;
    reading->state = READING_RUNNING;
    readings->running_along += along;
    readings->stats.started++;
    readings->stats.along += along;
    pthread_mutex_unlock(&readings->lock);
    enum reading_state result = reading_run(readings, reading);
    pthread_mutex_lock(&readings->lock);
    readings->running_along -= along;
    reading_sort(readings, reading, result);
    if (along && readings->along)
        pthread_cond_signal(&readings->work);
}

static void *readings_runner(void *context)
{
    struct readings *readings = context;
    pthread_mutex_lock(&readings->lock);
    while (!readings->stop) {
        struct reading *reading = readings_take(readings);
        readings->running += reading != NULL;
        if (!reading)
            pthread_cond_wait(&readings->work, &readings->lock);
        else if (reading->state == READING_READY)
            reading_keep(readings, reading);
        else
            readings_run_one(readings, reading);
        readings->running -= reading != NULL;
    }
    pthread_mutex_unlock(&readings->lock);
    return NULL;
}

static bool encoded_is_partial(struct slice encoded)
{
    struct arena arena CLEANUP_ARENA;
    struct analysis analysis;
    struct error err;
    arena_init(&arena, (size_t)256 << 20);
    return !analysis_decode(encoded, &arena, &analysis, &err) || analysis.partial;
}

/* In memory, under way, or failed; under the lock. */
static bool readings_recall(struct readings *readings, const struct digest *digest, bool again,
                            struct arena *arena, struct slice *encoded,
                            enum readings_answer *answer, struct error *err)
{
    struct reading *reading = readings_find_digest(readings, digest);
    if (reading && reading->state == READING_FAILED && again) {
        reading_free(readings, reading);
        reading = NULL;
    }
    if (!reading)
        return false;
    *answer = READINGS_WAIT;
    if (reading->state == READING_FAILED) {
        *err = reading->error;
        *answer = READINGS_FAILED;
    }
    if (reading->state == READING_READY) {
        *encoded = arena_copy(arena, reading->encoded);
        *answer = encoded->at ? READINGS_HAVE : READINGS_FAILED;
        if (!encoded->at)
            arena_error(err);
    }
    return true;
}

/* Gets in line, unless somebody else has just put it there. */
static enum readings_answer readings_begin(struct readings *readings, const struct digest *digest,
                                           struct error *err)
{
    if (readings_find_digest(readings, digest))
        return READINGS_WAIT;
    readings_forget_failed(readings);
    struct reading *reading = reading_new(readings);
    if (!reading) {
        arena_error(err);
        return READINGS_FAILED;
    }
    reading->digest = *digest;
    reading->ended = true;
    reading_queue(readings, reading);
    return READINGS_WAIT;
}

enum readings_answer readings_get(struct readings *readings, const struct digest *digest,
                                  bool again, struct arena *arena, struct slice *encoded,
                                  struct error *err)
{
    enum readings_answer answer;
    pthread_mutex_lock(&readings->lock);
    bool known = readings_recall(readings, digest, again, arena, encoded, &answer, err);
    pthread_mutex_unlock(&readings->lock);
    if (known)
        return answer;
    if (analysis_object_get(readings->options.blobs, digest, arena, encoded, err) &&
        !(again && encoded_is_partial(*encoded)))
        return READINGS_HAVE;
    pthread_mutex_lock(&readings->lock);
    answer = readings_begin(readings, digest, err);
    pthread_mutex_unlock(&readings->lock);
    return answer;
}

void readings_stats(struct readings *readings, struct readings_stats *stats)
{
    pthread_mutex_lock(&readings->lock);
    *stats = readings->stats;
    stats->running = readings->running;
    for (struct reading *reading = readings->all; reading; reading = reading->next)
        stats->waiting += reading->state == READING_QUEUED;
    pthread_mutex_unlock(&readings->lock);
}

bool readings_new(struct readings **readings, const struct readings_options *options,
                  struct error *err)
{
    struct readings *made = calloc(1, sizeof *made);
    unsigned workers = options->workers ? options->workers : 2 * threads_count();
    unsigned count = (workers < RUNNERS_MAX - 1 ? workers : RUNNERS_MAX - 1) + 1;
    if (!made || !(made->runners = calloc(count, sizeof *made->runners))) {
        free(made);
        return arena_error(err);
    }
    made->options = *options;
    made->options.idle_seconds = options->idle_seconds ? options->idle_seconds : 60;
    made->options.silent_seconds = options->silent_seconds ? options->silent_seconds : 120;
    made->urgent_end = &made->urgent;
    made->along_end = &made->along;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->work, NULL);
    for (int failed = 0; made->runner_count < count && !failed; made->runner_count += !failed)
        failed = pthread_create(&made->runners[made->runner_count], NULL, readings_runner, made);
    *readings = made;
    if (made->runner_count)
        return true;
    readings_free(made);
    return error_set(err, ERROR_LIMIT, "no thread could be started to read layers");
}

void readings_free(struct readings *readings)
{
    if (!readings)
        return;
    pthread_mutex_lock(&readings->lock);
    readings->stop = true;
    for (struct reading *reading = readings->all; reading; reading = reading->next)
        worker_kill(&reading->worker);
    pthread_cond_broadcast(&readings->work);
    pthread_mutex_unlock(&readings->lock);
    for (unsigned i = 0; i < readings->runner_count; i++)
        pthread_join(readings->runners[i], NULL);
    while (readings->all)
        reading_free(readings, readings->all);
    pthread_cond_destroy(&readings->work);
    pthread_mutex_destroy(&readings->lock);
    free(readings->runners);
    free(readings);
}
