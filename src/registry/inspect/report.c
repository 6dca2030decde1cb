/* What is known of a manifest's scan. Findings are matched when they are asked for, with the
   advisories and exceptions of the day: a row that kept them would be old by then. */
#include <stdlib.h>

#include "base/clock.h"
#include "registry/inspect/inspect_parts.h"

#define STALE_WHY "another version of plimsoll analysed it; it is being analysed again"

enum { EXCEPTIONS_MAX = 4 << 20, STATEMENTS_MAX = 1000 };

static bool job_rows(struct inspect *inspect, struct slice scope, const struct digest *digest,
                     struct arena *arena, struct scan_row *row, struct slice *inventory,
                     bool *found)
{
    pthread_mutex_lock(&inspect->lock);
    const struct job *job = jobs_find(inspect, scope, digest);
    bool fine = true;
    *found = job != NULL;
    if (job && job->told) {
        *row = job->row;
        row->why = arena_copy(arena, job->row.why);
        fine = row->why.at != NULL;
        if (inventory)
            *inventory = arena_copy(arena, job->inventory);
        fine = fine && (!inventory || inventory->at);
    } else if (job)
        *row = (struct scan_row){.status = job->state == JOB_QUEUED ? INSPECT_PENDING
                                                                    : INSPECT_IN_PROGRESS};
    pthread_mutex_unlock(&inspect->lock);
    return fine;
}

bool report_rows(struct inspect *inspect, struct slice scope, const struct digest *digest,
                 struct arena *arena, struct scan_row *row, struct slice *inventory, bool *found,
                 struct error *err)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct slice bytes;
    bool has_inventory = false;
    if (!job_rows(inspect, scope, digest, arena, row, inventory, found))
        return arena_error(err);
    if (*found)
        return true;
    if (!meta_begin(inspect->registry->meta, false, &txn, err) ||
        !meta_get(txn, ROW_SCAN, scope, digest_slice(digest), arena, &bytes, found, err))
        return false;
    if (!*found)
        return true;
    if (!scan_row_decode(bytes, arena, row, err))
        return false;
    if (scan_row_is_stale(row)) {
        *row = (struct scan_row){.status = INSPECT_PENDING, .why = SLICE(STALE_WHY)};
        return true;
    }
    return !inventory || meta_get(txn, ROW_INVENTORY, scope, digest_slice(digest), arena, inventory,
                                  &has_inventory, err);
}

/* "team/app", and with each tag and the digest: whatever name people gave to the exception. */
static struct slice *report_names(const struct scope *scope, const struct manifest_facts *facts,
                                  struct arena *arena, size_t *count)
{
    struct slice *names = arena_array(arena, facts->tag_count + 2, sizeof *names);
    struct slice repository = scope->repository;
    if (!names)
        return NULL;
    names[0] = repository;
    names[1] = arena_printf(arena, "%.*s@%s", SLICE_ARG(repository), facts->digest.text);
    for (size_t i = 0; i < facts->tag_count; i++)
        names[i + 2] =
            arena_printf(arena, "%.*s:%.*s", SLICE_ARG(repository), SLICE_ARG(facts->tags[i]));
    *count = facts->tag_count + 2;
    return names;
}

/* The repository's exceptions that speak of this manifest. */
static bool read_exceptions(struct inspect *inspect, const struct scope *scope,
                            const struct manifest_facts *facts, struct arena *arena,
                            struct exceptions *exceptions, struct error *err)
{
    struct slice text, *names;
    struct failure failure = {.reason = FAILURE_NONE};
    bool exists = false;
    size_t count = 0;
    *exceptions = (struct exceptions){NULL};
    struct scope account = {.account = scope->account, .region = scope->region};
    if (!setting_get(inspect->registry, scope, "exceptions", arena, &text, &exists, &failure) ||
        (!exists &&
         !setting_get(inspect->registry, &account, "exceptions", arena, &text, &exists, &failure)))
        return error_set(err, ERROR_INTERNAL, "%s", failure.text);
    if (!exists || !text.len)
        return true;
    if (text.len > EXCEPTIONS_MAX)
        return error_set(err, ERROR_LIMIT, "the repository's exceptions are too long");
    if (!exceptions_parse(text, EXCEPTIONS_FILE, arena, exceptions, err))
        return false;
    names = report_names(scope, facts, arena, &count);
    if (!names)
        return arena_error(err);
    exceptions_choose(exceptions, names, count);
    return true;
}

