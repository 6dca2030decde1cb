/* Manifests: GET and HEAD (from memory where they were asked for before), PUT, DELETE. Bytes are
   served as they were pushed; who cannot read their media type is told so. */
#include "base/log.h"
#include "image/registry_write.h"
#include "net/url.h"
#include "registry/core/journal.h"
#include "registry/inspect/inspect.h"
#include "registry/mirror/mirror.h"
#include "registry/oci/accept.h"
#include "registry/oci/parts.h"

enum {
    TAGS_OF_A_PUSH_MAX = 1000,
    TAG_LINE_MAX = 8000, /* of a header */
    WARNINGS_MAX = 20,
    SCAN_WAIT_SECONDS = 60,
};

static bool accepted(const struct server_request *request, const char *media_type)
{
    return oci_accepts(server_header_all(request, "Accept"), slice_str(media_type));
}

bool oci_manifest_from_memory(struct oci *oci, struct server_request *request,
                              const struct oci_route *route, struct server_response *response)
{
    const struct node *node = oci->node;
    struct caller caller = {0};
    struct failure failure;
    struct stored_hit hit;
    if (auth_recall(node->auth, request, &caller) == AUTH_ASK)
        return false;
    struct scope scope = oci_scope(oci, request, &caller, route->repository);
    if (!stored_find(oci->stored, &scope, route->reference, &hit))
        return false;
    /* Whatever is not the plain case is for a worker, which will find out why. */
    if (server_header(request, "If-None-Match").len || !accepted(request, hit.media_type) ||
        !auth_allows(node->auth, &caller, oci_action_of(route), &scope, &failure) ||
        (node->inspect && !route->head &&
         !inspect_may_pull_at_once(node->inspect, &scope, &hit.digest))) {
        server_stored_unref(hit.response);
        return false;
    }
    if (!route->head)
        manifest_pulled(node->registry, &scope, &hit.digest, &caller);
    request->who = caller.name;
    response->stored = hit.response;
    return true;
}

static bool is_mirrored(const struct oci_request *state)
{
    struct mirror *mirror = state->oci->node->mirror;
    return mirror && mirror_applies(mirror, &state->scope);
}

/* An upstream that cannot be reached does no harm where the manifest is here already. */
static bool find(struct oci_request *state, struct digest *digest)
{
    const struct node *node = state->oci->node;
    struct failure upstream = {0};
    bool asked =
        is_mirrored(state) && !mirror_manifest(node->mirror, &state->scope, state->route.reference,
                                               &state->caller, &upstream);
    if (manifest_resolve(node->registry, &state->scope, state->route.reference, digest,
                         &state->failure))
        return true;
    if (asked)
        state->failure = upstream;
    return false;
}

static bool make_response(struct oci_request *state, struct slice bytes, struct slice media_type,
                          struct stored_hit *hit)
{
    struct server_request *request = state->http;
    struct server_response made = {0};
    struct error err = {0};
    oci_answer(request, &made, 200);
    server_set(request, &made, "Content-Type", media_type);
    oci_set(request, &made, "Docker-Content-Digest", "%s", hit->digest.text);
    oci_set(request, &made, "ETag", "\"%s\"", hit->digest.text);
    server_set(request, &made, REGISTRY_CONDITIONAL, SLICE("If-Match, If-None-Match"));
    if (made.status == 200)
        hit->response = server_stored_new(200, &made.headers, bytes, &err);
    return hit->response || oci_fail(state, FAILURE_INTERNAL, "out of memory");
}

static bool load(struct oci_request *state, struct stored_hit *hit, size_t *size)
{
    struct slice bytes, media_type;
    *hit = (struct stored_hit){0};
    if (!find(state, &hit->digest) ||
        !manifest_get(state->oci->node->registry, &state->scope, &hit->digest, state->http->arena,
                      &bytes, &media_type, &state->failure))
        return false;
    if (media_type.len >= sizeof hit->media_type)
        return oci_fail(state, FAILURE_INTERNAL, "the manifest's media type is too long");
    if (media_type.len)
        memcpy(hit->media_type, media_type.at, media_type.len);
    *size = bytes.len;
    return make_response(state, bytes, media_type, hit);
}

