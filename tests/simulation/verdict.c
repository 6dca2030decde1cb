/* What must hold when nobody acts: the journal, and in the end what is left on the disks. */
#include <stdio.h>
#include <stdlib.h>

#include "registry/core/check.h"
#include "registry/core/collect.h"
#include "registry/core/journal.h"
#include "registry/core/rows.h"
#include "simulation.h"

enum { JOURNAL_STEP = 500 };

/* The number in "op-12"; REQUESTS_MAX for others. */
static unsigned request_of(struct slice text)
{
    uint64_t number;
    if (!slice_starts(text, SLICE("op-")) || !slice_u64(slice_from(text, 3), &number) ||
        number >= REQUESTS_MAX)
        return REQUESTS_MAX;
    return (unsigned)number;
}

static void read_journal(struct simulation *simulation, bool told[REQUESTS_MAX])
{
    uint64_t sequence = 0;
    size_t count = 1;
    while (count) {
        CLEANUP_ARENA struct arena arena;
        struct journal_entry *entries;
        struct error err;
        arena_init(&arena, 64 << 20);
        if (!journal_read(&simulation->registry, sequence, JOURNAL_STEP, &arena, &entries, &count,
                          &err)) {
            violated(simulation, "the journal cannot be read: %s", err.text);
            return;
        }
        for (size_t i = 0; i < count; i++) {
            if (entries[i].sequence <= sequence)
                violated(simulation, "the journal goes backward");
            sequence = entries[i].sequence;
            unsigned request = request_of(entries[i].request);
            if (request < REQUESTS_MAX && !entries[i].failed)
                told[request] = true;
        }
    }
}

static void check_journal(struct simulation *simulation)
{
    static _Thread_local bool told[REQUESTS_MAX];
    memset(told, 0, sizeof told);
    read_journal(simulation, told);
    for (unsigned i = 0; i < simulation->request_count; i++) {
        if (simulation->requests[i].happened && !told[i])
            violated(simulation, "op-%u was acknowledged, and the journal does not tell it", i);
        if (simulation->requests[i].failed && told[i])
            violated(simulation, "op-%u was refused, and the journal tells it", i);
    }
}

/* What a repository has in the end. */
struct holding {
    bool there, manifests[MANIFESTS], blobs[BLOBS];
    uint64_t bytes;
};

static int blob_number(struct slice digest)
{
    for (int b = 0; b < BLOBS; b++)
        if (slice_equal(digest, digest_slice(&goods.blob_digests[b])))
            return b;
    return NONE;
}

static void hold_manifest(struct simulation *simulation, struct holding *holding,
                          const struct digest *digest)
{
    for (int m = 0; m < MANIFESTS; m++) {
        if (!digest_equal(digest, &goods.manifest_digests[m]))
            continue;
        holding->manifests[m] = true;
        for (int i = 0; i < recipes[m].blob_count; i++)
            holding->blobs[recipes[m].blobs[i]] = true;
        return;
    }
    violated(simulation, "a manifest that nobody pushed: %s", digest->text);
}

/* What is there must be explained, and what is there for certain must be. */
static void look_at(struct simulation *simulation, int r, struct holding *holding)
{
    CLEANUP_ARENA struct arena arena;
    struct scope scope = scope_of(r);
    struct model *model = &simulation->model;
    struct manifest_list list = {0};
    struct repository repository = {0};
    struct failure failure;
    uint64_t start = model_event(model);
    arena_init(&arena, 64 << 20);
    *holding = (struct holding){0};
    holding->there = repository_get(&simulation->registry, &scope, &arena, &repository, &failure);
    if (!history_explains(model, &model->repositories[r], holding->there ? PRESENT : ABSENT, start))
        violated(simulation, "repository %s %s", repository_names[r],
                 holding->there ? "is there" : failure.text);
    if (!holding->there)
        return;
    if (!manifest_list(&simulation->registry, &scope, SLICE(""), 0, &arena, &list, &failure))
        violated(simulation, "manifests cannot be listed: %s (%s)", failure.text,
                 failure.inside.text);
    for (size_t i = 0; i < list.count; i++)
        hold_manifest(simulation, holding, &list.items[i].digest);
    for (int m = 0; m < MANIFESTS; m++)
        if (!history_explains(model, &model->manifests[r][m],
                              holding->manifests[m] ? PRESENT : ABSENT, start))
            violated(simulation, "manifest %d of %s %s the list", m, repository_names[r],
                     holding->manifests[m] ? "is in" : "is missing from");
    for (int b = 0; b < BLOBS; b++)
        holding->bytes += holding->blobs[b] ? goods.blobs[b].len : 0;
    if (simulation->schedule.quiet && repository.bytes != holding->bytes)
        violated(simulation, "%s counts %llu bytes and has %llu", repository_names[r],
                 (unsigned long long)repository.bytes, (unsigned long long)holding->bytes);
}

/* Only crashes and errors leave blobs that nothing names. (Uploads are also left by a repository
   that is deleted.) */
static bool needs_sweeping(const struct simulation *simulation)
{
    return simulation->faults || simulation->schedule.crash_chance > 0;
}

static void collect_all(struct simulation *simulation)
{
    struct collect_report report = {0};
    struct error err;
    bool needed = needs_sweeping(simulation);
    for (int i = 0; i < 3; i++) {
        simulation->schedule.elapsed += 2 * GRACE + RECYCLE + UPLOAD + 2 * CLOCK_JUMP;
        if (!registry_tick(&simulation->registry, &err) ||
            !collect_run(&simulation->registry, 3, NULL, &report, &err) ||
            (needed && !collect_orphans(&simulation->registry, NULL, &report, &err)))
            violated(simulation, "collection in the end: %s", err.text);
    }
}

