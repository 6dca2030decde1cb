/* See ship_watch.h. */
#include "cli/ship_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/ship_report.h"

enum { LAST_LINES = 20, LINE_MAX_SHOWN = 400 };

struct ship_watch {
    FILE *log; /* NULL: none */
    const char *log_path;
    int log_failed; /* errno of the first line that could not be written */
    bool table, verbose;
    const struct voyage_job *told;   /* whose name stands above the last line */
    const struct voyage_job *logged; /* whose step the log tells of; NULL: none */
    enum voyage_step_id logged_step;
    /* Of the step under way, under `lock`: the ticker reads them. */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t ticker;
    bool ends;
    atomic_bool cancel; /* a signal came */
    const struct voyage_job *job;
    enum voyage_step_id step;
    double since;
    uint64_t done, all; /* bytes of it; all 0: not told */
    /* The last lines of its output, a ring. */
    char lines[LAST_LINES][LINE_MAX_SHOWN];
    size_t lines_seen;
};

/* ---- the progress line ---- */

static void show(const struct ship_watch *watch)
{
    double seconds = clock_monotonic() - watch->since;
    if (watch->all)
        progress_show("%.*s: %s, %.0f s, %llu of %llu KiB", SLICE_ARG(watch->job->image->name),
                      voyage_step_name(watch->step), seconds,
                      (unsigned long long)(watch->done >> 10),
                      (unsigned long long)(watch->all >> 10));
    else
        progress_show("%.*s: %s, %.0f s", SLICE_ARG(watch->job->image->name),
                      voyage_step_name(watch->step), seconds);
}

/* Ticks, so that a step that says nothing is seen to go on. */
static void *tick(void *context)
{
    struct ship_watch *watch = context;
    pthread_mutex_lock(&watch->lock);
    while (!watch->ends) {
        if (process_signal_caught())
            atomic_store(&watch->cancel, true);
        else if (watch->job)
            show(watch);
        struct timespec next = clock_after(1);
        pthread_cond_clockwait(&watch->wake, &watch->lock, CLOCK_MONOTONIC, &next);
    }
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}

static void set_step(struct ship_watch *watch, const struct voyage_job *job, enum voyage_step_id id)
{
    pthread_mutex_lock(&watch->lock);
    watch->job = job;
    watch->step = id;
    watch->since = clock_monotonic();
    watch->done = watch->all = 0;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->lock);
}

/* ---- the log ---- */

static void log_begin(struct ship_watch *watch, struct json_writer *json, const char *event)
{
    struct arena arena;
    arena_init(&arena, 64 * 1024);
    json_writer_init(json, watch->log, 0);
    json_begin_object(json);
    json_field(json, "time", clock_format(clock_now(), &arena));
    json_field(json, "event", slice_str(event));
    arena_done(&arena);
    if (watch->logged) {
        json_field(json, "image", watch->logged->image->name);
        json_field(json, "step", slice_str(voyage_step_name(watch->logged_step)));
    }
}

static void log_end(struct ship_watch *watch, struct json_writer *json)
{
    json_end_object(json);
    fputc('\n', watch->log);
    if (fflush(watch->log) != 0 && !watch->log_failed)
        watch->log_failed = errno;
}

static void log_text(struct ship_watch *watch, const char *event, const char *stream,
                     struct slice text)
{
    struct json_writer json;
    if (!watch->log)
        return;
    log_begin(watch, &json, event);
    if (stream)
        json_field(&json, "stream", slice_str(stream));
    json_field(&json, "text", text);
    log_end(watch, &json);
}

/* ---- events ---- */

static void began(void *context, const struct voyage_job *job, enum voyage_step_id id)
{
    struct ship_watch *watch = context;
    struct json_writer json;
    watch->lines_seen = 0;
    watch->logged = job;
    watch->logged_step = id;
    set_step(watch, job, id);
    if (!watch->log)
        return;
    log_begin(watch, &json, "began");
    log_end(watch, &json);
}

static void take_line(void *context, bool is_error, struct slice line)
{
    struct ship_watch *watch = context;
    snprintf(watch->lines[watch->lines_seen++ % LAST_LINES], LINE_MAX_SHOWN, "%.*s",
             SLICE_ARG(slice_upto(line, LINE_MAX_SHOWN - 1)));
    log_text(watch, "line", is_error ? "errors" : "output", line);
    if (!watch->verbose)
        return;
    progress_clear();
    terminal_style(stderr, STYLE_DIM);
    terminal_put(stderr, line);
    terminal_style(stderr, STYLE_PLAIN);
    fputc('\n', stderr);
}

