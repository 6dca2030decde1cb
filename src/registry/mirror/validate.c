/* What ValidatePullThroughCacheRule asks. */
#include "registry/mirror/parts.h"

bool mirror_knows_secret(struct mirror *mirror, struct slice arn)
{
    mirror_configuration_refresh(mirror);
    pthread_mutex_lock(&mirror->lock);
    bool known = mirror_credentials_of(&mirror->configuration, arn) != NULL;
    pthread_mutex_unlock(&mirror->lock);
    return known;
}

bool mirror_validate(struct mirror *mirror, const struct mirror_rule *rule, struct arena *arena,
                     struct slice *why)
{
    struct error err = {0};
    struct upstream_target target;
    struct mirror_timing timing;
    CLEANUP_UPSTREAM struct upstream upstream = {0};
    *why = SLICE("");
    if (mirror_target(mirror, rule, SLICE(""), arena, &target, &timing, &err) &&
        upstream_open(&upstream, &target, &err) && upstream_check(&upstream, arena, &err))
        return true;
    *why = arena_copy(arena, slice_str(err.text));
    return why->at != NULL;
}
