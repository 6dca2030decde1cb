#pragma once
/*
 * The byte form of everything that is kept in the store: numbers as LEB128 (seven bits a byte, low
 * first), texts as length and bytes, no padding. Packing grows in an arena and remembers failure;
 * unpacking takes hostile bytes: every function returns false instead of reading past the end.
 */
#include "base/arena.h"

struct pack {
    struct arena *arena;
    char *bytes;
    size_t len, room;
    bool failed; /* the arena's budget was spent */
};

void pack_init(struct pack *pack, struct arena *arena);
void pack_byte(struct pack *pack, uint8_t byte);
void pack_number(struct pack *pack, uint64_t number);
void pack_text(struct pack *pack, struct slice text);
void pack_texts(struct pack *pack, const struct slice *texts, size_t count);
void pack_raw(struct pack *pack, struct slice bytes);
/* False when packing failed; the bytes live in the arena. */
bool pack_finish(const struct pack *pack, struct slice *bytes);

bool unpack_byte(struct slice *from, uint8_t *byte);
bool unpack_number(struct slice *from, uint64_t *number);
bool unpack_text(struct slice *from, struct slice *text);
/* A count of items that take at least one byte each: refused when more than bytes are left. */
bool unpack_count(struct slice *from, size_t *count);
bool unpack_texts(struct slice *from, struct arena *arena, struct slice **texts, size_t *count);
