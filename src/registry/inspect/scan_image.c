/* One manifest: its layers' analyses merged, matched, and kept. */
#include "base/clock.h"
#include "catalog/analysis.h"
#include "image/manifest.h"
#include "registry/inspect/inspect_parts.h"
#include "registry/scanning.h"
#include "store/meta.h"

enum { SCAN_BUDGET = 1 << 30 };

bool scan_is_wanted(struct inspect *inspect, const struct scope *scope)
{
    struct arena arena CLEANUP_ARENA;
    struct repository repository;
    struct scanning_configuration configuration = {.rule_count = 0};
    struct scope account = {.account = scope->account, .region = scope->region};
    struct slice text;
    struct failure failure = {.reason = FAILURE_NONE};
    struct error err;
    bool exists = false;
    arena_init(&arena, 4 << 20);
    if (inspect->options.only_on_request)
        return false;
    if (!repository_get(inspect->registry, scope, &arena, &repository, &failure) ||
        !setting_get(inspect->registry, &account, SCANNING_SETTING, &arena, &text, &exists,
                     &failure))
        return false;
    /* What cannot be read asks for nothing: the repository's own word counts. */
    if (exists && !scanning_parse(text, &arena, &configuration, &err))
        configuration = (struct scanning_configuration){.rule_count = 0};
    return scanning_of(&configuration, scope->repository, repository.scan_on_push) !=
           SCANNING_MANUAL;
}

bool image_of_facts(const struct manifest_facts *facts, struct arena *arena, struct image *image)
{
    enum layer_compression compression;
    *image = (struct image){.kind = "registry",
                            .manifest_digest = facts->digest,
                            .config_digest = facts->config.digest,
                            .os = facts->os,
                            .architecture = facts->architecture,
                            .variant = facts->variant};
    image->layers = arena_array(arena, facts->layer_count + 1, sizeof *image->layers);
    for (size_t i = 0; image->layers && i < facts->layer_count; i++) {
        struct layer *layer = &image->layers[i];
        *layer = (struct layer){.digest = facts->layers[i].digest,
                                .media_type = facts->layers[i].media_type,
                                .size = facts->layers[i].size,
                                .fd = -1};
        (void)manifest_layer_type(layer->media_type, &compression, &layer->foreign);
    }
    image->layer_count = image->layers ? facts->layer_count : 0;
    return image->layers != NULL;
}

/* One step's things. */
struct step {
    struct inspect *inspect;
    struct job *job;
    struct scope scope;
    struct arena arena;
    struct manifest_facts facts;
    struct image image;
    struct scan_row row;
    struct inventory inventory;
    struct outcome outcome;
    size_t archives; /* layers that are some: of none there is nothing to scan */
    bool waits;
};

static void step_fail(struct step *step, const char *what)
{
    step->row.status = INSPECT_FAILED;
    step->row.why = arena_copy(&step->arena, slice_str(what));
}

static void step_unsupported(struct step *step, struct slice why)
{
    step->row.status = INSPECT_UNSUPPORTED;
    step->row.why = why;
}

static bool step_read(struct step *step, const struct digest *layer, struct slice *encoded,
                      struct error *err)
{
    switch (readings_get(step->inspect->readings, layer, step->job->manual, &step->arena, encoded,
                         err)) {
    case READINGS_WAIT: /* all the same the others are asked for, so that they begin */
        step->waits = true;
        return true;
    case READINGS_FAILED:
        return false;
    default:
        return true;
    }
}

/* In the place of what cannot be had: a layer without content, and a word of it. */
static bool step_note_elsewhere(struct step *step, struct slice *encoded, struct error *err)
{
    struct note note = {{NULL, 0}, SLICE("it lies elsewhere, so it was not read")};
    struct analysis analysis = {.notes = &note, .note_count = 1, .partial = true};
    return analysis_encode(&analysis, &step->arena, encoded, err);
}

static bool step_layer(struct step *step, const struct blob_reference *layer, struct slice *encoded,
                       struct error *err)
{
    enum layer_kind kind;
    if (!layer_kind_find(step->inspect, &step->scope, layer, &kind, err))
        return false;
    step->archives += kind != LAYER_STATEMENT;
    if (kind == LAYER_STATEMENT)
        return true;
    return kind == LAYER_ELSEWHERE ? step_note_elsewhere(step, encoded, err)
                                   : step_read(step, &layer->digest, encoded, err);
}

