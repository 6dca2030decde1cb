#include "registry/core/repository.h"

#include "registry/core/codec.h"
#include "registry/core/parts.h"
#include "registry/lifecycle.h"

enum { NAMES_AT_ONCE = 1000 };

struct slice account_text(struct change *change)
{
    struct scope account = {.account = change->scope.account, .region = change->scope.region};
    return scope_text(&account, &change->arena);
}

static bool unknown(const struct scope *scope, struct failure *failure)
{
    return failure_set(failure, FAILURE_REPOSITORY_UNKNOWN,
                       "The repository with name '%.*s' does not exist in the registry with id "
                       "'%.*s'",
                       SLICE_ARG(scope->repository), SLICE_ARG(scope->account));
}

static bool read_row(struct change *change, struct slice name, struct arena *arena,
                     struct repository *repository, bool *found, struct failure *failure)
{
    struct slice account = account_text(change), value;
    struct error err;
    if (!account.at)
        return failure_memory(failure);
    if (!row_get_at(change, ROW_REPOSITORY, account, name, &value, found, failure))
        return false;
    if (!*found)
        return true;
    repository->name = arena_copy(arena, name);
    if (!repository->name.at || !repository_decode(value, arena, repository, &err))
        return repository->name.at ? failure_of(failure, &err) : failure_memory(failure);
    return true;
}

bool repository_need(struct change *change, struct repository *repository, struct failure *failure)
{
    struct slice account = account_text(change), value;
    bool found;
    if (!account.at)
        return failure_memory(failure);
    if (!row_get_at(change, ROW_REPOSITORY, account, change->scope.repository, &value, &found,
                    failure))
        return false;
    if (!found)
        return unknown(&change->scope, failure);
    if (!repository)
        return true;
    struct error err;
    *repository = (struct repository){.name = change->scope.repository};
    if (!repository_decode(value, &change->arena, repository, &err))
        return failure_of(failure, &err);
    return true;
}

static bool write_row(struct change *change, const struct repository *repository,
                      struct failure *failure)
{
    struct slice account = account_text(change), value;
    if (!account.at || !repository_encode(repository, &change->arena, &value))
        return failure_memory(failure);
    return row_put_at(change, ROW_REPOSITORY, account, change->scope.repository, value, failure);
}

static bool check_room(struct change *change, struct failure *failure)
{
    struct slice account = account_text(change);
    uint64_t count;
    if (!account.at)
        return failure_memory(failure);
    if (!counter_get(change, account, "repositories", &count, failure))
        return false;
    if (count >= change->registry->limits.repositories_max)
        return failure_set(failure, FAILURE_LIMIT,
                           "the account has %zu repositories, and no more are allowed",
                           change->registry->limits.repositories_max);
    return counter_add(change, account, "repositories", 1, failure);
}

bool repository_create(struct registry *registry, const struct scope *scope,
                       const struct repository *repository, const struct caller *who,
                       struct arena *arena, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct repository made = *repository;
    bool found;
    (void)arena;
    *failure = (struct failure){0};
    if (!change_begin(&change, registry, scope, true, who, failure))
        return false;
    if (!repository_name_is_valid(scope->repository))
        return failure_set(failure, FAILURE_NAME_INVALID, "'%.*s' is no name of a repository",
                           SLICE_ARG(slice_upto(scope->repository, 300)));
    struct slice account = account_text(&change), value;
    if (!account.at)
        return failure_memory(failure);
    if (!row_get_at(&change, ROW_REPOSITORY, account, scope->repository, &value, &found, failure))
        return false;
    if (found)
        return failure_set(failure, FAILURE_REPOSITORY_EXISTS,
                           "The repository with name '%.*s' already exists in the registry with id "
                           "'%.*s'",
                           SLICE_ARG(scope->repository), SLICE_ARG(scope->account));
    made.created = change.now;
    change.touched = true;
    return check_room(&change, failure) && write_row(&change, &made, failure) &&
           change_journal(&change, "CreateRepository", NULL, SLICE(""), SLICE(""), failure) &&
           change_commit(&change, failure);
}

