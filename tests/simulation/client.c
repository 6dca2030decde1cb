/*
 * What a client calls, and what the judge says of the answer. Each call is an interval: what it may
 * change is written into the model as going on before it begins, and as happened, perhaps or not
 * when its answer is there.
 */
#include <stdio.h>

#include "registry/core/collect.h"
#include "registry/expire.h"
#include "simulation.h"

struct call {
    struct simulation *simulation;
    uint64_t start;
    double began; /* true seconds */
    struct arena arena;
    struct failure failure;
    struct caller who;
    unsigned request;
    char id[24];
    const char *name;
};

static void call_done(struct call *call)
{
    arena_done(&call->arena);
}
#define CLEANUP_CALL __attribute__((cleanup(call_done)))

static void call_begin(struct call *call, struct simulation *simulation, const char *name)
{
    *call = (struct call){.simulation = simulation, .name = name};
    arena_init(&call->arena, 16 << 20);
    call->request =
        simulation->request_count < REQUESTS_MAX - 1 ? simulation->request_count++ : REQUESTS_MAX;
    snprintf(call->id, sizeof call->id, "op-%u", call->request);
    call->who = (struct caller){.kind = CALLER_USER,
                                .name = SLICE("ci"),
                                .account = SLICE("123456789012"),
                                .request = slice_str(call->id),
                                .admin = true};
    call->start = model_event(&simulation->model);
    call->began = simulation->schedule.elapsed;
}

static double now(const struct call *call)
{
    return call->simulation->schedule.elapsed;
}

/* Of a call that said no: whether it may have happened all the same. */
static enum outcome outcome_of(struct call *call, bool done)
{
    struct simulation *simulation = call->simulation;
    if (done)
        return simulation->schedule.crashed ? PERHAPS : HAPPENED;
    simulation->failures++;
    enum failure_reason reason = call->failure.reason;
    bool trouble = reason == FAILURE_INTERNAL || reason == FAILURE_FULL || reason == FAILURE_BUSY;
    if (trouble && !simulation->schedule.crashed && !simulation->faults)
        violated(simulation, "%s: %s failed without a reason: %s (%s)", call->id, call->name,
                 call->failure.text, call->failure.inside.text);
    if (reason == FAILURE_NONE)
        violated(simulation, "%s: %s failed and gave no reason", call->id, call->name);
    return simulation->schedule.crashed || trouble ? PERHAPS : NOT_HAPPENED;
}

/* What the journal must say of this request. */
static void journal_owes(struct call *call, enum outcome outcome)
{
    if (call->request >= REQUESTS_MAX)
        return;
    call->simulation->requests[call->request].happened = outcome == HAPPENED;
    call->simulation->requests[call->request].failed = outcome == NOT_HAPPENED;
}

static enum outcome call_end(struct call *call, bool done)
{
    enum outcome outcome = outcome_of(call, done);
    trace(call->simulation, "%s: %s %s%s%s %s", call->id, call->name,
          outcome == HAPPENED  ? "done"
          : outcome == PERHAPS ? "unknown"
                               : "refused",
          done ? "" : ": ", done ? "" : call->failure.text, done ? "" : call->failure.inside.text);
    return outcome;
}

/* "The repository is unknown" must be explained. True when that was the answer. */
static bool judge_unknown_repository(struct call *call, int repository)
{
    struct simulation *simulation = call->simulation;
    if (call->failure.reason != FAILURE_REPOSITORY_UNKNOWN)
        return false;
    if (!history_explains(&simulation->model, &simulation->model.repositories[repository], ABSENT,
                          call->start))
        violated(simulation, "%s: %s: repository %s is there and was not found", call->id,
                 call->name, repository_names[repository]);
    return true;
}

static bool is_safe(const struct call *call, int repository, int blob)
{
    return model_blob_is_safe(&call->simulation->model, repository, blob, call->start, now(call));
}

/* ---- repositories ---- */

