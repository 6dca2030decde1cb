/* See run.h. */
#include "ship/audit/run.h"

#include "base/clock.h"

#include <stdlib.h>

static void fail(struct audit_repository *repository, const struct error *error,
                 struct arena *arena)
{
    struct audit_repository kept = {
        .name = repository->name, .shown = repository->shown, .tag = repository->tag};
    kept.error = arena_copy(arena, slice_str(error->text));
    if (!kept.error.len) /* no memory for the reason; that it failed is not lost */
        kept.error = SLICE("it could not be audited");
    *repository = kept;
}

static bool look(struct audit_services *services, const struct audit_target *target,
                 struct table *bases, struct audit_repository *repository, struct audit *audit,
                 struct error *err)
{
    if (!audit_choose(services, target, repository, err))
        return false;
    return services->options->registry_findings
               ? audit_collect_ecr(services, target, repository, err)
               : audit_collect(services, target, bases, repository, audit, err);
}

static bool look_at(struct audit_services *services, const struct audit_target *target,
                    struct table *bases, struct audit *audit, struct error *err)
{
    struct audit_repository repository = {
        .name = target->uri.len ? target->uri : target->repository, .shown = target->repository};
    struct error error = target->error;
    if (target->failed || !look(services, target, bases, &repository, audit, &error))
        fail(&repository, &error, services->arena);
    return ARENA_PUSH(services->arena, audit->repositories, audit->count, audit->room,
                      repository) ||
           arena_error(err);
}

/* ---- exceptions ---- */

static int by_days(const void *a, const void *b)
{
    const struct audit_exception *x = a, *y = b;
    return x->days_left < y->days_left ? -1 : x->days_left > y->days_left;
}

static bool find_exceptions(const struct audit_options *options, struct arena *arena,
                            struct audit *audit, struct error *err)
{
    const struct exceptions *all = options->exceptions;
    for (size_t i = 0; all && i < all->count; i++) {
        const struct exception *from = &all->items[i];
        int64_t days = exception_days_left(from, options->now);
        struct audit_exception made = {from->id.len ? from->id : from->rule,
                                       from->package,
                                       from->image,
                                       from->owner,
                                       from->expires,
                                       from->reason,
                                       from->location,
                                       days};
        if (days <= (int64_t)options->expiring_days &&
            !ARENA_PUSH(arena, audit->exceptions, audit->exception_count, audit->exception_room,
                        made))
            return arena_error(err);
    }
    if (audit->exception_count)
        qsort(audit->exceptions, audit->exception_count, sizeof *audit->exceptions, by_days);
    return true;
}

bool audit_run(const struct audit_options *options, struct arena *arena, struct audit *audit,
               struct error *err)
{
    struct audit_services services = {.options = options, .arena = arena};
    struct audit_target *targets;
    struct table bases;
    size_t count;
    table_init(&bases, arena);
    audit->when = options->now;
    bool fine = audit_targets(&services, &targets, &count, err);
    for (size_t i = 0; fine && i < count; i++) {
        if (options->progress)
            options->progress(options->context, i, count, targets[i].repository);
        fine = look_at(&services, &targets[i], &bases, audit, err);
    }
    audit_services_done(&services);
    return fine && find_exceptions(options, arena, audit, err);
}
