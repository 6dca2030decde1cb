/*
 * New advisories: each package that some image has is matched anew, once for all images. Where its
 * vulnerabilities are others than before, the index leads to the images that have it; their counts
 * change, and the journal tells. All is written in one transaction, so that a crash leaves it
 * undone, and it is done again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/table.h"
#include "registry/inspect/inspect_parts.h"

enum { BATCH = 2000, REMATCH_BUDGET = 512 << 20, BATCH_BUDGET = 256 << 20 };

static const struct slice nobody = {"", 0};

/* What changes for whoever has a package, or for an image in all. */
struct difference {
    long counts[SEVERITY_CRITICAL + 1];
    size_t added, gone;
    struct slice first; /* one of those that came, for people; else that went */
};

struct changed_package {
    struct slice name; /* of its row */
    struct slice value;
    struct index_key key;
    struct difference difference;
};

struct changed_image {
    struct index_key key;
    struct difference difference;
};

struct rematching {
    struct inspect *inspect;
    struct meta_txn *txn;
    struct store_reader *reader;
    struct arena arena; /* what has changed */
    struct arena batch; /* packages being matched */
    struct index_package *packages;
    struct slice *names;
    size_t count;
    struct slice last; /* name of the last row of the batch */
    struct changed_package *changed;
    size_t changed_count, changed_room;
    struct table images; /* key → struct changed_image */
    struct error *err;
    bool failed;
};

static bool fail_memory(struct rematching *work)
{
    work->failed = true;
    return arena_error(work->err);
}

static bool batch_take(void *context, const struct meta_row *row)
{
    struct rematching *work = context;
    struct slice name = arena_copy(&work->batch, row->name);
    struct error damaged;
    if (!name.at)
        return fail_memory(work);
    work->last = name;
    if (index_package_decode(row->value, &work->batch, &work->packages[work->count], &damaged))
        work->names[work->count++] = name; /* a damaged one is made anew by the next scan */
    return true;
}

static void difference_note(struct difference *difference, const struct verdict_finding *old,
                            const struct verdict_finding *new)
{
    if (old)
        difference->counts[old->severity]--;
    if (new)
        difference->counts[new->severity]++;
    difference->added += !old;
    difference->gone += !new;
    if (!difference->first.len)
        difference->first = new ? new->id : old->id;
}

/* Two sorted lists, side by side. */
static bool verdicts_differ(struct slice before, struct slice after, struct difference *difference)
{
    struct verdict_finding old, new;
    bool has_old = verdict_next(&before, &old), has_new = verdict_next(&after, &new);
    bool differ = false;
    while (has_old || has_new) {
        int order = !has_old ? 1 : !has_new ? -1 : slice_compare(old.id, new.id);
        bool same = order == 0 && old.severity == new.severity &&old.kev == new.kev;
        if (!same)
            difference_note(difference, order <= 0 ? &old : NULL, order >= 0 ? &new : NULL);
        differ |= !same;
        if (order <= 0)
            has_old = verdict_next(&before, &old);
        if (order >= 0)
            has_new = verdict_next(&after, &new);
    }
    return differ;
}

static bool package_changed(struct rematching *work, size_t index, struct slice verdict)
{
    struct index_package *row = &work->packages[index];
    struct changed_package changed = {.name = work->names[index]};
    if (slice_equal(row->verdict, verdict) ||
        !verdicts_differ(row->verdict, verdict, &changed.difference))
        return true;
    changed.difference.first = arena_copy(&work->arena, changed.difference.first);
    changed.name = arena_copy(&work->arena, work->names[index]);
    row->verdict = verdict;
    if (!changed.name.at || !changed.difference.first.at ||
        !index_package_encode(row, &work->arena, &changed.value, work->err))
        return fail_memory(work);
    memcpy(changed.key.bytes, changed.name.at + changed.name.len - INDEX_KEY, INDEX_KEY);
    if (!ARENA_PUSH(&work->arena, work->changed, work->changed_count, work->changed_room, changed))
        return fail_memory(work);
    return true;
}

