#include "schedule.h"

#include <stdio.h>
#include <stdlib.h>

void schedule_init(struct schedule *schedule, uint64_t seed)
{
    *schedule = (struct schedule){.random = seed * 0x9e3779b97f4a7c15u + 1};
    pthread_mutex_init(&schedule->lock, NULL);
    for (unsigned i = 0; i <= ACTORS_MAX; i++)
        pthread_cond_init(&schedule->wake[i], NULL);
}

void schedule_done(struct schedule *schedule)
{
    pthread_mutex_destroy(&schedule->lock);
    for (unsigned i = 0; i <= ACTORS_MAX; i++)
        pthread_cond_destroy(&schedule->wake[i]);
}

/* splitmix64 (Steele, Lea, Flood 2014). */
uint64_t schedule_random(struct schedule *schedule, uint64_t below)
{
    uint64_t z = schedule->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return below ? z % below : z;
}

bool schedule_chance(struct schedule *schedule, uint64_t chance, uint64_t of)
{
    return chance && schedule_random(schedule, of) < chance;
}

/* One of those that still run; main when none does. */
static unsigned choose(struct schedule *schedule)
{
    unsigned left = 0;
    for (unsigned i = 0; i < schedule->actors; i++)
        left += !schedule->done[i];
    if (!left)
        return schedule->actors;
    unsigned which = (unsigned)schedule_random(schedule, left);
    for (unsigned i = 0; i < schedule->actors; i++)
        if (!schedule->done[i] && which-- == 0)
            return i;
    return schedule->actors;
}

/* Under the lock. */
static void wait_for_baton(struct schedule *schedule, unsigned self)
{
    while (schedule->current != self)
        pthread_cond_wait(&schedule->wake[self], &schedule->lock);
}

static void pass_to(struct schedule *schedule, unsigned next)
{
    schedule->current = next;
    pthread_cond_signal(&schedule->wake[next]);
}

void schedule_yield(struct schedule *schedule)
{
    unsigned self = schedule->current, next = choose(schedule);
    if (self == schedule->actors || next == self)
        return;
    pthread_mutex_lock(&schedule->lock);
    pass_to(schedule, next);
    wait_for_baton(schedule, self);
    pthread_mutex_unlock(&schedule->lock);
}

struct start {
    struct schedule *schedule;
    unsigned self;
};

static void *actor_thread(void *context)
{
    struct start *start = context;
    struct schedule *schedule = start->schedule;
    pthread_mutex_lock(&schedule->lock);
    wait_for_baton(schedule, start->self);
    pthread_mutex_unlock(&schedule->lock);
    schedule->act(schedule->simulation, start->self);
    pthread_mutex_lock(&schedule->lock);
    schedule->done[start->self] = true;
    pass_to(schedule, choose(schedule));
    pthread_mutex_unlock(&schedule->lock);
    return NULL;
}

void schedule_run(struct schedule *schedule, unsigned count,
                  void (*act)(struct simulation *simulation, unsigned actor))
{
    pthread_t threads[ACTORS_MAX];
    struct start starts[ACTORS_MAX];
    schedule->actors = schedule->current = count;
    schedule->crashed = schedule->disk_full = false;
    schedule->writing = 0;
    schedule->act = act;
    for (unsigned i = 0; i < count; i++) {
        starts[i] = (struct start){schedule, i};
        schedule->done[i] = false;
        if (pthread_create(&threads[i], NULL, actor_thread, &starts[i]) != 0)
            abort();
    }
    pthread_mutex_lock(&schedule->lock);
    pass_to(schedule, choose(schedule));
    wait_for_baton(schedule, count);
    pthread_mutex_unlock(&schedule->lock);
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void let_time_pass(struct schedule *schedule)
{
    uint64_t which = schedule_random(schedule, 1000);
    schedule->elapsed += which < 985 ? 0.001 : (double)schedule_random(schedule, 40);
    if (schedule_chance(schedule, schedule->jump_chance, 1000000))
        schedule->set = (double)schedule_random(schedule, 2 * CLOCK_JUMP) - CLOCK_JUMP;
    if (schedule->fault_chance && schedule_chance(schedule, schedule->disk_full ? 50 : 1, 1000))
        schedule->disk_full = !schedule->disk_full;
}

bool schedule_point(struct schedule *schedule, const char *what, const char *detail)
{
    if (schedule->quiet || schedule->current == schedule->actors)
        return !schedule->crashed;
    schedule->points++;
    let_time_pass(schedule);
    if (schedule->trace)
        printf("  %llu actor %u at %s %s%s\n", (unsigned long long)schedule->points,
               schedule->current, what, detail, schedule->crashed ? " (crashed)" : "");
    if (!schedule->crashed && schedule_chance(schedule, schedule->crash_chance, 1000000)) {
        schedule->crashed = true;
        if (schedule->trace)
            printf("  crash\n");
    }
    if (schedule_chance(schedule, schedule->switch_chance, 1000))
        schedule_yield(schedule);
    return !schedule->crashed;
}

bool schedule_fault(struct schedule *schedule)
{
    return !schedule->quiet && schedule_chance(schedule, schedule->fault_chance, 1000000);
}
