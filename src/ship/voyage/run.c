/* See voyage.h: the order of steps, and where it stops. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "ship/engine/engine.h"
#include "ship/push/from_base.h"
#include "ship/voyage/input.h"
#include "ship/voyage/lock.h"
#include "ship/voyage/resume.h"
#include "ship/voyage/voyage.h"

enum { SAID_MAX = 1000 };

/* ---- for steps ---- */

bool voyage_say(struct voyage_job *job, struct voyage_mark *mark, const char *format, ...)
{
    char text[SAID_MAX];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    mark->said = arena_copy(job->arena, slice_str(text));
    return mark->said.at != NULL;
}

void voyage_advise(struct voyage_job *job, const char *format, ...)
{
    char text[SAID_MAX];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    job->next = arena_copy(job->arena, slice_str(text));
}

struct slice voyage_command(const struct voyage_job *job, enum voyage_step_id from)
{
    const struct voyage_options *options = job->options;
    struct slice release = options->release;
    const char *verb = options->verb ? options->verb : "ship";
    bool one = options->image_count == 1;
    struct slice images =
        one ? arena_printf(job->arena, " %.*s", SLICE_ARG(job->image->name)) : options->named;
    /* A run of several goes on by itself where each of them was; only `ship` has --from. */
    bool begins = one && from < VOYAGE_STEPS && strcmp(verb, "ship") == 0;
    return arena_printf(job->arena, "plimsoll %s%.*s%s%.*s%.*s%s%s", verb, SLICE_ARG(images),
                        release.len ? " --release " : "", SLICE_ARG(release),
                        SLICE_ARG(options->typed), begins ? " --from " : "",
                        begins ? voyage_step_name(from) : "");
}

void voyage_line(void *context, bool is_error, struct slice line)
{
    const struct voyage_job *job = context;
    const struct voyage_events *events = &job->options->events;
    if (events->line)
        events->line(events->context, is_error, line);
}

bool voyage_step_find(struct slice name, enum voyage_step_id *id)
{
    for (size_t i = 0; i < VOYAGE_STEPS; i++)
        if (slice_equal_str(name, voyage_step_name((enum voyage_step_id)i))) {
            *id = (enum voyage_step_id)i;
            return true;
        }
    return false;
}

/* ---- which steps ---- */

bool voyage_comes_to(const struct voyage_options *options, enum voyage_step_id id)
{
    if (!(options->steps & VOYAGE_BIT(id)))
        return false;
    /* A login of the last run may be over by now. */
    return id >= options->first || id == VOYAGE_LOGIN;
}

const char *voyage_idle(const struct voyage_job *job, const struct voyage_step *steps,
                        enum voyage_step_id id)
{
    if (job->options->skip & VOYAGE_BIT(id))
        return "left out, as asked for";
    return steps[id].idle ? steps[id].idle(job) : NULL;
}

/* ---- a job ---- */

/* A folder of its own for each image of each project. */
static bool place_job(struct voyage_job *job, struct error *err)
{
    struct digest digest;
    char folder[4096];
    const char *project = job->options->project->folder;
    const char *whole = realpath(project, folder);
    if (!whole)
        return error_errno(err, "%s", project);
    sha256_of(slice_str(whole), &digest);
    job->folder = arena_printf(job->arena, "%s/%.12s/%.*s", job->options->state,
                               digest.text + strlen("sha256:"), SLICE_ARG(job->image->name))
                      .at;
    if (!job->folder)
        return arena_error(err);
    job->path = arena_printf(job->arena, "%s/record.json", job->folder).at;
    return job->path || arena_error(err);
}

static bool set_release(struct voyage_job *job, struct error *err)
{
    struct from_base base;
    job->release = job->options->release;
    if (!slice_equal_str(job->release, VOYAGE_FROM_BASE))
        return true;
    if (!from_base_find(job->image->dockerfile, job->image, job->arena, &base, err))
        return error_add(err, "%s: --release from-base", job->image->name.at);
    job->release = base.version;
    return true;
}

static bool make_folder(const struct voyage_job *job, struct error *err)
{
    if (file_make_folder(job->folder, err))
        return true;
    struct error said = *err;
    return error_set(err, said.kind, "%s; --state FOLDER (PLIMSOLL_SHIP_STATE) names another",
                     said.text);
}

static bool open_job(struct voyage_job *job, const struct voyage_step *steps, bool locks,
                     struct error *err)
{
    if (!place_job(job, err) || !set_release(job, err))
        return false;
    if (locks &&
        (!make_folder(job, err) ||
         !voyage_lock(job->options->state, job->image->repository, job->arena, &job->lock, err)))
        return false;
    return voyage_source(job->image, job->options->own, &job->source, err) &&
           voyage_resume(job, steps, err);
}