bool client_create(struct simulation *simulation, int repository)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct history *history = &simulation->model.repositories[repository];
    struct repository new = {.name = scope.repository, .mutability = TAGS_MUTABLE};
    call_begin(&call, simulation, "create repository");
    unsigned write = history_begin(&simulation->model, history, PRESENT);
    bool done = repository_create(&simulation->registry, &scope, &new, &call.who, &call.arena,
                                  &call.failure);
    enum outcome outcome = call_end(&call, done);
    history_end(&simulation->model, history, write, outcome);
    journal_owes(&call, outcome);
    if (outcome == NOT_HAPPENED &&
        !history_explains(&simulation->model, history, PRESENT, call.start))
        violated(simulation, "%s: a repository that is not there cannot be made: %s", call.id,
                 call.failure.text);
    return outcome == HAPPENED;
}

bool client_delete_repository(struct simulation *simulation, int repository)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct model *model = &simulation->model;
    struct history *all[1 + MANIFESTS + TAGS + BLOBS];
    unsigned writes[1 + MANIFESTS + TAGS + BLOBS], count = 0;
    struct repository gone;
    all[count++] = &model->repositories[repository];
    for (int m = 0; m < MANIFESTS; m++)
        all[count++] = &model->manifests[repository][m];
    for (int t = 0; t < TAGS; t++)
        all[count++] = &model->tags[repository][t];
    for (int b = 0; b < BLOBS; b++)
        all[count++] = &model->blobs[repository][b].taken;
    call_begin(&call, simulation, "delete repository");
    for (unsigned i = 0; i < count; i++)
        writes[i] = history_begin(model, all[i],
                                  i > MANIFESTS && i <= MANIFESTS + TAGS ? NONE : (int)ABSENT);
    bool done = repository_delete(&simulation->registry, &scope, true, &call.who, &call.arena,
                                  &gone, &call.failure);
    enum outcome outcome = call_end(&call, done);
    for (unsigned i = 0; i < count; i++)
        history_end(model, all[i], writes[i], outcome);
    journal_owes(&call, outcome);
    if (outcome == NOT_HAPPENED && !judge_unknown_repository(&call, repository))
        violated(simulation, "%s: a repository cannot be deleted: %s", call.id, call.failure.text);
    return outcome == HAPPENED;
}

/* ---- blobs ---- */

static void judge_missing(struct call *call, int repository, int blob)
{
    if (judge_unknown_repository(call, repository))
        return;
    if (call->failure.reason == FAILURE_BLOB_UNKNOWN && is_safe(call, repository, blob))
        violated(call->simulation, "%s: %s: blob %d of %s was promised and is not there", call->id,
                 call->name, blob, repository_names[repository]);
}

bool client_head(struct simulation *simulation, int repository, int blob)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    uint64_t size = 0;
    call_begin(&call, simulation, "head blob");
    bool done = blob_stat(&simulation->registry, &scope, &goods.blob_digests[blob], true, &size,
                          &call.failure);
    enum outcome outcome = call_end(&call, done);
    if (outcome == HAPPENED && size != goods.blobs[blob].len)
        violated(simulation, "%s: blob %d has another size", call.id, blob);
    if (outcome == HAPPENED)
        promise_told(&simulation->model, &simulation->model.blobs[repository][blob], call.start,
                     call.began);
    if (outcome == NOT_HAPPENED)
        judge_missing(&call, repository, blob);
    return outcome == HAPPENED;
}

bool client_mount(struct simulation *simulation, int repository, int from, int blob)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository), source = scope_of(from);
    call_begin(&call, simulation, "mount");
    bool done = blob_mount(&simulation->registry, &scope, &source, &goods.blob_digests[blob],
                           &call.who, &call.failure);
    enum outcome outcome = call_end(&call, done);
    if (outcome == HAPPENED)
        promise_told(&simulation->model, &simulation->model.blobs[repository][blob], call.start,
                     call.began);
    if (outcome == NOT_HAPPENED && call.failure.reason == FAILURE_BLOB_UNKNOWN &&
        is_safe(&call, from, blob))
        violated(simulation, "%s: blob %d of %s was promised and cannot be mounted", call.id, blob,
                 repository_names[from]);
    return outcome == HAPPENED;
}