static void check_files(struct simulation *simulation, const struct holding holdings[])
{
    const struct sim_world *world = &simulation->world;
    bool found[BLOBS] = {false}, swept = needs_sweeping(simulation);
    for (int i = 0; i < world->seen_count; i++) {
        const char *path = world->seen[i].path;
        struct slice rest = slice_str(path);
        if (!slice_starts(rest, SLICE("blobs/sha256/"))) {
            if (swept || !slice_starts(rest, SLICE("uploads/")))
                violated(simulation, "left in the end: %s", path);
            continue;
        }
        char digest[80];
        snprintf(digest, sizeof digest, "sha256:%s", path + sizeof "blobs/sha256/ab/" - 1);
        int blob = blob_number(slice_str(digest));
        const struct inode *inode = sim_world_file(world, path);
        if (blob == NONE || !slice_equal(slice_of(inode->bytes, inode->size), goods.blobs[blob])) {
            violated(simulation, "damaged in the end: %s", path);
            continue;
        }
        found[blob] = true;
    }
    for (int b = 0; b < BLOBS; b++) {
        bool needed = false;
        for (int r = 0; r < REPOSITORIES; r++)
            needed = needed || holdings[r].blobs[b];
        if (needed != found[b])
            violated(simulation, "blob %d %s", b,
                     found[b] ? "is on the disk and nobody needs it"
                              : "is needed and not on the disk");
    }
}

struct counting {
    struct simulation *simulation;
    uint64_t number;
    unsigned rows;
};

static bool take_number(void *context, const struct meta_row *row)
{
    struct counting *counting = context;
    if (slice_equal(row->name, SLICE("bytes")) && !slice_u64(row->value, &counting->number))
        violated(counting->simulation, "a counter that is no number");
    counting->rows++;
    return true;
}

static unsigned scan_kind(struct simulation *simulation, const char *kind, const char *scope,
                          bool below, struct counting *counting)
{
    struct meta_txn *txn = NULL;
    struct error err;
    struct meta_range range = {.kind = kind, .scope = slice_str(scope), .below = below};
    *counting = (struct counting){.simulation = simulation};
    if (!meta_begin(&simulation->meta.meta, false, &txn, &err) ||
        !meta_scan(txn, &range, take_number, counting, &err))
        violated(simulation, "rows cannot be read: %s", err.text);
    meta_abort(&txn);
    return counting->rows;
}

static void check_rows(struct simulation *simulation, const struct holding holdings[])
{
    static const char *const gone[] = {ROW_UPLOAD, ROW_RECYCLED, ROW_FREE};
    static const char *const of_repository[] = {ROW_MANIFEST, ROW_DOCUMENT, ROW_TAG,
                                                ROW_TAGGED,   ROW_BLOB,     ROW_REFERENCE};
    struct counting counting;
    uint64_t bytes = 0;
    unsigned blobs = 0;
    for (int r = 0; r < REPOSITORIES; r++) {
        char scope[80];
        snprintf(scope, sizeof scope, "123456789012/us-east-1/%s", repository_names[r]);
        for (size_t i = 0; !holdings[r].there && i < sizeof of_repository / sizeof *of_repository;
             i++)
            if (scan_kind(simulation, of_repository[i], scope, false, &counting))
                violated(simulation, "rows '%s' of a repository that is not there",
                         of_repository[i]);
        for (int b = 0; b < BLOBS; b++)
            blobs += holdings[r].blobs[b];
        bytes += holdings[r].bytes;
    }
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        if (scan_kind(simulation, gone[i], "", true, &counting))
            violated(simulation, "%u rows '%s' in the end", counting.rows, gone[i]);
    if (scan_kind(simulation, ROW_BLOB, "", true, &counting) != blobs)
        violated(simulation, "%u rows of blobs, and %u are needed", counting.rows, blobs);
    if (scan_kind(simulation, ROW_BLOBFILE, "", true, &counting) != blobs)
        violated(simulation, "%u rows of blobs' files, and %u are needed", counting.rows, blobs);
    scan_kind(simulation, ROW_COUNTER, "123456789012/us-east-1", false, &counting);
    if (counting.number != bytes)
        violated(simulation, "the account counts %llu bytes and has %llu",
                 (unsigned long long)counting.number, (unsigned long long)bytes);
}

static void take_finding(void *context, enum check_word word, struct slice text)
{
    if (word != CHECK_NOTE)
        violated(context, "check: %.*s", SLICE_ARG(text));
}

/* `plimsoll check` finds nothing, however the machine crashed. */
static void run_check(struct simulation *simulation)
{
    struct check_options options = {.tell = take_finding, .context = simulation};
    struct check_report report;
    struct error err;
    if (!check_run(&simulation->registry, &options, &report, &err))
        violated(simulation, "check: %s", err.text);
}

void verdict_quiet(struct simulation *simulation, bool last)
{
    struct holding holdings[REPOSITORIES];
    simulation->schedule.quiet = true;
    check_journal(simulation);
    run_check(simulation);
    if (last) {
        collect_all(simulation);
        for (int r = 0; r < REPOSITORIES; r++) {
            look_at(simulation, r, &holdings[r]);
            for (int m = 0; m < MANIFESTS; m++)
                client_pull(simulation, r, m, NONE);
            for (int t = 0; t < TAGS; t++)
                client_pull(simulation, r, NONE, t);
        }
        check_files(simulation, holdings);
        check_rows(simulation, holdings);
        run_check(simulation);
    } else {
        for (int r = 0; r < REPOSITORIES; r++)
            for (int m = 0; m < MANIFESTS; m++)
                client_pull(simulation, r, m, NONE);
    }
    simulation->schedule.quiet = false;
}
