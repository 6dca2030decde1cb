#include "registry/oci/stored.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    SHARDS = 16,
    BUCKETS = 256, /* of a shard */
    KEY_MAX = 768,
    ENTRY_COST = 8192, /* what an entry takes beside its manifest: headers, for each loop again */
};

struct entry {
    struct entry *chain;         /* of its bucket */
    struct entry *newer, *older; /* by insertion */
    uint64_t hash;
    size_t cost;
    size_t place_len; /* of `key`: the part that says which repository */
    size_t key_len;
    _Atomic bool used; /* since it was last looked at for removal */
    struct stored_hit hit;
    char key[];
};

struct shard {
    pthread_rwlock_t lock;
    struct entry *buckets[BUCKETS];
    struct entry *newest, *oldest;
    _Atomic uint64_t ticket;
};

struct stored {
    size_t max;
    atomic_size_t cost; /* of all shards; each makes room among its own */
    struct shard shards[SHARDS];
};

/* "ACCOUNT/REGION/REPOSITORY" NUL "REFERENCE" */
struct key {
    char text[KEY_MAX];
    size_t len, place_len;
};

static bool add(struct key *key, struct slice part)
{
    if (part.len >= KEY_MAX - key->len)
        return false;
    if (part.len)
        memcpy(key->text + key->len, part.at, part.len);
    key->len += part.len;
    return true;
}

static bool key_place(struct key *key, const struct scope *scope)
{
    key->len = 0;
    if (!add(key, scope->account) || !add(key, SLICE("/")) || !add(key, scope->region) ||
        !add(key, SLICE("/")) || !add(key, scope->repository))
        return false;
    key->place_len = key->len;
    return true;
}

static bool key_make(struct key *key, const struct scope *scope, struct slice reference)
{
    return key_place(key, scope) && add(key, SLICE("\0")) && add(key, reference);
}

static struct shard *shard_of(struct stored *stored, struct slice place)
{
    return &stored->shards[hash64(place) % SHARDS];
}

static struct slice place_of(const struct key *key)
{
    return slice_of(key->text, key->place_len);
}

struct stored *stored_new(size_t bytes_max, struct error *err)
{
    struct stored *stored = calloc(1, sizeof *stored);
    if (!stored) {
        arena_error(err);
        return NULL;
    }
    stored->max = bytes_max ? bytes_max : STORED_BYTES_MAX;
    for (size_t i = 0; i < SHARDS; i++)
        pthread_rwlock_init(&stored->shards[i].lock, NULL);
    return stored;
}

static void entry_remove(struct stored *stored, struct shard *shard, struct entry *entry)
{
    struct entry **at = &shard->buckets[entry->hash % BUCKETS];
    while (*at != entry)
        at = &(*at)->chain;
    *at = entry->chain;
    *(entry->newer ? &entry->newer->older : &shard->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &shard->oldest) = entry->newer;
    stored->cost -= entry->cost;
    server_stored_unref(entry->hit.response);
    free(entry);
}

static void entry_add(struct stored *stored, struct shard *shard, struct entry *entry)
{
    entry->chain = shard->buckets[entry->hash % BUCKETS];
    shard->buckets[entry->hash % BUCKETS] = entry;
    entry->newer = NULL;
    entry->older = shard->newest;
    *(shard->newest ? &shard->newest->newer : &shard->oldest) = entry;
    shard->newest = entry;
    stored->cost += entry->cost;
}

static struct entry *entry_find(const struct shard *shard, uint64_t hash, struct slice key)
{
    struct entry *entry = shard->buckets[hash % BUCKETS];
    while (entry && (entry->hash != hash || entry->key_len != key.len ||
                     memcmp(entry->key, key.at, key.len) != 0))
        entry = entry->chain;
    return entry;
}

