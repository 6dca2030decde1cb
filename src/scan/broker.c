/*
 * See broker.h. The course of a job:
 *   pipes → child (exec, jail, child_main, exit) → a thread reads answers → this thread and
 * others hash and fetch (feed.c) → the answers end → the child is reaped. Whatever goes wrong, the
 * child is killed and waited for, and no pipe stays open.
 */
#include "scan/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/fresh.h"
#include "base/threads.h"
#include "scan/feed.h"
#include "scan/wire.h"

enum { BROKER_IDLE_SECONDS = 300, BROKER_PIPE_SIZE = 1 << 20 };

struct broker {
    struct broker_layer *layers;
    size_t count;
    const struct broker_options *options;
    struct arena *arena;
    struct child_layer *child_layers;
    struct feed *feeds;
    int answers[2]; /* pipe: child writes [1] */
    pid_t child;
    atomic_bool stop;
    atomic_uint_fast64_t moved;
    /* of the reading thread */
    uint64_t moved_seen;
    double last_sign;
    size_t done;
    struct error error;
};

static bool broker_pipe(int ends[2], struct error *err)
{
    if (pipe2(ends, O_CLOEXEC))
        return error_errno(err, "making a pipe");
    (void)fcntl(ends[1], F_SETPIPE_SZ, BROKER_PIPE_SIZE); /* smaller is slower, no more */
    return true;
}

static bool broker_make_pipes(struct broker *broker, struct error *err)
{
    if (!broker_pipe(broker->answers, err))
        return false;
    for (size_t i = 0; i < broker->count; i++) {
        int ends[2] = {-1, -1};
        const struct broker_layer *layer = &broker->layers[i];
        bool pipe = layer->layer->fd < 0;
        if (pipe && !broker_pipe(ends, err))
            return false;
        broker->child_layers[i] = (struct child_layer){i, layer->image, layer->layer,
                                                       pipe ? ends[0] : layer->layer->fd, pipe};
        broker->feeds[i].pipe = ends[1];
    }
    return true;
}

/* The ends that are the child's (`child`), or those that are not. */
static void broker_close_ends(struct broker *broker, bool child)
{
    file_close_fd(&broker->answers[child]);
    broker->answers[child] = -1;
    for (size_t i = 0; i < broker->count; i++) {
        int *end = child ? &broker->child_layers[i].fd : &broker->feeds[i].pipe;
        if (child && !broker->child_layers[i].pipe)
            continue;
        file_close_fd(end);
        *end = -1;
    }
}

static struct child_job broker_job(const struct broker *broker)
{
    return (struct child_job){broker->child_layers, broker->count, broker->answers[1],
                              broker->options->secrets, broker->options->question};
}

/* What the child keeps; the cache's and the store's descriptors are no business of it. */
static int *broker_keep(const struct broker *broker)
{
    int *keep = arena_array(broker->arena, broker->count + 1, sizeof *keep);
    for (size_t i = 0; keep && i < broker->count; i++)
        keep[i] = broker->child_layers[i].fd;
    if (keep)
        keep[broker->count] = broker->answers[1];
    return keep;
}

/* In the child. Never returns. */
static void broker_be_child(const struct broker *broker, const int *keep)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    file_close_others(keep, broker->count + 1);
    struct child_job job = broker_job(broker);
    (broker->options->child ? broker->options->child : child_main)(&job);
    _exit(0);
}

static pid_t broker_fork(const struct broker *broker, const int *keep, struct error *err)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        broker_be_child(broker, keep);
    if (pid < 0)
        error_errno(err, "starting the reading process");
    return pid;
}

static bool broker_start(struct broker *broker, struct error *err)
{
    int *keep = broker_keep(broker);
    if (!keep)
        return arena_error(err);
    if (broker->options->child || !fresh_possible()) {
        broker->child = broker_fork(broker, keep, err);
        return broker->child > 0;
    }
    struct child_job job = broker_job(broker);
    struct fresh_call call = {
        .name = CHILD_ENTRY, .keep = keep, .keep_count = broker->count + 1, .dies_with_us = true};
    if (!child_job_encode(&job, broker->arena, &call.job, err))
        return false;
    broker->child = fresh_start(&call, err);
    return broker->child > 0 || error_add(err, "starting the reading process");
}

static bool broker_idle(void *context)
{
    struct broker *broker = context;
    uint64_t moved = atomic_load(&broker->moved);
    double now = clock_monotonic();
    unsigned limit =
        broker->options->idle_seconds ? broker->options->idle_seconds : BROKER_IDLE_SECONDS;
    if (moved != broker->moved_seen) {
        broker->moved_seen = moved;
        broker->last_sign = now;
    }
    return now - broker->last_sign > limit;
}

static bool broker_take_analysis(struct broker *broker, const struct wire_record *record)
{
    struct broker_layer *layer = &broker->layers[record->layer];
    struct error *err = &broker->error;
    if (broker->options->decode)
        layer->made = broker->options->decode(record->payload, broker->arena, err);
    if (broker->options->decode
            ? !layer->made
            : !analysis_decode(record->payload, broker->arena, &layer->analysis, err)) {
        err->kind = ERROR_INTERNAL; /* it is our own child's fault, not the image's */
        return error_add(err, "the reading process answers nonsense");
    }
    layer->encoded = record->payload;
    layer->told = true;
    return true;
}