bool repository_get(struct registry *registry, const struct scope *scope, struct arena *arena,
                    struct repository *repository, struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct repository made = {0};
    bool found;
    *failure = (struct failure){0};
    if (!change_begin(&view, registry, scope, false, NULL, failure) ||
        !read_row(&view, scope->repository, arena, &made, &found, failure))
        return false;
    if (!found)
        return unknown(scope, failure);
    if (!counter_get(&view, view.at, "bytes", &made.bytes, failure))
        return false;
    *repository = made;
    return true;
}

/* ---- removal ---- */

/* All rows whose scope is the repository, whoever keeps them: each folder of registry/ that has
   rows in a repository's scope names its kinds here. */
static const char *const repository_kinds[] = {
    ROW_TAG,    ROW_MANIFEST, ROW_DOCUMENT, ROW_REFERENCE, ROW_REFERRER, ROW_TAGGED,  ROW_MOVED,
    ROW_PULLED, ROW_BLOB,     ROW_UPLOAD,   ROW_RECYCLED,  ROW_SETTING,  ROW_COUNTER,
};

/* Goes through the names of a kind's rows in portions; `each` may write. */
static bool for_names(struct change *change, const char *kind,
                      bool (*each)(struct change *change, const char *kind, struct slice name,
                                   struct failure *failure),
                      struct failure *failure)
{
    CLEANUP_ARENA struct arena arena;
    struct slice names[NAMES_AT_ONCE], after = SLICE("");
    size_t count = NAMES_AT_ONCE;
    char last[META_NAME_MAX];
    arena_init(&arena, 64 << 20);
    while (count == NAMES_AT_ONCE) {
        arena_reset(&arena);
        if (!row_names(change, kind, SLICE(""), after, &arena, names, NAMES_AT_ONCE, &count,
                       failure))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!each(change, kind, names[i], failure))
                return false;
        if (count) {
            after = slice_of(last, names[count - 1].len);
            memcpy(last, names[count - 1].at, after.len);
        }
    }
    return true;
}

static bool tell_removed(struct change *change, const char *kind, struct slice name,
                         struct failure *failure)
{
    struct digest digest;
    struct error err;
    (void)kind;
    return !digest_parse_any(&digest, name, &err) ||
           change_tell(change, NEWS_REMOVED, &digest, failure);
}

static bool leave_blob(struct change *change, const char *kind, struct slice name,
                       struct failure *failure)
{
    struct digest digest;
    struct blob_row row;
    struct error err;
    bool found;
    if (!digest_parse_any(&digest, name, &err))
        return row_remove(change, kind, name, failure);
    return blob_row_get(change, &digest, &row, &found, failure) &&
           blob_row_leave(change, &digest, row.size, failure);
}

static bool remove_rows(struct change *change, struct failure *failure)
{
    struct slice account = account_text(change);
    if (!account.at)
        return failure_memory(failure);
    if (!for_names(change, ROW_MANIFEST, tell_removed, failure) ||
        !for_names(change, ROW_RECYCLED, tell_removed, failure) ||
        !for_names(change, ROW_BLOB, leave_blob, failure))
        return false;
    for (size_t i = 0; i < sizeof repository_kinds / sizeof *repository_kinds; i++)
        if (!for_names(change, repository_kinds[i], row_remove, failure))
            return false;
    return row_remove_at(change, ROW_REPOSITORY, account, change->scope.repository, failure) &&
           counter_add(change, account, "repositories", -1, failure);
}

