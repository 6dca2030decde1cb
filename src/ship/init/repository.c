/* See init.h: repositories of an ECR. */
#include "image/ecr_login.h"
#include "registry/ecr_client.h"
#include "ship/init/init.h"

bool init_add(struct init_things *things, struct arena *arena, enum init_state state,
              struct slice what, struct slice said, struct error *err)
{
    struct init_thing thing = {what, state, said};
    return (what.at && said.at &&
            ARENA_PUSH(arena, things->items, things->count, things->room, thing)) ||
           arena_error(err);
}

struct slice init_policy(unsigned keep, struct arena *arena)
{
    return arena_printf(
        arena,
        "{\"rules\":[{\"rulePriority\":1,\"description\":\"Keep last %u images\",\"selection\":"
        "{\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":%u},"
        "\"action\":{\"type\":\"expire\"}}]}",
        keep, keep);
}

static bool make_repository(struct aws *aws, struct slice name, const struct init_options *options,
                            struct slice what, struct arena *arena, struct init_things *things,
                            struct error *err)
{
    struct slice uri;
    struct ecr_client_creation creation = {.name = name, .immutable = options->immutable};
    if (options->dry_run)
        return init_add(things, arena, INIT_MISSING, what, SLICE("with scan on push"), err);
    return ecr_client_create(aws, &creation, arena, &uri, err) &&
           init_add(things, arena, INIT_MADE, what, SLICE("with scan on push"), err);
}

static bool turn_scan_on(struct aws *aws, struct slice name, const struct init_options *options,
                         struct slice what, struct arena *arena, struct init_things *things,
                         struct error *err)
{
    if (!options->fix)
        return init_add(things, arena, INIT_THERE, what,
                        SLICE("scan on push is off there (`plimsoll ship init --fix` turns it on; "
                              "the registry's own rules may scan all the same)"),
                        err);
    if (options->dry_run)
        return init_add(things, arena, INIT_MISSING, what, SLICE("scan on push would be turned on"),
                        err);
    return ecr_client_scan_on_push(aws, name, arena, err) &&
           init_add(things, arena, INIT_MADE, what, SLICE("scan on push is on now"), err);
}

/* *is_new: it was not there (and in a dry run still is not). */
static bool look_at_repository(struct aws *aws, struct slice name,
                               const struct init_options *options, struct arena *arena,
                               struct init_things *things, bool *is_new, struct error *err)
{
    struct ecr_client_repositories found = {.count = 0};
    struct slice what = arena_printf(arena, "repository %.*s", SLICE_ARG(name));
    *is_new = !ecr_client_repositories(aws, name, arena, &found, err);
    if (*is_new)
        return err->kind == ERROR_NOT_FOUND &&
               make_repository(aws, name, options, what, arena, things, err);
    if (found.count && found.items[0].scan_on_push)
        return init_add(things, arena, INIT_THERE, what, SLICE("scan on push is on"), err);
    return turn_scan_on(aws, name, options, what, arena, things, err);
}

static bool look_at_policy(struct aws *aws, struct slice name, const struct init_options *options,
                           bool is_new, struct arena *arena, struct init_things *things,
                           struct error *err)
{
    struct slice policy;
    struct slice what = arena_printf(arena, "lifecycle policy of %.*s", SLICE_ARG(name));
    struct slice said = arena_printf(arena, "keeps the last %u images", options->keep);
    if (!is_new && ecr_client_policy_get(aws, name, arena, &policy, err))
        return init_add(things, arena, INIT_THERE, what, SLICE("left as it is"), err);
    if (!is_new && err->kind != ERROR_NOT_FOUND)
        return false;
    if (options->dry_run)
        return init_add(things, arena, INIT_MISSING, what, said, err);
    return ecr_client_policy_put(aws, name, init_policy(options->keep, arena), arena, err) &&
           init_add(things, arena, INIT_MADE, what, said, err);
}

bool init_repository(const struct project_image *image, const struct init_options *options,
                     struct arena *arena, struct init_things *things, struct error *err)
{
    CLEANUP_AWS struct aws aws = {.client = NULL};
    struct slice repository = image->repository;
    struct slice host = slice_upto(repository, slice_find(repository, '/'));
    struct slice name = slice_from(repository, host.len + 1);
    bool is_new;
    if (!image->has_registry)
        return init_add(things, arena, INIT_LEFT,
                        arena_printf(arena, "repository %.*s", SLICE_ARG(repository)),
                        SLICE("no registry is said: write `registry:` into plimsoll.yaml"), err);
    if (!ecr_open(&aws, host, arena, err))
        return err->kind == ERROR_NOT_FOUND &&
               init_add(things, arena, INIT_LEFT,
                        arena_printf(arena, "repository %.*s", SLICE_ARG(repository)),
                        SLICE("not an ECR: such registries make a repository with its first push"),
                        err);
    if (!look_at_repository(&aws, name, options, arena, things, &is_new, err) ||
        !look_at_policy(&aws, name, options, is_new, arena, things, err))
        return error_add(err, "%.*s", SLICE_ARG(repository));
    return true;
}
