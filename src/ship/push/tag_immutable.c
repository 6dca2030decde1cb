#include "ship/push/tag_immutable.h"

#include "image/ecr_login.h"
#include "registry/ecr_client.h"

/* The registry knows no such API, or does not let us ask. */
static bool without(const struct error *why, struct arena *arena, struct slice *note,
                    struct error *err)
{
    if (why->kind == ERROR_NOT_FOUND)
        return true;
    *note = arena_printf(arena, "whether its tags are immutable is not known: %s", why->text);
    return note->at || arena_error(err);
}

bool tag_immutable_find(struct destination *destination, const struct tag_plan *plan,
                        struct arena *arena, struct slice patterns[TAG_PLAN_TAGS_MAX],
                        size_t *count, struct slice *note, struct error *err)
{
    CLEANUP_AWS struct aws aws = {0};
    struct error why = {0};
    struct ecr_client_repositories found;
    const struct reference *reference = &destination->session.reference;
    *count = 0;
    *note = (struct slice){0};
    if (!ecr_open(&aws, reference->host, arena, &why) ||
        !ecr_client_repositories(&aws, reference->repository, arena, &found, &why))
        return without(&why, arena, note, err);
    for (size_t i = 0; i < plan->count && found.count; i++)
        if (ecr_client_tag_is_immutable(&found.items[0], plan->tags[i].name))
            patterns[(*count)++] = plan->tags[i].name;
    return true;
}
