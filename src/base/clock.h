#pragma once
/* Time: always UTC, written as ISO 8601. Any thread may call. */
#include <time.h>

#include "base/arena.h"

/* Seconds since 1970. With SOURCE_DATE_EPOCH in the environment, that: so that reports are
   reproducible. */
int64_t clock_now(void);
/* "2026-08-22T10:11:12Z" in `arena`; `at` NULL when the budget is spent. */
struct slice clock_format(int64_t epoch, struct arena *arena);
/* Dates ("2026-08-22") and times ("2026-08-22T10:11:12[.123][Z|+02:00]", also with a space for the
   T); without a zone they are UTC. False for all else. */
bool clock_parse(struct slice text, int64_t *epoch);
/* Whole days from one to the other, negative when `to` is earlier. */
int64_t clock_days(int64_t from, int64_t to);
/* Seconds that only go forward, from some point; not changed by SOURCE_DATE_EPOCH. */
double clock_monotonic(void);
/* That moment, so many seconds from now (none: now), for pthread_cond_clockwait and
   pthread_mutex_clocklock with CLOCK_MONOTONIC: who sets the clock lets nobody wait longer. */
struct timespec clock_after(double seconds);
