#include "meta.h"

#include <stdlib.h>

struct sim_txn {
    struct meta_txn txn;
    struct sim_meta *meta;
    struct meta_txn *below;
    bool write;
};

static struct sim_txn *own(struct meta_txn *txn)
{
    return (struct sim_txn *)txn;
}

static bool alive(struct schedule *schedule, struct error *err)
{
    return !schedule->crashed || error_set(err, ERROR_IO, "the machine has crashed");
}

/* Waiting for the writer is giving the baton away, or nobody would ever come further. */
static bool wait_for_writer(struct schedule *schedule, struct error *err)
{
    while (schedule->writing && alive(schedule, err)) {
        if (schedule->writing == schedule->current + 1)
            return error_set(err, ERROR_INTERNAL, "a second writing transaction of one thread");
        schedule_yield(schedule);
    }
    return alive(schedule, err);
}

static bool sim_begin(struct meta *meta, bool write, struct meta_txn **txn, struct error *err)
{
    struct sim_meta *sim = (struct sim_meta *)meta;
    struct schedule *schedule = sim->schedule;
    if (!schedule_point(schedule, write ? "begin write" : "begin read", ""))
        return alive(schedule, err);
    if (write && !wait_for_writer(schedule, err))
        return false;
    struct sim_txn *begun = calloc(1, sizeof *begun);
    if (!begun)
        abort();
    if (!meta_begin(sim->below, write, &begun->below, err)) {
        free(begun);
        return false;
    }
    begun->meta = sim;
    begun->write = write;
    if (write)
        schedule->writing = schedule->current + 1;
    *txn = &begun->txn;
    return true;
}

static void end(struct sim_txn *txn)
{
    if (txn->write)
        txn->meta->schedule->writing = 0;
    free(txn);
}

static void sim_abort(struct meta_txn *txn)
{
    meta_abort(&own(txn)->below);
    end(own(txn));
}

static bool sim_commit(struct meta_txn *txn, struct error *err)
{
    struct sim_txn *ending = own(txn);
    struct schedule *schedule = ending->meta->schedule;
    bool write = ending->write;
    bool go = schedule_point(schedule, write ? "commit" : "end read", "");
    if (!go || (write && schedule_fault(schedule))) {
        sim_abort(txn);
        return alive(schedule, err) && error_set(err, ERROR_FULL, "the simulation says: disk full");
    }
    bool done = meta_commit(&ending->below, err);
    end(ending);
    /* Whoever gets the baton here sees what is not acknowledged yet; and a crash here leaves what
       was never acknowledged. */
    if (done && write && !schedule_point(schedule, "committed", ""))
        return alive(schedule, err);
    return done;
}

static bool sim_get(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
                    struct arena *arena, struct slice *value, bool *found, struct error *err)
{
    return alive(own(txn)->meta->schedule, err) &&
           meta_get(own(txn)->below, kind, scope, name, arena, value, found, err);
}

static bool sim_put(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
                    struct slice value, struct error *err)
{
    return alive(own(txn)->meta->schedule, err) &&
           meta_put(own(txn)->below, kind, scope, name, value, err);
}

static bool sim_remove(struct meta_txn *txn, const char *kind, struct slice scope,
                       struct slice name, struct error *err)
{
    return alive(own(txn)->meta->schedule, err) &&
           meta_remove(own(txn)->below, kind, scope, name, err);
}

static bool sim_scan(struct meta_txn *txn, const struct meta_range *range,
                     bool (*each)(void *context, const struct meta_row *row), void *context,
                     struct error *err)
{
    return alive(own(txn)->meta->schedule, err) &&
           meta_scan(own(txn)->below, range, each, context, err);
}

static bool sim_changed(struct meta *meta, bool *changed, struct error *err)
{
    (void)meta, (void)err;
    *changed = false;
    return true;
}

static bool sim_backup(struct meta *meta, const char *path, struct error *err)
{
    return meta_backup(((struct sim_meta *)meta)->below, path, err);
}

static bool sim_check(struct meta *meta, struct arena *arena, struct slice *trouble,
                      struct error *err)
{
    return meta_check(((struct sim_meta *)meta)->below, arena, trouble, err);
}

static void sim_close(struct meta *meta)
{
    meta_close(((struct sim_meta *)meta)->below);
}

static const struct meta_ops sim_ops = {
    .name = "simulation",
    .begin = sim_begin,
    .commit = sim_commit,
    .abort = sim_abort,
    .get = sim_get,
    .put = sim_put,
    .remove = sim_remove,
    .scan = sim_scan,
    .changed = sim_changed,
    .backup = sim_backup,
    .check = sim_check,
    .close = sim_close,
};

void sim_meta_init(struct sim_meta *meta, struct meta *below, struct schedule *schedule)
{
    *meta = (struct sim_meta){.meta = {.ops = &sim_ops}, .below = below, .schedule = schedule};
}
