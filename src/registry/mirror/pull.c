/* Pull-through: from a name that a client asks for to rows and blobs here. See mirror.h. */
#include "image/document.h"
#include "registry/core/repository.h"
#include "registry/inspect/inspect.h"
#include "registry/mirror/parts.h"
#include "registry/mirror/template.h"

/* One question of one client. */
struct pull {
    struct mirror *mirror;
    const struct scope *scope;
    const struct caller *who;
    struct slice reference;
    bool is_tag;
    bool here;           /* what was asked for is here already */
    struct digest local; /* then: which it is */
    struct mirror_rule rule;
    struct mirror_timing timing;
    struct upstream_target target;
    struct arena arena;
    struct failure *failure;
};

static void pull_done(struct pull *pull)
{
    arena_done(&pull->arena);
}
#define CLEANUP_PULL __attribute__((cleanup(pull_done)))

static bool no_memory(struct failure *failure)
{
    struct error err = {0};
    arena_error(&err);
    return failure_of(failure, &err);
}

/* What the client is told when upstream is not as hoped for. */
static bool upstream_failure(const struct pull *pull, const struct error *err)
{
    bool fine =
        failure_set(pull->failure, FAILURE_UPSTREAM,
                    "The upstream registry %.*s of the pull through cache rule '%.*s' "
                    "could not be asked: %s",
                    SLICE_ARG(pull->rule.upstream_url), SLICE_ARG(pull->rule.prefix), err->text);
    pull->failure->inside = *err;
    return fine;
}

static bool unknown(const struct pull *pull)
{
    return failure_set(pull->failure, FAILURE_MANIFEST_UNKNOWN,
                       "%.*s is not at the upstream registry %.*s as %.*s",
                       SLICE_ARG(pull->reference), SLICE_ARG(pull->rule.upstream_url),
                       SLICE_ARG(pull->target.repository));
}

/* When this tag was asked for upstream last; 0: never. */
static double tag_checked(struct pull *pull)
{
    struct error err = {0};
    struct slice value, scope = scope_text(pull->scope, &pull->arena);
    bool found = false;
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!scope.at || !meta_begin(pull->mirror->registry->meta, false, &txn, &err) ||
        !meta_get(txn, ROW_MIRRORED, scope, pull->reference, &pull->arena, &value, &found, &err) ||
        !found)
        return 0;
    CLEANUP_JSON json_t *row = document_parse(value, &err);
    return json_number_value(json_object_get(row, "checked"));
}

/* Bookkeeping only: when it cannot be written, upstream is asked once more than needed. */
static void tag_note(struct pull *pull)
{
    struct error err = {0};
    struct slice scope = scope_text(pull->scope, &pull->arena);
    struct slice value = arena_printf(&pull->arena, "{\"checked\":%.3f}", mirror_now(pull->mirror));
    CLEANUP_META struct meta_txn *txn = NULL;
    if (scope.at && value.at && meta_begin(pull->mirror->registry->meta, true, &txn, &err) &&
        meta_put(txn, ROW_MIRRORED, scope, pull->reference, value, &err))
        (void)meta_commit(&txn, &err);
}

/* A clock that was set back does not make an answer good forever. */
static bool is_fresh(struct pull *pull)
{
    double age = mirror_now(pull->mirror) - tag_checked(pull);
    return age >= 0 && age < pull->timing.tag_seconds;
}

static bool resolve_here(struct pull *pull)
{
    struct failure ignored = {0};
    return manifest_resolve(pull->mirror->registry, pull->scope, pull->reference, &pull->local,
                            &ignored);
}

/* Bytes on their way from upstream into an upload. */
struct intake {
    struct upload *upload;
    struct failure failure;
};

static bool intake_take(void *owner, struct slice bytes, struct error *err)
{
    struct intake *intake = owner;
    return upload_append(intake->upload, bytes, &intake->failure) ||
           error_set(err, ERROR_IO, "%s", intake->failure.text);
}