/* Sends what is left in one or two pieces, and finishes unless the client walks away. */
static bool send(struct call *call, const struct known_upload *known, struct upload *upload)
{
    struct simulation *simulation = call->simulation;
    struct schedule *schedule = &simulation->schedule;
    struct slice bytes = goods.blobs[known->blob];
    uint64_t sent = upload_size(upload);
    if (sent > bytes.len) {
        struct failure ignored;
        upload_cancel(upload, &ignored);
        return failure_set(&call->failure, FAILURE_UPLOAD_UNKNOWN, "another blob's upload");
    }
    struct slice rest = slice_from(bytes, (size_t)sent);
    if (rest.len > 1 && schedule_chance(schedule, 1, 3)) {
        size_t cut = 1 + (size_t)schedule_random(schedule, rest.len - 1);
        if (!upload_append(upload, slice_upto(rest, cut), &call->failure)) {
            upload_release(upload);
            return false;
        }
        rest = slice_from(rest, cut);
        if (schedule_chance(schedule, 1, 4)) {
            upload_release(upload);
            return failure_set(&call->failure, FAILURE_UPLOAD_EMPTY, "the client went away");
        }
    }
    if (!upload_append(upload, rest, &call->failure)) {
        upload_release(upload);
        return false;
    }
    if (schedule_chance(schedule, 1, 30)) {
        bool cancelled = upload_cancel(upload, &call->failure);
        return cancelled && failure_set(&call->failure, FAILURE_UPLOAD_EMPTY, "cancelled");
    }
    return upload_finish(upload, &goods.blob_digests[known->blob], &call->who, &call->failure);
}

static bool upload_end(struct call *call, const struct known_upload *known, bool done)
{
    struct simulation *simulation = call->simulation;
    enum outcome outcome = call_end(call, done);
    journal_owes(call, outcome == NOT_HAPPENED ? PERHAPS : outcome);
    if (outcome == HAPPENED)
        promise_told(&simulation->model, &simulation->model.blobs[known->repository][known->blob],
                     call->start, call->began);
    if (outcome == NOT_HAPPENED)
        judge_unknown_repository(call, known->repository);
    return outcome == HAPPENED;
}

bool client_upload(struct simulation *simulation, int repository, int blob)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct known_upload known = {.repository = repository, .blob = blob};
    struct upload *upload = NULL;
    call_begin(&call, simulation, "upload");
    bool done = upload_start(&simulation->registry, &scope, &call.who, known.id, &call.failure);
    if (done && simulation->upload_count < UPLOADS_KNOWN)
        simulation->uploads[simulation->upload_count++] = known;
    done = done &&
           upload_take(&simulation->registry, &scope, slice_str(known.id), &upload, &call.failure);
    return upload_end(&call, &known, done && send(&call, &known, upload));
}

/* Takes up an upload that somebody began, perhaps before a crash. */
void client_resume(struct simulation *simulation)
{
    CLEANUP_CALL struct call call = {0};
    if (!simulation->upload_count)
        return;
    struct known_upload known =
        simulation->uploads[schedule_random(&simulation->schedule, simulation->upload_count)];
    struct scope scope = scope_of(known.repository);
    struct upload *upload = NULL;
    call_begin(&call, simulation, "resume");
    bool done =
        upload_take(&simulation->registry, &scope, slice_str(known.id), &upload, &call.failure);
    upload_end(&call, &known, done && send(&call, &known, upload));
}

bool client_delete_blob(struct simulation *simulation, int repository, int blob)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct history *taken = &simulation->model.blobs[repository][blob].taken;
    call_begin(&call, simulation, "delete blob");
    unsigned write = history_begin(&simulation->model, taken, ABSENT);
    bool done = blob_delete(&simulation->registry, &scope, &goods.blob_digests[blob], &call.who,
                            &call.failure);
    enum outcome outcome = call_end(&call, done);
    history_end(&simulation->model, taken, write, outcome);
    journal_owes(&call, outcome);
    if (outcome == NOT_HAPPENED)
        judge_missing(&call, repository, blob);
    return outcome == HAPPENED;
}

