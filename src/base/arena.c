#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALIGNMENT = alignof(max_align_t), FIRST_BLOCK = 16 * 1024, LARGEST_BLOCK = 1024 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t size; /* of `bytes` */
    alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *arena, size_t limit)
{
    *arena = (struct arena){.limit = limit};
}

void arena_done(struct arena *arena)
{
    for (struct arena_block *block = arena->blocks, *older; block; block = older) {
        older = block->older;
        free(block);
    }
    arena_init(arena, arena->limit);
}

void arena_reset(struct arena *arena)
{
    struct arena_block *keep = arena->blocks;
    for (struct arena_block *block = keep; block; block = block->older)
        if (block->size > keep->size)
            keep = block;
    for (struct arena_block *block = arena->blocks, *older; block; block = older) {
        older = block->older;
        if (block != keep)
            free(block);
    }
    arena->blocks = keep;
    if (!keep)
        return;
    keep->older = NULL;
    arena->next = keep->bytes;
    arena->left = keep->size;
    arena->used = keep->size;
}

static bool add_block(struct arena *arena, size_t size)
{
    size_t usual = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    if (usual > LARGEST_BLOCK)
        usual = LARGEST_BLOCK;
    size_t left = arena->limit - arena->used;
    if (usual > left)
        usual = left;
    if (size > usual)
        usual = size;
    if (usual > left)
        return false;
    struct arena_block *block = malloc(sizeof *block + usual);
    if (!block)
        return false;
    *block = (struct arena_block){.older = arena->blocks, .size = usual};
    arena->blocks = block;
    arena->next = block->bytes;
    arena->left = usual;
    arena->used += usual;
    return true;
}

static size_t aligned(size_t size)
{
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    return size ? size : ALIGNMENT;
}

/* What is written at arena->next already. Blocks are multiples of the alignment but for the last
   piece of one, which is given away whole. */
static void arena_take(struct arena *arena, size_t size)
{
    size = aligned(size);
    if (size > arena->left)
        size = arena->left;
    arena->next += size;
    arena->left -= size;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = aligned(size);
    if (size > arena->left && !add_block(arena, size))
        return NULL;
    void *memory = arena->next;
    arena->next += size;
    arena->left -= size;
    return memset(memory, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return arena_alloc(arena, bytes);
}

bool arena_error(struct error *err)
{
    return error_set(err, ERROR_LIMIT, "out of memory budget");
}

struct slice arena_copy(struct arena *arena, struct slice s)
{
    char *copy = s.len < SIZE_MAX ? arena_alloc(arena, s.len + 1) : NULL;
    if (copy && s.len)
        memcpy(copy, s.at, s.len);
    return (struct slice){copy, copy ? s.len : 0};
}

char *arena_string(struct arena *arena, struct slice s)
{
    struct slice copy = arena_copy(arena, s);
    return copy.at ? (char *)(uintptr_t)copy.at : NULL;
}

/* Most texts fit into what is left of the newest block: one pass then, else a second one. */
static struct slice print(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    size_t room = arena->left;
    int len = vsnprintf(arena->next, room, format, args);
    bool fits = len >= 0 && (size_t)len < room;
    char *text = len < 0 ? NULL : fits ? arena->next : arena_alloc(arena, (size_t)len + 1);
    if (fits)
        arena_take(arena, (size_t)len + 1);
    else if (text)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return (struct slice){text, text ? (size_t)len : 0};
}

struct slice arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct slice text = print(arena, format, args);
    va_end(args);
    return text;
}

struct slice arena_join(struct arena *arena, const struct slice *items, size_t count,
                        const char *between)
{
    size_t gap = strlen(between), len = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        if (__builtin_add_overflow(len, items[i].len + (i ? gap : 0), &len))
            return (struct slice){NULL, 0};
    char *text = arena_alloc(arena, len + 1);
    if (!text)
        return (struct slice){NULL, 0};
    for (size_t i = 0; i < count; i++) {
        if (i)
            memcpy(text + at, between, gap);
        at += i ? gap : 0;
        if (items[i].len)
            memcpy(text + at, items[i].at, items[i].len);
        at += items[i].len;
    }
    return slice_of(text, len);
}

void arena_list(struct arena *arena, struct slice *list, const char *between, const char *format,
                ...)
{
    if (!list->at)
        return;
    va_list args;
    va_start(args, format);
    struct slice item = print(arena, format, args);
    va_end(args);
    *list = !item.at     ? (struct slice){NULL, 0}
            : !list->len ? item
                         : arena_join(arena, (struct slice[]){*list, item}, 2, between);
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    size_t more = *room ? *room * 2 : 8;
    void *grown = arena_array(arena, more, size);
    if (!grown)
        return NULL;
    if (count)
        memcpy(grown, items, count * size);
    *room = more;
    return grown;
}