static bool fetch_blob(struct pull *pull, struct upstream *upstream,
                       const struct blob_reference *blob)
{
    char id[UPLOAD_ID_MAX];
    struct intake intake = {0};
    struct error err = {0};
    struct failure ignored = {0};
    struct registry *registry = pull->mirror->registry;
    struct http_sink sink = {&intake, intake_take, NULL};
    if (!upload_start(registry, pull->scope, pull->who, id, pull->failure) ||
        !upload_take(registry, pull->scope, slice_str(id), &intake.upload, pull->failure))
        return false;
    if (upstream_blob(upstream, &blob->digest, blob->size, &sink, &pull->arena, &err))
        return upload_finish(intake.upload, &blob->digest, pull->who, pull->failure);
    (void)upload_cancel(intake.upload, &ignored);
    if (intake.failure.reason) {
        *pull->failure = intake.failure;
        return false;
    }
    if (err.kind == ERROR_NOT_FOUND)
        return failure_set(pull->failure, FAILURE_BLOB_UNKNOWN,
                           "%s is not at the upstream registry", blob->digest.text);
    return upstream_failure(pull, &err);
}

/* Rule, target and timing of a repository; false without failure: no rule stands for it. */
static bool prepare(struct pull *pull, bool *applies)
{
    struct error err = {0};
    arena_init(&pull->arena, PULL_ARENA);
    *applies = mirror_rule_for(pull->mirror, pull->scope, &pull->arena, &pull->rule);
    if (!*applies)
        return true;
    return mirror_target(pull->mirror, &pull->rule, pull->scope->repository, &pull->arena,
                         &pull->target, &pull->timing, &err) ||
           upstream_failure(pull, &err);
}

static bool lead_blob(struct pull *pull, const struct blob_reference *blob)
{
    uint64_t size;
    struct error err = {0};
    struct failure ignored = {0};
    CLEANUP_UPSTREAM struct upstream upstream = {0};
    if (blob_stat(pull->mirror->registry, pull->scope, &blob->digest, false, &size, &ignored))
        return true; /* it came while we waited to lead */
    if (mirror_missed(pull->mirror, pull->rule.upstream_url))
        return failure_set(pull->failure, FAILURE_UPSTREAM,
                           "The upstream registry %.*s did not answer a moment ago",
                           SLICE_ARG(pull->rule.upstream_url));
    if (!upstream_open(&upstream, &pull->target, &err))
        return upstream_failure(pull, &err);
    return fetch_blob(pull, &upstream, blob);
}

bool mirror_bring_blob(struct mirror *mirror, const struct scope *scope,
                       const struct blob_reference *blob, const struct caller *who,
                       struct failure *failure)
{
    bool applies, fine;
    struct flight *flight;
    CLEANUP_PULL struct pull pull = {
        .mirror = mirror, .scope = scope, .who = who, .failure = failure};
    if (!prepare(&pull, &applies))
        return false;
    struct slice text = scope_text(scope, &pull.arena);
    struct slice key = arena_printf(&pull.arena, "%.*s@%s", SLICE_ARG(text), blob->digest.text);
    if (!text.at || !key.at)
        return no_memory(failure);
    if (!applies)
        return failure_set(failure, FAILURE_BLOB_UNKNOWN, "%s is not here", blob->digest.text);
    if (!flight_join(&mirror->flights, key, &flight, &fine, failure))
        return fine;
    fine = lead_blob(&pull, blob);
    flight_land(&mirror->flights, flight, fine, failure);
    return fine;
}

/* Configuration first: clients ask for it first, too. */
static bool bring_blobs(struct mirror *mirror, const struct scope *scope,
                        const struct manifest_facts *facts, const struct caller *who,
                        struct failure *failure)
{
    uint64_t size;
    for (size_t i = 0; i <= facts->layer_count; i++) {
        const struct blob_reference *blob = i ? &facts->layers[i - 1] : &facts->config;
        struct failure ignored = {0};
        if (!blob->digest.text[0] ||
            blob_stat(mirror->registry, scope, &blob->digest, false, &size, &ignored))
            continue;
        if (atomic_load(&mirror->stop))
            return failure_set(failure, FAILURE_BUSY, "The server is about to end");
        if (!mirror_bring_blob(mirror, scope, blob, who, failure))
            return false;
    }
    return true;
}

/* Now all is here: stored once more without `sparse`, which scans it where scans are wanted. */
static bool make_whole(struct mirror *mirror, const struct scope *scope,
                       const struct digest *digest, const struct caller *who, struct arena *arena,
                       struct failure *failure)
{
    struct manifest_facts facts;
    struct manifest_push push = {.expected = *digest};
    return manifest_get(mirror->registry, scope, digest, arena, &push.bytes, &push.media_type,
                        failure) &&
           manifest_put(mirror->registry, scope, &push, who, arena, &facts, NULL, failure);
}

