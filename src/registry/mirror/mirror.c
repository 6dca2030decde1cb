/* Opening and closing, and what is kept in memory: the rules of each account, the operator's
   configuration. See mirror.h. */
#include "base/log.h"
#include "registry/core/repository.h"
#include "registry/mirror/parts.h"

#include <stdio.h>
#include <stdlib.h>

#define CONFIGURATION_FILE "mirror.json"

enum { CONFIGURATION_EVERY = 2, RULES_ARENA = 4 << 20 };

const struct caller caller_mirror = {.kind = CALLER_SYSTEM, .name = {"mirror", 6}, .admin = true};

double mirror_now(const struct mirror *mirror)
{
    return mirror->world->ops->now(mirror->world);
}

static void account_free(struct mirror_account *account)
{
    arena_done(&account->arena);
    free(account);
}

/* Under the lock. */
static void forget_rules(struct mirror *mirror)
{
    while (mirror->accounts) {
        struct mirror_account *next = mirror->accounts->next;
        account_free(mirror->accounts);
        mirror->accounts = next;
    }
    mirror->rules_generation++;
}

/* Settings of an account changed: its rules may have. */
static void tap_changed(void *context, struct slice text)
{
    struct mirror *mirror = context;
    struct scope scope = {0};
    if (text.len && scope_parse(text, &scope) && scope.repository.len)
        return;
    pthread_mutex_lock(&mirror->lock);
    forget_rules(mirror);
    pthread_mutex_unlock(&mirror->lock);
    mirror_forget_misses(mirror);
    replication_forget(mirror->replication);
}

static void tap_journal(void *context)
{
    struct mirror *mirror = context;
    replication_wake(mirror->replication);
}

/* Rules as they stand in the settings; a damaged one is left out, and said. */
static bool rules_load(struct mirror *mirror, struct mirror_account *account,
                       const struct scope *scope)
{
    struct setting *settings;
    size_t count;
    struct failure failure = {0};
    if (!setting_list(mirror->registry, scope, PULL_THROUGH_SETTING, &account->arena, &settings,
                      &count, &failure)) {
        log_warning("pull-through rules of %s cannot be read: %s", account->scope,
                    failure.inside.text);
        return false;
    }
    account->rules = arena_array(&account->arena, count + 1, sizeof *account->rules);
    for (size_t i = 0; account->rules && i < count; i++) {
        struct error err = {0};
        struct mirror_rule *rule = &account->rules[account->rule_count];
        if (mirror_rule_parse(settings[i].value, &account->arena, rule, &err))
            account->rule_count++;
        else
            log_warning("pull-through rule %.*s: %s", SLICE_ARG(settings[i].name), err.text);
    }
    return account->rules != NULL;
}

static struct mirror_account *account_find(struct mirror *mirror, const char *scope)
{
    struct mirror_account *account = mirror->accounts;
    while (account && strcmp(account->scope, scope) != 0)
        account = account->next;
    return account;
}

static struct mirror_account *account_new(const char *text)
{
    struct mirror_account *account = calloc(1, sizeof *account);
    if (!account)
        return NULL;
    arena_init(&account->arena, RULES_ARENA);
    snprintf(account->scope, sizeof account->scope, "%s", text);
    return account;
}

static bool choose(const struct mirror_account *account, struct slice repository,
                   struct arena *arena, struct mirror_rule *rule)
{
    const struct mirror_rule *chosen =
        mirror_rule_choose(account->rules, account->rule_count, repository);
    if (!chosen)
        return false;
    *rule = (struct mirror_rule){
        .prefix = arena_copy(arena, chosen->prefix),
        .upstream_url = arena_copy(arena, chosen->upstream_url),
        .upstream_prefix = arena_copy(arena, chosen->upstream_prefix),
        .credential_arn = arena_copy(arena, chosen->credential_arn),
    };
    return rule->prefix.at && rule->upstream_url.at && rule->upstream_prefix.at &&
           rule->credential_arn.at;
}