static bool open_jobs(const struct voyage_options *options, const struct voyage_step *steps,
                      bool locks, struct arena *arena, struct voyage *voyage, struct error *err)
{
    struct ship_engine *engine = arena_new(arena, struct ship_engine);
    *voyage =
        (struct voyage){.jobs = arena_array(arena, options->image_count + 1, sizeof *voyage->jobs)};
    if (!voyage->jobs || !engine)
        return arena_error(err);
    for (; voyage->count < options->image_count;) {
        struct voyage_job *job = &voyage->jobs[voyage->count++];
        *job = (struct voyage_job){.options = options,
                                   .image = options->images[voyage->count - 1],
                                   .engine = engine,
                                   .lock = -1,
                                   .arena = arena};
        if (!open_job(job, steps, locks, err))
            return false;
    }
    voyage->stopped_at = voyage->count;
    return true;
}

/* ---- a step ---- */

static void tell_ended(const struct voyage_job *job, enum voyage_step_id id, bool kept)
{
    const struct voyage_events *events = &job->options->events;
    if (events->ended)
        events->ended(events->context, job, id, kept);
}

/* The record says "failed" from before the step until it is over: a process that is killed leaves
   no step that seems done. */
static bool begin_step(struct voyage_job *job, enum voyage_step_id id, struct voyage_mark *mark,
                       struct error *err)
{
    const struct voyage_events *events = &job->options->events;
    *mark = (struct voyage_mark){.outcome = VOYAGE_FAILED,
                                 .said = SLICE("was cut short"),
                                 .input = voyage_input(job, id),
                                 .at = clock_format(clock_now(), job->arena)};
    if (!mark->input.at || !mark->at.at)
        return arena_error(err);
    if (!voyage_record_write(job->path, &job->record, err))
        return false;
    if (events->began)
        events->began(events->context, job, id);
    return true;
}

/* True when it passed. */
static bool do_step(struct voyage_job *job, const struct voyage_step *steps, enum voyage_step_id id,
                    struct error *err)
{
    struct voyage_mark *mark = &job->record.steps[id];
    const char *idle = voyage_idle(job, steps, id);
    if (idle) {
        *mark = (struct voyage_mark){.outcome = VOYAGE_SKIPPED, .said = slice_str(idle)};
        tell_ended(job, id, false);
        return true;
    }
    if (job->kept & VOYAGE_BIT(id)) {
        tell_ended(job, id, true);
        return true;
    }
    double start = clock_monotonic();
    if (process_signal_caught()) {
        mark->outcome = VOYAGE_FAILED;
        mark->said = SLICE("not begun: a signal came");
        return error_set(err, ERROR_INTERNAL, "a signal came");
    }
    if (!begin_step(job, id, mark, err)) {
        mark->said = slice_str(err->text);
        return false;
    }
    mark->said = SLICE("");
    mark->outcome = steps[id].run(job, mark, err);
    mark->seconds = clock_monotonic() - start;
    mark->at = clock_format(clock_now(), job->arena);
    if (mark->outcome == VOYAGE_FAILED)
        mark->said = arena_copy(job->arena, slice_str(err->text));
    struct error unwritten;
    bool written = voyage_record_write(job->path, &job->record, &unwritten);
    if (!written && mark->outcome != VOYAGE_FAILED) {
        *err = unwritten;
        mark->outcome = VOYAGE_FAILED;
        mark->said = arena_copy(job->arena, slice_str(err->text));
    }
    tell_ended(job, id, false);
    return mark->outcome == VOYAGE_PASSED;
}

static bool stop(struct voyage *voyage, size_t at, enum voyage_step_id id)
{
    struct voyage_job *job = &voyage->jobs[at];
    voyage->stopped_at = at;
    voyage->stopped_in = id;
    if (!job->next.len && job->record.steps[id].outcome == VOYAGE_FAILED) {
        struct slice command = voyage_command(job, id);
        voyage_advise(job, "%s: %.*s", process_signal_caught() ? "to go on" : "when that is mended",
                      SLICE_ARG(command));
    }
    return true;
}

bool voyage_run(const struct voyage_options *options, const struct voyage_step *steps,
                struct arena *arena, struct voyage *voyage, struct error *err)
{
    if (!open_jobs(options, steps, true, arena, voyage, err))
        return false;
    /* Tests come when all are built, since an image may be tested with the others (compose); and
       nothing is tagged or pushed before every image has passed all that can say no. */
    for (size_t at = 0; at < voyage->count; at++)
        for (size_t id = 0; id < VOYAGE_TEST; id++)
            if (voyage_comes_to(options, (enum voyage_step_id)id) &&
                !do_step(&voyage->jobs[at], steps, (enum voyage_step_id)id, err))
                return stop(voyage, at, (enum voyage_step_id)id);
    for (size_t id = VOYAGE_TEST; id < VOYAGE_STEPS; id++)
        for (size_t at = 0; at < voyage->count; at++)
            if (voyage_comes_to(options, (enum voyage_step_id)id) &&
                !do_step(&voyage->jobs[at], steps, (enum voyage_step_id)id, err))
                return stop(voyage, at, (enum voyage_step_id)id);
    return true;
}

bool voyage_plan(const struct voyage_options *options, const struct voyage_step *steps,
                 struct arena *arena, struct voyage *voyage, struct error *err)
{
    return open_jobs(options, steps, false, arena, voyage, err);
}

void voyage_done(struct voyage *voyage)
{
    for (size_t i = 0; voyage->jobs && i < voyage->count; i++)
        voyage_unlock(&voyage->jobs[i].lock);
}