/* Pull policy. What comes from upstream for the first time is scanned first where policy wants it:
   the client waits for that. */
static bool may_pull(struct oci_request *state, const struct digest *digest, struct slice *warning)
{
    struct inspect *inspect = state->oci->node->inspect;
    struct arena *arena = state->http->arena;
    enum inspect_status status;
    struct failure ignored;
    if (!inspect || state->route.head ||
        inspect_may_pull(inspect, &state->scope, digest, arena, warning, &state->failure))
        return true;
    return state->failure.reason == FAILURE_BLOCKED && is_mirrored(state) &&
           inspect_wait(inspect, &state->scope, digest, SCAN_WAIT_SECONDS, &status, &ignored) &&
           inspect_may_pull(inspect, &state->scope, digest, arena, warning, &state->failure);
}

/* What is in the archive is there, and cannot be pulled; its response is not kept. */
static bool is_archived(struct oci_request *state, const struct digest *digest, bool *archived)
{
    struct manifest_facts facts;
    if (!manifest_describe(state->oci->node->registry, &state->scope, digest, state->http->arena,
                           &facts, &state->failure))
        return false;
    *archived = facts.is_archived;
    return !facts.is_archived || state->route.head ||
           oci_fail(state, FAILURE_ARCHIVED,
                    "the image %s is archived: it can be pulled when its storage class is STANDARD "
                    "again",
                    digest->text);
}

/* A pull that policy refused stands in the journal. */
static void tell_refusal(struct oci_request *state, const struct digest *digest)
{
    struct error err;
    struct journal_entry entry = {.action = SLICE("PullImage"),
                                  .digest = digest_slice(digest),
                                  .failed = true,
                                  .why = slice_str(state->failure.text)};
    if (!state->route.by_digest)
        entry.tag = state->route.reference;
    if (state->failure.reason == FAILURE_BLOCKED &&
        !journal_tell(state->oci->node->registry, &state->scope, &entry, &state->caller, &err))
        log_error("%s: a refused pull is not in the journal: %s", state->http->id, err.text);
}

static void answer(struct oci_request *state, struct server_response *response,
                   struct stored_hit *hit, struct slice warning)
{
    struct server_request *request = state->http;
    if (oci_has_it(request, &hit->digest)) {
        oci_answer(request, response, 304);
        oci_set(request, response, "Docker-Content-Digest", "%s", hit->digest.text);
        oci_set(request, response, "ETag", "\"%s\"", hit->digest.text);
        return;
    }
    if (!state->route.head)
        manifest_pulled(state->oci->node->registry, &state->scope, &hit->digest, &state->caller);
    if (!warning.len) {
        response->stored = server_stored_ref(hit->response);
        return;
    }
    /* A stored response cannot be added to: the same once more, with the warning. */
    struct slice bytes, media_type;
    if (!manifest_get(state->oci->node->registry, &state->scope, &hit->digest, request->arena,
                      &bytes, &media_type, &state->failure)) {
        oci_fail_answer(state, response);
        return;
    }
    oci_answer(request, response, 200);
    oci_set(request, response, "Docker-Content-Digest", "%s", hit->digest.text);
    oci_set(request, response, "ETag", "\"%s\"", hit->digest.text);
    oci_warn(request, response, warning);
    oci_json(request, response, bytes, hit->media_type);
}

