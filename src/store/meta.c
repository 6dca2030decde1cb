/* What every backend promises is asked here, once: limits, and the life of a transaction. */
#include "store/meta.h"

void meta_close(struct meta *meta)
{
    if (meta)
        meta->ops->close(meta);
}

bool meta_begin(struct meta *meta, bool write, struct meta_txn **txn, struct error *err)
{
    struct meta_txn *begun = NULL;
    if (!meta->ops->begin(meta, write, &begun, err))
        return false;
    begun->meta = meta;
    begun->write = write;
    *txn = begun;
    return true;
}

bool meta_commit(struct meta_txn **txn, struct error *err)
{
    struct meta_txn *ending = *txn;
    *txn = NULL;
    if (!ending->broken && !ending->scanning)
        return ending->meta->ops->commit(ending, err);
    bool broken = ending->broken;
    ending->meta->ops->abort(ending);
    return error_set(err, ERROR_INTERNAL, "%s, so nothing of the transaction was kept",
                     broken ? "part of it failed" : "it was committed from within a scan");
}

void meta_abort(struct meta_txn **txn)
{
    struct meta_txn *ending = txn ? *txn : NULL;
    if (!ending)
        return;
    *txn = NULL;
    ending->meta->ops->abort(ending);
}

static bool too_long(struct error *err, const char *what, size_t len, size_t limit)
{
    return error_set(err, ERROR_LIMIT, "the %s of a row has %zu bytes, more than %zu", what, len,
                     limit);
}

static bool check_key(const char *kind, struct slice scope, struct slice name, struct error *err)
{
    if (!kind || !*kind)
        return error_set(err, ERROR_INTERNAL, "a row without a kind");
    if (scope.len > META_SCOPE_MAX)
        return too_long(err, "scope", scope.len, META_SCOPE_MAX);
    return name.len <= META_NAME_MAX || too_long(err, "name", name.len, META_NAME_MAX);
}

static bool check_write(const struct meta_txn *txn, struct error *err)
{
    if (!txn->write)
        return error_set(err, ERROR_INTERNAL, "writing in a reading transaction");
    if (txn->scanning)
        return error_set(err, ERROR_INTERNAL, "writing while rows are gone through");
    return true;
}

/* A failed read may have ended a writing transaction below us just as well as a failed write. */
static bool remember(struct meta_txn *txn, bool done)
{
    txn->broken = txn->broken || !done;
    return done;
}

bool meta_get(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
              struct arena *arena, struct slice *value, bool *found, struct error *err)
{
    return check_key(kind, scope, name, err) &&
           remember(txn, txn->meta->ops->get(txn, kind, scope, name, arena, value, found, err));
}

bool meta_put(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
              struct slice value, struct error *err)
{
    bool allowed = check_key(kind, scope, name, err) && check_write(txn, err);
    if (allowed && value.len > META_VALUE_MAX)
        allowed = too_long(err, "value", value.len, META_VALUE_MAX);
    return remember(txn, allowed && txn->meta->ops->put(txn, kind, scope, name, value, err));
}

bool meta_remove(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
                 struct error *err)
{
    bool allowed = check_key(kind, scope, name, err) && check_write(txn, err);
    return remember(txn, allowed && txn->meta->ops->remove(txn, kind, scope, name, err));
}

bool meta_scan(struct meta_txn *txn, const struct meta_range *range,
               bool (*each)(void *context, const struct meta_row *row), void *context,
               struct error *err)
{
    if (!check_key(range->kind, range->scope, range->after, err) ||
        !check_key(range->kind, range->after_scope, range->prefix, err))
        return false;
    if (range->below ? range->prefix.len > 0 : range->after_scope.len > 0)
        return error_set(err, ERROR_INTERNAL, "a range of rows that cannot be");
    txn->scanning++;
    bool done = txn->meta->ops->scan(txn, range, each, context, err);
    txn->scanning--;
    return remember(txn, done);
}

bool meta_changed(struct meta *meta, bool *changed, struct error *err)
{
    return meta->ops->changed(meta, changed, err);
}

bool meta_backup(struct meta *meta, const char *path, struct error *err)
{
    return meta->ops->backup(meta, path, err);
}

bool meta_check(struct meta *meta, struct arena *arena, struct slice *trouble, struct error *err)
{
    return meta->ops->check(meta, arena, trouble, err);
}