/* The analyses of all layers; step->waits when some are still being made. */
static bool step_layers(struct step *step, struct slice *encoded)
{
    for (size_t i = 0; i < step->facts.layer_count; i++) {
        const struct blob_reference *layer = &step->facts.layers[i];
        struct error err = {0};
        if (!step_layer(step, layer, &encoded[i], &err)) {
            error_add(&err, "layer %s", layer->digest.text);
            step_fail(step, err.text);
            return false;
        }
    }
    return !step->waits;
}

static bool step_evaluate(struct step *step, struct error *err)
{
    struct evaluation evaluation CLEANUP_EVALUATION = {.lender = NULL};
    return evaluate(&evaluation, &step->inventory, &step->image, step->inspect->advisories,
                    &step->arena, err) &&
           evaluation_outcome(&evaluation, &step->arena, &step->outcome, err);
}

static void step_count(struct step *step)
{
    memcpy(step->row.counts, step->outcome.counts, sizeof step->row.counts);
    step->row.advisories = step->outcome.advisories;
    step->row.partial = step->outcome.partial;
    step->row.starter_database = step->outcome.starter_database;
}

static void step_merge(struct step *step)
{
    struct error err = {0};
    struct slice *encoded = arena_array(&step->arena, step->image.layer_count + 1, sizeof *encoded);
    if (!encoded)
        step_fail(step, "out of memory");
    else if (!step_layers(step, encoded))
        return;
    else if (!step->archives)
        step_unsupported(step, SLICE("it has no layers that could be scanned"));
    else {
        if (!inventory_merge(&step->image, encoded, &step->arena, &step->inventory, &err) ||
            !step_evaluate(step, &err)) {
            step_fail(step, err.text);
            return;
        }
        step->row.status = INSPECT_COMPLETE;
        step->row.packages = step->inventory.package_count;
        step_count(step);
    }
}

/* Children are scanned by themselves; the row says that they are to be asked. */
static void step_children(struct step *step)
{
    struct slice scope = slice_str(step->job->scope);
    step->row.status = INSPECT_COMPLETE;
    step->row.is_index = true;
    for (size_t i = 0; i < step->facts.child_count; i++)
        if (step->job->manual)
            jobs_add(step->inspect, scope, &step->facts.children[i].digest, true);
        else
            inspect_wish(step->inspect, scope, &step->facts.children[i].digest);
}

static void step_decide(struct step *step)
{
    if (step->facts.kind == MANIFEST_IS_INDEX)
        step_children(step);
    else if (step->facts.kind == MANIFEST_IS_ARTIFACT)
        step_unsupported(step, SLICE("not an image"));
    else if (!image_of_facts(&step->facts, &step->arena, &step->image))
        step_fail(step, "out of memory");
    else
        step_merge(step);
}

static struct slice step_detail(const struct step *step)
{
    const uint64_t *counts = step->row.counts;
    return arena_printf(
        (struct arena *)(uintptr_t)&step->arena,
        "{\"scan-status\":\"%s\",\"finding-severity-counts\":{\"CRITICAL\":%llu,\"HIGH\":%llu,"
        "\"MEDIUM\":%llu,\"LOW\":%llu,\"INFORMATIONAL\":%llu,\"UNDEFINED\":%llu}}",
        inspect_status_name(step->row.status), (unsigned long long)counts[SEVERITY_CRITICAL],
        (unsigned long long)counts[SEVERITY_HIGH], (unsigned long long)counts[SEVERITY_MEDIUM],
        (unsigned long long)counts[SEVERITY_LOW], (unsigned long long)counts[SEVERITY_NEGLIGIBLE],
        (unsigned long long)counts[SEVERITY_UNKNOWN]);
}

/* What an earlier scan of it put into the index goes. */
static bool step_unindex(struct step *step, struct meta_txn *txn, struct error *err)
{
    struct slice bytes, scope = slice_str(step->job->scope);
    struct inventory old;
    bool found;
    struct error damaged;
    if (!meta_get(txn, ROW_INVENTORY, scope, digest_slice(&step->job->digest), &step->arena, &bytes,
                  &found, err))
        return false;
    if (!found || !inventory_decode(bytes, &step->arena, &old, &damaged))
        return true;
    return index_remove(txn, scope, &step->job->digest, &old, &step->arena, err);
}

