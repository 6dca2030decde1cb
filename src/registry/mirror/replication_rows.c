/* Work and its outcome as rows. See replication_parts.h. */
#include "image/document.h"
#include "registry/mirror/replication_parts.h"

#include <stdlib.h>

static const char *const kinds[] = {"put", "untag", "delete"};
static const char *const states[] = {"IN_PROGRESS", "COMPLETE", "FAILED"};

const char *replication_state_name(enum replication_state state)
{
    return states[state];
}

bool json_to_slice(json_t *document, struct arena *arena, struct slice *text, struct error *err)
{
    char *made = document ? json_dumps(document, JSON_COMPACT) : NULL;
    if (made)
        *text = arena_copy(arena, slice_str(made));
    free(made);
    return (made && text->at) || arena_error(err);
}

static void set(json_t *object, const char *name, struct slice value)
{
    if (value.len)
        json_object_set_new(object, name, json_stringn(value.at, value.len));
}

static json_t *job_json(const struct job *job)
{
    json_t *row = json_object();
    set(row, "kind", slice_str(kinds[job->kind]));
    set(row, "account", job->scope.account);
    set(row, "region", job->scope.region);
    set(row, "repository", job->scope.repository);
    set(row, "digest", digest_slice(&job->digest));
    set(row, "tag", job->tag);
    set(row, "toRegion", job->to.region);
    set(row, "toAccount", job->to.account);
    set(row, "backfill", job->backfill);
    set(row, "code", job->code);
    json_object_set_new(row, "attempts", json_integer(job->attempts));
    json_object_set_new(row, "made", json_real(job->made));
    json_object_set_new(row, "next", json_real(job->next));
    return row;
}

/* A name of its own, in order of time. */
static bool name_of(struct world *world, const struct job *job, struct arena *arena,
                    struct slice *name, struct error *err)
{
    uint64_t random;
    if (job->name.len) {
        *name = job->name;
        return true;
    }
    if (!world->ops->random(world, &random, sizeof random, err))
        return false;
    *name = arena_printf(arena, "%016llx-%016llx", (unsigned long long)(job->made * 1e6),
                         (unsigned long long)random);
    return name->at || arena_error(err);
}

bool job_put(struct meta_txn *txn, struct world *world, const struct job *job, struct arena *arena,
             struct error *err)
{
    struct slice name, value;
    CLEANUP_JSON json_t *row = job_json(job);
    return name_of(world, job, arena, &name, err) && json_to_slice(row, arena, &value, err) &&
           meta_put(txn, ROW_REPLICATE, SLICE(""), name, value, err);
}

bool job_remove(struct meta_txn *txn, const struct job *job, struct error *err)
{
    return meta_remove(txn, ROW_REPLICATE, SLICE(""), job->name, err);
}

static bool kind_parse(struct slice word, enum job_kind *kind)
{
    for (int i = 0; i <= JOB_DELETE; i++)
        if (slice_equal_str(word, kinds[i])) {
            *kind = (enum job_kind)i;
            return true;
        }
    return false;
}

static bool texts_read(const json_t *row, struct arena *arena, struct job *job)
{
    return document_text(row, "account", arena, &job->scope.account) &&
           document_text(row, "region", arena, &job->scope.region) &&
           document_text(row, "repository", arena, &job->scope.repository) &&
           document_text(row, "tag", arena, &job->tag) &&
           document_text(row, "toRegion", arena, &job->to.region) &&
           document_text(row, "toAccount", arena, &job->to.account) &&
           document_text(row, "backfill", arena, &job->backfill) &&
           document_text(row, "code", arena, &job->code);
}

