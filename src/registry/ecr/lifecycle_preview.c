/*
 * StartLifecyclePolicyPreview, GetLifecyclePolicyPreview. A preview is made at once and kept with
 * the repository for a day (setting "lifecycle-preview"), so that its pages are of one moment:
 *
 *   {"policy": TEXT, "at": SECONDS, "results": [[DIGEST, PRIORITY, "EXPIRE", "STANDARD"]…]}
 *
 * by digest. Tags are those that the images have when they are asked for.
 */
#include <pthread.h>
#include <stdlib.h>

#include "image/document.h"
#include "registry/ecr/image_id.h"
#include "registry/ecr/lifecycle_text.h"

#define PREVIEW_SETTING "lifecycle-preview"

enum { PREVIEW_SECONDS = 24 * 3600, PAGE_STANDARD = 100, PAGE_MAX = 100, ARENA_MAX = 1 << 30 };

/* ---- one at a time for a repository ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct running {
    struct slice scope;
    struct running *next;
} * runs;

static bool run_begin(struct running *run)
{
    bool free = true;
    pthread_mutex_lock(&lock);
    for (const struct running *other = runs; other; other = other->next)
        free = free && !slice_equal(other->scope, run->scope);
    if (free) {
        run->next = runs;
        runs = run;
    }
    pthread_mutex_unlock(&lock);
    return free;
}

static void run_end(const struct running *run)
{
    pthread_mutex_lock(&lock);
    struct running **place = &runs;
    while (*place != run)
        place = &(*place)->next;
    *place = run->next;
    pthread_mutex_unlock(&lock);
}

/* ---- start ---- */

static void put_result(json_t *results, const struct expire_image *image)
{
    put_element_text(results, image->digest);
    put_element_int(results, image->priority);
    put_element_text(results,
                     image->action == LIFECYCLE_EXPIRE ? SLICE("EXPIRE") : SLICE("TRANSITION"));
    put_element_text(results, image->is_archived ? SLICE("ARCHIVE") : SLICE("STANDARD"));
}

static int by_digest(const void *a, const void *b)
{
    return slice_compare(((const struct expire_image *)a)->digest,
                         ((const struct expire_image *)b)->digest);
}

static bool keep(struct ecr_call *call, struct slice text, const struct expire_preview *preview)
{
    CLEANUP_JSON json_t *document = json_object();
    struct world *world = call->node->registry->world;
    put_text(document, "policy", text);
    put_int(document, "at", (int64_t)world->ops->now(world));
    json_t *results = put_array(document, "results");
    if (preview->count)
        qsort(preview->images, preview->count, sizeof *preview->images, by_digest);
    for (size_t i = 0; i < preview->count; i++)
        if (preview->images[i].action != LIFECYCLE_NONE)
            put_result(put_element_array(results), &preview->images[i]);
    char *dump = json_dumps(document, JSON_COMPACT);
    if (!dump)
        return call_no_memory(call);
    bool kept = setting_put(call->node->registry, &call->scope, PREVIEW_SETTING, slice_str(dump),
                            call->operation->name, &call->caller, &call->failure);
    free(dump);
    return kept;
}

static bool make_preview(struct ecr_call *call, struct slice text)
{
    struct arena arena CLEANUP_ARENA;
    struct expire_preview preview;
    arena_init(&arena, ARENA_MAX);
    return expire_preview(call->node->registry, &call->scope, text, &arena, &preview,
                          &call->failure) &&
           keep(call, text, &preview);
}

static bool start(struct ecr_call *call)
{
    struct slice text;
    struct repository repository;
    if (!lifecycle_text_read(call, false, &text) ||
        !(text.len ? repository_get(call->node->registry, &call->scope, call->arena, &repository,
                                    &call->failure)
                   : lifecycle_text_stored(call, &text)))
        return false;
    struct running run = {.scope = scope_text(&call->scope, call->arena)};
    if (!run.scope.at)
        return call_no_memory(call);
    if (!run_begin(&run))
        return call_fail(call, "LifecyclePolicyPreviewInProgressException",
                         "The previous lifecycle policy preview request for the repository with "
                         "name '%.*s' has not completed. Wait and try again.",
                         SLICE_ARG(call->scope.repository));
    bool done = make_preview(call, text);
    run_end(&run);
    if (!done)
        return false;
    put_repository(call);
    put_text(call->output, "lifecyclePolicyText", text);
    put_text(call->output, "status", SLICE("COMPLETE"));
    return true;
}

/* ---- get ---- */

enum wanted_tags { WANT_TAGGED, WANT_UNTAGGED, WANT_ANY };

struct asking {
    struct image_ids ids;
    int tags;
    struct page page;
};

static bool read_asking(struct ecr_call *call, struct asking *asking)
{
    static const char *const words[] = {"TAGGED", "UNTAGGED", "ANY", NULL};
    const json_t *object;
    struct call_place place;
    asking->tags = WANT_ANY;
    if (!image_ids_read(call, "imageIds", false, &asking->ids) ||
        !call_page(call, PAGE_STANDARD, PAGE_MAX, &asking->page) ||
        !call_object(call, "filter", false, &object))
        return false;
    if (asking->ids.count && asking->page.asked)
        return call_invalid(call, "maxResults",
                            "maxResults and nextToken cannot be used with imageIds");
    if (!object)
        return true;
    if (!call_enter(call, "filter", 0, object, &place) ||
        !call_choice(call, "tagStatus", false, words, &asking->tags))
        return false;
    call_leave(call, &place);
    return true;
}