static bool step_put(struct step *step, struct meta_txn *txn, struct slice row,
                     struct slice inventory, struct error *err)
{
    struct slice scope = slice_str(step->job->scope), name = digest_slice(&step->job->digest);
    struct journal_entry entry = {.action = SLICE("ScanImage"),
                                  .digest = name,
                                  .media_type = step->facts.media_type,
                                  .detail = step_detail(step)};
    if (!step_unindex(step, txn, err) || !meta_put(txn, ROW_SCAN, scope, name, row, err) ||
        !meta_remove(txn, ROW_WISH, scope, name, err))
        return false;
    if (inventory.len && (!meta_put(txn, ROW_INVENTORY, scope, name, inventory, err) ||
                          !index_add(txn, scope, &step->job->digest, &step->inventory,
                                     &step->outcome, &step->arena, err)))
        return false;
    /* Of an index its children are told, and of what was never an image there is nothing to tell.
     */
    return step->facts.kind != MANIFEST_IS_IMAGE ||
           journal_add(step->inspect->registry, txn, &step->scope, &entry, &caller_system, err);
}

/* In one transaction, unless the manifest has gone meanwhile. */
static bool step_write(struct step *step, struct slice inventory, struct error *err)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct slice there, row = scan_row_encode(&step->row, &step->arena);
    bool found;
    if (!row.at)
        return arena_error(err);
    if (!meta_begin(step->inspect->registry->meta, true, &txn, err) ||
        !meta_get(txn, ROW_MANIFEST, slice_str(step->job->scope), digest_slice(&step->job->digest),
                  &step->arena, &there, &found, err))
        return false;
    return !found || (step_put(step, txn, row, inventory, err) && meta_commit(&txn, err));
}

/* Written as of the advisories that the index tells of: when those have changed since it was
   matched, it is matched again. */
static bool step_store(struct step *step, struct slice inventory, struct error *err)
{
    struct inspect *inspect = step->inspect;
    for (;;) {
        char identity[STORE_IDENTITY_MAX];
        uint64_t generation;
        struct rematch_report report;
        pthread_mutex_lock(&inspect->turn);
        advisories_identity(inspect->advisories, identity, &generation);
        bool fine = inspect->matched == generation || rematch(inspect, &report, err);
        advisories_identity(inspect->advisories, identity, &generation);
        bool fresh = !inventory.len || step->outcome.generation == generation;
        if (fine && fresh)
            fine = step_write(step, inventory, err);
        pthread_mutex_unlock(&inspect->turn);
        if (fine && fresh)
            inspect_tell_journal(inspect);
        if (!fine || fresh)
            return fine;
        if (!step_evaluate(step, err))
            return false;
        step_count(step);
    }
}

/* From now on people see it, also while it is still being written. */
static bool step_tell(struct step *step, struct slice inventory)
{
    struct inspect *inspect = step->inspect;
    struct job *job = step->job;
    struct scan_row row = step->row;
    row.why = arena_copy(&job->arena, step->row.why);
    struct slice copy = arena_copy(&job->arena, inventory);
    if (!row.why.at || !copy.at)
        return false;
    pthread_mutex_lock(&inspect->lock);
    job->row = row;
    job->inventory = copy;
    job->told = true;
    job->state = JOB_STORING;
    inspect->scans += row.status == INSPECT_COMPLETE || row.status == INSPECT_FAILED;
    inspect->failed += row.status == INSPECT_FAILED;
    pthread_cond_broadcast(&inspect->settled);
    pthread_mutex_unlock(&inspect->lock);
    pulls_forget(inspect, slice_str(job->scope), &job->digest);
    return true;
}

static bool step_finish(struct step *step, struct error *err)
{
    struct slice inventory = {"", 0};
    step->row.analysis = ANALYSIS_VERSION;
    step->row.completed = step->inspect->registry->world->ops->now(step->inspect->registry->world);
    if (step->row.status == INSPECT_COMPLETE && !step->row.is_index &&
        !inventory_encode(&step->inventory, &step->arena, &inventory, err))
        step_fail(step, err->text);
    if (!step_tell(step, inventory))
        return arena_error(err);
    return step_store(step, inventory, err);
}

/* Of a pull-through cache, which stores it once more when all is here. */
static bool step_lacks_layers(const struct step *step)
{
    return step->facts.sparse && step->facts.kind == MANIFEST_IS_IMAGE;
}

bool scan_image(struct inspect *inspect, struct job *job, struct error *err)
{
    struct step step = {.inspect = inspect, .job = job};
    struct failure failure = {.reason = FAILURE_NONE};
    arena_init(&step.arena, SCAN_BUDGET);
    if (scope_parse(slice_str(job->scope), &step.scope) &&
        manifest_describe(inspect->registry, &step.scope, &job->digest, &step.arena, &step.facts,
                          &failure) &&
        !step_lacks_layers(&step)) {
        step_decide(&step);
        if (!step.waits)
            step_finish(&step, err);
    }
    arena_done(&step.arena);
    job->manual = false; /* each layer was asked for anew once, that is enough */
    return !step.waits;
}
