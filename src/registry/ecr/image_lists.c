/* ListImages, DescribeImages, ListImageReferrers. */
#include "registry/ecr/image_id.h"
#include "registry/ecr/scan_status.h"

enum { PAGE_STANDARD = 100, PAGE_MAX = 1000, REFERRERS_MAX = 50, BATCH = 200 };
enum { ARTIFACT_TYPES_MAX = 5, ARTIFACT_TYPE_MAX = 255, CHILDREN_MAX = 200 };

enum wanted_tags { WANT_TAGGED, WANT_UNTAGGED, WANT_ANY_TAGS };
enum wanted_status { WANT_ACTIVE, WANT_ARCHIVED, WANT_ACTIVATING, WANT_ANY_STATUS };

static const char *const tag_words[] = {"TAGGED", "UNTAGGED", "ANY", NULL};
static const char *const status_words[] = {"ACTIVE", "ARCHIVED", "ACTIVATING", "ANY", NULL};

struct filter {
    int tags, status;
};

static bool filter_read(struct ecr_call *call, struct filter *filter)
{
    const json_t *object;
    struct call_place place;
    *filter = (struct filter){WANT_ANY_TAGS, WANT_ACTIVE};
    if (!call_object(call, "filter", false, &object) || !object)
        return !call->exception;
    if (!call_enter(call, "filter", 0, object, &place) ||
        !call_choice(call, "tagStatus", false, tag_words, &filter->tags) ||
        !call_choice(call, "imageStatus", false, status_words, &filter->status))
        return false;
    call_leave(call, &place);
    return true;
}

/* Nothing is ACTIVATING here: what is in the archive is at hand at once. */
static bool status_fits(int wanted, bool archived)
{
    return wanted == WANT_ANY_STATUS || wanted == (archived ? WANT_ARCHIVED : WANT_ACTIVE);
}

static bool filter_fits(const struct filter *filter, const struct manifest_facts *facts)
{
    bool tags =
        filter->tags == WANT_ANY_TAGS || (filter->tags == WANT_TAGGED) == (facts->tag_count > 0);
    return tags && status_fits(filter->status, facts->is_archived);
}

/* ---- walking a repository's manifests from a place ---- */

/* `each` says whether to go on; what it gave up at is in its own hands. */
struct walk {
    struct ecr_call *call;
    struct filter filter;
    size_t left;       /* of the page */
    bool more;         /* there is something behind the page */
    struct slice last; /* where the page ends; in the call's arena */
    bool (*each)(struct walk *walk, const struct manifest_facts *facts);
    json_t *list;
    struct slice skip_tags; /* ListImages: of the first manifest those up to here are done */
};

static bool walk_batch(struct walk *walk, const struct manifest_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (filter_fits(&walk->filter, &list->items[i]) && !walk->each(walk, &list->items[i]))
            return false;
    return true;
}

/* All manifests after a digest, until `each` stops. */
static bool walk_from(struct walk *walk, struct slice after)
{
    struct ecr_call *call = walk->call;
    struct arena arena CLEANUP_ARENA;
    struct digest place;
    arena_init(&arena, SERVER_REQUEST_BUDGET);
    for (;;) {
        struct manifest_list list = {NULL};
        if (!manifest_list(call->node->registry, &call->scope, after, BATCH, &arena, &list,
                           &call->failure))
            return false;
        if (!walk_batch(walk, &list) || !list.more)
            return call->failure.reason == FAILURE_NONE;
        place = list.items[list.count - 1].digest;
        after = digest_slice(&place);
        arena_reset(&arena);
    }
}

/* Whether the page has room for another; remembers that it is in it. */
static bool walk_take(struct walk *walk, struct slice place)
{
    walk->more = !walk->left;
    if (walk->more)
        return false;
    walk->left--;
    walk->last = arena_copy(walk->call->arena, place);
    return walk->last.at || call_no_memory(walk->call);
}

static bool walk_end(struct walk *walk)
{
    return !walk->more || call_next_page(walk->call, walk->last);
}

/* ---- ListImages: a row for each tag, and one for each image without ---- */

static bool list_one(struct walk *walk, struct slice digest, struct slice tag)
{
    struct slice place =
        arena_printf(walk->call->arena, "%.*s/%.*s", SLICE_ARG(digest), SLICE_ARG(tag));
    if (!place.at)
        return call_no_memory(walk->call);
    if (!walk_take(walk, place))
        return false;
    put_image_id(put_element(walk->list), digest, tag);
    return true;
}

static bool list_each(struct walk *walk, const struct manifest_facts *facts)
{
    struct slice digest = digest_slice(&facts->digest);
    if (!facts->tag_count && !walk->skip_tags.at)
        return list_one(walk, digest, (struct slice){NULL, 0});
    for (size_t i = 0; i < facts->tag_count; i++)
        if ((!walk->skip_tags.at || slice_compare(facts->tags[i], walk->skip_tags) > 0) &&
            !list_one(walk, digest, facts->tags[i]))
            return false;
    return true;
}

