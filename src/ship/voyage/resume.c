/* See resume.h. */
#include "ship/voyage/resume.h"

#include <unistd.h>

#include "base/clock.h"
#include "ship/voyage/input.h"

static void note(const struct voyage_job *job, struct slice text)
{
    const struct voyage_events *events = &job->options->events;
    if (events->note && text.at)
        events->note(events->context, text);
}

static bool holds(const struct voyage_job *job, enum voyage_step_id id)
{
    const struct voyage_mark *mark = &job->record.steps[id];
    return mark->outcome == VOYAGE_PASSED && slice_equal(mark->input, voyage_input(job, id));
}

/* The saved image is where the record says: "oci:PATH". */
static bool is_built(const struct voyage_job *job)
{
    struct slice source = job->record.source;
    size_t colon = slice_find(source, ':');
    return source.len &&
           access(slice_from(source, colon < source.len ? colon + 1 : 0).at, R_OK) == 0;
}

static void begin_anew(struct voyage_job *job)
{
    job->kept = 0;
    job->record = (struct voyage_record){
        .image = job->image->name,
        .repository = job->image->repository,
        .release = job->release,
        .started = clock_format(clock_now(), job->arena),
    };
}

/* It has the former release in its labels and its name: v1.0.0 and 1.0.0 are the same. */
static bool is_of_another_release(const struct voyage_job *job)
{
    struct slice was = job->record.release, is = job->release;
    was = slice_from(was, slice_starts(was, SLICE("v")));
    is = slice_from(is, slice_starts(is, SLICE("v")));
    return was.len && is.len && !slice_equal(was, is);
}

/* What belongs to a release is nothing for another one. */
static void take_release(struct voyage_job *job)
{
    struct voyage_record *record = &job->record;
    if (slice_equal(record->release, job->release))
        return;
    record->release = job->release;
    record->tag_count = 0;
    record->digest = SLICE("");
    for (size_t id = VOYAGE_TAG; id < VOYAGE_STEPS; id++)
        record->steps[id] = (struct voyage_mark){.outcome = VOYAGE_OPEN};
}

/* Why the former run is not taken up; empty: it is. */
static struct slice too_late(const struct voyage_job *job)
{
    int64_t started;
    const struct voyage_record *record = &job->record;
    if (record->finished.len)
        return SLICE("it was finished");
    if (!clock_parse(record->started, &started) ||
        clock_now() - started > (int64_t)RESUME_HOURS * 3600)
        return SLICE("it is more than 24 hours old");
    /* Whoever is told no by the gate mends the base: what was built on the old one is no good. */
    if (record->steps[VOYAGE_GATE].outcome == VOYAGE_REFUSED)
        return SLICE("the gate said no to it, and the base may be mended by now; --from gate goes "
                     "on with what was built");
    if (is_of_another_release(job))
        return arena_printf(job->arena, "it was for %.*s", SLICE_ARG(record->release));
    if (!slice_equal(record->repository, job->image->repository))
        return SLICE("it went to another repository");
    return SLICE("");
}

/* Keeps the steps of a half-finished run up to the first that has to be done again. */
static void take_up(struct voyage_job *job, const struct voyage_step *steps)
{
    bool broken = !is_built(job);
    for (size_t at = 0; at < VOYAGE_STEPS; at++) {
        enum voyage_step_id id = (enum voyage_step_id)at;
        if (steps[id].always || voyage_idle(job, steps, id))
            continue;
        broken = broken || !holds(job, id);
        if (broken)
            job->record.steps[id] = (struct voyage_mark){.outcome = VOYAGE_OPEN};
        else
            job->kept |= VOYAGE_BIT(id);
    }
}

static bool refuse(struct voyage_job *job, enum voyage_step_id missing, const char *why,
                   struct error *err)
{
    struct slice command = voyage_command(job, missing);
    return error_set(err, ERROR_NOT_FOUND, "%.*s: --from %s: %s %s; start there: %.*s",
                     SLICE_ARG(job->image->name), voyage_step_name(job->options->first),
                     voyage_step_name(missing), why, SLICE_ARG(command));
}

/* What stands before --from must have passed, with what lies here now. */
static bool check_from(struct voyage_job *job, const struct voyage_step *steps, bool known,
                       struct error *err)
{
    for (size_t at = 0; at < (size_t)job->options->first; at++) {
        enum voyage_step_id id = (enum voyage_step_id)at;
        const struct voyage_mark *mark = &job->record.steps[id];
        if (id == VOYAGE_LOGIN || voyage_idle(job, steps, id))
            continue;
        if (!known)
            return refuse(job, id, "was never done", err);
        if (mark->outcome != VOYAGE_PASSED)
            return refuse(job, id,
                          mark->outcome == VOYAGE_REFUSED ? "said no in the last run"
                                                          : "was not done in the last run",
                          err);
        if (!holds(job, id))
            return refuse(job, id,
                          "passed for something else (Dockerfile, context, settings or release "
                          "have changed since)",
                          err);
    }
    if (job->options->first > VOYAGE_BUILD && !is_built(job))
        return refuse(job, VOYAGE_BUILD, "has left no image here any more", err);
    return true;
}

static bool check_built(struct voyage_job *job, bool known, struct error *err)
{
    if (known && job->record.steps[VOYAGE_BUILD].outcome == VOYAGE_PASSED && is_built(job)) {
        if (!holds(job, VOYAGE_BUILD))
            note(job, arena_printf(job->arena,
                                   "%.*s: the Dockerfile, the context or the settings have changed "
                                   "since it was built",
                                   SLICE_ARG(job->image->name)));
        return true;
    }
    return error_set(err, ERROR_NOT_FOUND,
                     "%.*s: nothing was built that could be pushed; first: "
                     "plimsoll build %.*s",
                     SLICE_ARG(job->image->name), SLICE_ARG(job->image->name));
}

bool voyage_resume(struct voyage_job *job, const struct voyage_step *steps, struct error *err)
{
    const struct voyage_options *options = job->options;
    struct error why;
    bool known = voyage_record_read(job->path, job->arena, &job->record, &why);
    if (!known && why.kind != ERROR_NOT_FOUND && !options->from)
        note(job,
             arena_printf(job->arena, "%s; it counts for nothing, and is written anew", why.text));
    bool needed = options->only_built || (options->from && options->first > VOYAGE_LINT);
    if (!known)
        begin_anew(job);
    if (needed) {
        if (known && is_of_another_release(job))
            note(job, arena_printf(job->arena,
                                   "%.*s: what is released as %.*s was built as %.*s, and its "
                                   "label org.opencontainers.image.version says so",
                                   SLICE_ARG(job->image->name), SLICE_ARG(job->release),
                                   SLICE_ARG(job->record.release)));
        if (known)
            take_release(job);
        return options->only_built ? check_built(job, known, err)
                                   : check_from(job, steps, known, err);
    }
    struct slice late = known && !options->from ? too_late(job) : SLICE("--from lint");
    if (late.len) {
        if (known && !options->from && !job->record.finished.len)
            note(job, arena_printf(job->arena, "%.*s: the last run is not taken up: %.*s",
                                   SLICE_ARG(job->image->name), SLICE_ARG(late)));
        begin_anew(job);
        return true;
    }
    take_release(job);
    take_up(job, steps);
    if (!job->kept)
        begin_anew(job);
    return true;
}
