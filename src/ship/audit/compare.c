/* See compare.h. */
#include "ship/audit/compare.h"

#include <stdlib.h>

#include "base/clock.h"

enum { DAY = 86400 };

static struct history_finding *known_of(const struct history_repository *known,
                                        const struct audit_finding *finding, struct arena *arena)
{
    struct slice key = history_key(finding->id, finding->package, arena);
    return known && key.at ? table_get(&known->findings, key) : NULL;
}

static void judge(const struct audit *audit, struct audit_repository *repository,
                  struct audit_finding *finding, const struct history_finding *known)
{
    int64_t days = audit->deadlines[finding->severity];
    finding->first_seen =
        known && known->first_seen < audit->when ? known->first_seen : audit->when;
    finding->is_new = !repository->first && !(known && known->before);
    finding->due = days < 0 ? AUDIT_NEVER : finding->first_seen + days * DAY;
    finding->overdue = !finding->excepted && finding->due <= audit->when;
    repository->unchanged &= known && known->present && known->severity == finding->severity &&
                             known->excepted == finding->excepted;
}

static void count(struct audit_repository *repository, const struct audit_finding *finding)
{
    if (finding->excepted) {
        repository->excepted++;
        return;
    }
    repository->by_severity[finding->severity]++;
    repository->total++;
    repository->fixable += finding->fixed.len > 0;
    repository->new_count += finding->is_new;
    repository->overdue += finding->overdue;
    repository->exploited += finding->kev;
}

/* What was there then and is not now. */
static bool find_gone(struct audit_repository *repository, const struct history_repository *known,
                      struct arena *arena)
{
    struct table here;
    table_init(&here, arena);
    for (size_t i = 0; i < repository->finding_count; i++) {
        const struct audit_finding *finding = &repository->findings[i];
        struct slice key = history_key(finding->id, finding->package, arena);
        if (!key.at || !table_put(&here, key, repository))
            return false;
    }
    for (size_t i = 0; i < known->findings.count; i++) {
        const struct history_finding *was = known->findings.entries[i].value;
        if (table_get(&here, known->findings.entries[i].key))
            continue;
        repository->unchanged &= !was->present;
        struct audit_gone gone = {was->id, was->package, was->severity};
        if (was->before && !ARENA_PUSH(arena, repository->gone, repository->gone_count,
                                       repository->gone_room, gone))
            return false;
    }
    return true;
}

static int by_urgency(const void *a, const void *b)
{
    const struct audit_finding *x = a, *y = b;
    if (x->excepted != y->excepted)
        return x->excepted ? 1 : -1;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool compare_repository(struct audit *audit, struct audit_repository *repository,
                               const struct history_repository *known, struct arena *arena)
{
    repository->first = !known;
    repository->unchanged = known != NULL;
    repository->compared = known ? known->compared : 0;
    if (repository->finding_count)
        qsort(repository->findings, repository->finding_count, sizeof *repository->findings,
              by_urgency);
    for (size_t i = 0; i < repository->finding_count; i++) {
        struct audit_finding *finding = &repository->findings[i];
        judge(audit, repository, finding, known_of(known, finding, arena));
        count(repository, finding);
    }
    return !known || find_gone(repository, known, arena);
}

static void add_up(struct audit *audit, const struct audit_repository *repository)
{
    for (size_t i = 0; i < AUDIT_SEVERITIES; i++)
        audit->by_severity[i] += repository->by_severity[i];
    audit->total += repository->total;
    audit->fixable += repository->fixable;
    audit->excepted += repository->excepted;
    audit->new_count += repository->new_count;
    audit->gone_count += repository->gone_count;
    audit->overdue += repository->overdue;
    audit->exploited += repository->exploited;
    audit->rebuilds += audit_rebuild(repository);
}

/* ---- the trend ---- */

static bool add_point(struct audit *audit, const struct table *last, int64_t when,
                      struct arena *arena)
{
    struct audit_point point = {.when = when};
    for (size_t i = 0; i < last->count; i++) {
        const struct history_point *of = last->entries[i].value;
        for (size_t s = 0; of && s < AUDIT_SEVERITIES; s++)
            point.by_severity[s] += of->by_severity[s];
        point.overdue += of ? of->overdue : 0;
    }
    return ARENA_PUSH(arena, audit->trend, audit->trend_count, audit->trend_room, point);
}

/* At each time the last word on each repository of this audit, so that an audit of a part of them
   is no dip. */
static bool make_trend(struct audit *audit, const struct history *history, struct arena *arena)
{
    struct table last, ours;
    bool pending = false;
    table_init(&last, arena);
    table_init(&ours, arena);
    for (size_t i = 0; i < audit->count; i++)
        if (!table_put(&ours, audit->repositories[i].name, audit))
            return false;
    for (size_t i = 0; history && i < history->point_count; i++) {
        struct history_point *point = &history->points[i];
        if (pending && point->when != history->points[i - 1].when) {
            if (!add_point(audit, &last, history->points[i - 1].when, arena))
                return false;
            pending = false;
        }
        if (table_get(&ours, point->name)) {
            if (!table_put(&last, point->name, point))
                return false;
            pending = true;
        }
    }
    if (pending && !add_point(audit, &last, history->points[history->point_count - 1].when, arena))
        return false;
    struct audit_point now = {.when = audit->when, .overdue = audit->overdue};
    for (size_t s = 0; s < AUDIT_SEVERITIES; s++)
        now.by_severity[s] = audit->by_severity[s];
    return ARENA_PUSH(arena, audit->trend, audit->trend_count, audit->trend_room, now);
}

/* ---- what is to be said of the history ---- */

static bool note(struct audit *audit, struct arena *arena, struct slice text)
{
    return text.at && ARENA_PUSH(arena, audit->notes, audit->note_count, audit->note_room, text);
}

static bool note_history(struct audit *audit, const struct history *history, struct arena *arena)
{
    if (history->truncated &&
        !note(audit, arena,
              SLICE("the history's last line has no end: the audit that wrote it was killed; it is "
                    "passed over")))
        return false;
    if (history->bad_lines &&
        !note(audit, arena,
              arena_printf(arena,
                           "%zu line%s of the history %s no audit (the first is line %zu): passed "
                           "over",
                           history->bad_lines, history->bad_lines == 1 ? "" : "s",
                           history->bad_lines == 1 ? "is" : "are", history->bad_line)))
        return false;
    return history->last <= audit->when ||
           note(audit, arena,
                arena_printf(arena,
                             "the history's last audit is of %.*s, which is yet to come: is the "
                             "clock right?",
                             SLICE_ARG(clock_format(history->last, arena))));
}

bool audit_compare(struct audit *audit, const struct history *history, struct arena *arena,
                   struct error *err)
{
    audit->previous = history ? history->last : 0;
    if (history && !note_history(audit, history, arena))
        return arena_error(err);
    for (size_t i = 0; i < audit->count; i++) {
        struct audit_repository *repository = &audit->repositories[i];
        audit->failed += repository->error.len > 0;
        if (repository->error.len)
            continue;
        if (!compare_repository(audit, repository,
                                history ? history_find(history, repository->name) : NULL, arena))
            return arena_error(err);
        add_up(audit, repository);
    }
    return make_trend(audit, history, arena) || arena_error(err);
}
