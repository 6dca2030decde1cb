/* The workers: threads that are started when they are first needed, up to a limit. */
#include <signal.h>
#include <stdlib.h>

#include "net/server_parts.h"

enum { WORKER_STACK = 2 << 20 };

static struct call *workers_take(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->idle++;
    while (!workers->first && !workers->stopping)
        pthread_cond_wait(&workers->ready, &workers->lock);
    workers->idle--;
    struct call *call = workers->first;
    if (call) {
        workers->first = call->next;
        workers->queued--;
        if (!workers->first)
            workers->last = NULL;
        call->next = NULL;
    }
    pthread_mutex_unlock(&workers->lock);
    return call;
}

static void work(struct call *call)
{
    struct server *server = call->connection->server;
    const struct server_handler *handler = &server->options.handler;
    if (call->plan == SERVER_PREPARE) {
        handler->prepare(handler->context, &call->request);
        call->request.prepared++;
        call->step = STEP_PREPARED;
    } else {
        handler->run(handler->context, &call->request, &call->response);
        call->step = STEP_DONE;
    }
    /* The call is the loop's again: not touched behind this. */
    server->api->resume_connection(call->wire);
    atomic_fetch_sub(&server->calls, 1);
}

static void *worker(void *context)
{
    struct workers *workers = context;
    for (struct call *call; (call = workers_take(workers));)
        work(call);
    return NULL;
}

/* A signal is for the thread that waits for it (cli), never for one of ours. */
static bool start_thread(pthread_t *thread, struct workers *workers)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, WORKER_STACK);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    bool started = pthread_create(thread, &attributes, worker, workers) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return started;
}

bool workers_start(struct workers *workers, unsigned limit, struct error *err)
{
    workers->threads = calloc(limit, sizeof *workers->threads);
    if (!workers->threads)
        return arena_error(err);
    workers->limit = limit;
    if (!start_thread(&workers->threads[0], workers))
        return error_set(err, ERROR_INTERNAL, "no thread can be started");
    workers->count = 1;
    return true;
}

enum MHD_Result call_to_worker(struct call *call)
{
    struct server *server = call->connection->server;
    struct workers *workers = &server->workers;
    connection_phase(call->connection, PHASE_WORK);
    /* In this order: either server_stop sees the call, or the call sees that it is too late. */
    atomic_fetch_add(&server->calls, 1);
    if (atomic_load(&server->stopping)) {
        atomic_fetch_sub(&server->calls, 1);
        return MHD_NO;
    }
    server->api->suspend_connection(call->wire);
    pthread_mutex_lock(&workers->lock);
    call->next = NULL;
    if (workers->last)
        workers->last->next = call;
    else
        workers->first = call;
    workers->last = call;
    if (++workers->queued > workers->idle && workers->count < workers->limit &&
        start_thread(&workers->threads[workers->count], workers))
        workers->count++;
    pthread_cond_signal(&workers->ready);
    pthread_mutex_unlock(&workers->lock);
    return MHD_YES;
}

void workers_stop(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->ready);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->count; i++)
        pthread_join(workers->threads[i], NULL);
    workers->count = 0;
    free(workers->threads);
    workers->threads = NULL;
}
