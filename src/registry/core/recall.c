/*
 * A table in sixteen parts, each with its lock, its chains and its queue. Entries are given out
 * with a count of holders, so that what is forgotten stays good for those who are sending it.
 *
 * A reader that loads while a writer commits must not put back what the writer just forgot: it
 * notes the repository's generation before its transaction begins, and remembers nothing when that
 * has changed. Generations are kept by hash of the scope; a collision costs a look-up.
 */
#include "registry/core/recall.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/hash.h"
#include "registry/core/parts.h"

enum {
    PARTS = 16,
    CHAINS = 256,
    GENERATIONS = 256,
    PART_BYTES_MAX = 512 * 1024,
    ENTRY_BYTES_MAX = 128 * 1024,
    KEY_MAX = 640,
};

struct recall_entry {
    atomic_uint holders;
    struct recall_entry *next;          /* of the chain */
    struct recall_entry *older, *newer; /* of the queue */
    uint64_t hash, scope_hash;
    size_t size;
    bool linked;
    atomic_bool used; /* since the queue's end passed it */
    struct slice key, media_type, bytes;
    struct digest digest;
};

struct part {
    pthread_mutex_t lock;
    struct recall_entry *chains[CHAINS];
    struct recall_entry *newest, *oldest;
    size_t bytes;
};

struct recall_cache {
    struct part parts[PARTS];
    atomic_uint_fast64_t generations[GENERATIONS];
};

struct recall_cache *recall_cache_new(void)
{
    struct recall_cache *cache = calloc(1, sizeof *cache);
    for (size_t i = 0; cache && i < PARTS; i++)
        pthread_mutex_init(&cache->parts[i].lock, NULL);
    return cache;
}

static void entry_release(struct recall_entry *entry)
{
    if (entry && atomic_fetch_sub_explicit(&entry->holders, 1, memory_order_acq_rel) == 1)
        free(entry);
}

/* ---- under a part's lock ---- */

static void dequeue(struct part *part, struct recall_entry *entry)
{
    *(entry->newer ? &entry->newer->older : &part->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &part->oldest) = entry->newer;
    entry->newer = entry->older = NULL;
}

static void enqueue(struct part *part, struct recall_entry *entry)
{
    entry->newer = NULL;
    entry->older = part->newest;
    *(part->newest ? &part->newest->newer : &part->oldest) = entry;
    part->newest = entry;
}

static void forget_entry(struct part *part, struct recall_entry *entry)
{
    struct recall_entry **at = &part->chains[entry->hash % CHAINS];
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    dequeue(part, entry);
    part->bytes -= entry->size;
    entry->linked = false;
    entry_release(entry);
}

static void make_room(struct part *part, size_t size)
{
    while (part->oldest && part->bytes + size > PART_BYTES_MAX) {
        struct recall_entry *entry = part->oldest;
        if (atomic_exchange_explicit(&entry->used, false, memory_order_relaxed)) {
            dequeue(part, entry);
            enqueue(part, entry);
        } else {
            forget_entry(part, entry);
        }
    }
}

static struct recall_entry *find(struct part *part, uint64_t hash, struct slice key)
{
    struct recall_entry *entry = part->chains[hash % CHAINS];
    while (entry && !(entry->hash == hash && slice_equal(entry->key, key)))
        entry = entry->next;
    return entry;
}

/* ---- keys ---- */

struct key {
    char text[KEY_MAX];
    size_t scope_len, len;
    uint64_t hash, scope_hash;
};

static bool key_add(struct key *key, struct slice part, char end)
{
    if (part.len >= KEY_MAX - key->len)
        return false;
    if (part.len)
        memcpy(key->text + key->len, part.at, part.len);
    key->len += part.len;
    key->text[key->len++] = end;
    return true;
}

static bool key_make(struct key *key, const struct scope *scope, struct slice reference)
{
    key->len = 0;
    if (!key_add(key, scope->account, '/') || !key_add(key, scope->region, '/') ||
        !key_add(key, scope->repository, '\n'))
        return false;
    key->scope_len = key->len - 1;
    key->scope_hash = hash64(slice_of(key->text, key->scope_len));
    if (!key_add(key, reference, '\n'))
        return false;
    key->hash = hash64(slice_of(key->text, key->len));
    return true;
}

static struct part *part_of(struct recall_cache *cache, uint64_t hash)
{
    return &cache->parts[hash >> 60];
}

/* ---- interface ---- */

static void give(struct recall_entry *entry, struct recalled *recalled)
{
    *recalled = (struct recalled){entry->digest, entry->media_type, entry->bytes, entry};
}

