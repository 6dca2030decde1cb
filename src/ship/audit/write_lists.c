/* What several formats list: findings of all repositories by urgency, notes that are told once. */
#include <stdlib.h>

#include "base/table.h"
#include "ship/audit/write.h"

bool audit_is_overdue(const struct audit_finding *finding)
{
    return finding->overdue;
}

bool audit_is_new(const struct audit_finding *finding)
{
    return finding->is_new && !finding->overdue && !finding->excepted;
}

static int by_urgency(const void *a, const void *b)
{
    const struct audit_row *x = a, *y = b;
    const struct audit_finding *one = x->finding, *other = y->finding;
    if (one->kev != other->kev)
        return one->kev ? -1 : 1;
    if (one->severity != other->severity)
        return one->severity > other->severity ? -1 : 1;
    if (one->due != other->due)
        return one->due < other->due ? -1 : 1;
    if (x->repository != y->repository)
        return x->repository < y->repository ? -1 : 1;
    return one < other ? -1 : one > other; /* as the repository's own list has them */
}

bool audit_rows(const struct audit *audit, bool (*wanted)(const struct audit_finding *finding),
                struct arena *arena, struct audit_rows *rows, struct error *err)
{
    size_t most = 0;
    for (size_t i = 0; i < audit->count; i++)
        most += audit->repositories[i].finding_count;
    rows->count = 0;
    rows->list = arena_array(arena, most + 1, sizeof *rows->list);
    if (!rows->list)
        return arena_error(err);
    for (size_t i = 0; i < audit->count; i++) {
        const struct audit_repository *repository = &audit->repositories[i];
        for (size_t j = 0; j < repository->finding_count; j++)
            if (wanted(&repository->findings[j]))
                rows->list[rows->count++] =
                    (struct audit_row){repository, &repository->findings[j]};
    }
    qsort(rows->list, rows->count, sizeof *rows->list, by_urgency);
    return true;
}

/* ---- notes ---- */

struct told {
    const struct audit_repository *last;
    size_t repositories;
};

static bool tell(struct table *table, const struct audit_repository *repository, struct slice text)
{
    struct told *told = table_get(table, text);
    if (!told) {
        told = arena_new(table->arena, struct told);
        if (!told || !table_put(table, text, told))
            return false;
    }
    told->repositories += told->last != repository;
    told->last = repository;
    return true;
}

static struct slice told_text(const struct table_entry *entry, struct arena *arena)
{
    const struct told *told = entry->value;
    if (told->repositories == 1)
        return arena_printf(arena, "%.*s: %.*s", SLICE_ARG(told->last->shown),
                            SLICE_ARG(entry->key));
    return arena_printf(arena, "%.*s (%zu repositories)", SLICE_ARG(entry->key),
                        told->repositories);
}

bool audit_notes(const struct audit *audit, struct arena *arena, struct audit_notes *notes,
                 struct error *err)
{
    struct table table;
    table_init(&table, arena);
    for (size_t i = 0; i < audit->count; i++)
        for (size_t j = 0; j < audit->repositories[i].note_count; j++)
            if (!tell(&table, &audit->repositories[i], audit->repositories[i].notes[j]))
                return arena_error(err);
    notes->count = 0;
    notes->list = arena_array(arena, audit->note_count + table.count + 1, sizeof *notes->list);
    if (!notes->list)
        return arena_error(err);
    for (size_t i = 0; i < audit->note_count; i++)
        notes->list[notes->count++] = audit->notes[i];
    for (size_t i = 0; i < table.count; i++)
        notes->list[notes->count++] = told_text(&table.entries[i], arena);
    return true;
}