static json_t *load(struct ecr_call *call)
{
    struct slice text;
    struct error err;
    struct repository repository;
    bool exists;
    if (!repository_get(call->node->registry, &call->scope, call->arena, &repository,
                        &call->failure) ||
        !setting_get(call->node->registry, &call->scope, PREVIEW_SETTING, call->arena, &text,
                     &exists, &call->failure))
        return NULL;
    if (!exists) {
        call_fail(call, "LifecyclePolicyPreviewNotFoundException",
                  "There is no lifecycle policy preview for the repository with name '%.*s' in "
                  "the registry with id '%.*s'",
                  SLICE_ARG(call->scope.repository), SLICE_ARG(call->scope.account));
        return NULL;
    }
    json_t *document = document_parse_large(text, META_VALUE_MAX, &err);
    if (!document)
        failure_of(&call->failure, &err);
    return document;
}

static bool is_wanted(const struct asking *asking, const struct manifest_facts *facts)
{
    bool wanted = !asking->ids.count;
    if (asking->tags != WANT_ANY && (asking->tags == WANT_TAGGED) != (facts->tag_count > 0))
        return false;
    for (size_t i = 0; i < asking->ids.count && !wanted; i++) {
        const struct image_id *id = &asking->ids.items[i];
        wanted = !id->digest.len || slice_equal(id->digest, digest_slice(&facts->digest));
        bool tagged = !id->tag.len;
        for (size_t j = 0; j < facts->tag_count && !tagged; j++)
            tagged = slice_equal(id->tag, facts->tags[j]);
        wanted = wanted && tagged;
    }
    return wanted;
}

static void put_preview_result(json_t *object, const json_t *row,
                               const struct manifest_facts *facts)
{
    struct slice action = document_view(json_array_get(row, 2));
    if (facts->tag_count) {
        json_t *tags = put_array(object, "imageTags");
        for (size_t i = 0; i < facts->tag_count; i++)
            put_element_text(tags, facts->tags[i]);
    }
    put_text(object, "imageDigest", digest_slice(&facts->digest));
    put_time(object, "imagePushedAt", facts->pushed);
    json_t *what = put_object(object, "action");
    put_text(what, "type", action);
    if (slice_equal(action, SLICE("TRANSITION")))
        put_text(what, "targetStorageClass", SLICE("ARCHIVE"));
    put_int(object, "appliedRulePriority", json_integer_value(json_array_get(row, 1)));
    put_text(object, "storageClass", document_view(json_array_get(row, 3)));
}

/* An image that went away meanwhile has no place in the answer. */
static bool describe_row(struct ecr_call *call, const json_t *row, struct manifest_facts *facts,
                         bool *there)
{
    struct digest digest;
    struct error err;
    *there = digest_parse_any(&digest, document_view(json_array_get(row, 0)), &err) &&
             manifest_describe(call->node->registry, &call->scope, &digest, call->arena, facts,
                               &call->failure);
    if (!*there && call->failure.reason != FAILURE_NONE &&
        call->failure.reason != FAILURE_MANIFEST_UNKNOWN)
        return false;
    call->failure.reason = FAILURE_NONE;
    return true;
}

static bool put_results(struct ecr_call *call, const json_t *rows, const struct asking *asking)
{
    json_t *list = put_array(call->output, "previewResults");
    struct slice last = {NULL, 0};
    size_t put = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        struct slice digest = document_view(json_array_get(row, 0));
        struct manifest_facts facts;
        bool there;
        if (slice_compare(digest, asking->page.after) <= 0)
            continue;
        if (!describe_row(call, row, &facts, &there))
            return false;
        if (!there || !is_wanted(asking, &facts))
            continue;
        if (put++ == asking->page.limit && !asking->ids.count)
            return call_next_page(call, last);
        put_preview_result(put_element(list), row, &facts);
        last = digest;
    }
    return true;
}

static void put_summary(json_t *output, const json_t *rows)
{
    int64_t expiring = 0, moving = 0;
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)(uintptr_t)rows, i, row)
    {
        bool expires = slice_equal(document_view(json_array_get(row, 2)), SLICE("EXPIRE"));
        expiring += expires;
        moving += !expires;
    }
    json_t *summary = put_object(output, "summary");
    put_int(summary, "expiringImageTotalCount", expiring);
    json_t *counts = put_array(summary, "transitioningImageTotalCounts");
    if (!moving)
        return;
    json_t *count = put_element(counts);
    put_text(count, "targetStorageClass", SLICE("ARCHIVE"));
    put_int(count, "imageTotalCount", moving);
}

static bool get(struct ecr_call *call)
{
    struct asking asking = {.tags = WANT_ANY};
    struct world *world = call->node->registry->world;
    if (!read_asking(call, &asking))
        return false;
    CLEANUP_JSON json_t *document = load(call);
    if (!document)
        return false;
    const json_t *rows = json_object_get(document, "results");
    double made = (double)json_integer_value(json_object_get(document, "at"));
    bool expired = made + PREVIEW_SECONDS < world->ops->now(world);
    put_repository(call);
    put_text(call->output, "lifecyclePolicyText",
             document_view(json_object_get(document, "policy")));
    put_text(call->output, "status", expired ? SLICE("EXPIRED") : SLICE("COMPLETE"));
    if (expired)
        return true;
    put_summary(call->output, rows);
    return put_results(call, rows, &asking);
}

const struct ecr_operation ecr_lifecycle_previews[] = {
    {"StartLifecyclePolicyPreview", start, ECR_ON_REPOSITORY},
    {"GetLifecyclePolicyPreview", get, ECR_ON_REPOSITORY},
    {NULL},
};