bool recall_find(struct registry *registry, const struct scope *scope, struct slice reference,
                 struct recalled *recalled)
{
    struct key key;
    if (!key_make(&key, scope, reference))
        return false;
    struct part *part = part_of(registry->state->recall, key.hash);
    pthread_mutex_lock(&part->lock);
    struct recall_entry *entry = find(part, key.hash, slice_of(key.text, key.len));
    if (entry) {
        atomic_fetch_add_explicit(&entry->holders, 1, memory_order_relaxed);
        atomic_store_explicit(&entry->used, true, memory_order_relaxed);
    }
    pthread_mutex_unlock(&part->lock);
    if (entry)
        give(entry, recalled);
    return entry != NULL;
}

static struct recall_entry *entry_new(const struct key *key, const struct digest *digest,
                                      struct slice media_type, struct slice bytes)
{
    size_t size = sizeof(struct recall_entry) + key->len + media_type.len + bytes.len;
    struct recall_entry *entry = malloc(size);
    if (!entry)
        return NULL;
    *entry = (struct recall_entry){
        .hash = key->hash, .scope_hash = key->scope_hash, .size = size, .digest = *digest};
    atomic_init(&entry->holders, 1);
    char *at = (char *)(entry + 1);
    entry->key = slice_of(memcpy(at, key->text, key->len), key->len);
    at += key->len;
    entry->media_type = slice_of(at, media_type.len);
    if (media_type.len)
        memcpy(at, media_type.at, media_type.len);
    at += media_type.len;
    entry->bytes = slice_of(at, bytes.len);
    if (bytes.len)
        memcpy(at, bytes.at, bytes.len);
    return entry;
}

static void remember(struct recall_cache *cache, struct recall_entry *entry, uint64_t generation)
{
    struct part *part = part_of(cache, entry->hash);
    if (entry->size > ENTRY_BYTES_MAX)
        return;
    pthread_mutex_lock(&part->lock);
    if (atomic_load(&cache->generations[entry->scope_hash % GENERATIONS]) == generation &&
        !find(part, entry->hash, entry->key)) {
        make_room(part, entry->size);
        atomic_fetch_add_explicit(&entry->holders, 1, memory_order_relaxed);
        entry->next = part->chains[entry->hash % CHAINS];
        part->chains[entry->hash % CHAINS] = entry;
        enqueue(part, entry);
        part->bytes += entry->size;
        entry->linked = true;
    }
    pthread_mutex_unlock(&part->lock);
}

bool recall_load(struct registry *registry, const struct scope *scope, struct slice reference,
                 struct recalled *recalled, struct failure *failure)
{
    struct recall_cache *cache = registry->state->recall;
    CLEANUP_CHANGE struct change view = {0};
    struct slice bytes, media_type;
    struct digest digest;
    struct key key;
    *failure = (struct failure){0};
    if (recall_find(registry, scope, reference, recalled))
        return true;
    if (!key_make(&key, scope, reference))
        return manifest_unknown(scope, reference, failure);
    uint64_t generation = atomic_load(&cache->generations[key.scope_hash % GENERATIONS]);
    if (!change_begin(&view, registry, scope, false, NULL, failure) ||
        !manifest_find(&view, reference, &digest, failure) ||
        !manifest_read(&view, &digest, &bytes, &media_type, failure))
        return false;
    struct recall_entry *entry = entry_new(&key, &digest, media_type, bytes);
    if (!entry)
        return failure_memory(failure);
    remember(cache, entry, generation);
    give(entry, recalled);
    return true;
}

void recall_release(struct recalled *recalled)
{
    entry_release(recalled->entry);
    *recalled = (struct recalled){0};
}

static void forget_in_part(struct part *part, struct slice scope)
{
    pthread_mutex_lock(&part->lock);
    for (struct recall_entry *entry = part->newest, *older; entry; entry = older) {
        older = entry->older;
        if (!scope.len || (slice_starts(entry->key, scope) && entry->key.len > scope.len &&
                           entry->key.at[scope.len] == '\n'))
            forget_entry(part, entry);
    }
    pthread_mutex_unlock(&part->lock);
}

/* Generations first: a reader that began before may then not remember any more. */
void recall_forget(struct registry *registry, struct slice scope)
{
    struct recall_cache *cache = registry->state->recall;
    if (scope.len)
        atomic_fetch_add(&cache->generations[hash64(scope) % GENERATIONS], 1);
    else
        for (size_t i = 0; i < GENERATIONS; i++)
            atomic_fetch_add(&cache->generations[i], 1);
    for (size_t i = 0; i < PARTS; i++)
        forget_in_part(&cache->parts[i], scope);
}

void recall_cache_free(struct recall_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < PARTS; i++) {
        forget_in_part(&cache->parts[i], SLICE(""));
        pthread_mutex_destroy(&cache->parts[i].lock);
    }
    free(cache);
}