/* A second chance for what was used since: moved to the newest end instead. */
static void make_room(struct stored *stored, struct shard *shard)
{
    for (size_t chances = BUCKETS; shard->oldest && stored->cost > stored->max;) {
        struct entry *entry = shard->oldest;
        if (!chances || !entry->used || entry == shard->newest) {
            entry_remove(stored, shard, entry);
            continue;
        }
        chances--;
        entry->used = false;
        shard->oldest = entry->newer;
        shard->oldest->older = NULL;
        entry->newer = NULL;
        entry->older = shard->newest;
        shard->newest->newer = entry;
        shard->newest = entry;
    }
}

void stored_free(struct stored *stored)
{
    if (!stored)
        return;
    stored_forget(stored, SLICE(""));
    for (size_t i = 0; i < SHARDS; i++)
        pthread_rwlock_destroy(&stored->shards[i].lock);
    free(stored);
}

bool stored_find(struct stored *stored, const struct scope *scope, struct slice reference,
                 struct stored_hit *hit)
{
    struct key key;
    if (!key_make(&key, scope, reference))
        return false;
    struct shard *shard = shard_of(stored, place_of(&key));
    struct slice text = slice_of(key.text, key.len);
    pthread_rwlock_rdlock(&shard->lock);
    struct entry *entry = entry_find(shard, hash64(text), text);
    if (entry) {
        if (!entry->used) /* reading first keeps the line shared between processors */
            entry->used = true;
        *hit = entry->hit;
        server_stored_ref(hit->response);
    }
    pthread_rwlock_unlock(&shard->lock);
    return entry != NULL;
}

uint64_t stored_ticket(struct stored *stored, const struct scope *scope)
{
    struct key key;
    return key_place(&key, scope) ? shard_of(stored, place_of(&key))->ticket : 0;
}

static struct entry *entry_new(const struct key *key, const struct stored_hit *hit, size_t size)
{
    struct entry *entry = calloc(1, sizeof *entry + key->len);
    if (!entry)
        return NULL;
    entry->hash = hash64(slice_of(key->text, key->len));
    entry->cost = size + ENTRY_COST;
    entry->key_len = key->len;
    entry->place_len = key->place_len;
    memcpy(entry->key, key->text, key->len);
    entry->hit = *hit;
    server_stored_ref(entry->hit.response);
    return entry;
}

void stored_put(struct stored *stored, uint64_t ticket, const struct scope *scope,
                struct slice reference, const struct stored_hit *hit, size_t size)
{
    struct key key;
    if (size > STORED_MANIFEST_MAX || !key_make(&key, scope, reference))
        return;
    struct entry *entry = entry_new(&key, hit, size);
    if (!entry)
        return; /* only the next one is slower */
    struct shard *shard = shard_of(stored, place_of(&key));
    pthread_rwlock_wrlock(&shard->lock);
    if (shard->ticket == ticket && !entry_find(shard, entry->hash, slice_of(key.text, key.len))) {
        entry_add(stored, shard, entry);
        make_room(stored, shard);
        entry = NULL;
    }
    pthread_rwlock_unlock(&shard->lock);
    if (entry) {
        server_stored_unref(entry->hit.response);
        free(entry);
    }
}

/* `place` empty: all. */
static void shard_forget(struct stored *stored, struct shard *shard, struct slice place)
{
    pthread_rwlock_wrlock(&shard->lock);
    /* Under the lock; gcc 12 with the sanitizers takes `++` for a write out of bounds. */
    atomic_store(&shard->ticket, atomic_load(&shard->ticket) + 1);
    for (struct entry *entry = shard->newest, *next; entry; entry = next) {
        next = entry->older;
        if (!place.len || slice_equal(slice_of(entry->key, entry->place_len), place))
            entry_remove(stored, shard, entry);
    }
    pthread_rwlock_unlock(&shard->lock);
}

void stored_forget(struct stored *stored, struct slice scope_text)
{
    struct scope scope;
    if (scope_text.len && scope_parse(scope_text, &scope) && scope.repository.len)
        shard_forget(stored, shard_of(stored, scope_text), scope_text);
    else
        for (size_t i = 0; i < SHARDS; i++)
            shard_forget(stored, &stored->shards[i], SLICE(""));
}