/* ---- manifests ---- */

static void judge_refused_put(struct call *call, int repository, int manifest)
{
    struct simulation *simulation = call->simulation;
    const struct recipe *recipe = &recipes[manifest];
    bool safe = true;
    if (judge_unknown_repository(call, repository))
        return;
    for (int i = 0; i < recipe->blob_count; i++)
        safe = safe && is_safe(call, repository, recipe->blobs[i]);
    for (int i = 0; i < recipe->child_count; i++)
        safe = safe &&
               history_is_certain(&simulation->model,
                                  &simulation->model.manifests[repository][recipe->children[i]],
                                  PRESENT, call->start);
    if (safe)
        violated(simulation, "%s: all that manifest %d names was promised in %s, and: %s", call->id,
                 manifest, repository_names[repository], call->failure.text);
}

bool client_put(struct simulation *simulation, int repository, int manifest, int tag)
{
    CLEANUP_CALL struct call call = {0};
    struct model *model = &simulation->model;
    struct scope scope = scope_of(repository);
    struct history *presence = &model->manifests[repository][manifest];
    struct history *pointer = tag == NONE ? NULL : &model->tags[repository][tag];
    struct slice tag_text = tag == NONE ? SLICE("") : slice_str(tag_names[tag]);
    struct manifest_push push = {.bytes = goods.manifests[manifest],
                                 .media_type = goods.media_types[manifest],
                                 .expected = goods.manifest_digests[manifest],
                                 .tags = &tag_text,
                                 .tag_count = tag != NONE};
    struct manifest_facts facts;
    struct tag_result result = {0};
    call_begin(&call, simulation, "put manifest");
    unsigned write = history_begin(model, presence, PRESENT);
    unsigned move = pointer ? history_begin(model, pointer, manifest) : 0;
    bool done = manifest_put(&simulation->registry, &scope, &push, &call.who, &call.arena, &facts,
                             &result, &call.failure);
    enum outcome outcome = call_end(&call, done);
    if (outcome == NOT_HAPPENED)
        judge_refused_put(&call, repository, manifest);
    history_end(model, presence, write, outcome);
    if (pointer)
        history_end(model, pointer, move, outcome);
    if (outcome != HAPPENED || result.moved)
        journal_owes(&call, outcome);
    simulation->pushes += outcome == HAPPENED;
    return outcome == HAPPENED;
}

static bool read_blob(struct call *call, struct blob *blob, int number)
{
    char bytes[10000];
    size_t got = 0;
    struct error err = {0};
    if (!blob_read(blob, 0, bytes, sizeof bytes, &got, &err)) {
        if (!call->simulation->faults && !call->simulation->schedule.crashed)
            violated(call->simulation, "%s: reading blob %d: %s", call->id, number, err.text);
        return false;
    }
    return slice_equal(slice_of(bytes, got), goods.blobs[number]) ||
           violated(call->simulation, "%s: blob %d has other bytes than its digest says (%zu)",
                    call->id, number, got);
}

static void pull_blob(struct simulation *simulation, int repository, int number)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct blob blob = {0};
    call_begin(&call, simulation, "get blob");
    bool done =
        blob_get(&simulation->registry, &scope, &goods.blob_digests[number], &blob, &call.failure);
    enum outcome outcome = call_end(&call, done);
    if (outcome == NOT_HAPPENED)
        judge_missing(&call, repository, number);
    if (done && !simulation->schedule.crashed)
        read_blob(&call, &blob, number);
    blob_close(&blob);
}

/* The manifest that a tag points to, by the registry; NONE: none, or nobody knows. */
static int resolve(struct simulation *simulation, int repository, int tag)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct digest digest;
    call_begin(&call, simulation, "resolve tag");
    bool done = manifest_resolve(&simulation->registry, &scope, slice_str(tag_names[tag]), &digest,
                                 &call.failure);
    enum outcome outcome = call_end(&call, done);
    int found = NONE;
    for (int m = 0; done && m < MANIFESTS; m++)
        if (digest_equal(&digest, &goods.manifest_digests[m]))
            found = m;
    if (outcome == PERHAPS || (!done && judge_unknown_repository(&call, repository)))
        return NONE;
    if (!history_explains(&simulation->model, &simulation->model.tags[repository][tag], found,
                          call.start))
        violated(simulation, "%s: tag %s of %s points to %d, which nothing explains", call.id,
                 tag_names[tag], repository_names[repository], found);
    return found;
}