bool report_evaluate(struct inspect *inspect, const struct scope *scope,
                     const struct manifest_facts *facts, struct slice inventory,
                     struct arena *arena, struct evaluation *evaluation, struct error *err)
{
    struct image *image = arena_new(arena, struct image);
    struct inventory *held = arena_new(arena, struct inventory);
    struct exceptions exceptions;
    struct error wrong = {0};
    *evaluation = (struct evaluation){.lender = NULL};
    if (!image || !held)
        return arena_error(err);
    image_of_facts(facts, arena, image);
    if (!inventory_decode(inventory, arena, held, err) ||
        !evaluate(evaluation, held, image, inspect->advisories, arena, err))
        return false;
    struct scan_result *result = &evaluation->result;
    /* Exceptions that cannot be read except nothing, and that is said. */
    bool read = read_exceptions(inspect, scope, facts, arena, &exceptions, &wrong);
    size_t room = result->note_count;
    if (!read) {
        struct note note = {SLICE(EXCEPTIONS_FILE), arena_copy(arena, slice_str(wrong.text))};
        return (note.text.at && ARENA_PUSH(arena, result->notes, result->note_count, room, note)) ||
               arena_error(err);
    }
    exceptions_apply(&exceptions, clock_now(), result);
    return exceptions_notes(&exceptions, clock_now(), result->image.name, false, arena,
                            &result->notes, &result->note_count, &room) ||
           arena_error(err);
}

static bool report_notes(const struct scan_result *result, struct arena *arena,
                         struct inspect_report *report)
{
    report->notes = arena_array(arena, result->note_count + 1, sizeof *report->notes);
    for (size_t i = 0; report->notes && i < result->note_count; i++) {
        report->notes[i] = (struct note){arena_copy(arena, result->notes[i].path),
                                         arena_copy(arena, result->notes[i].text)};
        if (!report->notes[i].path.at || !report->notes[i].text.at)
            return false;
    }
    report->note_count = result->note_count;
    return report->notes != NULL;
}

/* Everything that must outlive the reader is copied. */
static bool report_take(const struct evaluation *evaluation, bool full, struct arena *arena,
                        struct inspect_report *report, struct error *err)
{
    const struct scan_result *result = &evaluation->result;
    memset(report->counts, 0, sizeof report->counts);
    for (size_t i = 0; i < result->finding_count; i++)
        if (!result->findings[i].suppressed)
            report->counts[result->findings[i].finding.severity]++;
    report->advisories = evaluation->advisories;
    report->partial = result->partial;
    report->starter_database = result->starter_database;
    report->distribution = result->distribution;
    if (!full)
        return true;
    report->finding_count = result->finding_count;
    report->packages = evaluation->packages;
    report->package_count = result->package_count;
    return findings_copy(result, arena, &report->findings, err) &&
           (report_notes(result, arena, report) || arena_error(err));
}

/* Whoever may push may put a referrer there: what it says is shown, and believed of nobody. */
static bool report_statements(struct inspect *inspect, const struct scope *scope,
                              const struct digest *digest, struct arena *arena,
                              struct inspect_report *report, struct failure *failure)
{
    struct manifest_list list = {NULL};
    struct slice none = {NULL, 0};
    if (!manifest_referrers(inspect->registry, scope, digest, none, none, STATEMENTS_MAX, arena,
                            &list, failure))
        return false;
    report->statements = arena_array(arena, list.count + 1, sizeof *report->statements);
    struct error err;
    if (!report->statements) {
        arena_error(&err);
        return failure_of(failure, &err);
    }
    for (size_t i = 0; i < list.count; i++)
        report->statements[i] =
            (struct inspect_statement){list.items[i].digest,
                                       list.items[i].artifact_type.len ? list.items[i].artifact_type
                                                                       : list.items[i].media_type,
                                       false};
    report->statement_count = list.count;
    return true;
}

static void report_of_row(const struct scan_row *row, struct inspect_report *report)
{
    *report = (struct inspect_report){.status = row->status,
                                      .why = row->why,
                                      .completed = row->completed,
                                      .advisories = row->advisories,
                                      .partial = row->partial,
                                      .starter_database = row->starter_database};
    for (int i = 0; i <= SEVERITY_CRITICAL; i++)
        report->counts[i] = (size_t)row->counts[i];
}

struct asked {
    struct inspect *inspect;
    const struct scope *scope;
    struct slice scope_text;
    bool full;
    struct arena *arena;
};

static bool report_image(const struct asked *asked, const struct manifest_facts *facts,
                         struct inspect_report *report, struct failure *failure)
{
    struct evaluation evaluation CLEANUP_EVALUATION = {.lender = NULL};
    struct scan_row row;
    struct slice inventory = {NULL, 0};
    struct error err = {0};
    bool found;
    if (!report_rows(asked->inspect, asked->scope_text, &facts->digest, asked->arena, &row,
                     &inventory, &found, &err))
        return failure_of(failure, &err);
    if (!found)
        row = (struct scan_row){.status = INSPECT_NONE};
    report_of_row(&row, report);
    if (asked->full && row.status == INSPECT_PENDING)
        jobs_add(asked->inspect, asked->scope_text, &facts->digest, false);
    if (row.status != INSPECT_COMPLETE || row.is_index)
        return true;
    if (!report_evaluate(asked->inspect, asked->scope, facts, inventory, asked->arena, &evaluation,
                         &err) ||
        !report_take(&evaluation, asked->full, asked->arena, report, &err))
        return failure_of(failure, &err);
    return true;
}

