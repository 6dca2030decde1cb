/* What was asked for in vain, and until when that is known: tags that are not upstream, registries
   that do not answer. In memory only: after a restart it is asked once more. */
#include "registry/mirror/parts.h"

bool mirror_missed(struct mirror *mirror, struct slice what)
{
    pthread_mutex_lock(&mirror->lock);
    const double *until = table_get(&mirror->misses, what);
    bool missed = until && *until > mirror->world->ops->monotonic(mirror->world);
    pthread_mutex_unlock(&mirror->lock);
    return missed;
}

static void forget(struct mirror *mirror)
{
    arena_done(&mirror->miss_arena);
    arena_init(&mirror->miss_arena, (size_t)8 << 20);
    table_init(&mirror->misses, &mirror->miss_arena);
}

void mirror_miss(struct mirror *mirror, struct slice what, double seconds)
{
    double until = mirror->world->ops->monotonic(mirror->world) + seconds;
    pthread_mutex_lock(&mirror->lock);
    if (mirror->misses.count >= MISSES_MAX)
        forget(mirror);
    double *known = table_get(&mirror->misses, what);
    if (known) {
        *known = until;
    } else {
        struct slice key = arena_copy(&mirror->miss_arena, what);
        double *value = arena_new(&mirror->miss_arena, double);
        if (key.at && value) {
            *value = until;
            (void)table_put(&mirror->misses, key, value);
        }
    }
    pthread_mutex_unlock(&mirror->lock);
}

void mirror_forget_misses(struct mirror *mirror)
{
    pthread_mutex_lock(&mirror->lock);
    forget(mirror);
    pthread_mutex_unlock(&mirror->lock);
}
