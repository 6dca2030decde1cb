#include "advisory/update.h"

#include <pthread.h>

#include "advisory/feed/fetch.h"
#include "base/clock.h"
#include "base/threads.h"

enum { JOB_BUDGET = 64 * 1024 * 1024 };

/* All of one update; jobs run in several threads. */
struct run {
    const struct update_options *options;
    struct store_writer *writer;
    struct feed_plan plan;
    size_t *order; /* of jobs: the largest first */
    struct update_feed *results;
    struct arena *arena;  /* of the results; under `lock` */
    pthread_mutex_t lock; /* progress, and the results' texts */
};

/* One job while it runs; in its own arena. */
struct work {
    struct run *run;
    const struct feed_job *job;
    struct arena arena;
    struct fetcher fetcher;
    struct feed_sink sink;
    struct feed_record before;
    bool known;               /* the store has a record of it */
    struct slice *validators; /* three a file, of the files as they are now */
    size_t validator_count, validator_room;
    struct slice file_date; /* the latest of the files' */
};

static struct fetch_state *known_state(struct work *work, const struct feed_file *file,
                                       struct fetch_state *state)
{
    const struct feed_record *before = &work->before;
    for (size_t i = 0; work->known && i + 2 < before->validator_count; i += 3)
        if (slice_equal(before->validators[i], file->where)) {
            *state = (struct fetch_state){before->validators[i], before->validators[i + 1],
                                          before->validators[i + 2]};
            return state;
        }
    return NULL;
}

static bool keep_validators(struct work *work, const struct fetched *fetched, struct error *err)
{
    const struct slice texts[] = {fetched->state.where, fetched->state.first,
                                  fetched->state.second};
    for (unsigned i = 0; i < 3; i++)
        if (!ARENA_PUSH(&work->arena, work->validators, work->validator_count, work->validator_room,
                        texts[i]))
            return arena_error(err);
    if (slice_compare(fetched->date, work->file_date) > 0)
        work->file_date = fetched->date;
    return true;
}

static bool read_file(struct work *work, const struct feed_file *file, struct fetched *fetched,
                      struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, (size_t)2 << 30);
    struct feed_input input = {
        .where = file->where, .bytes = fetched->bytes, .date = fetched->date, .arena = &arena};
    if (!keep_validators(work, fetched, err))
        return false;
    if (input.bytes.len == 0)
        error_set(err, ERROR_FORMAT, "the file is empty");
    else if (work->job->feed->read(&input, &work->sink, err))
        return true;
    return error_add(err, "reading %.*s", SLICE_ARG(file->where));
}

/* The files in their order; the one that is `held` was fetched already. */
static bool read_files(struct work *work, size_t held_at, struct fetched *held, struct error *err)
{
    for (size_t i = 0; i < work->job->file_count; i++) {
        struct feed_file *file = &work->job->files[i];
        struct fetched fetched;
        if (i == held_at) {
            bool ok = read_file(work, file, held, err);
            fetched_done(held);
            if (!ok)
                return false;
            continue;
        }
        enum fetch_outcome outcome =
            fetch_file(&work->fetcher, file, NULL, &work->arena, &fetched, err);
        bool ok = outcome == FETCH_ABSENT ||
                  (outcome == FETCH_NEW && read_file(work, file, &fetched, err));
        fetched_done(&fetched);
        if (!ok)
            return false;
    }
    return true;
}

enum change { CHANGED, UNCHANGED, ABSENT, FAILED };

/* Asks for each file until one is new; that one is kept in `held`. */
static enum change look_for_change(struct work *work, size_t *held_at, struct fetched *held,
                                   struct error *err)
{
    size_t same = 0, count = work->job->file_count;
    *held_at = count;
    for (size_t i = 0; i < count; i++) {
        struct fetch_state room;
        struct fetch_state *state =
            work->run->options->force ? NULL : known_state(work, &work->job->files[i], &room);
        enum fetch_outcome outcome =
            fetch_file(&work->fetcher, &work->job->files[i], state, &work->arena, held, err);
        if (outcome == FETCH_NEW) {
            *held_at = i;
            return CHANGED;
        }
        fetched_done(held);
        if (outcome == FETCH_FAILED)
            return FAILED;
        same += outcome == FETCH_SAME;
    }
    if (same == 0)
        return ABSENT;
    return same * 3 == work->before.validator_count ? UNCHANGED : CHANGED;
}

/* The record as it will be: now, from here. */
static bool new_record(struct work *work, struct feed_record *record, struct error *err)
{
    struct slice mirror = work->run->options->mirror;
    int64_t now = clock_now();
    record->status.name = work->job->name;
    record->status.source = mirror.len ? mirror : work->job->files[0].where;
    record->status.updated = clock_format(now, &work->arena);
    record->status.updated_epoch = now > 0 ? (uint64_t)now : 0;
    record->status.error = (struct slice){0};
    return record->status.updated.at || arena_error(err);
}

