#pragma once
/* What core remembers between requests; core's own. */
#include <pthread.h>

#include "registry/core/core.h"

struct upload;
struct recall_cache;
struct pulls;
struct unrecorded;

struct registry_state {
    pthread_mutex_t uploads_lock;
    struct upload *uploads; /* in memory: under way or paused a short while */
    size_t upload_count;
    struct recall_cache *recall;
    struct pulls *pulls;
    struct unrecorded *unrecorded;
    /* The clock when the registry was opened: see registry_time_late. */
    double opened_wall, opened_monotonic;
    double pulls_written; /* monotonic; of registry_tick alone */
};

/*
 * Two readings of a clock that somebody may set at any time, so that what was promised to be kept
 * for a while is: a promise is dated with the later of (the clock, the clock at start + what has
 * passed since), and judged by the earlier. A jump of the clock then makes things stay longer, and
 * never shorter.
 */
double registry_time_late(const struct registry *registry);
double registry_time_early(const struct registry *registry);