static void show_last_lines(const struct ship_watch *watch)
{
    size_t first = watch->lines_seen > LAST_LINES ? watch->lines_seen - LAST_LINES : 0;
    for (size_t i = first; i < watch->lines_seen && !watch->verbose; i++) {
        terminal_style(stderr, STYLE_DIM);
        fputs("    ", stderr);
        terminal_put(stderr, slice_str(watch->lines[i % LAST_LINES]));
        terminal_style(stderr, STYLE_PLAIN);
        fputc('\n', stderr);
    }
}

static void ended(void *context, const struct voyage_job *job, enum voyage_step_id id, bool kept)
{
    struct ship_watch *watch = context;
    const struct voyage_mark *mark = &job->record.steps[id];
    struct json_writer json;
    set_step(watch, NULL, id);
    progress_clear();
    watch->logged = job;
    watch->logged_step = id;
    if (watch->log) {
        log_begin(watch, &json, kept ? "kept" : "ended");
        json_field(&json, "outcome", slice_str(voyage_outcome_name(mark->outcome)));
        json_field_number(&json, "seconds", mark->seconds);
        json_field(&json, "said", mark->said);
        log_end(watch, &json);
    }
    watch->logged = NULL;
    if (mark->outcome == VOYAGE_REFUSED || mark->outcome == VOYAGE_FAILED)
        show_last_lines(watch);
    if (watch->table) {
        if (watch->told != job)
            ship_report_head(job);
        watch->told = job;
        ship_report_step(job, id, kept);
    }
}

static void take_note(void *context, struct slice text)
{
    struct ship_watch *watch = context;
    log_text(watch, "note", NULL, text);
    progress_clear();
    log_warning("%.*s", SLICE_ARG(text));
}

static void show_bytes(void *context, uint64_t done, uint64_t all)
{
    struct ship_watch *watch = context;
    pthread_mutex_lock(&watch->lock);
    watch->done = done;
    watch->all = all;
    pthread_mutex_unlock(&watch->lock);
}

/* ---- its life ---- */

/* Logs of former runs make room for this one; `--log Dockerfile` was meant otherwise. */
static bool open_log(struct ship_watch *watch, struct error *err)
{
    const char *path = watch->log_path;
    struct stat status;
    bool is_file = stat(path, &status) == 0 && S_ISREG(status.st_mode); /* a pipe would wait */
    FILE *before CLEANUP_FILE = is_file ? fopen(path, "re") : NULL;
    int first = before ? fgetc(before) : EOF;
    if (first != EOF && first != '{')
        return error_set(err, ERROR_USAGE,
                         "--log %s: that file is there and no log; name another one", path);
    watch->log = fopen(path, "we");
    return watch->log || error_errno(err, "--log %s", path);
}

bool ship_watch_new(struct invocation *call, struct ship_watch **watch,
                    struct voyage_options *options, struct error *err)
{
    struct ship_watch *made = arena_new(call->arena, struct ship_watch);
    if (!made)
        return arena_error(err);
    made->table = strcmp(option_text(call, "format"), "table") == 0;
    made->verbose = option_flag(call, "verbose");
    made->log_path = option_text(call, "log");
    if (made->log_path && !open_log(made, err))
        return false;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->wake, NULL);
    if (pthread_create(&made->ticker, NULL, tick, made) != 0) {
        file_close(&made->log);
        return error_set(err, ERROR_LIMIT, "no thread can be started");
    }
    options->cancel = &made->cancel;
    options->events = (struct voyage_events){made, began, take_line, ended, take_note, show_bytes};
    *watch = made;
    return true;
}

bool ship_watch_free(struct ship_watch *watch, const struct voyage *voyage, struct error *err)
{
    pthread_mutex_lock(&watch->lock);
    watch->ends = true;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->ticker, NULL);
    pthread_cond_destroy(&watch->wake);
    pthread_mutex_destroy(&watch->lock);
    progress_clear();
    if (watch->log && voyage)
        log_text(watch, "end", NULL,
                 voyage->stopped_at == voyage->count ? SLICE("shipped") : SLICE("stopped"));
    if (watch->log && fclose(watch->log) != 0 && !watch->log_failed)
        watch->log_failed = errno;
    watch->log = NULL;
    errno = watch->log_failed;
    return !errno || error_errno(err, "writing --log %s", watch->log_path);
}