static bool store_all(struct work *work, struct feed_record *record, struct error *err)
{
    *record = (struct feed_record){.validators = work->validators,
                                   .validator_count = work->validator_count};
    record->status.date = slice_upto(work->file_date, 10);
    return new_record(work, record, err) && sink_store(&work->sink, work->run->writer, record, err);
}

static enum update_outcome do_work(struct work *work, struct feed_record *record, struct error *err)
{
    struct fetched held = {.fd = -1};
    size_t held_at;
    struct store_writer *writer = work->run->writer;
    if (!store_writer_feed(writer, work->job->name, &work->arena, &work->before, &work->known, err))
        return UPDATE_FAILED;
    enum change change = look_for_change(work, &held_at, &held, err);
    if (change == FAILED)
        return UPDATE_FAILED;
    if (change == ABSENT)
        return UPDATE_ABSENT;
    if (change == UNCHANGED) {
        *record = work->before;
        return new_record(work, record, err) && store_writer_replace(writer, record, NULL, 0, err)
                   ? UPDATE_UNCHANGED
                   : UPDATE_FAILED;
    }
    bool ok = read_files(work, held_at, &held, err);
    fetched_done(&held);
    return ok && store_all(work, record, err) ? UPDATE_DONE : UPDATE_FAILED;
}

/* The old data stays, with a word on why it is old. That this cannot be written either (a full
   disk) is told by the first error well enough. */
static void note_failure(struct work *work, const struct error *why, struct feed_record *record)
{
    struct error ignored;
    *record = work->before;
    record->status.name = work->job->name;
    record->status.error = slice_str(why->text);
    store_writer_replace(work->run->writer, record, NULL, 0, &ignored);
}

static void tell(struct run *run, const struct update_feed *feed)
{
    if (run->options->progress)
        run->options->progress(run->options->context, feed);
}

static void run_job(void *context, size_t index)
{
    struct run *run = context;
    index = run->order[index];
    struct work work = {
        .run = run, .job = &run->plan.jobs[index], .fetcher = {.folder = run->options->folder}};
    struct update_feed *result = &run->results[index];
    struct feed_record record = {0};
    struct error err = {0};
    arena_init(&work.arena, JOB_BUDGET);
    sink_init(&work.sink);
    pthread_mutex_lock(&run->lock);
    *result = (struct update_feed){.name = work.job->name, .outcome = UPDATE_STARTED};
    tell(run, result);
    pthread_mutex_unlock(&run->lock);
    enum update_outcome outcome = do_work(&work, &record, &err);
    if (outcome == UPDATE_FAILED)
        note_failure(&work, &err, &record);
    pthread_mutex_lock(&run->lock);
    *result = (struct update_feed){.name = work.job->name,
                                   .outcome = outcome,
                                   .records = record.status.records,
                                   .had_data = work.known && work.before.status.updated_epoch,
                                   .date = arena_copy(run->arena, record.status.date),
                                   .error = err};
    tell(run, result);
    pthread_mutex_unlock(&run->lock);
    sink_done(&work.sink);
    fetcher_done(&work.fetcher);
    arena_done(&work.arena);
}

/* Largest first, so that the last thread is not left alone with it; few jobs. */
static bool order_jobs(struct run *run, struct error *err)
{
    run->order = arena_array(run->arena, run->plan.job_count, sizeof *run->order);
    run->results = arena_array(run->arena, run->plan.job_count, sizeof *run->results);
    if (!run->order || !run->results)
        return arena_error(err);
    for (size_t i = 0; i < run->plan.job_count; i++) {
        size_t to = i;
        for (; to > 0 && run->plan.jobs[run->order[to - 1]].size < run->plan.jobs[i].size; to--)
            run->order[to] = run->order[to - 1];
        run->order[to] = i;
    }
    return true;
}

static bool names_job(struct slice name, struct slice job)
{
    struct slice row = slice_upto(job, slice_find(job, '/'));
    return slice_equal(name, job) || slice_equal(name, row);
}

static bool is_listed(const struct slice *names, size_t count, struct slice job)
{
    for (size_t i = 0; i < count; i++)
        if (names_job(names[i], job))
            return true;
    return false;
}

static bool wanted(const struct update_options *options, struct slice job)
{
    return (options->only_count == 0 || is_listed(options->only, options->only_count, job)) &&
           !is_listed(options->except, options->except_count, job);
}

/* Whether a row of the table has to be planned at all. */
static bool row_wanted(const struct update_options *options, const struct feed *feed)
{
    struct slice name = slice_str(feed->name);
    for (size_t i = 0; i < options->except_count; i++)
        if (slice_equal(options->except[i], name))
            return false;
    for (size_t i = 0; i < options->only_count; i++)
        if (feed_find(options->only[i]) == feed)
            return true;
    return options->only_count == 0;
}