/* Packages of one release, from `first` on, that are not matched yet (`done`). */
static bool release_match(struct rematching *work, size_t first, bool *done)
{
    const struct distribution *release = &work->packages[first].distribution;
    struct package *packages = arena_array(&work->batch, work->count, sizeof *packages);
    size_t *positions = arena_array(&work->batch, work->count, sizeof *positions), count = 0;
    struct match_result result = {NULL};
    if (!packages || !positions)
        return fail_memory(work);
    for (size_t i = first; i < work->count; i++) {
        const struct distribution *own = &work->packages[i].distribution;
        if (done[i] || !slice_equal(own->id, release->id) ||
            !slice_equal(own->version_id, release->version_id) ||
            !slice_equal(own->codename, release->codename))
            continue;
        done[i] = true;
        positions[count] = i;
        packages[count++] = work->packages[i].package;
    }
    if (!match_packages(work->reader, release, packages, count, &work->batch, &result, work->err))
        return false;
    struct verdict_finding **findings =
        arena_array(&work->batch, count, sizeof(struct verdict_finding *));
    size_t *counts = arena_array(&work->batch, count, sizeof *counts);
    size_t *rooms = arena_array(&work->batch, count, sizeof *rooms);
    if (!findings || !counts || !rooms)
        return fail_memory(work);
    for (size_t i = 0; i < result.finding_count; i++) {
        const struct finding *finding = &result.findings[i];
        size_t at = (size_t)(finding->package - packages);
        struct verdict_finding made = {finding->id, finding->severity, finding->kev};
        if (!ARENA_PUSH(&work->batch, findings[at], counts[at], rooms[at], made))
            return fail_memory(work);
    }
    for (size_t i = 0; i < count; i++) {
        struct slice verdict = verdict_encode(findings[i], counts[i], &work->batch);
        if (!verdict.at)
            return fail_memory(work);
        if (!package_changed(work, positions[i], verdict))
            return false;
    }
    return true;
}

static bool batch_match(struct rematching *work)
{
    bool *done = arena_array(&work->batch, work->count + 1, sizeof *done);
    if (!done)
        return fail_memory(work);
    for (size_t i = 0; i < work->count; i++)
        if (!done[i] && !release_match(work, i, done))
            return false;
    return true;
}

/* All packages, some at a time: rows are in order of their source's name, so that what the feeds
   say of it is read once. */
static bool packages_match(struct rematching *work)
{
    char *after = arena_alloc(&work->arena, META_NAME_MAX);
    size_t after_len = 0;
    if (!after)
        return fail_memory(work);
    for (;;) {
        struct meta_range range = {.kind = ROW_PACKAGE,
                                   .scope = nobody,
                                   .after = slice_of(after, after_len),
                                   .limit = BATCH};
        arena_reset(&work->batch);
        work->count = 0;
        work->last = (struct slice){NULL, 0};
        work->packages = arena_array(&work->batch, BATCH, sizeof *work->packages);
        work->names = arena_array(&work->batch, BATCH, sizeof *work->names);
        if (!work->packages || !work->names)
            return fail_memory(work);
        if (!meta_scan(work->txn, &range, batch_take, work, work->err) || work->failed)
            return false;
        if (!work->last.len)
            return true;
        memcpy(after, work->last.at, work->last.len);
        after_len = work->last.len;
        if (!batch_match(work))
            return false;
    }
}

struct holding {
    struct rematching *work;
    const struct difference *difference;
};

