/* One reading: its bytes to a worker, what the worker tells back, checked. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "catalog/analysis.h"
#include "registry/inspect/readings_parts.h"
#include "scan/wire.h"

enum { LONGEST_SECONDS = 1800, NURSERIES_MAX = 5 };

struct run {
    struct readings *readings;
    struct reading *reading;
    double sign;       /* when the worker last said something */
    enum wire_end end; /* how its talk ended */
    int answers;
};

/* Asked every 100 ms without a word from the worker: true gives it up. */
static bool run_idle(void *context)
{
    struct run *run = context;
    struct readings *readings = run->readings;
    struct reading *reading = run->reading;
    double now = clock_monotonic();
    pthread_mutex_lock(&readings->lock);
    bool arrives = reading->along && !reading->ended;
    if (arrives && now - reading->moved > readings->options.idle_seconds)
        reading->dropped = true;
    double sign = reading->moved > run->sign ? reading->moved : run->sign;
    bool over = reading->dropped || readings->stop || reading->state == READING_OVER ||
                (!arrives && now - sign > readings->options.silent_seconds);
    pthread_mutex_unlock(&readings->lock);
    return over;
}

/* What could not be read at all becomes a layer without content, and the word why: as in `scan`. */
static bool run_empty(struct reading *reading, struct slice why)
{
    struct note note = {{NULL, 0}, slice_upto(why, 600)};
    struct analysis analysis = {.notes = &note, .note_count = 1, .partial = true};
    return analysis_encode(&analysis, &reading->arena, &reading->encoded, &reading->error);
}

static bool run_take(struct reading *reading, const struct wire_record *record)
{
    struct analysis analysis;
    struct arena arena CLEANUP_ARENA = {NULL};
    if (record->kind == WIRE_BROKEN)
        return error_set(&reading->error, ERROR_INTERNAL, "the reading process: %.*s",
                         SLICE_ARG(slice_upto(record->payload, 600)));
    if (record->kind == WIRE_FAILURE)
        return run_empty(reading, record->payload);
    arena_init(&arena, 2 * (size_t)WIRE_PAYLOAD_MAX);
    if (!analysis_decode(record->payload, &arena, &analysis, &reading->error))
        return error_add(&reading->error, "the reading process answers nonsense");
    reading->encoded = record->payload;
    return true;
}

/* One that says again and again that it is at work, although its bytes have long been complete. */
static bool run_is_endless(struct run *run)
{
    pthread_mutex_lock(&run->readings->lock);
    bool endless = run->reading->ended && clock_monotonic() - run->reading->moved > LONGEST_SECONDS;
    pthread_mutex_unlock(&run->readings->lock);
    return endless;
}

/* Until the analysis is told, or the worker is given up. */
static bool run_listen(struct run *run)
{
    struct reading *reading = run->reading;
    struct wire_record record;
    for (;;) {
        run->end =
            wire_read(run->answers, 1, run_idle, run, &reading->arena, &record, &reading->error);
        if (run->end != WIRE_RECORD)
            break;
        run->sign = clock_monotonic();
        if (record.kind != WIRE_STARTED && record.kind != WIRE_PROGRESS)
            return run_take(reading, &record);
        if (run_is_endless(run))
            return error_set(&reading->error, ERROR_INTERNAL,
                             "the reading process took more than %d seconds", LONGEST_SECONDS);
    }
    if (run->end == WIRE_CLOSED)
        error_set(&reading->error, ERROR_INTERNAL, "the reading process ended early");
    return false;
}

/* The file, read-only; of a stored blob when it is its turn. */
static bool run_open(struct run *run, struct blob *blob, int *file)
{
    struct reading *reading = run->reading;
    *file = reading->file;
    if (reading->file >= 0)
        return true;
    if (!blob_open(run->readings->options.blobs, &reading->digest, blob, &reading->error))
        return false;
    *file = blob->file;
    reading->size = blob->size;
    return true;
}

static bool run_start(struct run *run, int file, int tick)
{
    struct readings *readings = run->readings;
    struct reading *reading = run->reading;
    struct worker worker = {-1, -1};
    pthread_mutex_lock(&readings->lock);
    struct worker_order order = {file, tick, reading->size};
    reading->ticked = reading->size;
    pthread_mutex_unlock(&readings->lock);
    bool started = worker_start(&worker, &order, &reading->error);
    pthread_mutex_lock(&readings->lock);
    reading->worker = worker;
    run->answers = worker.answers;
    pthread_mutex_unlock(&readings->lock);
    return started;
}

/* A pipe for ticks while the upload arrives: the writing end is where upload_grew finds it. *tick
   stays -1 when the upload has ended meanwhile: the file is complete then. */
static bool run_tick(struct run *run, int *tick)
{
    struct readings *readings = run->readings;
    struct reading *reading = run->reading;
    int ends[2];
    if (!reading->along)
        return true;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return error_errno(&reading->error, "reading along");
    (void)fcntl(ends[0], F_SETFL, 0); /* the worker waits there */
    pthread_mutex_lock(&readings->lock);
    bool arrives = !reading->ended && reading->state == READING_RUNNING;
    if (arrives)
        reading->tick = ends[1];
    else
        reading->along = false;
    pthread_mutex_unlock(&readings->lock);
    *tick = arrives ? ends[0] : -1;
    if (!arrives) {
        close(ends[0]);
        close(ends[1]);
    }
    return true;
}

enum reading_state reading_run(struct readings *readings, struct reading *reading)
{
    struct run run = {readings, reading, clock_monotonic(), WIRE_RECORD, -1};
    struct blob blob = {0};
    int file, tick CLEANUP_FD = -1;
    arena_done(&reading->arena);
    arena_init(&reading->arena, (size_t)WIRE_PAYLOAD_MAX + (32U << 20));
    reading->error = (struct error){0};
    bool told = run_open(&run, &blob, &file) && run_tick(&run, &tick) &&
                run_start(&run, file, tick) && run_listen(&run);
    pthread_mutex_lock(&readings->lock);
    struct worker worker = reading->worker;
    reading->worker = (struct worker){-1, -1};
    file_close_fd(&reading->tick);
    reading->tick = -1;
    bool dropped = reading->dropped && !told;
    pthread_mutex_unlock(&readings->lock);
    bool lost = !worker_done(&worker, run.end == WIRE_CLOSED && !dropped ? &reading->error : NULL);
    /* One that takes its nursery with it every time is not read for ever. */
    reading->lost = lost && reading->nurseries++ < NURSERIES_MAX;
    blob_close(&blob);
    return told ? READING_TOLD : dropped ? READING_QUEUED : READING_FAILED;
}