bool mirror_rule_for(struct mirror *mirror, const struct scope *scope, struct arena *arena,
                     struct mirror_rule *rule)
{
    char text[sizeof((struct mirror_account *)NULL)->scope];
    struct scope account_scope = {.account = scope->account, .region = scope->region};
    int len = snprintf(text, sizeof text, "%.*s/%.*s", SLICE_ARG(scope->account),
                       SLICE_ARG(scope->region));
    if (len < 0 || (size_t)len >= sizeof text)
        return false;
    pthread_mutex_lock(&mirror->lock);
    struct mirror_account *account = account_find(mirror, text);
    unsigned generation = mirror->rules_generation;
    if (account) {
        bool found = choose(account, scope->repository, arena, rule);
        pthread_mutex_unlock(&mirror->lock);
        return found;
    }
    pthread_mutex_unlock(&mirror->lock);
    account = account_new(text);
    if (!account)
        return false;
    bool whole = rules_load(mirror, account, &account_scope);
    bool found = whole && choose(account, scope->repository, arena, rule);
    pthread_mutex_lock(&mirror->lock);
    if (whole && generation == mirror->rules_generation && !account_find(mirror, text)) {
        account->next = mirror->accounts;
        mirror->accounts = account;
        account = NULL;
    }
    pthread_mutex_unlock(&mirror->lock);
    if (account)
        account_free(account);
    return found;
}

bool mirror_applies(struct mirror *mirror, const struct scope *scope)
{
    CLEANUP_ARENA struct arena arena = {.limit = 64 << 10};
    struct mirror_rule rule;
    return mirror && mirror_rule_for(mirror, scope, &arena, &rule);
}

static bool configuration_bytes(struct mirror *mirror, struct arena *arena, uint64_t size,
                                struct slice *bytes, struct error *err)
{
    const struct world_ops *ops = mirror->world->ops;
    size_t got = 0;
    char *to = size <= MIRROR_CONFIGURATION_MAX ? arena_alloc(arena, (size_t)size + 1) : NULL;
    if (!to)
        return error_set(err, ERROR_LIMIT, "is over %d bytes", MIRROR_CONFIGURATION_MAX);
    int file = ops->open(mirror->world, CONFIGURATION_FILE, false, err);
    if (file < 0)
        return false;
    bool fine = ops->read(mirror->world, file, 0, to, (size_t)size, &got, err);
    ops->close(mirror->world, file);
    *bytes = slice_of(to, got);
    return fine;
}

/* Of a file that is not there: nothing is set. */
static bool configuration_load(struct mirror *mirror, struct error *err)
{
    struct arena arena;
    struct slice bytes;
    struct mirror_configuration configuration = {0};
    uint64_t size = 0;
    double changed = 0;
    bool there = mirror->world->ops->stat(mirror->world, CONFIGURATION_FILE, &size, &changed, err);
    if (!there && err->kind != ERROR_NOT_FOUND)
        return error_add(err, CONFIGURATION_FILE);
    *err = (struct error){0};
    pthread_mutex_lock(&mirror->lock);
    bool same = size == mirror->configuration_size && changed == mirror->configuration_changed;
    pthread_mutex_unlock(&mirror->lock);
    if (same)
        return true;
    arena_init(&arena, (size_t)16 << 20);
    bool fine = !there || (configuration_bytes(mirror, &arena, size, &bytes, err) &&
                           mirror_configuration_parse(bytes, &arena, &configuration, err));
    pthread_mutex_lock(&mirror->lock);
    mirror->configuration_size = size;
    mirror->configuration_changed = changed;
    if (fine) {
        struct arena old = mirror->configuration_arena;
        mirror->configuration_arena = arena;
        mirror->configuration = configuration;
        arena = old;
    }
    pthread_mutex_unlock(&mirror->lock);
    arena_done(&arena);
    return fine || error_add(err, CONFIGURATION_FILE);
}

void mirror_configuration_refresh(struct mirror *mirror)
{
    struct error err = {0};
    double now = mirror->world->ops->monotonic(mirror->world);
    pthread_mutex_lock(&mirror->lock);
    bool due = now - mirror->configuration_asked >= CONFIGURATION_EVERY;
    if (due)
        mirror->configuration_asked = now;
    pthread_mutex_unlock(&mirror->lock);
    if (due && !configuration_load(mirror, &err))
        log_warning("%s; going on with what was read before", err.text);
}

