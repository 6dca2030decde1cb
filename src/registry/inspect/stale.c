/*
 * Images that another version of plimsoll analysed (catalog/analysis.h: ANALYSIS_VERSION), whose
 * inventories cannot be read any more. Their rows say PENDING (report.c) until they are analysed
 * again, a few at a time, so that pushes do not wait behind them: what was pushed or pulled last
 * comes first, and what somebody asks for before that.
 *
 * Packages of the index are in the same form, so it is made anew: emptied when the row "analysis"
 * says another version, before anything is put into it, and filled by the scans that follow.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/analysis.h"
#include "registry/inspect/inspect_parts.h"

enum { CLEAR_BATCH = 5000, CLEAR_BUDGET = 16 << 20, STALE_BUDGET = 64 << 20, STALE_MAX = 50000 };

static const struct slice nobody = {"", 0};

bool scan_row_is_stale(const struct scan_row *row)
{
    return row->status == INSPECT_COMPLETE && !row->is_index && row->analysis != ANALYSIS_VERSION;
}

struct names {
    struct arena arena;
    struct slice names[CLEAR_BATCH];
    size_t count;
};

static bool names_take(void *context, const struct meta_row *row)
{
    struct names *names = context;
    struct slice name = arena_copy(&names->arena, row->name);
    if (name.at)
        names->names[names->count++] = name;
    return name.at != NULL;
}

/* One batch in one transaction; names->count says how many there were. */
static bool clear_some(struct meta *meta, const char *kind, struct names *names, struct error *err)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct meta_range range = {.kind = kind, .scope = nobody, .limit = CLEAR_BATCH};
    arena_reset(&names->arena);
    names->count = 0;
    if (!meta_begin(meta, true, &txn, err) || !meta_scan(txn, &range, names_take, names, err))
        return false;
    for (size_t i = 0; i < names->count; i++)
        if (!meta_remove(txn, kind, nobody, names->names[i], err))
            return false;
    return meta_commit(&txn, err);
}

static bool clear_kind(struct meta *meta, const char *kind, struct error *err)
{
    struct names *names = calloc(1, sizeof *names);
    if (!names)
        return arena_error(err);
    arena_init(&names->arena, CLEAR_BUDGET);
    bool fine;
    do {
        fine = clear_some(meta, kind, names, err);
    } while (fine && names->count);
    arena_done(&names->arena);
    free(names);
    return fine;
}

/* The version whose form the index has; empty: none told. */
static bool version_is_ours(struct meta *meta, const char *ours, bool *is, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct meta_txn *txn CLEANUP_META = NULL;
    struct slice text;
    bool found;
    arena_init(&arena, 1 << 16);
    if (!meta_begin(meta, false, &txn, err) ||
        !meta_get(txn, ROW_INSPECT, nobody, SLICE("analysis"), &arena, &text, &found, err))
        return false;
    *is = found && slice_equal_str(text, ours);
    return true;
}

bool stale_index_clear(struct inspect *inspect, struct error *err)
{
    struct meta *meta = inspect->registry->meta;
    struct meta_txn *txn CLEANUP_META = NULL;
    char ours[16];
    bool is = false;
    snprintf(ours, sizeof ours, "%d", ANALYSIS_VERSION);
    if (!version_is_ours(meta, ours, &is, err) || is)
        return is;
    if (!clear_kind(meta, ROW_PACKAGE, err) || !clear_kind(meta, ROW_HOLDER, err) ||
        !clear_kind(meta, ROW_INSPECTED, err))
        return error_add(err, "making the index of packages anew");
    return meta_begin(meta, true, &txn, err) &&
           meta_put(txn, ROW_INSPECT, nobody, SLICE("analysis"), slice_str(ours), err) &&
           meta_commit(&txn, err);
}

static bool stale_take(void *context, const struct meta_row *row)
{
    struct stale_list *list = context;
    struct stale_image image;
    struct scan_row scan;
    struct error damaged;
    arena_reset(&list->scratch);
    if (!scan_row_decode(row->value, &list->scratch, &scan, &damaged) ||
        !scan_row_is_stale(&scan) || !digest_parse_any(&image.digest, row->name, &damaged))
        return true;
    if (!slice_equal(list->scope, row->scope))
        list->scope = arena_copy(&list->arena, row->scope);
    image.scope = list->scope;
    image.when = 0;
    return list->scope.at && list->count < STALE_MAX &&
           ARENA_PUSH(&list->arena, list->items, list->count, list->room, image);
}

static double stale_when(struct inspect *inspect, struct stale_list *list,
                         const struct stale_image *image)
{
    struct scope scope;
    struct manifest_facts facts;
    struct failure gone = {.reason = FAILURE_NONE};
    arena_reset(&list->scratch);
    if (!scope_parse(image->scope, &scope) ||
        !manifest_describe(inspect->registry, &scope, &image->digest, &list->scratch, &facts,
                           &gone))
        return 0;
    return facts.pulled > facts.pushed ? facts.pulled : facts.pushed;
}

static int stale_compare(const void *left, const void *right)
{
    const struct stale_image *a = left, *b = right;
    if (a->when != b->when)
        return a->when < b->when ? 1 : -1;
    int order = slice_compare(a->scope, b->scope);
    return order ? order : strcmp(a->digest.text, b->digest.text);
}

bool stale_list_make(struct inspect *inspect, struct stale_list *list, struct error *err)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct meta_range range = {.kind = ROW_SCAN, .scope = nobody, .below = true};
    stale_list_done(list);
    arena_init(&list->arena, STALE_BUDGET);
    arena_init(&list->scratch, 16 << 20);
    if (!meta_begin(inspect->registry->meta, false, &txn, err) ||
        !meta_scan(txn, &range, stale_take, list, err))
        return false;
    meta_abort(&txn);
    for (size_t i = 0; i < list->count; i++)
        list->items[i].when = stale_when(inspect, list, &list->items[i]);
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, stale_compare);
    list->more = list->count == STALE_MAX;
    return true;
}

void stale_list_done(struct stale_list *list)
{
    arena_done(&list->scratch);
    arena_done(&list->arena);
    *list = (struct stale_list){.scope = {"", 0}};
}

void stale_feed(struct inspect *inspect, struct stale_list *list)
{
    struct error err;
    if (list->next == list->count && list->more)
        (void)stale_list_make(inspect, list, &err); /* else they wait for the next start */
    pthread_mutex_lock(&inspect->lock);
    size_t waiting = inspect->job_count;
    inspect->stale = list->count - list->next;
    pthread_mutex_unlock(&inspect->lock);
    for (; waiting < STALE_AT_ONCE && list->next < list->count; waiting++) {
        const struct stale_image *image = &list->items[list->next++];
        inspect_wish(inspect, image->scope, &image->digest);
    }
}