void client_pull(struct simulation *simulation, int repository, int manifest, int tag)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct slice bytes, media_type;
    if (tag != NONE)
        manifest = resolve(simulation, repository, tag);
    if (manifest == NONE)
        return;
    call_begin(&call, simulation, "get manifest");
    bool done = manifest_get(&simulation->registry, &scope, &goods.manifest_digests[manifest],
                             &call.arena, &bytes, &media_type, &call.failure);
    enum outcome outcome = call_end(&call, done);
    if (outcome == PERHAPS || (!done && judge_unknown_repository(&call, repository)))
        return;
    if (!history_explains(&simulation->model, &simulation->model.manifests[repository][manifest],
                          done ? PRESENT : ABSENT, call.start))
        violated(simulation, "%s: manifest %d of %s %s, which nothing explains", call.id, manifest,
                 repository_names[repository], done ? "is there" : "is not there");
    if (!done)
        return;
    if (!slice_equal(bytes, goods.manifests[manifest]))
        violated(simulation, "%s: manifest %d has other bytes", call.id, manifest);
    manifest_pulled(&simulation->registry, &scope, &goods.manifest_digests[manifest], &call.who);
    simulation->pulls++;
    for (int i = 0; i < recipes[manifest].blob_count; i++)
        pull_blob(simulation, repository, recipes[manifest].blobs[i]);
    for (int i = 0; i < recipes[manifest].child_count; i++)
        client_pull(simulation, repository, recipes[manifest].children[i], NONE);
}

static void judge_unknown_manifest(struct call *call, const struct history *history, int value)
{
    if (call->failure.reason != FAILURE_MANIFEST_UNKNOWN)
        return;
    if (!history_explains(&call->simulation->model, history, value, call->start))
        violated(call->simulation, "%s: %s: what is there was not found: %s", call->id, call->name,
                 call->failure.text);
}

void client_tag(struct simulation *simulation, int repository, int manifest, int tag)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct model *model = &simulation->model;
    struct history *history = &model->tags[repository][tag];
    call_begin(&call, simulation, "tag");
    unsigned write = history_begin(model, history, manifest);
    bool done = tag_put(&simulation->registry, &scope, slice_str(tag_names[tag]),
                        &goods.manifest_digests[manifest], &call.who, &call.failure);
    enum outcome outcome = call_end(&call, done);
    history_end(model, history, write, outcome);
    if (outcome == NOT_HAPPENED && !judge_unknown_repository(&call, repository))
        judge_unknown_manifest(&call, &model->manifests[repository][manifest], ABSENT);
}

void client_untag(struct simulation *simulation, int repository, int tag)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct model *model = &simulation->model;
    struct history *history = &model->tags[repository][tag];
    call_begin(&call, simulation, "untag");
    unsigned write = history_begin(model, history, NONE);
    bool done = tag_delete(&simulation->registry, &scope, slice_str(tag_names[tag]), &call.who,
                           &call.failure);
    enum outcome outcome = call_end(&call, done);
    history_end(model, history, write, outcome);
    journal_owes(&call, outcome);
    if (outcome == NOT_HAPPENED && !judge_unknown_repository(&call, repository))
        judge_unknown_manifest(&call, history, NONE);
}

/* What a call may do beside what it was asked for: begun as going on, ended as perhaps. */
struct beside {
    struct history *histories[MANIFESTS + TAGS];
    unsigned writes[MANIFESTS + TAGS], count;
};

static void beside_begin(struct model *model, struct beside *beside, struct history *history,
                         int value)
{
    beside->histories[beside->count] = history;
    beside->writes[beside->count++] = history_begin(model, history, value);
}

