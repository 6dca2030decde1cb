#include "base/threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { THREADS_MAX = 64 };

static unsigned limit_of_user;

unsigned threads_count(void)
{
    cpu_set_t set;
    unsigned count = 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        count = (unsigned)CPU_COUNT(&set);
    if (limit_of_user && limit_of_user < count)
        count = limit_of_user;
    return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : count;
}

void threads_set_limit(unsigned limit)
{
    limit_of_user = limit;
}

unsigned threads_limit(void)
{
    return limit_of_user;
}

struct job {
    void (*work)(void *context, size_t index);
    void *context;
    size_t count;
    atomic_size_t next;
};

static void *worker(void *argument)
{
    struct job *job = argument;
    for (size_t index; (index = atomic_fetch_add(&job->next, 1)) < job->count;)
        job->work(job->context, index);
    return NULL;
}

static void run(size_t wanted, size_t count, void (*work)(void *context, size_t index),
                void *context)
{
    struct job job = {.work = work, .context = context, .count = count};
    pthread_t threads[THREADS_MAX];
    size_t started = 0;
    if (wanted > count)
        wanted = count;
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, worker, &job) == 0)
        started++;
    worker(&job);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

void threads_run(size_t count, void (*work)(void *context, size_t index), void *context)
{
    run(threads_count(), count, work, context);
}

void threads_run_waiting(unsigned most, size_t count, void (*work)(void *context, size_t index),
                         void *context)
{
    run(most < THREADS_MAX ? most : THREADS_MAX, count, work, context);
}
