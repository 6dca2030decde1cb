#pragma once
/*
 * Memory by lifetime: process, job (one scan), scratch (one file). What a function returns lives in
 * the arena its caller passed; nothing in an arena is freed alone. An arena has a budget: when it
 * is spent (or the system has no more), arena_alloc returns NULL and the caller fails with
 * arena_error. Sizes that come from input are safe to pass. One thread at a time.
 */
#include "base/error.h"
#include "base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    char *next;   /* free space of the newest block */
    size_t left;  /* bytes free there */
    size_t used;  /* bytes taken from the system */
    size_t limit; /* budget in bytes */
};

/* An arena that may take `limit` bytes. Allocates nothing yet. */
void arena_init(struct arena *arena, size_t limit);
/* Frees all; accepts an arena that is all zero; may be called twice. */
void arena_done(struct arena *arena);
/* Forgets all allocations but keeps the largest block: for scratch arenas in a loop. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type; NULL when the budget is spent. */
void *arena_alloc(struct arena *arena, size_t size);
/* arena_alloc of count * size, checked for overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size);
#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* Sets ERROR_LIMIT, "out of memory budget"; returns false. */
bool arena_error(struct error *err);

/* A copy (with a NUL behind it); `at` is NULL when the budget is spent (also for empty input it is
 * not). */
struct slice arena_copy(struct arena *arena, struct slice s);
/* The same as a C string, NULL when the budget is spent. An inner NUL ends it early. */
char *arena_string(struct arena *arena, struct slice s);
/* printf into the arena; `at` NULL when the budget is spent. NUL-terminated too. */
__attribute__((format(printf, 2, 3))) struct slice arena_printf(struct arena *arena,
                                                                const char *format, ...);

/* The items with `between` between them; "" of none; `at` NULL when the budget is spent. */
struct slice arena_join(struct arena *arena, const struct slice *items, size_t count,
                        const char *between);
/* Puts one more at the end of a short list that somebody reads, which begins as SLICE(""):
   "curl, zlib". Each copies the list. When the budget is spent `list->at` is NULL, and stays so. */
__attribute__((format(printf, 4, 5))) void arena_list(struct arena *arena, struct slice *list,
                                                      const char *between, const char *format, ...);

/*
 * A growing array in an arena: `struct thing *items; size_t count, room;` held by the owner.
 * arena_grow makes room for one more item of `size` bytes and returns the (moved) array, NULL when
 * the budget is spent:
 *
 *     if (!ARENA_PUSH(arena, list->items, list->count, list->room, item)) return arena_error(err);
 */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size);
#define ARENA_PUSH(arena, items, count, room, item)                                                \
    ({                                                                                             \
        __typeof__(items) grown = arena_grow((arena), (items), (count), &(room), sizeof *(items)); \
        if (grown) {                                                                               \
            (items) = grown;                                                                       \
            (items)[(count)++] = (item);                                                           \
        }                                                                                          \
        grown != NULL;                                                                             \
    })

#define CLEANUP_ARENA __attribute__((cleanup(arena_done)))