static bool check_names(const struct slice *names, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!feed_find(names[i]))
            return error_set(err, ERROR_USAGE,
                             "there is no feed \"%.*s\"; plimsoll db update --help names them",
                             SLICE_ARG(names[i]));
    return true;
}

static bool plan_feeds(struct run *run, struct error *err)
{
    size_t kept = 0;
    struct feed_plan *plan = &run->plan;
    for (const struct feed *feed = feed_table; feed->name; feed++) {
        if (!row_wanted(run->options, feed))
            continue;
        if (feed->plan ? !feed->plan(feed, plan, err)
                       : !feed_plan_file(plan, feed, slice_str(feed->name), feed->url, feed->path,
                                         false, err))
            return false;
    }
    for (size_t i = 0; i < plan->job_count; i++)
        if (wanted(run->options, plan->jobs[i].name))
            plan->jobs[kept++] = plan->jobs[i];
    plan->job_count = kept;
    return true;
}

/* A feed that was asked for by name and is not to be had is a failure; others are left out. */
static bool add_missing(struct run *run, struct update_result *result, size_t *room,
                        struct error *err)
{
    const struct update_options *options = run->options;
    for (size_t i = 0; i < options->only_count; i++) {
        bool found = false;
        for (size_t k = 0; k < result->count; k++)
            found |= names_job(options->only[i], result->feeds[k].name);
        if (found)
            continue;
        struct update_feed missing = {.name = options->only[i], .outcome = UPDATE_FAILED};
        error_set(&missing.error, ERROR_NOT_FOUND, "%s",
                  options->mirror.len ? "the mirror does not have it"
                                      : "it has no address upstream: it comes from a mirror or "
                                        "plimsoll db import");
        tell(run, &missing);
        if (!ARENA_PUSH(run->arena, result->feeds, result->count, *room, missing))
            return arena_error(err);
    }
    return true;
}

static bool collect(struct run *run, struct update_result *result, struct error *err)
{
    size_t room = 0, absent_room = 0;
    *result = (struct update_result){0};
    for (size_t i = 0; i < run->plan.job_count; i++) {
        const struct update_feed *feed = &run->results[i];
        if (feed->outcome == UPDATE_ABSENT
                ? !ARENA_PUSH(run->arena, result->absent, result->absent_count, absent_room, *feed)
                : !ARENA_PUSH(run->arena, result->feeds, result->count, room, *feed))
            return arena_error(err);
    }
    if (!add_missing(run, result, &room, err))
        return false;
    for (size_t i = 0; i < result->count; i++)
        result->failed += result->feeds[i].outcome == UPDATE_FAILED;
    return true;
}

static bool run_jobs(struct run *run, struct update_result *result, struct error *err)
{
    if (!order_jobs(run, err) || !store_writer_open(&run->writer, run->options->folder, NULL, err))
        return false;
    pthread_mutex_init(&run->lock, NULL);
    threads_run(run->plan.job_count, run_job, run);
    pthread_mutex_destroy(&run->lock);
    store_writer_close(run->writer);
    return collect(run, result, err);
}

bool update_run(const struct update_options *options, struct arena *arena,
                struct update_result *result, struct error *err)
{
    struct mirror mirror;
    struct run run = {
        .options = options,
        .arena = arena,
        .plan = {.arena = arena, .only = options->only, .only_count = options->only_count}};
    if (!check_names(options->only, options->only_count, err) ||
        !check_names(options->except, options->except_count, err))
        return false;
    if (options->mirror.len) {
        if (!mirror_parse(&mirror, options->mirror, arena, err))
            return false;
        run.plan.mirror = &mirror;
    }
    return plan_feeds(&run, err) && run_jobs(&run, result, err);
}

bool update_import(const struct update_options *options, struct slice name,
                   const char *const *files, size_t file_count, struct arena *arena,
                   struct update_result *result, struct error *err)
{
    const struct feed *feed = feed_find(name);
    struct run run = {.options = options, .arena = arena, .plan = {.arena = arena}};
    struct feed_job job = {.feed = feed, .name = name};
    if (!check_names(&name, 1, err))
        return false;
    if (slice_equal_str(name, "osv"))
        return error_set(err, ERROR_USAGE, "say which ecosystem it is: osv/PyPI, osv/Go, …");
    for (size_t i = 0; i < file_count; i++) {
        struct feed_file file = {.where = slice_str(files[i])};
        if (!ARENA_PUSH(arena, job.files, job.file_count, job.file_room, file))
            return arena_error(err);
    }
    if (file_count == 0)
        return error_set(err, ERROR_USAGE, "name the files to import");
    run.plan.jobs = &job;
    run.plan.job_count = 1;
    return run_jobs(&run, result, err);
}