bool repository_delete(struct registry *registry, const struct scope *scope, bool force,
                       const struct caller *who, struct arena *arena, struct repository *repository,
                       struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct repository was = {0};
    bool found, full;
    *failure = (struct failure){0};
    if (!change_begin(&change, registry, scope, true, who, failure) ||
        !read_row(&change, scope->repository, arena, &was, &found, failure))
        return false;
    if (!found)
        return unknown(scope, failure);
    if (!row_any(&change, ROW_MANIFEST, change.at, SLICE(""), &full, failure) ||
        !counter_get(&change, change.at, "bytes", &was.bytes, failure))
        return false;
    if (full && !force)
        return failure_set(failure, FAILURE_REPOSITORY_NOT_EMPTY,
                           "The repository with name '%.*s' in registry with id '%.*s' cannot be "
                           "deleted because it still contains images",
                           SLICE_ARG(scope->repository), SLICE_ARG(scope->account));
    change.touched = true;
    if (!remove_rows(&change, failure) ||
        !change_journal(&change, "DeleteRepository", NULL, SLICE(""), SLICE(""), failure) ||
        !change_commit(&change, failure))
        return false;
    *repository = was;
    return true;
}

/* ---- listing and changing ---- */

bool repository_list(struct registry *registry, const struct scope *scope, struct slice after,
                     size_t limit, struct arena *arena, struct repository_list *list,
                     struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct scope account = {.account = scope->account, .region = scope->region};
    struct repository_list made = {0};
    struct row_list rows;
    *failure = (struct failure){0};
    if (!change_begin(&view, registry, &account, false, NULL, failure) ||
        !row_list_prefix(&view, ROW_REPOSITORY, SLICE(""), after, limit, &rows, failure))
        return false;
    made.items = arena_array(arena, rows.count + 1, sizeof *made.items);
    if (!made.items)
        return failure_memory(failure);
    for (; made.count < rows.count; made.count++) {
        struct repository *item = &made.items[made.count];
        struct scope own = account;
        struct error err;
        item->name = own.repository = arena_copy(arena, rows.items[made.count].name);
        struct slice at = scope_text(&own, &view.arena);
        if (!item->name.at || !at.at)
            return failure_memory(failure);
        if (!repository_decode(rows.items[made.count].value, arena, item, &err))
            return failure_of(failure, &err);
        if (!counter_get(&view, at, "bytes", &item->bytes, failure))
            return false;
    }
    made.room = rows.count;
    *list = made;
    return true;
}

bool repository_list_names(struct registry *registry, const struct scope *scope, struct slice after,
                           size_t limit, struct arena *arena, struct slice **names, size_t *count,
                           struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct scope account = {.account = scope->account, .region = scope->region};
    struct slice *list = arena_array(arena, limit + 1, sizeof *list);
    *failure = (struct failure){0};
    if (!list)
        return failure_memory(failure);
    if (!change_begin(&view, registry, &account, false, NULL, failure) ||
        !row_names(&view, ROW_REPOSITORY, SLICE(""), after, arena, list, limit, count, failure))
        return false;
    *names = list;
    return true;
}

bool repository_change(struct registry *registry, const struct scope *scope, const char *what,
                       bool (*change)(void *context, struct repository *repository,
                                      struct arena *arena, struct failure *failure),
                       void *context, const struct caller *who, struct arena *arena,
                       struct failure *failure)
{
    CLEANUP_CHANGE struct change work = {0};
    struct repository repository;
    *failure = (struct failure){0};
    if (!change_begin(&work, registry, scope, true, who, failure) ||
        !repository_need(&work, &repository, failure) ||
        !counter_get(&work, work.at, "bytes", &repository.bytes, failure) ||
        !change(context, &repository, arena, failure))
        return false;
    work.touched = true;
    return write_row(&work, &repository, failure) &&
           change_journal(&work, what, NULL, SLICE(""), SLICE(""), failure) &&
           change_commit(&work, failure);
}

bool repository_tag_is_mutable(const struct repository *repository, struct slice tag)
{
    bool immutable = repository->mutability == TAGS_IMMUTABLE ||
                     repository->mutability == TAGS_IMMUTABLE_WITH_EXCLUSION;
    bool filtered = repository->mutability == TAGS_IMMUTABLE_WITH_EXCLUSION ||
                    repository->mutability == TAGS_MUTABLE_WITH_EXCLUSION;
    for (size_t i = 0; filtered && i < repository->exclusion_count; i++)
        if (lifecycle_pattern_fits(repository->exclusions[i], tag))
            return immutable;
    return !immutable;
}