static void beside_end(struct model *model, struct beside *beside, enum outcome outcome)
{
    for (unsigned i = 0; i < beside->count; i++)
        history_end(model, beside->histories[i], beside->writes[i],
                    outcome == NOT_HAPPENED ? NOT_HAPPENED : PERHAPS);
}

void client_delete(struct simulation *simulation, int repository, int manifest, bool recycle)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct model *model = &simulation->model;
    struct history *presence = &model->manifests[repository][manifest];
    struct beside beside = {.count = 0};
    bool force = schedule_chance(&simulation->schedule, 1, 2);
    struct manifest_removal how = {.with_parents = force,
                                   .with_referrers = force,
                                   .recycle = recycle,
                                   .why = recycle ? SLICE("lifecycle rule 1") : SLICE("")};
    call_begin(&call, simulation, recycle ? "expire" : "delete manifest");
    for (int t = 0; t < TAGS; t++)
        beside_begin(model, &beside, &model->tags[repository][t], NONE);
    for (int m = 0; force && m < MANIFESTS; m++)
        if (m != manifest && (recipes[m].child_count || recipes[m].subject == manifest))
            beside_begin(model, &beside, &model->manifests[repository][m], ABSENT);
    unsigned write = history_begin(model, presence, ABSENT);
    bool done = manifest_delete(&simulation->registry, &scope, &goods.manifest_digests[manifest],
                                &how, &call.who, &call.failure);
    enum outcome outcome = call_end(&call, done);
    history_end(model, presence, write, outcome);
    beside_end(model, &beside, outcome);
    journal_owes(&call, outcome);
    if (outcome == NOT_HAPPENED && !judge_unknown_repository(&call, repository))
        judge_unknown_manifest(&call, presence, ABSENT);
}

void client_restore(struct simulation *simulation, int repository, int manifest)
{
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct model *model = &simulation->model;
    struct history *presence = &model->manifests[repository][manifest];
    struct beside beside = {.count = 0};
    struct slice *tags;
    size_t tag_count;
    call_begin(&call, simulation, "restore");
    /* With it comes what it names and was recycled, too. */
    for (int i = 0; i < recipes[manifest].child_count; i++)
        beside_begin(model, &beside, &model->manifests[repository][recipes[manifest].children[i]],
                     PRESENT);
    unsigned write = history_begin(model, presence, PRESENT);
    /* Tags may come back to it or to its children. */
    unsigned moves[TAGS][MANIFESTS];
    for (int t = 0; t < TAGS; t++)
        for (int m = 0; m < MANIFESTS; m++)
            moves[t][m] = history_begin(model, &model->tags[repository][t], m);
    bool done = recycled_restore(&simulation->registry, &scope, &goods.manifest_digests[manifest],
                                 &call.who, &call.arena, &tags, &tag_count, &call.failure);
    enum outcome outcome = call_end(&call, done);
    for (int t = 0; t < TAGS; t++)
        for (int m = 0; m < MANIFESTS; m++) {
            bool may = m == manifest;
            for (int i = 0; i < recipes[manifest].child_count; i++)
                may = may || recipes[manifest].children[i] == m;
            history_end(model, &model->tags[repository][t], moves[t][m],
                        outcome == NOT_HAPPENED || !may ? NOT_HAPPENED : PERHAPS);
        }
    history_end(model, presence, write, outcome);
    beside_end(model, &beside, outcome);
    journal_owes(&call, outcome);
    if (outcome == NOT_HAPPENED)
        judge_unknown_repository(&call, repository);
}

static int certain_tag(const struct call *call, int repository, int manifest)
{
    const struct model *model = &call->simulation->model;
    for (int t = 0; t < TAGS; t++)
        if (history_is_certain(model, &model->tags[repository][t], manifest, call->start))
            return t;
    return NONE;
}

/* What the policy may take: an image without a tag, and an artifact with its subject. */
static bool may_expire(const struct call *call, int repository, int manifest)
{
    int subject = recipes[manifest].subject;
    return certain_tag(call, repository, subject == NONE ? manifest : subject) == NONE;
}

