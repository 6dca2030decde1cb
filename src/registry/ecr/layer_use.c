#include "registry/ecr/layer_use.h"

#include "registry/core/manifest.h"
#include "registry/core/rows.h"

/* A base layer may be in thousands of images: the first active one decides, and no more than these
   are looked at. */
enum { USERS_MAX = 200 };

struct users {
    struct digest *items;
    size_t count;
};

/* Names are LAYER/MANIFEST. */
static bool add_user(void *context, const struct meta_row *row)
{
    struct users *users = context;
    struct error err;
    struct slice name = row->name;
    slice_cut(&name, '/');
    if (digest_parse_any(&users->items[users->count], name, &err))
        users->count++;
    return true;
}

static bool find_users(struct ecr_call *call, const struct digest *digest, struct users *users)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct error err;
    struct meta_range range = {.kind = ROW_REFERENCE,
                               .scope = scope_text(&call->scope, call->arena),
                               .prefix = arena_printf(call->arena, "%s/", digest->text),
                               .limit = USERS_MAX};
    users->count = 0;
    users->items = arena_array(call->arena, USERS_MAX, sizeof *users->items);
    if (!users->items || !range.scope.at || !range.prefix.at)
        return call_no_memory(call);
    return (meta_begin(call->node->registry->meta, false, &txn, &err) &&
            meta_scan(txn, &range, add_user, users, &err)) ||
           failure_of(&call->failure, &err);
}

static void look_at(const struct manifest_facts *facts, const struct digest *digest,
                    struct layer_use *use)
{
    use->used = true;
    use->active = !facts->is_archived;
    if (digest_equal(&facts->config.digest, digest))
        use->media_type = facts->config.media_type;
    for (size_t i = 0; i < facts->layer_count; i++)
        if (digest_equal(&facts->layers[i].digest, digest))
            use->media_type = facts->layers[i].media_type;
}

bool layer_use_find(struct ecr_call *call, const struct digest *digest, struct layer_use *use)
{
    struct users users;
    *use = (struct layer_use){.used = false};
    if (!find_users(call, digest, &users))
        return false;
    for (size_t i = 0; i < users.count && !use->active; i++) {
        struct manifest_facts facts;
        struct failure failure;
        if (manifest_describe(call->node->registry, &call->scope, &users.items[i], call->arena,
                              &facts, &failure))
            look_at(&facts, digest, use);
        else if (failure.reason != FAILURE_MANIFEST_UNKNOWN) {
            call->failure = failure;
            return false;
        }
    }
    return true;
}
