#include "registry/bootstrap.h"

enum { PASSWORD_LENGTH = 24 };

/* Letters and digits that are not mistaken for each other: 32 of them, 5 bits each. */
static const char letters[33] = "abcdefghjkmnpqrstuvwxyz23456789-";

static bool make_password(struct world *world, struct arena *arena, struct slice *password,
                          struct error *err)
{
    unsigned char random[PASSWORD_LENGTH];
    char *text = arena_alloc(arena, PASSWORD_LENGTH + 1);
    if (!text)
        return arena_error(err);
    if (!world->ops->random(world, random, sizeof random, err))
        return false;
    for (size_t i = 0; i < PASSWORD_LENGTH; i++)
        text[i] = letters[random[i] % 32];
    *password = slice_of(text, PASSWORD_LENGTH);
    return true;
}

bool bootstrap(struct meta *meta, struct world *world, const struct serve_options *options,
               struct arena *arena, struct serve_credentials *made, bool *first, struct error *err)
{
    struct auth_user *users;
    size_t count;
    *first = false;
    if (!auth_user_list(meta, arena, &users, &count, err))
        return false;
    if (count > 0)
        return true;
    struct serve_credentials fresh = {
        .user = SLICE("admin"),
        .access_key = slice_str(options->access_key),
        .secret_key = slice_str(options->secret_key),
        .given = options->access_key != NULL,
    };
    struct auth_user admin = {.name = fresh.user, .account = options->node.account, .admin = true};
    if (!make_password(world, arena, &fresh.password, err) ||
        !auth_user_put(meta, world, &admin, fresh.password, err))
        return error_add(err, "making the first user");
    if (!auth_key_add(meta, world, fresh.user, arena, &fresh.access_key, &fresh.secret_key, err)) {
        struct error ignored; /* the next start makes the user anew, and shows the password */
        (void)auth_user_remove(meta, world, fresh.user, &ignored);
        return error_add(err, "making the first user");
    }
    *made = fresh;
    *first = true;
    return true;
}
