#include <stdlib.h>

#include "registry/core/parts.h"
#include "registry/core/pulls.h"
#include "registry/core/recall.h"
#include "registry/core/unrecorded.h"
#include "registry/core/upload_state.h"

enum { PULLS_SECONDS = 5 };

static void set_default(uint64_t *limit, uint64_t standard)
{
    if (!*limit)
        *limit = standard;
}

static struct registry_limits with_defaults(const struct registry_limits *given)
{
    struct registry_limits limits = {0};
    if (given)
        limits = *given;
    set_default(&limits.blob_max, (uint64_t)64 << 30);
    if (!limits.manifest_max)
        limits.manifest_max = 4 << 20;
    if (!limits.uploads_max)
        limits.uploads_max = 1000;
    if (!limits.repositories_max)
        limits.repositories_max = 1000000;
    if (!limits.images_max)
        limits.images_max = 100000;
    if (!limits.upload_seconds)
        limits.upload_seconds = 86400;
    if (!limits.grace_seconds)
        limits.grace_seconds = 86400;
    return limits;
}

double registry_time_late(const struct registry *registry)
{
    double wall = registry->world->ops->now(registry->world);
    double steady = registry->state->opened_wall +
                    registry->world->ops->monotonic(registry->world) -
                    registry->state->opened_monotonic;
    return wall > steady ? wall : steady;
}

double registry_time_early(const struct registry *registry)
{
    double wall = registry->world->ops->now(registry->world);
    double steady = registry->state->opened_wall +
                    registry->world->ops->monotonic(registry->world) -
                    registry->state->opened_monotonic;
    return wall < steady ? wall : steady;
}

double blob_told_slack(const struct registry *registry)
{
    return registry->limits.grace_seconds / 4.0;
}

static void state_free(struct registry_state *state)
{
    if (!state)
        return;
    recall_cache_free(state->recall);
    pulls_free(state->pulls);
    unrecorded_free(state->unrecorded);
    pthread_mutex_destroy(&state->uploads_lock);
    free(state);
}

bool registry_init(struct registry *registry, struct world *world, struct meta *meta,
                   struct blobs *blobs, const struct registry_limits *limits, struct error *err)
{
    struct registry_state *state = calloc(1, sizeof *state);
    if (!state)
        return arena_error(err);
    pthread_mutex_init(&state->uploads_lock, NULL);
    state->recall = recall_cache_new();
    state->pulls = pulls_new();
    state->unrecorded = unrecorded_new();
    state->opened_wall = world->ops->now(world);
    state->opened_monotonic = world->ops->monotonic(world);
    if (!state->recall || !state->pulls || !state->unrecorded) {
        state_free(state);
        return arena_error(err);
    }
    *registry = (struct registry){.world = world,
                                  .meta = meta,
                                  .blobs = blobs,
                                  .limits = with_defaults(limits),
                                  .state = state};
    return true;
}

void registry_done(struct registry *registry)
{
    struct error err;
    if (!registry->state)
        return;
    uploads_tick(registry, true);
    (void)pulls_write(registry, registry->state->pulls, &err); /* at most seconds of pulls */
    state_free(registry->state);
    registry->state = NULL;
}

void registry_tap(struct registry *registry, const struct registry_taps *taps)
{
    if (registry->tap_count < REGISTRY_TAPS_MAX)
        registry->taps[registry->tap_count++] = *taps;
}

static void forget_all(struct registry *registry)
{
    recall_forget(registry, SLICE(""));
    unrecorded_forget(registry->state->unrecorded, SLICE(""));
    for (size_t i = 0; i < registry->tap_count; i++)
        if (registry->taps[i].changed)
            registry->taps[i].changed(registry->taps[i].context, SLICE(""));
}

bool registry_tick(struct registry *registry, struct error *err)
{
    struct registry_state *state = registry->state;
    double now = registry->world->ops->monotonic(registry->world);
    bool changed;
    uploads_tick(registry, false);
    if (!meta_changed(registry->meta, &changed, err))
        return false;
    if (changed)
        forget_all(registry);
    if (now - state->pulls_written < PULLS_SECONDS)
        return true;
    state->pulls_written = now;
    return pulls_write(registry, state->pulls, err);
}