void oci_manifest_get(struct oci_request *state, struct server_response *response)
{
    struct stored *stored = state->oci->stored;
    uint64_t ticket = stored_ticket(stored, &state->scope);
    struct stored_hit hit;
    struct slice warning = {0};
    size_t size = 0;
    bool archived = false;
    if (!load(state, &hit, &size)) {
        oci_fail_answer(state, response);
        return;
    }
    if (!accepted(state->http, hit.media_type)) {
        oci_fail(state, FAILURE_MANIFEST_UNKNOWN,
                 "the manifest is of type %s, which the request's Accept header does not name",
                 hit.media_type);
        oci_fail_answer(state, response);
    } else if (!is_archived(state, &hit.digest, &archived)) {
        oci_fail_answer(state, response);
    } else if (!may_pull(state, &hit.digest, &warning)) {
        tell_refusal(state, &hit.digest);
        oci_fail_answer(state, response);
    } else {
        answer(state, response, &hit, warning);
        /* An upstream's tag may move without us. */
        if (!archived && (state->route.by_digest || !is_mirrored(state)))
            stored_put(stored, ticket, &state->scope, state->route.reference, &hit, size);
    }
    server_stored_unref(hit.response);
}

/* The tags of a push: that of the path, and each parameter "tag" (specification after 1.1, "Pushing
   manifests"). */
static bool tags_of(struct oci_request *state, struct slice **tags, size_t *count)
{
    struct arena *arena = state->http->arena;
    struct slice *list = NULL, rest = state->http->query;
    size_t n = 0, room = 0;
    if (!state->route.by_digest && !ARENA_PUSH(arena, list, n, room, state->route.reference))
        return oci_fail(state, FAILURE_INTERNAL, "out of memory");
    while (rest.len) {
        struct slice value = slice_cut(&rest, '&'), name = slice_cut(&value, '=');
        if (!slice_equal(name, SLICE("tag")))
            continue;
        value = url_decode(value, arena);
        if (!tag_name_is_valid(value))
            return oci_fail(state, FAILURE_TAG_INVALID, "a parameter tag is no name of a tag");
        if (n == TAGS_OF_A_PUSH_MAX)
            return oci_fail(state, FAILURE_LIMIT, "more than %d tags at once", TAGS_OF_A_PUSH_MAX);
        if (!ARENA_PUSH(arena, list, n, room, value))
            return oci_fail(state, FAILURE_INTERNAL, "out of memory");
    }
    *tags = list;
    *count = n;
    return true;
}

/* "a, b, c" of the next tags that were taken, as many as a header's line should hold. */
static struct slice join_some(const struct tag_result *results, size_t count, size_t *at,
                              struct arena *arena)
{
    char *text = arena_alloc(arena, TAG_LINE_MAX), *to = text;
    for (; text && *at < count; (*at)++) {
        const struct slice *tag = &results[*at].tag;
        if (results[*at].failure.reason != FAILURE_NONE)
            continue;
        if ((size_t)(to - text) + tag->len + 2 > TAG_LINE_MAX)
            break;
        if (to > text)
            to = mempcpy(to, ", ", 2);
        to = mempcpy(to, tag->at, tag->len);
    }
    return slice_of(text, text ? (size_t)(to - text) : 0);
}

/* OCI-Tag names those that were taken, where tags came as parameters; a Warning says why others
   were not. */
static void answer_tags(struct oci_request *state, struct server_response *response,
                        const struct tag_result *results, size_t count)
{
    struct slice any;
    for (size_t i = 0, warnings = 0; i < count && warnings < WARNINGS_MAX; i++)
        if (results[i].failure.reason != FAILURE_NONE && ++warnings)
            oci_warn(state->http, response, slice_str(results[i].failure.text));
    if (!server_query(state->http, "tag", &any))
        return;
    for (size_t at = 0; at < count;) {
        struct slice line = join_some(results, count, &at, state->http->arena);
        if (!line.len)
            return;
        server_set(state->http, response, "OCI-Tag", line);
    }
}

static bool put(struct oci_request *state, const struct manifest_push *push,
                struct manifest_facts *facts, struct tag_result *results)
{
    struct registry *registry = state->oci->node->registry;
    struct arena *arena = state->http->arena;
    return manifest_put(registry, &state->scope, push, &state->caller, arena, facts, results,
                        &state->failure) ||
           (oci_create_repository(state) &&
            manifest_put(registry, &state->scope, push, &state->caller, arena, facts, results,
                         &state->failure));
}

