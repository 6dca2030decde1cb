#pragma once
/*
 * Threads with a baton: of all actors only the one that holds it runs, and it may pass it on only
 * at a point (every operation on files, every border of a transaction). Who gets it is decided by
 * the seed, so the same seed runs the same interleaving. A point may also be where the machine
 * crashes: from then on every operation below the registry fails, all actors unwind, and main
 * starts again with what the disks kept.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* The clock is at most so far from the true time, either way. */
enum { ACTORS_MAX = 8, CLOCK_JUMP = 10000 };

struct schedule {
    /* chosen by the seed for a run */
    unsigned switch_chance; /* of 1000, at a point */
    unsigned crash_chance;  /* of 1,000,000, at a point */
    unsigned fault_chance;  /* of 1,000,000, of an operation on files or a commit */
    unsigned jump_chance;   /* of 1,000,000, at a point: the clock is set */
    bool trace;
    /* state */
    uint64_t random;
    uint64_t points;  /* so far */
    double elapsed;   /* true seconds since the run began */
    double set;       /* by how much the clock was set */
    bool crashed;     /* since the last schedule_run */
    bool disk_full;   /* for a while */
    bool quiet;       /* the judge is at work: no faults, no crash, no switches */
    unsigned writing; /* actor + 1 that has the writing transaction */
    /* the baton */
    pthread_mutex_t lock;
    pthread_cond_t wake[ACTORS_MAX + 1];
    unsigned actors, current; /* current == actors: main */
    bool done[ACTORS_MAX];
    struct simulation *simulation;
    void (*act)(struct simulation *simulation, unsigned actor);
};

void schedule_init(struct schedule *schedule, uint64_t seed);
void schedule_done(struct schedule *schedule);
uint64_t schedule_random(struct schedule *schedule, uint64_t below);
bool schedule_chance(struct schedule *schedule, uint64_t chance, uint64_t of);

/* Runs actors 0 … count-1 until all have ended. */
void schedule_run(struct schedule *schedule, unsigned count,
                  void (*act)(struct simulation *simulation, unsigned actor));
/* Here the baton may go to another, the clock goes on, and the machine may crash. False: it has. */
bool schedule_point(struct schedule *schedule, const char *what, const char *detail);
/* Gives the baton away: this actor waits for something. */
void schedule_yield(struct schedule *schedule);
/* Whether an operation is to fail now. */
bool schedule_fault(struct schedule *schedule);
