#pragma once
/*
 * A fixed pool for one piece of work: workers take the next index until none is left. The caller is
 * one of the workers, so work is done even where no thread can be started.
 */
#include <stddef.h>

/* Processors this process may use, at least 1; at most what threads_set_limit said. */
unsigned threads_count(void);
/* 0: as many as there are processors. Called once at start. */
void threads_set_limit(unsigned limit);
unsigned threads_limit(void);

/* Calls work(context, index) once for each index below `count`, on at most threads_count() threads,
   and returns when all are done. Lower indices start first. */
void threads_run(size_t count, void (*work)(void *context, size_t index), void *context);
/* The same for work that waits rather than computes (requests to one server): on at most `most`
   threads, however few processors there are. */
void threads_run_waiting(unsigned most, size_t count, void (*work)(void *context, size_t index),
                         void *context);