bool mirror_bring_image(struct mirror *mirror, const struct scope *scope,
                        const struct digest *digest, const struct caller *who,
                        struct failure *failure)
{
    CLEANUP_ARENA struct arena arena = {.limit = PULL_ARENA};
    struct manifest_facts facts;
    if (!manifest_describe(mirror->registry, scope, digest, &arena, &facts, failure))
        return false;
    if (!facts.sparse || facts.kind == MANIFEST_IS_INDEX)
        return true;
    return bring_blobs(mirror, scope, &facts, who, failure) &&
           make_whole(mirror, scope, digest, who, &arena, failure);
}

/* Whether the policy on pulls wants to know what is in an image before anybody gets it. */
static bool must_be_scanned(struct pull *pull)
{
    struct scope account = {.account = pull->scope->account, .region = pull->scope->region};
    const struct scope *scopes[] = {pull->scope, &account};
    if (!pull->mirror->node->inspect)
        return false;
    for (size_t i = 0; i < 2; i++) {
        struct slice value;
        bool exists = false;
        struct failure failure = {0};
        struct error err = {0};
        if (!setting_get(pull->mirror->registry, scopes[i], "pull-policy", &pull->arena, &value,
                         &exists, &failure))
            return true; /* closed when in doubt */
        if (!exists)
            continue;
        CLEANUP_JSON json_t *policy = document_parse(value, &err);
        return !policy || slice_equal_str(document_view(json_object_get(policy, "mode")), "block");
    }
    return false;
}

static bool store_now(struct pull *pull, const struct registry_manifest *manifest, bool sparse,
                      struct manifest_facts *facts)
{
    struct tag_result result = {0};
    struct manifest_push push = {.bytes = manifest->bytes,
                                 .media_type = manifest->media_type,
                                 .expected = manifest->digest,
                                 .tags = &pull->reference,
                                 .tag_count = pull->is_tag ? 1 : 0,
                                 .sparse = sparse};
    if (manifest_put(pull->mirror->registry, pull->scope, &push, pull->who, &pull->arena, facts,
                     &result, pull->failure))
        return true;
    /* The repository says that this tag stays where it is: then it does. */
    if (pull->failure->reason != FAILURE_TAG_IMMUTABLE || !pull->here)
        return false;
    *pull->failure = (struct failure){0};
    return true;
}

/* Layers before the manifest is to be seen at all, and a scan before anybody gets it. */
static bool store_scanned(struct pull *pull, const struct registry_manifest *manifest,
                          const struct manifest_facts *parsed)
{
    enum inspect_status status;
    struct manifest_facts facts;
    struct inspect *inspect = pull->mirror->node->inspect;
    return bring_blobs(pull->mirror, pull->scope, parsed, pull->who, pull->failure) &&
           store_now(pull, manifest, false, &facts) &&
           inspect_start(inspect, pull->scope, &manifest->digest, pull->who, pull->failure) &&
           inspect_wait(inspect, pull->scope, &manifest->digest, SCAN_WAIT_SECONDS, &status,
                        pull->failure);
}

static bool store(struct pull *pull, const struct registry_manifest *manifest)
{
    struct manifest_facts facts;
    if (!manifest_facts_parse(manifest->bytes, manifest->media_type, &pull->arena, &facts,
                              pull->failure) ||
        !template_make_repository(pull->mirror->registry, pull->scope, TEMPLATE_PULL_THROUGH,
                                  pull->who, &pull->arena, pull->failure))
        return false;
    if (facts.kind == MANIFEST_IS_IMAGE && must_be_scanned(pull))
        return store_scanned(pull, manifest, &facts);
    if (!store_now(pull, manifest, true, &facts))
        return false;
    if (facts.kind != MANIFEST_IS_INDEX) /* whose images come when they are asked for */
        mirror_fill_add(pull->mirror, pull->scope, &manifest->digest);
    return true;
}

/* Upstream said no, or nothing: what is here is served all the same. */
static bool without_upstream(struct pull *pull, struct slice miss, const struct error *err)
{
    if (err->kind == ERROR_NOT_FOUND) {
        mirror_miss(pull->mirror, miss, pull->timing.miss_seconds);
        if (pull->here)
            tag_note(pull);
        return pull->here || unknown(pull);
    }
    if (err->kind == ERROR_NETWORK)
        mirror_miss(pull->mirror, pull->rule.upstream_url, AWAY_SECONDS);
    return pull->here || upstream_failure(pull, err);
}