static bool broker_take(struct broker *broker, const struct wire_record *record)
{
    struct broker_layer *layer = &broker->layers[record->layer];
    broker->last_sign = clock_monotonic();
    if (record->kind == WIRE_STARTED)
        layer->started = true;
    if (record->kind == WIRE_STARTED || record->kind == WIRE_PROGRESS)
        return true;
    if (record->kind == WIRE_BROKEN)
        return error_set(&broker->error, ERROR_INTERNAL, "the reading process: %.*s",
                         SLICE_ARG(slice_upto(record->payload, 600)));
    if (layer->told)
        return error_set(&broker->error, ERROR_INTERNAL,
                         "the reading process answers nonsense: a layer twice");
    if (record->kind == WIRE_ANALYSIS && !broker_take_analysis(broker, record))
        return false;
    if (record->kind == WIRE_FAILURE) { /* a layer without content, and the word why */
        struct note *note = arena_new(broker->arena, struct note);
        if (!note)
            return arena_error(&broker->error);
        note->text = slice_upto(record->payload, 600);
        layer->analysis = (struct analysis){.notes = note, .note_count = 1, .partial = true};
        layer->told = true;
    }
    broker->done++;
    if (broker->options->progress)
        broker->options->progress(broker->options->context, broker->done, broker->count);
    return true;
}

/* The thread that listens to the child. Whatever ends it, afterwards the child is on its way out.
 */
static void *broker_listen(void *argument)
{
    struct broker *broker = argument;
    struct wire_record record;
    enum wire_end end;
    broker->last_sign = clock_monotonic();
    do {
        end = wire_read(broker->answers[0], broker->count, broker_idle, broker, broker->arena,
                        &record, &broker->error);
        if (end == WIRE_RECORD && !broker_take(broker, &record))
            end = WIRE_NONSENSE;
    } while (end == WIRE_RECORD && broker->done < broker->count);
    if (broker->done < broker->count)
        atomic_store(&broker->stop, true);
    if (end != WIRE_CLOSED)
        kill(broker->child, SIGKILL);
    return NULL;
}

static void broker_feed(void *context, size_t index)
{
    struct broker *broker = context;
    feed_run(&broker->feeds[index]);
}

/* The names of the layers that were begun and not told. */
static struct slice broker_unfinished(struct broker *broker)
{
    struct slice names = {"", 0};
    for (size_t i = 0; i < broker->count && names.len < 400; i++) {
        const struct layer *layer = broker->layers[i].layer;
        if (broker->layers[i].told || !broker->layers[i].started)
            continue;
        const char *name = layer->digest.text[0] ? layer->digest.text : layer->diff_id.text;
        arena_list(broker->arena, &names, ", ", "%s", name[0] ? name : "(without a digest)");
    }
    return names;
}

static bool broker_died(struct broker *broker, int status, struct error *err)
{
    struct slice names = broker_unfinished(broker);
    if (broker->error.kind)
        *err = broker->error;
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        error_set(err, ERROR_INTERNAL, "the reading process was stopped by its jail");
    else if (WIFSIGNALED(status))
        error_set(err, ERROR_INTERNAL, "the reading process died of signal %d (%s)",
                  WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == FRESH_NOT_STARTED)
        error_set(err, ERROR_INTERNAL,
                  "the reading process did not start: is /proc mounted, and was plimsoll moved?");
    else
        error_set(err, ERROR_INTERNAL, "the reading process ended early, with status %d",
                  WEXITSTATUS(status));
    return names.len ? error_add(err, "reading layer %.*s", SLICE_ARG(names)) : false;
}

/* Waits for the child's end, which must be near: after two seconds it is made so. */
static int broker_reap(struct broker *broker)
{
    int status = 0;
    for (int tick = 0; tick < 2000; tick++) {
        if (waitpid(broker->child, &status, WNOHANG) != 0)
            return status;
        nanosleep(&(struct timespec){0, 1000 * 1000}, NULL);
    }
    kill(broker->child, SIGKILL);
    while (waitpid(broker->child, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static bool broker_work(struct broker *broker, struct error *err)
{
    pthread_t listener;
    int failed = pthread_create(&listener, NULL, broker_listen, broker);
    if (failed) {
        kill(broker->child, SIGKILL);
        broker_reap(broker);
        errno = failed;
        return error_errno(err, "starting a thread");
    }
    threads_run(broker->count, broker_feed, broker);
    pthread_join(listener, NULL);
    int status = broker_reap(broker);
    if (broker->done == broker->count && !broker->error.kind)
        return true;
    return broker_died(broker, status, err);
}

static bool broker_prepare(struct broker *broker)
{
    broker->child_layers = arena_array(broker->arena, broker->count, sizeof *broker->child_layers);
    broker->feeds = arena_array(broker->arena, broker->count, sizeof *broker->feeds);
    for (size_t i = 0; i < broker->count && broker->feeds && broker->child_layers; i++) {
        broker->feeds[i] = (struct feed){&broker->layers[i], -1, &broker->stop, &broker->moved};
        broker->child_layers[i].fd = -1;
    }
    return broker->feeds && broker->child_layers;
}

bool broker_read_layers(struct broker_layer *layers, size_t count,
                        const struct broker_options *options, struct arena *arena,
                        struct error *err)
{
    struct broker broker = {
        .layers = layers, .count = count, .options = options, .arena = arena, .answers = {-1, -1}};
    if (!broker_prepare(&broker))
        return arena_error(err);
    bool fine = broker_make_pipes(&broker, err);
    if (fine)
        fine = broker_start(&broker, err);
    broker_close_ends(&broker, true);
    if (fine)
        fine = broker_work(&broker, err);
    broker_close_ends(&broker, false);
    return fine;
}