/* The rest of the tags of the manifest in which the last page ended. */
static bool list_rest(struct walk *walk, struct slice digest_text, struct slice tag, bool *stopped)
{
    struct digest digest;
    struct manifest_facts facts;
    struct error err;
    struct ecr_call *call = walk->call;
    *stopped = false;
    if (!digest_parse_any(&digest, digest_text, &err))
        return call_invalid(call, "nextToken", "is malformed");
    if (!manifest_describe(call->node->registry, &call->scope, &digest, call->arena, &facts,
                           &call->failure)) {
        bool gone = call->failure.reason == FAILURE_MANIFEST_UNKNOWN;
        call->failure.reason = gone ? FAILURE_NONE : call->failure.reason;
        return gone;
    }
    walk->skip_tags = tag.at ? tag : SLICE("");
    *stopped = filter_fits(&walk->filter, &facts) && !list_each(walk, &facts);
    walk->skip_tags = (struct slice){NULL, 0};
    return call->failure.reason == FAILURE_NONE;
}

static bool repository_is_there(struct ecr_call *call)
{
    struct repository repository;
    return repository_get(call->node->registry, &call->scope, call->arena, &repository,
                          &call->failure);
}

static bool list_images(struct ecr_call *call)
{
    struct page page;
    struct walk walk = {.call = call, .each = list_each};
    bool stopped = false;
    if (!filter_read(call, &walk.filter) || !call_page(call, PAGE_STANDARD, PAGE_MAX, &page) ||
        !repository_is_there(call))
        return false;
    struct slice tag = page.after, digest = slice_cut(&tag, '/');
    walk.left = page.limit;
    walk.list = put_array(call->output, "imageIds");
    if ((digest.len && !list_rest(&walk, digest, tag, &stopped)) ||
        (!stopped && !walk_from(&walk, digest)))
        return false;
    return walk_end(&walk);
}

/* ---- DescribeImages ---- */

/* Of an index the largest of its images, as the model says. */
static uint64_t size_of(struct ecr_call *call, const struct manifest_facts *facts)
{
    uint64_t largest = 0;
    if (facts->kind != MANIFEST_IS_INDEX)
        return facts->image_size;
    for (size_t i = 0; i < facts->child_count && i < CHILDREN_MAX; i++) {
        struct manifest_facts child;
        struct failure failure;
        if (manifest_describe(call->node->registry, &call->scope, &facts->children[i].digest,
                              call->arena, &child, &failure) &&
            child.kind != MANIFEST_IS_INDEX && child.image_size > largest)
            largest = child.image_size;
    }
    return largest ? largest : facts->length;
}

static bool put_detail(struct ecr_call *call, json_t *detail, const struct manifest_facts *facts)
{
    put_text(detail, "registryId", call->scope.account);
    put_text(detail, "repositoryName", call->scope.repository);
    put_text(detail, "imageDigest", digest_slice(&facts->digest));
    if (facts->tag_count) {
        json_t *tags = put_array(detail, "imageTags");
        for (size_t i = 0; i < facts->tag_count; i++)
            put_element_text(tags, facts->tags[i]);
    }
    put_int(detail, "imageSizeInBytes", (int64_t)size_of(call, facts));
    put_time(detail, "imagePushedAt", facts->pushed);
    put_text_if(detail, "imageManifestMediaType", facts->media_type);
    put_text_if(detail, "artifactMediaType", facts->artifact_type);
    put_time(detail, "lastRecordedPullTime", facts->pulled);
    put_text_if(detail, "subjectManifestDigest", digest_slice(&facts->subject));
    put_text(detail, "imageStatus", slice_str(status_words[facts->is_archived]));
    put_time(detail, "lastArchivedAt", facts->archived);
    put_time(detail, "lastActivatedAt", facts->activated);
    return put_scan_summary(call, detail, &facts->digest);
}

static bool describe_each(struct walk *walk, const struct manifest_facts *facts)
{
    return walk_take(walk, digest_slice(&facts->digest)) &&
           put_detail(walk->call, put_element(walk->list), facts);
}

static bool describe_page(struct ecr_call *call, const struct page *page,
                          const struct filter *filter)
{
    struct walk walk = {.call = call, .filter = *filter, .each = describe_each};
    walk.left = page->limit;
    walk.list = put_array(call->output, "imageDetails");
    return walk_from(&walk, page->after) && walk_end(&walk);
}

static bool was_described(const struct digest *done, size_t count, const struct digest *digest)
{
    for (size_t i = 0; i < count; i++)
        if (digest_equal(&done[i], digest))
            return true;
    return false;
}

/* Each image once, however many of its names were given. */
static bool describe_named(struct ecr_call *call, const struct image_ids *ids)
{
    struct digest *done = arena_array(call->arena, ids->count, sizeof *done);
    json_t *list = put_array(call->output, "imageDetails");
    size_t count = 0;
    if (!done)
        return call_no_memory(call);
    for (size_t i = 0; i < ids->count; i++) {
        struct manifest_facts facts;
        if (!image_id_resolve(call, &ids->items[i], &done[count]))
            return false;
        if (was_described(done, count, &done[count]))
            continue;
        if (!manifest_describe(call->node->registry, &call->scope, &done[count], call->arena,
                               &facts, &call->failure) ||
            !put_detail(call, put_element(list), &facts))
            return false;
        count++;
    }
    return true;
}

