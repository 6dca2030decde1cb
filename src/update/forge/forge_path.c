/* Paths below a forge's API base, as its row words them. */
#include "update/forge/forge_parts.h"

static struct slice repository_path(struct forge_session *session)
{
    struct slice whole = arena_printf(session->arena, "%.*s/%.*s", SLICE_ARG(session->owner),
                                      SLICE_ARG(session->name));
    if (whole.at && session->forge->whole)
        whole = url_encode(whole, session->arena);
    if (!whole.at)
        return whole;
    return arena_printf(session->arena, "%s/%.*s", session->forge->root, SLICE_ARG(whole));
}

static struct slice things_path(struct forge_session *session, const char *things, uint64_t number)
{
    struct slice repository = repository_path(session);
    if (!repository.at)
        return repository;
    if (number == 0)
        return arena_printf(session->arena, "%.*s/%s", SLICE_ARG(repository), things);
    return arena_printf(session->arena, "%.*s/%s/%llu", SLICE_ARG(repository), things,
                        (unsigned long long)number);
}

struct slice forge_list_path(struct forge_session *session, enum forge_thing thing, unsigned page)
{
    const struct forge_kind *kind = &session->forge->kinds[thing];
    struct slice path = things_path(session, kind->things, 0);
    if (!path.at)
        return path;
    return arena_printf(session->arena, "%.*s?%s&%s=%d&page=%u", SLICE_ARG(path), kind->open,
                        session->forge->page_size, FORGE_PAGE, page);
}

struct slice forge_item_path(struct forge_session *session, enum forge_thing thing, uint64_t number)
{
    return things_path(session, session->forge->kinds[thing].things, number);
}

static struct slice with_suffix(struct forge_session *session, struct slice path,
                                const char *suffix)
{
    if (!path.at)
        return path;
    return arena_printf(session->arena, "%.*s%s", SLICE_ARG(path), suffix);
}

struct slice forge_comments_path(struct forge_session *session, enum forge_thing thing,
                                 uint64_t number)
{
    const struct forge_kind *kind = &session->forge->kinds[thing];
    const char *things = kind->remarks ? kind->remarks : kind->things;
    return with_suffix(session, things_path(session, things, number), session->forge->comments);
}

struct slice forge_closing_path(struct forge_session *session, enum forge_thing thing,
                                uint64_t number)
{
    return with_suffix(session, forge_item_path(session, thing, number),
                       session->forge->kinds[thing].close_path);
}