/* If-Match: "sha256:…" and If-None-Match: *, of the tag that is put (RFC 9110 section 13.1). */
static bool condition_of(struct oci_request *state, struct digest *was, const struct digest **only)
{
    struct error ignored;
    struct slice match = server_header(state->http, "If-Match");
    *was = (struct digest){""};
    *only = NULL;
    if (state->route.by_digest)
        return true;
    if (slice_equal_str(server_header(state->http, "If-None-Match"), "*"))
        *only = was;
    if (!match.len)
        return true;
    *only = was;
    if (match.len > 2 && match.at[0] == '"' && slice_ends(match, SLICE("\"")))
        match = slice_of(match.at + 1, match.len - 2);
    return digest_parse_any(was, match, &ignored) ||
           oci_fail(state, FAILURE_CONDITION, "If-Match names no digest");
}

/* A client that pushes below a rule asked by HEAD, and left out what upstream has. What cannot be
   brought the push tells as missing. */
static void bring_named(struct oci_request *state, const struct manifest_push *push)
{
    struct arena arena CLEANUP_ARENA;
    struct manifest_facts facts;
    struct failure ignored;
    const struct node *node = state->oci->node;
    arena_init(&arena, SERVER_REQUEST_BUDGET);
    if (!is_mirrored(state) ||
        !manifest_facts_parse(push->bytes, push->media_type, &arena, &facts, &ignored))
        return;
    if (facts.config.digest.text[0])
        (void)mirror_blob(node->mirror, &state->scope, &facts.config.digest, &state->caller,
                          &ignored);
    for (size_t i = 0; i < facts.layer_count; i++)
        if (!facts.layers[i].elsewhere)
            (void)mirror_blob(node->mirror, &state->scope, &facts.layers[i].digest, &state->caller,
                              &ignored);
}

void oci_manifest_put(struct oci_request *state, struct server_response *response)
{
    struct server_request *request = state->http;
    struct slice type = server_header(request, "Content-Type");
    struct manifest_push push = {.bytes = request->body,
                                 .media_type = slice_trim(slice_cut(&type, ';'))};
    struct manifest_facts facts;
    struct tag_result *results = NULL;
    struct digest was;
    if (state->route.by_digest)
        push.expected = state->route.digest;
    if (condition_of(state, &was, &push.only_if) && tags_of(state, &push.tags, &push.tag_count)) {
        results = arena_array(request->arena, push.tag_count + 1, sizeof *results);
        if (!results)
            oci_fail(state, FAILURE_INTERNAL, "out of memory");
    }
    if (results)
        bring_named(state, &push);
    if (!results || !put(state, &push, &facts, results)) {
        oci_fail_answer(state, response);
        return;
    }
    struct slice name = state->route.repository;
    oci_answer(request, response, 201);
    oci_set(request, response, "Location", "/v2/%.*s/manifests/%s", SLICE_ARG(name),
            facts.digest.text);
    oci_set(request, response, "Docker-Content-Digest", "%s", facts.digest.text);
    if (facts.subject.text[0])
        oci_set(request, response, "OCI-Subject", "%s", facts.subject.text);
    answer_tags(state, response, results, push.tag_count);
}

static bool remove_it(struct oci_request *state)
{
    const struct node *node = state->oci->node;
    struct manifest_removal how = {0};
    if (!node->options.deletes)
        return oci_fail(state, FAILURE_UNSUPPORTED, "this registry deletes nothing over this API");
    if (!state->route.by_digest)
        return tag_delete(node->registry, &state->scope, state->route.reference, &state->caller,
                          &state->failure);
    return manifest_delete(node->registry, &state->scope, &state->route.digest, &how,
                           &state->caller, &state->failure);
}

void oci_manifest_delete(struct oci_request *state, struct server_response *response)
{
    if (remove_it(state))
        oci_answer(state->http, response, 202);
    else
        oci_fail_answer(state, response);
}