bool job_parse(struct slice name, struct slice value, struct arena *arena, struct job *job,
               struct error *err)
{
    struct job got = {.name = arena_copy(arena, name)};
    CLEANUP_JSON json_t *row = document_parse(value, err);
    if (!row)
        return false;
    if (!got.name.at || !texts_read(row, arena, &got))
        return arena_error(err);
    struct slice digest = document_view(json_object_get(row, "digest"));
    if ((digest.len && !digest_parse_any(&got.digest, digest, err)) ||
        !kind_parse(document_view(json_object_get(row, "kind")), &got.kind) ||
        !repository_name_is_valid(got.scope.repository))
        return error_set(err, ERROR_FORMAT, "a row of replication is damaged");
    got.attempts = (unsigned)json_integer_value(json_object_get(row, "attempts"));
    got.made = json_number_value(json_object_get(row, "made"));
    got.next = json_number_value(json_object_get(row, "next"));
    *job = got;
    return true;
}

bool job_tell(struct meta_txn *txn, const struct job *job, enum replication_state state, double now,
              struct arena *arena, struct error *err)
{
    struct slice scope = scope_text(&job->scope, arena), value;
    struct slice name = arena_printf(arena, "%s/%.*s/%.*s", job->digest.text,
                                     SLICE_ARG(job->to.region), SLICE_ARG(job->to.account));
    CLEANUP_JSON json_t *row = json_object();
    if (job->kind != JOB_PUT)
        return true;
    set(row, "status", slice_str(states[state]));
    if (state == REPLICATION_FAILED)
        set(row, "code", job->code);
    json_object_set_new(row, "when", json_real(now));
    if (!scope.at || !name.at)
        return arena_error(err);
    return json_to_slice(row, arena, &value, err) &&
           meta_put(txn, ROW_REPLICATED, scope, name, value, err);
}

struct collecting {
    struct arena *arena;
    struct replication_status *items;
    size_t count, room;
    bool spent;
};

static bool status_read(struct collecting *to, const struct meta_row *row,
                        struct replication_status *status)
{
    struct error ignored;
    struct slice name = row->name;
    CLEANUP_JSON json_t *document = document_parse(row->value, &ignored);
    struct slice word = document_view(json_object_get(document, "status"));
    (void)slice_cut(&name, '/');
    *status = (struct replication_status){.region = arena_copy(to->arena, slice_cut(&name, '/')),
                                          .account = arena_copy(to->arena, name)};
    for (int i = 0; i <= REPLICATION_FAILED; i++)
        if (slice_equal_str(word, states[i]))
            status->state = (enum replication_state)i;
    return status->region.at && status->account.at &&
           document_text(document, "code", to->arena, &status->code);
}

static bool status_collect(void *context, const struct meta_row *row)
{
    struct collecting *to = context;
    struct replication_status status;
    to->spent = !status_read(to, row, &status) ||
                !ARENA_PUSH(to->arena, to->items, to->count, to->room, status);
    return !to->spent;
}

bool replication_statuses_in(struct meta_txn *txn, const struct scope *scope,
                             const struct digest *digest, struct arena *arena,
                             struct replication_status **statuses, size_t *count, struct error *err)
{
    struct collecting collecting = {.arena = arena};
    struct meta_range range = {.kind = ROW_REPLICATED,
                               .scope = scope_text(scope, arena),
                               .prefix = arena_printf(arena, "%s/", digest->text)};
    if (!range.scope.at || !range.prefix.at)
        return arena_error(err);
    if (!meta_scan(txn, &range, status_collect, &collecting, err))
        return false;
    if (collecting.spent)
        return arena_error(err);
    *statuses = collecting.items;
    *count = collecting.count;
    return true;
}

bool replication_statuses(struct registry *registry, const struct scope *scope,
                          const struct digest *digest, struct arena *arena,
                          struct replication_status **statuses, size_t *count,
                          struct failure *failure)
{
    struct error err = {0};
    CLEANUP_META struct meta_txn *txn = NULL;
    return (meta_begin(registry->meta, false, &txn, &err) &&
            replication_statuses_in(txn, scope, digest, arena, statuses, count, &err)) ||
           failure_of(failure, &err);
}
