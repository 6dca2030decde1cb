#include "registry/inspect/quarantine.h"

#include <jansson.h>
#include <stdlib.h>

#include "registry/core/journal.h"
#include "registry/inspect/rows.h"

static struct slice quarantine_row(double now, struct slice why, const struct caller *who,
                                   struct arena *arena)
{
    struct slice made = {NULL, 0};
    json_t *object = json_pack("{s:s%, s:s%, s:f}", "why", why.at ? why.at : "", why.len, "who",
                               who->name.at ? who->name.at : "", who->name.len, "when", now);
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text)
        made = arena_copy(arena, slice_str(text));
    free(text);
    json_decref(object);
    return made;
}

static bool quarantine_write(struct registry *registry, const struct scope *scope,
                             struct slice text, const struct digest *digest, struct slice why,
                             bool on, const struct caller *who, struct arena *arena,
                             struct error *err)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct journal_entry entry = {.action = on ? SLICE("QuarantineImage") : SLICE("ReleaseImage"),
                                  .digest = digest_slice(digest),
                                  .why = why};
    struct slice row = quarantine_row(registry->world->ops->now(registry->world), why, who, arena),
                 name = digest_slice(digest);
    if (!row.at)
        return error_set(err, ERROR_FORMAT, "the reason is not UTF-8 text");
    return meta_begin(registry->meta, true, &txn, err) &&
           (on ? meta_put(txn, ROW_QUARANTINE, text, name, row, err)
               : meta_remove(txn, ROW_QUARANTINE, text, name, err)) &&
           journal_add(registry, txn, scope, &entry, who, err) && meta_commit(&txn, err);
}

bool quarantine_set(struct registry *registry, const struct scope *scope,
                    const struct digest *digest, struct slice why, bool on,
                    const struct caller *who, struct failure *failure)
{
    struct arena arena CLEANUP_ARENA;
    struct manifest_facts facts;
    struct error err = {0};
    arena_init(&arena, 16 << 20);
    struct slice text = scope_text(scope, &arena);
    if (why.len > QUARANTINE_REASON_MAX)
        return failure_set(failure, FAILURE_PARAMETER, "a reason has at most %d bytes",
                           QUARANTINE_REASON_MAX);
    if (!text.at) {
        arena_error(&err);
        return failure_of(failure, &err);
    }
    if (!manifest_describe(registry, scope, digest, &arena, &facts, failure))
        return false;
    return quarantine_write(registry, scope, text, digest, why, on, who, &arena, &err) ||
           failure_of(failure, &err);
}