static bool image_take(void *context, const struct meta_row *row)
{
    struct holding *holding = context;
    struct rematching *work = holding->work;
    uint64_t times = 1;
    if (row->name.len != 2 * INDEX_KEY || (row->value.len && !slice_u64(row->value, &times)))
        return true;
    struct slice key = slice_from(row->name, INDEX_KEY);
    struct changed_image *image = table_get(&work->images, key);
    if (!image) {
        image = arena_new(&work->arena, struct changed_image);
        if (!image)
            return fail_memory(work);
        memcpy(image->key.bytes, key.at, INDEX_KEY);
        if (!table_put(&work->images, slice_of(image->key.bytes, INDEX_KEY), image))
            return fail_memory(work);
    }
    for (int i = 0; i <= SEVERITY_CRITICAL; i++)
        image->difference.counts[i] += holding->difference->counts[i] * (long)times;
    image->difference.added += holding->difference->added * (size_t)times;
    image->difference.gone += holding->difference->gone * (size_t)times;
    if (!image->difference.first.len)
        image->difference.first = holding->difference->first;
    return true;
}

static bool images_find(struct rematching *work)
{
    table_init(&work->images, &work->arena);
    for (size_t i = 0; i < work->changed_count; i++) {
        struct changed_package *changed = &work->changed[i];
        struct holding holding = {work, &changed->difference};
        struct meta_range range = {
            .kind = ROW_HOLDER, .scope = nobody, .prefix = slice_of(changed->key.bytes, INDEX_KEY)};
        if (!meta_scan(work->txn, &range, image_take, &holding, work->err) || work->failed)
            return false;
    }
    return true;
}

static void counts_move(struct scan_row *row, const struct difference *difference)
{
    for (int i = 0; i <= SEVERITY_CRITICAL; i++) {
        long count = (long)row->counts[i] + difference->counts[i];
        row->counts[i] = count > 0 ? (uint64_t)count : 0;
    }
}

/* In the words of an ECR Image Scan event, and what is new in ours. */
static struct slice image_detail(const struct scan_row *row, const struct difference *difference,
                                 struct arena *arena)
{
    const uint64_t *counts = row->counts;
    return arena_printf(arena,
                        "{\"scan-status\":\"COMPLETE\",\"finding-severity-counts\":{\"CRITICAL\":"
                        "%" PRIu64 ",\"HIGH\":%" PRIu64 ",\"MEDIUM\":%" PRIu64 ",\"LOW\":%" PRIu64
                        ",\"INFORMATIONAL\":%" PRIu64 ",\"UNDEFINED\":%" PRIu64
                        "},\"added\":%zu,\"gone\":%zu}",
                        counts[SEVERITY_CRITICAL], counts[SEVERITY_HIGH], counts[SEVERITY_MEDIUM],
                        counts[SEVERITY_LOW], counts[SEVERITY_NEGLIGIBLE], counts[SEVERITY_UNKNOWN],
                        difference->added, difference->gone);
}

/* Where an image is, and how its scan stands; *found false when it is gone. */
static bool image_find(struct rematching *work, const struct changed_image *image,
                       struct slice *scope, struct slice *digest, struct scan_row *row, bool *found)
{
    struct slice who, bytes;
    if (!meta_get(work->txn, ROW_INSPECTED, nobody, slice_of(image->key.bytes, INDEX_KEY),
                  &work->batch, &who, found, work->err))
        return false;
    if (!*found)
        return true;
    *digest = who;
    *scope = slice_cut(digest, ' ');
    if (!meta_get(work->txn, ROW_SCAN, *scope, *digest, &work->batch, &bytes, found, work->err))
        return false;
    return !*found || scan_row_decode(bytes, &work->batch, row, work->err);
}

static bool image_write(struct rematching *work, const struct changed_image *image,
                        double advisories, struct rematch_report *report)
{
    struct slice scope, digest;
    struct scan_row row;
    struct scope where;
    bool found;
    arena_reset(&work->batch);
    if (!image_find(work, image, &scope, &digest, &row, &found))
        return false;
    if (!found || !scope_parse(scope, &where))
        return true;
    counts_move(&row, &image->difference);
    row.advisories = advisories;
    struct slice bytes = scan_row_encode(&row, &work->batch);
    struct journal_entry entry = {.action = SLICE("ScanImage"),
                                  .digest = digest,
                                  .detail = image_detail(&row, &image->difference, &work->batch),
                                  .why = SLICE("new advisories")};
    if (!bytes.at || !entry.detail.at)
        return fail_memory(work);
    report->changed++;
    report->added += image->difference.added;
    report->gone += image->difference.gone;
    return meta_put(work->txn, ROW_SCAN, scope, digest, bytes, work->err) &&
           journal_add(work->inspect->registry, work->txn, &where, &entry, &caller_system,
                       work->err);
}

