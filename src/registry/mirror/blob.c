/* Blobs of upstream that somebody asks for: brought, or only asked after. See mirror.h. */
#include "registry/mirror/parts.h"

/* A manifest of this repository that names the blob: its descriptor there says how large it is. */
static bool first_name(void *context, const struct meta_row *row)
{
    struct digest *manifest = context;
    struct error ignored;
    size_t slash = slice_find(row->name, '/');
    (void)digest_parse_any(manifest, slice_from(row->name, slash + 1), &ignored);
    return false;
}

static bool find_namer(struct mirror *mirror, const struct scope *scope,
                       const struct digest *digest, struct arena *arena, struct digest *manifest)
{
    struct error err = {0};
    struct meta_range range = {.kind = ROW_REFERENCE,
                               .scope = scope_text(scope, arena),
                               .prefix = arena_printf(arena, "%s/", digest->text),
                               .limit = 1};
    CLEANUP_META struct meta_txn *txn = NULL;
    return range.scope.at && range.prefix.at &&
           meta_begin(mirror->registry->meta, false, &txn, &err) &&
           meta_scan(txn, &range, first_name, manifest, &err) && manifest->text[0];
}

static const struct blob_reference *blob_in(const struct manifest_facts *facts,
                                            const struct digest *digest)
{
    if (digest_equal(&facts->config.digest, digest))
        return &facts->config;
    for (size_t i = 0; i < facts->layer_count; i++)
        if (digest_equal(&facts->layers[i].digest, digest))
            return &facts->layers[i];
    return NULL;
}

/* NULL and FAILURE_BLOB_UNKNOWN when no image here names it. */
static const struct blob_reference *find_blob(struct mirror *mirror, const struct scope *scope,
                                              const struct digest *digest, struct arena *arena,
                                              struct failure *failure)
{
    struct digest manifest = {0};
    struct manifest_facts *facts = arena_new(arena, struct manifest_facts);
    const struct blob_reference *blob = NULL;
    if (facts && find_namer(mirror, scope, digest, arena, &manifest) &&
        manifest_describe(mirror->registry, scope, &manifest, arena, facts, failure))
        blob = blob_in(facts, digest);
    if (!blob)
        failure_set(failure, FAILURE_BLOB_UNKNOWN, "no image here names %s", digest->text);
    return blob;
}

bool mirror_blob(struct mirror *mirror, const struct scope *scope, const struct digest *digest,
                 const struct caller *who, struct failure *failure)
{
    CLEANUP_ARENA struct arena arena = {.limit = PULL_ARENA};
    uint64_t size;
    struct failure ignored = {0};
    if (blob_stat(mirror->registry, scope, digest, false, &size, &ignored))
        return true;
    const struct blob_reference *blob = find_blob(mirror, scope, digest, &arena, failure);
    return blob && mirror_bring_blob(mirror, scope, blob, who, failure);
}

/* Asked by HEAD. False: no answer that says it, one way or the other. */
static bool ask(struct mirror *mirror, const struct scope *scope, const struct digest *digest,
                struct arena *arena, bool *has)
{
    struct mirror_rule rule;
    struct mirror_timing timing;
    struct upstream_target target;
    struct error err = {0};
    CLEANUP_UPSTREAM struct upstream upstream = {0};
    return mirror_rule_for(mirror, scope, arena, &rule) &&
           !mirror_missed(mirror, rule.upstream_url) &&
           mirror_target(mirror, &rule, scope->repository, arena, &target, &timing, &err) &&
           upstream_open(&upstream, &target, &err) &&
           registry_blob_has(&upstream.link, digest, has, arena, &err);
}

bool mirror_blob_stat(struct mirror *mirror, const struct scope *scope, const struct digest *digest,
                      const struct caller *who, uint64_t *size, struct failure *failure)
{
    CLEANUP_ARENA struct arena arena = {.limit = PULL_ARENA};
    bool has = false;
    const struct blob_reference *blob = find_blob(mirror, scope, digest, &arena, failure);
    if (!blob)
        return false;
    /* One that takes no HEAD, or does not answer: what fetching says is said. */
    if (!ask(mirror, scope, digest, &arena, &has))
        return mirror_bring_blob(mirror, scope, blob, who, failure) &&
               blob_stat(mirror->registry, scope, digest, true, size, failure);
    *size = blob->size;
    return has || failure_set(failure, FAILURE_BLOB_UNKNOWN, "%s is not at the upstream registry",
                              digest->text);
}