static bool describe_images(struct ecr_call *call)
{
    struct image_ids ids;
    struct filter filter;
    struct page page;
    if (!image_ids_read(call, "imageIds", false, &ids) || !filter_read(call, &filter) ||
        !call_page(call, PAGE_STANDARD, PAGE_MAX, &page) || !repository_is_there(call))
        return false;
    if (ids.count && page.asked)
        return call_invalid(call, "maxResults",
                            "maxResults and nextToken cannot be used with imageIds");
    return ids.count ? describe_named(call, &ids) : describe_page(call, &page, &filter);
}

/* ---- ListImageReferrers ---- */

struct referrer_filter {
    struct slice *types;
    size_t type_count;
    int status;
};

static bool type_is_valid(struct slice type)
{
    return type.len >= 1 && type.len <= ARTIFACT_TYPE_MAX;
}

static bool referrer_filter_read(struct ecr_call *call, struct referrer_filter *filter)
{
    const json_t *object;
    struct call_place place;
    *filter = (struct referrer_filter){.status = WANT_ACTIVE};
    if (!call_object(call, "filter", false, &object) || !object)
        return !call->exception;
    if (!call_enter(call, "filter", 0, object, &place) ||
        !call_texts(call, "artifactTypes", false, 0, ARTIFACT_TYPES_MAX, type_is_valid, ".{1,255}",
                    &filter->types, &filter->type_count) ||
        !call_choice(call, "artifactStatus", false, status_words, &filter->status))
        return false;
    call_leave(call, &place);
    return true;
}

static bool referrer_fits(const struct referrer_filter *filter, const struct manifest_facts *facts)
{
    bool type = !filter->type_count;
    for (size_t i = 0; i < filter->type_count && !type; i++)
        type = slice_equal(filter->types[i], facts->artifact_type);
    return type && status_fits(filter->status, facts->is_archived);
}

static bool put_referrer(struct ecr_call *call, json_t *object, const struct manifest_facts *facts)
{
    put_text(object, "digest", digest_slice(&facts->digest));
    put_text(object, "mediaType", facts->media_type);
    put_text_if(object, "artifactType", facts->artifact_type);
    put_int(object, "size", (int64_t)facts->length);
    put_text(object, "artifactStatus", slice_str(status_words[facts->is_archived]));
    if (!facts->annotation_count)
        return true;
    json_t *annotations = put_object(object, "annotations");
    for (size_t i = 0; i < facts->annotation_count; i++) {
        char *name = arena_string(call->arena, facts->annotation_names[i]);
        if (!name)
            return call_no_memory(call);
        put_text(annotations, name, facts->annotation_values[i]);
    }
    return true;
}

static bool put_referrers(struct ecr_call *call, const struct digest *subject,
                          const struct referrer_filter *filter, const struct page *page)
{
    struct slice after = page->after, last = {NULL, 0};
    json_t *array = put_array(call->output, "referrers");
    for (size_t put = 0;;) {
        struct manifest_list list = {NULL, 0, 0};
        if (!manifest_referrers(call->node->registry, &call->scope, subject,
                                (struct slice){NULL, 0}, after, BATCH, call->arena, &list,
                                &call->failure))
            return false;
        for (size_t i = 0; i < list.count; i++) {
            if (!referrer_fits(filter, &list.items[i]))
                continue;
            if (put++ == page->limit)
                return call_next_page(call, last);
            if (!put_referrer(call, put_element(array), &list.items[i]))
                return false;
            last = digest_slice(&list.items[i].digest);
        }
        if (list.count < BATCH)
            return true;
        after = digest_slice(&list.items[list.count - 1].digest);
    }
}

static bool read_subject(struct ecr_call *call, struct digest *subject)
{
    const json_t *object;
    struct call_place place;
    struct slice text;
    struct error err;
    if (!call_object(call, "subjectId", true, &object) ||
        !call_enter(call, "subjectId", 0, object, &place) ||
        !call_text(call, "imageDigest", true, &text))
        return false;
    if (!digest_parse_any(subject, text, &err))
        return call_invalid(call, "imageDigest",
                            "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'");
    call_leave(call, &place);
    return true;
}

static bool list_referrers(struct ecr_call *call)
{
    struct digest subject;
    struct referrer_filter filter;
    struct page page;
    return read_subject(call, &subject) && referrer_filter_read(call, &filter) &&
           call_page(call, REFERRERS_MAX, REFERRERS_MAX, &page) && repository_is_there(call) &&
           put_referrers(call, &subject, &filter, &page);
}

const struct ecr_operation ecr_image_lists[] = {
    {"ListImages", list_images, ECR_ON_REPOSITORY},
    {"DescribeImages", describe_images, ECR_ON_REPOSITORY},
    {"ListImageReferrers", list_referrers, ECR_ON_REPOSITORY},
    {NULL},
};
