#include "registry/core/unrecorded.h"

#include <pthread.h>
#include <stdlib.h>

#include "registry/core/repository.h"
#include "registry/core/state.h"

enum { ACCOUNTS_MAX = 64, KEY_MAX = 128, SETTINGS_BUDGET = 1 << 20 };

struct account {
    char key[KEY_MAX]; /* "ACCOUNT/REGION" */
    size_t key_len;
    char *arns; /* each with a line feed behind; NULL: none */
};

struct unrecorded {
    pthread_rwlock_t lock;
    struct account accounts[ACCOUNTS_MAX];
    size_t count;
    uint64_t epoch; /* how often something was forgotten: what was read before is stale */
};

struct unrecorded *unrecorded_new(void)
{
    struct unrecorded *unrecorded = calloc(1, sizeof *unrecorded);
    if (unrecorded)
        pthread_rwlock_init(&unrecorded->lock, NULL);
    return unrecorded;
}

static void clear(struct unrecorded *unrecorded)
{
    for (size_t i = 0; i < unrecorded->count; i++)
        free(unrecorded->accounts[i].arns);
    unrecorded->count = 0;
}

void unrecorded_free(struct unrecorded *unrecorded)
{
    if (!unrecorded)
        return;
    clear(unrecorded);
    pthread_rwlock_destroy(&unrecorded->lock);
    free(unrecorded);
}

static struct slice key_of(const struct account *account)
{
    return slice_of(account->key, account->key_len);
}

static bool lists(const char *arns, struct slice arn)
{
    for (struct slice rest = slice_str(arns); rest.len;)
        if (slice_equal(slice_cut(&rest, '\n'), arn))
            return true;
    return false;
}

/* Whether the account is known, and what of the principal. */
static bool recall(struct unrecorded *unrecorded, struct slice key, struct slice arn, bool *has,
                   uint64_t *epoch)
{
    bool known = false;
    pthread_rwlock_rdlock(&unrecorded->lock);
    *epoch = unrecorded->epoch;
    for (size_t i = 0; i < unrecorded->count && !known; i++) {
        known = slice_equal(key_of(&unrecorded->accounts[i]), key);
        *has = known && lists(unrecorded->accounts[i].arns, arn);
    }
    pthread_rwlock_unlock(&unrecorded->lock);
    return known;
}

/* The account's ARNs in one text; NULL when there are none. */
static bool load(struct registry *registry, const struct scope *scope, char **arns)
{
    struct arena arena CLEANUP_ARENA;
    struct setting *settings;
    struct failure failure;
    size_t count, len = 0;
    arena_init(&arena, SETTINGS_BUDGET);
    *arns = NULL;
    if (!setting_list(registry, scope, UNRECORDED_PREFIX, &arena, &settings, &count, &failure))
        return false;
    for (size_t i = 0; i < count; i++)
        len += settings[i].name.len + 1;
    if (count && !(*arns = calloc(1, len + 1)))
        return false;
    len = 0;
    for (size_t i = 0; i < count; i++) {
        struct slice arn = slice_from(settings[i].name, sizeof UNRECORDED_PREFIX - 1);
        memcpy(*arns + len, arn.at, arn.len);
        (*arns)[len + arn.len] = '\n';
        len += arn.len + 1;
    }
    return true;
}

/* Takes `arns`. Somebody else may have done so meanwhile. */
static void remember(struct unrecorded *unrecorded, struct slice key, char *arns, uint64_t epoch)
{
    pthread_rwlock_wrlock(&unrecorded->lock);
    bool known = false;
    for (size_t i = 0; i < unrecorded->count; i++)
        known = known || slice_equal(key_of(&unrecorded->accounts[i]), key);
    if (!known && epoch == unrecorded->epoch) {
        if (unrecorded->count == ACCOUNTS_MAX)
            clear(unrecorded);
        struct account *account = &unrecorded->accounts[unrecorded->count++];
        memcpy(account->key, key.at, key.len);
        account->key_len = key.len;
        account->arns = arns;
        arns = NULL;
    }
    pthread_rwlock_unlock(&unrecorded->lock);
    free(arns);
}

bool unrecorded_has(struct registry *registry, const struct scope *scope, struct slice arn)
{
    struct unrecorded *unrecorded = registry->state->unrecorded;
    struct scope account = {.account = scope->account, .region = scope->region};
    char key[KEY_MAX];
    uint64_t epoch;
    bool has = false;
    size_t len = scope->account.len + 1 + scope->region.len;
    if (!arn.len || !scope->account.len || !scope->region.len || len > sizeof key)
        return false;
    memcpy(key, scope->account.at, scope->account.len);
    key[scope->account.len] = '/';
    memcpy(key + scope->account.len + 1, scope->region.at, scope->region.len);
    if (recall(unrecorded, slice_of(key, len), arn, &has, &epoch))
        return has;
    char *arns;
    if (!load(registry, &account, &arns))
        return false;
    has = lists(arns, arn);
    remember(unrecorded, slice_of(key, len), arns, epoch);
    return has;
}

void unrecorded_forget(struct unrecorded *unrecorded, struct slice scope)
{
    struct slice rest = scope;
    slice_cut(&rest, '/');
    if (slice_find(rest, '/') < rest.len)
        return;
    pthread_rwlock_wrlock(&unrecorded->lock);
    unrecorded->epoch++;
    clear(unrecorded);
    pthread_rwlock_unlock(&unrecorded->lock);
}
