#include "registry/backup_parts.h"

#include "registry/core/rows.h"

struct naming {
    struct digest last;
    bool (*each)(void *context, const struct digest *digest);
    void *context;
};

/* Names are DIGEST/SCOPE: a blob of several repositories comes in a row. */
static bool name_row(void *context, const struct meta_row *row)
{
    struct naming *naming = context;
    struct digest digest;
    struct slice rest = row->name;
    struct error ignored;
    if (!digest_parse_any(&digest, slice_cut(&rest, '/'), &ignored) ||
        digest_equal(&digest, &naming->last))
        return true;
    naming->last = digest;
    return naming->each(naming->context, &digest);
}

bool backup_names(const char *database, bool (*each)(void *context, const struct digest *digest),
                  void *context, struct error *err)
{
    struct meta *meta = NULL;
    struct meta_txn *txn = NULL;
    struct meta_range range = {.kind = ROW_BLOBFILE};
    struct naming naming = {.each = each, .context = context};
    bool done = meta_sqlite_open_frozen(&meta, database, err) &&
                meta_begin(meta, false, &txn, err) &&
                meta_scan(txn, &range, name_row, &naming, err);
    meta_abort(&txn);
    meta_close(meta);
    return done;
}

bool backup_finish(struct world *world, struct error *err)
{
    int file = world->ops->open(world, BACKUP_DATABASE_NEW, true, err);
    if (file < 0)
        return false;
    bool done = world->ops->sync(world, file, err);
    world->ops->close(world, file);
    return done && world->ops->rename(world, BACKUP_DATABASE_NEW, BACKUP_DATABASE, err);
}