/* Under the lock. */
static bool credentials_copy(const struct mirror *mirror, const struct mirror_rule *rule,
                             struct arena *arena, struct upstream_target *target, struct error *err)
{
    if (!rule->credential_arn.len)
        return true;
    const struct mirror_credentials *found =
        mirror_credentials_of(&mirror->configuration, rule->credential_arn);
    if (!found)
        return error_set(err, ERROR_DENIED, "%.*s is not in " CONFIGURATION_FILE,
                         SLICE_ARG(rule->credential_arn));
    target->user = arena_copy(arena, found->user);
    target->password = arena_copy(arena, found->password);
    return (target->user.at && target->password.at) || arena_error(err);
}

bool mirror_host_copy(struct mirror *mirror, struct slice url, struct arena *arena,
                      const struct mirror_host **host, struct error *err)
{
    struct slice scheme, name;
    if (!mirror_address_parse(url, arena, &scheme, &name, err))
        return false;
    const struct mirror_host *found = mirror_host_of(&mirror->configuration, name);
    *host = NULL;
    if (!found)
        return true;
    struct mirror_host *copy = arena_new(arena, struct mirror_host);
    if (!copy)
        return arena_error(err);
    *copy = (struct mirror_host){
        .host = name, .ca_file = arena_copy(arena, found->ca_file), .insecure = found->insecure};
    *host = copy;
    return copy->ca_file.at || arena_error(err);
}

bool mirror_target(struct mirror *mirror, const struct mirror_rule *rule, struct slice repository,
                   struct arena *arena, struct upstream_target *target,
                   struct mirror_timing *timing, struct error *err)
{
    mirror_configuration_refresh(mirror);
    *target = (struct upstream_target){
        .url = rule->upstream_url,
        .repository =
            repository.len ? mirror_rule_upstream(rule, repository, arena) : (struct slice){"", 0},
        .cancel = &mirror->stop};
    if (!target->repository.at)
        return arena_error(err);
    pthread_mutex_lock(&mirror->lock);
    *timing = mirror_timing_of(&mirror->configuration, rule->prefix);
    timing->prefix = rule->prefix;
    bool fine = credentials_copy(mirror, rule, arena, target, err) &&
                mirror_host_copy(mirror, rule->upstream_url, arena, &target->host, err);
    pthread_mutex_unlock(&mirror->lock);
    return fine;
}

static void mirror_init(struct mirror *mirror, const struct node *node)
{
    mirror->node = node;
    mirror->registry = node->registry;
    mirror->world = node->registry->world;
    pthread_mutex_init(&mirror->lock, NULL);
    pthread_cond_init(&mirror->fill_wake, NULL);
    mirror->fills_end = &mirror->fills;
    arena_init(&mirror->configuration_arena, 1);
    arena_init(&mirror->miss_arena, (size_t)8 << 20);
    table_init(&mirror->misses, &mirror->miss_arena);
    flights_init(&mirror->flights);
}

bool mirror_open(struct mirror **mirror, const struct node *node, struct error *err)
{
    struct mirror *made = calloc(1, sizeof *made);
    if (!made)
        return arena_error(err);
    mirror_init(made, node);
    if (!configuration_load(made, err) || !mirror_fill_start(made, err) ||
        !replication_open(&made->replication, made, err)) {
        mirror_close(made);
        return false;
    }
    registry_tap(
        node->registry,
        &(struct registry_taps){.context = made, .changed = tap_changed, .journal = tap_journal});
    *mirror = made;
    return true;
}

void mirror_stop(struct mirror *mirror)
{
    if (!mirror)
        return;
    atomic_store(&mirror->stop, true);
    replication_stop(mirror->replication);
    mirror_fill_stop(mirror);
}

void mirror_close(struct mirror *mirror)
{
    if (!mirror)
        return;
    mirror_stop(mirror);
    replication_close(mirror->replication);
    forget_rules(mirror);
    arena_done(&mirror->configuration_arena);
    arena_done(&mirror->miss_arena);
    flights_done(&mirror->flights);
    pthread_cond_destroy(&mirror->fill_wake);
    pthread_mutex_destroy(&mirror->lock);
    free(mirror);
}
