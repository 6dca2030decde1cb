/* Documents that hang on a repository or an account. */
#include "registry/core/parts.h"
#include "registry/core/repository.h"

bool setting_get(struct registry *registry, const struct scope *scope, const char *name,
                 struct arena *arena, struct slice *value, bool *exists, struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct slice text;
    bool found;
    *failure = (struct failure){0};
    if (!change_begin(&view, registry, scope, false, NULL, failure) ||
        !row_get(&view, ROW_SETTING, slice_str(name), &text, &found, failure))
        return false;
    if (!found) {
        *exists = false;
        return true;
    }
    struct slice copy = arena_copy(arena, text);
    if (!copy.at)
        return failure_memory(failure);
    *value = copy;
    *exists = true;
    return true;
}

bool setting_put(struct registry *registry, const struct scope *scope, const char *name,
                 struct slice value, const char *what, const struct caller *who,
                 struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    *failure = (struct failure){0};
    if (value.len > META_VALUE_MAX)
        return failure_set(failure, FAILURE_TOO_LARGE, "the setting has more than %d bytes",
                           META_VALUE_MAX);
    if (!change_begin(&change, registry, scope, true, who, failure) ||
        (scope->repository.len && !repository_need(&change, NULL, failure)))
        return false;
    change.touched = true;
    bool done = value.len ? row_put(&change, ROW_SETTING, slice_str(name), value, failure)
                          : row_remove(&change, ROW_SETTING, slice_str(name), failure);
    return done && change_journal(&change, what, NULL, SLICE(""), slice_str(name), failure) &&
           change_commit(&change, failure);
}

bool setting_list(struct registry *registry, const struct scope *scope, const char *prefix,
                  struct arena *arena, struct setting **settings, size_t *count,
                  struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct row_list rows;
    *failure = (struct failure){0};
    if (!change_begin(&view, registry, scope, false, NULL, failure) ||
        !row_list_prefix(&view, ROW_SETTING, slice_str(prefix), SLICE(""), 0, &rows, failure))
        return false;
    struct setting *list = arena_array(arena, rows.count + 1, sizeof *list);
    if (!list)
        return failure_memory(failure);
    for (size_t i = 0; i < rows.count; i++) {
        list[i].name = arena_copy(arena, rows.items[i].name);
        list[i].value = arena_copy(arena, rows.items[i].value);
        if (!list[i].name.at || !list[i].value.at)
            return failure_memory(failure);
    }
    *settings = list;
    *count = rows.count;
    return true;
}

struct holders {
    struct arena *arena;
    const char *name;
    struct scope *scopes;
    size_t count, room;
    bool spent;
};

static bool note_holder(void *context, const struct meta_row *row)
{
    struct holders *holders = context;
    struct scope scope;
    if (!slice_equal_str(row->name, holders->name))
        return true;
    struct slice copy = arena_copy(holders->arena, row->scope);
    holders->spent = !copy.at;
    if (copy.at && scope_parse(copy, &scope) && scope.repository.len)
        holders->spent =
            !ARENA_PUSH(holders->arena, holders->scopes, holders->count, holders->room, scope);
    return !holders->spent;
}

bool setting_holders(struct registry *registry, const char *name, struct arena *arena,
                     struct scope **scopes, size_t *count, struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct scope nobody = {0};
    struct holders holders = {.arena = arena, .name = name};
    struct meta_range range = {.kind = ROW_SETTING, .scope = SLICE(""), .below = true};
    struct error err;
    *failure = (struct failure){0};
    if (!change_begin(&view, registry, &nobody, false, NULL, failure))
        return false;
    if (!meta_scan(view.txn, &range, note_holder, &holders, &err))
        return failure_of(failure, &err);
    if (holders.spent)
        return failure_memory(failure);
    *scopes = holders.scopes;
    *count = holders.count;
    return true;
}
