#include "registry/core/pulls.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "registry/core/parts.h"

enum {
    RECENT = 4096, /* slots that say "this one was noted in this second" without a lock */
    CHAINS = 1024,
    PENDING_MAX = 50000, /* of which more are not noted until the next writing */
    AT_ONCE = 500,       /* rows a transaction */
    SCOPE_MAX = 320,
};

struct pull {
    struct pull *next; /* of the chain */
    uint64_t hash;
    double when;
    struct digest digest;
    size_t scope_len;
    char scope[];
};

struct pending {
    struct pull *chains[CHAINS];
    size_t count;
};

struct pulls {
    pthread_mutex_t lock;
    struct pending *now, *writing; /* writing: being written; kept until it is in meta */
    atomic_uint_fast64_t recent[RECENT];
};

struct pulls *pulls_new(void)
{
    struct pulls *pulls = calloc(1, sizeof *pulls);
    if (pulls && !(pulls->now = calloc(1, sizeof *pulls->now))) {
        free(pulls);
        return NULL;
    }
    if (pulls)
        pthread_mutex_init(&pulls->lock, NULL);
    return pulls;
}

static void pending_free(struct pending *pending)
{
    for (size_t i = 0; pending && i < CHAINS; i++)
        for (struct pull *pull = pending->chains[i], *next; pull; pull = next) {
            next = pull->next;
            free(pull);
        }
    free(pending);
}

void pulls_free(struct pulls *pulls)
{
    if (!pulls)
        return;
    pending_free(pulls->now);
    pending_free(pulls->writing);
    pthread_mutex_destroy(&pulls->lock);
    free(pulls);
}

struct pull_key {
    char text[SCOPE_MAX + sizeof(struct digest)];
    size_t scope_len;
    uint64_t hash;
};

static bool make_key(struct pull_key *key, const struct scope *scope, const struct digest *digest)
{
    const struct slice parts[] = {scope->account, SLICE("/"), scope->region, SLICE("/"),
                                  scope->repository};
    struct slice name = digest_slice(digest);
    size_t len = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].len > SCOPE_MAX - len)
            return false;
        if (parts[i].len)
            memcpy(key->text + len, parts[i].at, parts[i].len);
        len += parts[i].len;
    }
    key->scope_len = len;
    memcpy(key->text + len, name.at, name.len);
    key->hash = hash64(slice_of(key->text, len + name.len));
    return true;
}

static struct pull *find(const struct pending *pending, const struct pull_key *key,
                         const struct digest *digest)
{
    struct pull *pull = pending ? pending->chains[key->hash % CHAINS] : NULL;
    while (pull && !(pull->hash == key->hash && digest_equal(&pull->digest, digest) &&
                     slice_equal(slice_of(pull->scope, pull->scope_len),
                                 slice_of(key->text, key->scope_len))))
        pull = pull->next;
    return pull;
}

static void note(struct pending *pending, const struct pull_key *key, const struct digest *digest,
                 double now)
{
    struct pull *pull = find(pending, key, digest);
    if (pull) {
        pull->when = now;
        return;
    }
    if (pending->count >= PENDING_MAX || !(pull = malloc(sizeof *pull + key->scope_len)))
        return;
    pull->hash = key->hash;
    pull->when = now;
    pull->digest = *digest;
    pull->scope_len = key->scope_len;
    memcpy(pull->scope, key->text, key->scope_len);
    pull->next = pending->chains[key->hash % CHAINS];
    pending->chains[key->hash % CHAINS] = pull;
    pending->count++;
}

void pulls_note(struct pulls *pulls, const struct scope *scope, const struct digest *digest,
                double now)
{
    struct pull_key key;
    if (!make_key(&key, scope, digest))
        return;
    uint64_t mark = (key.hash << 16) ^ (uint64_t)now;
    atomic_uint_fast64_t *slot = &pulls->recent[key.hash % RECENT];
    if (atomic_load_explicit(slot, memory_order_relaxed) == mark)
        return;
    pthread_mutex_lock(&pulls->lock);
    note(pulls->now, &key, digest, now);
    pthread_mutex_unlock(&pulls->lock);
    atomic_store_explicit(slot, mark, memory_order_relaxed);
}

double pulls_pending(struct pulls *pulls, const struct scope *scope, const struct digest *digest)
{
    struct pull_key key;
    double when = 0;
    if (!make_key(&key, scope, digest))
        return 0;
    pthread_mutex_lock(&pulls->lock);
    const struct pull *now = find(pulls->now, &key, digest);
    const struct pull *writing = find(pulls->writing, &key, digest);
    if (now)
        when = now->when;
    else if (writing)
        when = writing->when;
    pthread_mutex_unlock(&pulls->lock);
    return when;
}

/* One of a manifest that is gone by now is left out. */
static bool write_pull(struct change *change, const struct pull *pull, struct failure *failure)
{
    bool found;
    change->at = slice_of(pull->scope, pull->scope_len);
    return row_any(change, ROW_MANIFEST, change->at, digest_slice(&pull->digest), &found,
                   failure) &&
           (!found ||
            row_put_time(change, ROW_PULLED, digest_slice(&pull->digest), pull->when, failure));
}

/* Some at a time, so that writers do not wait for thousands. */
static bool write_some(struct registry *registry, struct pending *pending, size_t *chain,
                       struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct scope nobody = {0};
    size_t done = 0;
    if (!change_begin(&change, registry, &nobody, true, NULL, failure))
        return false;
    for (; *chain < CHAINS && done < AT_ONCE; ++*chain)
        for (const struct pull *pull = pending->chains[*chain]; pull; pull = pull->next, done++)
            if (!write_pull(&change, pull, failure))
                return false;
    return change_commit(&change, failure);
}

bool pulls_write(struct registry *registry, struct pulls *pulls, struct error *err)
{
    struct failure failure = {0};
    struct pending *fresh = calloc(1, sizeof *fresh);
    bool ok = true;
    if (!fresh)
        return arena_error(err);
    pthread_mutex_lock(&pulls->lock);
    bool idle = !pulls->now->count || pulls->writing;
    if (!idle) {
        pulls->writing = pulls->now;
        pulls->now = fresh;
    }
    pthread_mutex_unlock(&pulls->lock);
    if (idle) {
        free(fresh);
        return true;
    }
    for (size_t chain = 0; ok && chain < CHAINS;)
        ok = write_some(registry, pulls->writing, &chain, &failure);
    pthread_mutex_lock(&pulls->lock);
    struct pending *done = pulls->writing;
    pulls->writing = NULL;
    pthread_mutex_unlock(&pulls->lock);
    pending_free(done);
    return ok || error_set(err, failure.inside.kind ? failure.inside.kind : ERROR_INTERNAL,
                           "writing when images were pulled: %s",
                           failure.inside.kind ? failure.inside.text : failure.text);
}