static bool may_lose_tag(const struct call *call, int repository, int tag)
{
    const struct model *model = &call->simulation->model;
    for (int m = 0; m < MANIFESTS; m++)
        if (recipes[m].subject == NONE &&
            history_is_certain(model, &model->tags[repository][tag], m, call->start))
            return false;
    return true;
}

/* A tag that certainly points to an image now was put before the image was judged, or while the
   policy was at work: either way the image had to stay. */
static void look_at_tags(struct simulation *simulation, int repository)
{
    const struct model *model = &simulation->model;
    simulation->schedule.quiet = true;
    for (int t = 0; t < TAGS; t++)
        for (int m = 0; m < MANIFESTS; m++)
            if (recipes[m].subject == NONE &&
                history_is_certain(model, &model->tags[repository][t], m, model->event + 1))
                (void)resolve(simulation, repository, t);
    simulation->schedule.quiet = false;
}

/* The lifecycle policy at work: what it judged must still hold when it acts. */
void client_lifecycle(struct simulation *simulation, int repository)
{
    static const char policy[] =
        "{\"rules\":[{\"rulePriority\":1,\"selection\":{\"tagStatus\":\"untagged\","
        "\"countType\":\"imageCountMoreThan\",\"countNumber\":1},"
        "\"action\":{\"type\":\"expire\"}}]}";
    CLEANUP_CALL struct call call = {0};
    struct scope scope = scope_of(repository);
    struct model *model = &simulation->model;
    struct beside images = {.count = 0}, tags = {.count = 0};
    struct expire_report report = {0};
    call_begin(&call, simulation, "lifecycle");
    for (int m = 0; m < MANIFESTS; m++)
        beside_begin(model, &images, &model->manifests[repository][m], ABSENT);
    for (int t = 0; t < TAGS; t++)
        beside_begin(model, &tags, &model->tags[repository][t], NONE);
    bool done = setting_put(&simulation->registry, &scope, EXPIRE_POLICY, slice_str(policy),
                            "PutLifecyclePolicy", &call.who, &call.failure) &&
                expire_repository(&simulation->registry, &scope, &call.who, &report, &call.failure);
    if (call_end(&call, done) == NOT_HAPPENED)
        judge_unknown_repository(&call, repository);
    /* Certainty is judged without our own writes; nobody else has the baton meanwhile. A crash or
       an error leaves a report of less than what was done. */
    bool unsure = !done || simulation->schedule.crashed;
    beside_end(model, &images, NOT_HAPPENED);
    beside_end(model, &tags, NOT_HAPPENED);
    if (!unsure)
        look_at_tags(simulation, repository);
    bool image_may[MANIFESTS], tag_may[TAGS];
    for (int m = 0; m < MANIFESTS; m++)
        image_may[m] = unsure || (report.expired && may_expire(&call, repository, m));
    for (int t = 0; t < TAGS; t++)
        tag_may[t] = unsure || (report.expired && may_lose_tag(&call, repository, t));
    for (int m = 0; m < MANIFESTS; m++)
        if (image_may[m])
            history_end(model, images.histories[m], images.writes[m], PERHAPS);
    for (int t = 0; t < TAGS; t++)
        if (tag_may[t])
            history_end(model, tags.histories[t], tags.writes[t], PERHAPS);
}

void client_collect(struct simulation *simulation)
{
    struct collect_report report = {0};
    struct error err = {0};
    size_t batch = 1 + (size_t)schedule_random(&simulation->schedule, 4);
    bool orphans = schedule_chance(&simulation->schedule, 1, 4);
    bool done = collect_run(&simulation->registry, batch, NULL, &report, &err) &&
                (!orphans || collect_orphans(&simulation->registry, NULL, &report, &err));
    trace(simulation, "collect: %s %llu rows %llu blobs %llu orphans", done ? "done" : err.text,
          (unsigned long long)report.rows, (unsigned long long)report.blobs,
          (unsigned long long)report.orphans);
    if (!done && !simulation->faults && !simulation->schedule.crashed)
        violated(simulation, "collection failed without a reason: %s", err.text);
}
