#include "advisory/pack.h"

void pack_init(struct pack *pack, struct arena *arena)
{
    *pack = (struct pack){.arena = arena};
}

static char *make_room(struct pack *pack, size_t more)
{
    if (pack->failed || more == 0)
        return NULL;
    if (more <= pack->room - pack->len)
        return pack->bytes + pack->len;
    size_t room = pack->room ? pack->room * 2 : 128;
    while (room < SIZE_MAX / 4 && room - pack->len < more)
        room *= 2;
    char *bytes = arena_alloc(pack->arena, room);
    if (!bytes) {
        pack->failed = true;
        return NULL;
    }
    if (pack->len)
        memcpy(bytes, pack->bytes, pack->len);
    pack->bytes = bytes;
    pack->room = room;
    return bytes + pack->len;
}

void pack_raw(struct pack *pack, struct slice bytes)
{
    char *to = make_room(pack, bytes.len);
    if (!to)
        return;
    memcpy(to, bytes.at, bytes.len);
    pack->len += bytes.len;
}

void pack_byte(struct pack *pack, uint8_t byte)
{
    pack_raw(pack, slice_of(&byte, 1));
}

void pack_number(struct pack *pack, uint64_t number)
{
    while (number >= 0x80) {
        pack_byte(pack, (uint8_t)(number | 0x80));
        number >>= 7;
    }
    pack_byte(pack, (uint8_t)number);
}

void pack_text(struct pack *pack, struct slice text)
{
    pack_number(pack, text.len);
    pack_raw(pack, text);
}

void pack_texts(struct pack *pack, const struct slice *texts, size_t count)
{
    pack_number(pack, count);
    for (size_t i = 0; i < count; i++)
        pack_text(pack, texts[i]);
}

bool pack_finish(const struct pack *pack, struct slice *bytes)
{
    if (!pack->failed)
        *bytes = slice_of(pack->bytes, pack->len);
    return !pack->failed;
}

bool unpack_byte(struct slice *from, uint8_t *byte)
{
    if (from->len == 0)
        return false;
    *byte = (uint8_t)from->at[0];
    *from = slice_from(*from, 1);
    return true;
}

bool unpack_number(struct slice *from, uint64_t *number)
{
    uint64_t sum = 0;
    uint8_t byte;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        if (!unpack_byte(from, &byte))
            return false;
        sum |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *number = sum;
            return true;
        }
    }
    return false;
}

bool unpack_text(struct slice *from, struct slice *text)
{
    uint64_t len;
    if (!unpack_number(from, &len) || len > from->len)
        return false;
    *text = slice_upto(*from, (size_t)len);
    *from = slice_from(*from, (size_t)len);
    return true;
}

bool unpack_count(struct slice *from, size_t *count)
{
    uint64_t number;
    if (!unpack_number(from, &number) || number > from->len)
        return false;
    *count = (size_t)number;
    return true;
}

bool unpack_texts(struct slice *from, struct arena *arena, struct slice **texts, size_t *count)
{
    *texts = NULL;
    if (!unpack_count(from, count))
        return false;
    if (*count == 0)
        return true;
    *texts = arena_array(arena, *count, sizeof **texts);
    if (!*texts)
        return false;
    for (size_t i = 0; i < *count; i++)
        if (!unpack_text(from, &(*texts)[i]))
            return false;
    return true;
}