static double advisories_date(struct rematching *work)
{
    struct feed_status *feeds;
    size_t count = 0;
    uint64_t newest = 0;
    arena_reset(&work->batch);
    if (!store_feeds(work->reader, &work->batch, &feeds, &count, work->err))
        return 0;
    for (size_t i = 0; i < count; i++)
        if (feeds[i].updated_epoch > newest)
            newest = feeds[i].updated_epoch;
    return (double)newest;
}

static bool changes_write(struct rematching *work, const char *identity,
                          struct rematch_report *report)
{
    double date = advisories_date(work);
    if (!meta_begin(work->inspect->registry->meta, true, &work->txn, work->err))
        return false;
    for (size_t i = 0; i < work->changed_count; i++)
        if (!meta_put(work->txn, ROW_PACKAGE, nobody, work->changed[i].name, work->changed[i].value,
                      work->err))
            return false;
    for (size_t i = 0; i < work->images.count; i++)
        if (!image_write(work, work->images.entries[i].value, date, report))
            return false;
    return meta_put(work->txn, ROW_INSPECT, nobody, SLICE("store"), slice_str(identity),
                    work->err) &&
           meta_commit(&work->txn, work->err);
}

static bool count_row(void *context, const struct meta_row *row)
{
    (void)row;
    ++*(size_t *)context;
    return true;
}

static bool rematch_work(struct rematching *work, const char *identity,
                         struct rematch_report *report)
{
    struct meta_range images = {.kind = ROW_INSPECTED, .scope = nobody};
    bool fine = meta_begin(work->inspect->registry->meta, false, &work->txn, work->err) &&
                meta_scan(work->txn, &images, count_row, &report->images, work->err) &&
                packages_match(work) && images_find(work);
    meta_abort(&work->txn);
    fine = fine && changes_write(work, identity, report);
    meta_abort(&work->txn);
    return fine;
}

bool rematch(struct inspect *inspect, struct rematch_report *report, struct error *err)
{
    struct rematching work = {.inspect = inspect, .err = err};
    char identity[STORE_IDENTITY_MAX];
    uint64_t generation;
    double begun = clock_monotonic();
    *report = (struct rematch_report){0};
    if (advisories_changed(inspect->advisories) && !advisories_adopt(inspect->advisories, err)) {
        inspect->matched = 0;
        return error_add(err, "taking up new advisories");
    }
    advisories_identity(inspect->advisories, identity, &generation);
    arena_init(&work.arena, REMATCH_BUDGET);
    arena_init(&work.batch, BATCH_BUDGET);
    work.reader = advisories_lend(inspect->advisories, NULL);
    bool fine = rematch_work(&work, identity, report);
    advisories_return(inspect->advisories, work.reader);
    arena_done(&work.batch);
    arena_done(&work.arena);
    inspect->matched = fine ? generation : 0;
    report->seconds = clock_monotonic() - begun;
    pulls_forget(inspect, (struct slice){"", 0}, NULL);
    return fine || error_add(err, "matching stored images with new advisories");
}

bool inspect_rematch(struct inspect *inspect, struct rematch_report *report, struct error *err)
{
    pthread_mutex_lock(&inspect->turn);
    bool fine = rematch(inspect, report, err);
    pthread_mutex_unlock(&inspect->turn);
    if (!fine || !report->changed)
        return fine;
    inspect_tell_journal(inspect);
    pthread_mutex_lock(&inspect->lock);
    inspect->rematched += (long long)report->changed;
    pthread_mutex_unlock(&inspect->lock);
    return fine;
}
