/* Manifests in line for their scan, and the threads that work on them. */
#include <stdlib.h>
#include <string.h>

#include "registry/inspect/inspect_parts.h"

enum { JOBS_MAX = 100000, JOB_BUDGET = 64 << 20 };

struct job *jobs_find(struct inspect *inspect, struct slice scope, const struct digest *digest)
{
    for (struct job *job = inspect->jobs; job; job = job->next)
        if (digest_equal(&job->digest, digest) && slice_equal_str(scope, job->scope))
            return job;
    return NULL;
}

static void job_queue(struct inspect *inspect, struct job *job)
{
    job->state = JOB_QUEUED;
    job->queue = NULL;
    *inspect->queue_end = job;
    inspect->queue_end = &job->queue;
    pthread_cond_signal(&inspect->work);
}

static struct job *job_new(struct slice scope, const struct digest *digest)
{
    struct job *job = calloc(1, sizeof *job);
    if (job && !(job->scope = strndup(scope.at, scope.len))) {
        free(job);
        return NULL;
    }
    if (job) {
        job->digest = *digest;
        arena_init(&job->arena, JOB_BUDGET);
    }
    return job;
}

bool jobs_add(struct inspect *inspect, struct slice scope, const struct digest *digest, bool manual)
{
    pthread_mutex_lock(&inspect->lock);
    struct job *job = jobs_find(inspect, scope, digest);
    bool fine = job != NULL;
    if (!job && inspect->job_count < JOBS_MAX && (job = job_new(scope, digest))) {
        job->next = inspect->jobs;
        inspect->jobs = job;
        inspect->job_count++;
        job->manual = manual;
        job_queue(inspect, job);
        fine = true;
    }
    pthread_mutex_unlock(&inspect->lock);
    return fine;
}

void jobs_forget(struct inspect *inspect, struct job *job)
{
    struct job **link = &inspect->jobs;
    while (*link && *link != job)
        link = &(*link)->next;
    if (*link)
        *link = job->next;
    inspect->job_count--;
    arena_done(&job->arena);
    free(job->scope);
    free(job);
    pthread_cond_broadcast(&inspect->settled);
    if (inspect->stale && inspect->job_count < STALE_AT_ONCE / 2)
        pthread_cond_signal(&inspect->wake);
}

void jobs_layer_done(void *context, const struct digest *digest)
{
    struct inspect *inspect = context;
    (void)digest; /* jobs that wait are few: each looks for itself */
    pthread_mutex_lock(&inspect->lock);
    inspect->layers_done++;
    for (struct job *job = inspect->jobs; job; job = job->next)
        if (job->state == JOB_WAITING)
            job_queue(inspect, job);
    pthread_mutex_unlock(&inspect->lock);
}

/* An analysis that came while it looked for others must not be missed. */
static void job_wait(struct inspect *inspect, struct job *job)
{
    if (job->heard != inspect->layers_done)
        job_queue(inspect, job);
    else
        job->state = JOB_WAITING;
}

static void jobs_run(struct inspect *inspect, struct job *job)
{
    struct error err = {0};
    job->state = JOB_RUNNING;
    job->heard = inspect->layers_done;
    pthread_mutex_unlock(&inspect->lock);
    bool over = scan_image(inspect, job, &err);
    pthread_mutex_lock(&inspect->lock);
    if (over || inspect->stop)
        jobs_forget(inspect, job);
    else
        job_wait(inspect, job);
}

void *jobs_thread(void *context)
{
    struct inspect *inspect = context;
    pthread_mutex_lock(&inspect->lock);
    while (!inspect->stop) {
        struct job *job = inspect->queue;
        if (!job) {
            pthread_cond_wait(&inspect->work, &inspect->lock);
            continue;
        }
        inspect->queue = job->queue;
        if (!inspect->queue)
            inspect->queue_end = &inspect->queue;
        jobs_run(inspect, job);
    }
    pthread_mutex_unlock(&inspect->lock);
    return NULL;
}