/* How urgently a child's state is the state of the whole. */
static int status_rank(enum inspect_status status)
{
    static const int ranks[] = {
        [INSPECT_UNSUPPORTED] = 0, [INSPECT_COMPLETE] = 1,    [INSPECT_NONE] = 2,
        [INSPECT_FAILED] = 3,      [INSPECT_IN_PROGRESS] = 4, [INSPECT_PENDING] = 5,
    };
    return ranks[status];
}

static bool report_join_list(void **items, size_t *count, const void *more, size_t more_count,
                             size_t size, struct arena *arena)
{
    char *all = arena_array(arena, *count + more_count + 1, size);
    if (!all)
        return false;
    if (*count)
        memcpy(all, *items, *count * size);
    if (more_count)
        memcpy(all + *count * size, more, more_count * size);
    *items = all;
    *count += more_count;
    return true;
}

#define JOIN(whole, child, list, list_count, arena)                                                \
    report_join_list((void **)&(whole)->list, &(whole)->list_count, (child)->list,                 \
                     (child)->list_count, sizeof *(whole)->list, (arena))

/* Findings name their platform, as `scan --all-platforms` has it. */
static bool report_join(struct inspect_report *whole, struct inspect_report *child,
                        struct slice platform, struct arena *arena)
{
    struct slice *name = arena_new(arena, struct slice);
    if (!name)
        return false;
    *name = platform;
    for (size_t i = 0; i < child->finding_count && platform.len; i++) {
        child->findings[i].finding.platforms = name;
        child->findings[i].finding.platform_count = 1;
    }
    for (int i = 0; i <= SEVERITY_CRITICAL; i++)
        whole->counts[i] += child->counts[i];
    if (status_rank(child->status) > status_rank(whole->status)) {
        whole->status = child->status;
        whole->why = child->why;
    }
    if (child->advisories > whole->advisories)
        whole->advisories = child->advisories;
    if (child->completed > whole->completed)
        whole->completed = child->completed;
    whole->partial |= child->partial;
    whole->starter_database |= child->starter_database;
    if (!whole->distribution.id.len)
        whole->distribution = child->distribution;
    return JOIN(whole, child, findings, finding_count, arena) &&
           JOIN(whole, child, packages, package_count, arena) &&
           JOIN(whole, child, notes, note_count, arena);
}

/* As match_packages has it. */
static int finding_compare(const void *left, const void *right)
{
    const struct finding *a = &((const struct scan_finding *)left)->finding;
    const struct finding *b = &((const struct scan_finding *)right)->finding;
    int order = (a->severity < b->severity) - (a->severity > b->severity);
    if (order == 0)
        order = slice_compare(a->package->name, b->package->name);
    return order ? order : slice_compare(a->id, b->id);
}

static bool report_index(const struct asked *asked, const struct manifest_facts *facts,
                         struct inspect_report *report, struct failure *failure)
{
    double completed = report->completed;
    *report = (struct inspect_report){.status = INSPECT_UNSUPPORTED,
                                      .why = SLICE("nothing in it could be scanned"),
                                      .completed = completed};
    for (size_t i = 0; i < facts->child_count; i++) {
        const struct blob_reference *child = &facts->children[i];
        struct manifest_facts own;
        struct inspect_report part;
        struct failure gone = {.reason = FAILURE_NONE};
        struct error err;
        if (!manifest_describe(asked->inspect->registry, asked->scope, &child->digest, asked->arena,
                               &own, &gone)) {
            if (gone.reason == FAILURE_MANIFEST_UNKNOWN)
                continue; /* of a sparse index */
            *failure = gone;
            return false;
        }
        if (own.kind == MANIFEST_IS_INDEX)
            continue;
        struct slice platform = arena_printf(
            asked->arena, "%.*s/%.*s%s%.*s", SLICE_ARG(child->platform_os),
            SLICE_ARG(child->platform_architecture), child->platform_variant.len ? "/" : "",
            SLICE_ARG(child->platform_variant));
        if (!report_image(asked, &own, &part, failure))
            return false;
        if (!report_join(report, &part, platform, asked->arena)) {
            arena_error(&err);
            return failure_of(failure, &err);
        }
    }
    if (report->status == INSPECT_COMPLETE)
        report->why = (struct slice){"", 0};
    if (report->finding_count)
        qsort(report->findings, report->finding_count, sizeof *report->findings, finding_compare);
    return true;
}

bool inspect_report(struct inspect *inspect, const struct scope *scope, const struct digest *digest,
                    bool full, struct arena *arena, struct inspect_report *report,
                    struct failure *failure)
{
    struct manifest_facts facts;
    struct asked asked = {inspect, scope, scope_text(scope, arena), full, arena};
    struct error err;
    *report = (struct inspect_report){.status = INSPECT_NONE};
    if (!asked.scope_text.at) {
        arena_error(&err);
        return failure_of(failure, &err);
    }
    if (!manifest_describe(inspect->registry, scope, digest, arena, &facts, failure) ||
        !report_image(&asked, &facts, report, failure))
        return false;
    if (facts.kind == MANIFEST_IS_INDEX && report->status != INSPECT_NONE &&
        !report_index(&asked, &facts, report, failure))
        return false;
    return !full || report_statements(inspect, scope, digest, arena, report, failure);
}