/* Whether a tag that is here still means the same upstream: a HEAD, which costs no pull there. */
static bool is_unchanged(struct pull *pull, struct upstream *upstream, struct error *err)
{
    struct registry_manifest head = {0};
    return registry_manifest_head(&upstream->link, pull->reference, &pull->arena, &head, err) &&
           digest_equal(&head.digest, &pull->local);
}

static bool lead_manifest(struct pull *pull, struct slice miss)
{
    struct error err = {0};
    struct registry_manifest manifest;
    CLEANUP_UPSTREAM struct upstream upstream = {0};
    pull->here = resolve_here(pull);
    if (pull->here && (!pull->is_tag || is_fresh(pull)))
        return true; /* it came while we waited to lead */
    if (mirror_missed(pull->mirror, miss))
        return pull->here || unknown(pull);
    if (mirror_missed(pull->mirror, pull->rule.upstream_url))
        return pull->here || failure_set(pull->failure, FAILURE_UPSTREAM,
                                         "The upstream registry %.*s did not answer a moment ago",
                                         SLICE_ARG(pull->rule.upstream_url));
    if (!upstream_open(&upstream, &pull->target, &err))
        return without_upstream(pull, miss, &err);
    if (pull->here && is_unchanged(pull, &upstream, &err)) {
        tag_note(pull);
        return true;
    }
    if (err.kind ||
        !registry_manifest_get(&upstream.link, pull->reference, &pull->arena, &manifest, &err))
        return without_upstream(pull, miss, &err);
    if (!store(pull, &manifest))
        return false;
    if (pull->is_tag)
        tag_note(pull);
    return true;
}

/* Who fills the cache needs more than who reads it (a token for pulling includes it). */
static bool may_import(const struct pull *pull)
{
    return pull->who->kind == CALLER_SYSTEM ||
           auth_allows(pull->mirror->node->auth, pull->who, "ecr:BatchImportUpstreamImage",
                       pull->scope, pull->failure);
}

static bool bring_manifest(struct pull *pull)
{
    bool fine;
    struct flight *flight;
    struct slice text = scope_text(pull->scope, &pull->arena);
    struct slice key =
        arena_printf(&pull->arena, "%.*s:%.*s", SLICE_ARG(text), SLICE_ARG(pull->reference));
    if (!text.at || !key.at)
        return no_memory(pull->failure);
    if (!may_import(pull)) {
        if (pull->here)
            *pull->failure = (struct failure){0};
        return pull->here;
    }
    if (!flight_join(&pull->mirror->flights, key, &flight, &fine, pull->failure))
        return fine;
    fine = lead_manifest(pull, key);
    flight_land(&pull->mirror->flights, flight, fine, pull->failure);
    return fine;
}

/* An image of ours whose layers did not all come yet goes on the list again. */
static void go_on(struct pull *pull)
{
    struct manifest_facts facts;
    struct failure ignored = {0};
    if (manifest_describe(pull->mirror->registry, pull->scope, &pull->local, &pull->arena, &facts,
                          &ignored) &&
        facts.sparse && facts.kind != MANIFEST_IS_INDEX)
        mirror_fill_add(pull->mirror, pull->scope, &pull->local);
}

bool mirror_manifest(struct mirror *mirror, const struct scope *scope, struct slice reference,
                     const struct caller *who, struct failure *failure)
{
    bool applies;
    CLEANUP_PULL struct pull pull = {.mirror = mirror,
                                     .scope = scope,
                                     .who = who,
                                     .reference = reference,
                                     .is_tag = tag_name_is_valid(reference),
                                     .failure = failure};
    if (!prepare(&pull, &applies))
        return resolve_here(&pull) ? (*failure = (struct failure){0}, true) : false;
    pull.here = resolve_here(&pull);
    if (!applies)
        return pull.here || failure_set(failure, FAILURE_MANIFEST_UNKNOWN, "%.*s is not here",
                                        SLICE_ARG(reference));
    if (pull.here && (!pull.is_tag || is_fresh(&pull))) {
        go_on(&pull);
        return true;
    }
    return bring_manifest(&pull);
}
