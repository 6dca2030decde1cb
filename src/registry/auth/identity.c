#include "registry/auth/identity.h"

#include <stdlib.h>

enum { TEXTS = 5 };

static void texts_of(struct caller *caller, struct slice *texts[TEXTS])
{
    texts[0] = &caller->name;
    texts[1] = &caller->account;
    texts[2] = &caller->arn;
    texts[3] = &caller->access_key;
    texts[4] = &caller->region;
}

/* Moves a text to `to`; where the next one goes. */
static char *move(struct slice *text, char *to)
{
    if (text->len)
        memcpy(to, text->at, text->len);
    *text = slice_of(to, text->len);
    return to + text->len;
}

/* The grants, then all texts, one after the other from `room` on. */
static void pack(const struct caller *from, struct caller *to, char *room)
{
    struct slice *texts[TEXTS];
    struct caller_grant *grants = (struct caller_grant *)(void *)room;
    *to = *from;
    to->address = to->request = (struct slice){0};
    if (from->grant_count)
        memcpy(grants, from->grants, from->grant_count * sizeof *grants);
    to->grants = from->grant_count ? grants : NULL;
    room += from->grant_count * sizeof *grants;
    texts_of(to, texts);
    for (size_t i = 0; i < TEXTS; i++)
        room = move(texts[i], room);
    for (size_t i = 0; i < from->grant_count; i++)
        room = move(&grants[i].repository, room);
}

static size_t packed_size(const struct caller *caller)
{
    struct caller copy = *caller;
    struct slice *texts[TEXTS];
    size_t size = caller->grant_count * sizeof *caller->grants;
    texts_of(&copy, texts);
    for (size_t i = 0; i < TEXTS; i++)
        size += texts[i]->len;
    for (size_t i = 0; i < caller->grant_count; i++)
        size += caller->grants[i].repository.len;
    return size;
}

struct identity *identity_new(const struct caller *caller, double expires, struct siphash stamp)
{
    struct identity *identity = malloc(sizeof *identity + packed_size(caller) + 1);
    if (!identity)
        return NULL;
    atomic_init(&identity->references, 1);
    identity->expires = expires;
    identity->stamp = stamp;
    pack(caller, &identity->caller, identity->texts);
    return identity;
}

void identity_unref(struct identity *identity)
{
    if (identity && atomic_fetch_sub_explicit(&identity->references, 1, memory_order_acq_rel) == 1)
        free(identity);
}

bool identity_copy(const struct identity *identity, struct arena *arena, struct caller *caller)
{
    char *room = arena_alloc(arena, packed_size(&identity->caller) + 1);
    if (room)
        pack(&identity->caller, caller, room);
    return room != NULL;
}
