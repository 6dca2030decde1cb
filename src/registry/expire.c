/* From a repository to the engine's images, from its verdicts to answers and to deeds. */
#include "registry/expire.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/table.h"
#include "registry/core/journal.h"
#include "registry/core/repository.h"
#include "registry/expire_retain.h"
#include "registry/lifecycle_explain.h"

enum { JUDGING_BYTES_MAX = 1 << 30, PAGE = 200, PAGE_BYTES_MAX = 64 << 20 };

static const struct caller lifecycle_caller = {
    .kind = CALLER_SYSTEM, .name = {"lifecycle", 9}, .admin = true};

struct judging {
    struct registry *registry;
    const struct scope *scope;
    struct arena *arena;
    struct failure *failure;
    struct lifecycle_policy policy;
    struct retain_rules retain;
    struct manifest_list list;
    struct lifecycle_image *images;
    struct lifecycle_verdict *verdicts;
    const struct retain_rule **kept;
    struct table positions; /* digest → its image */
    double now;
};

static bool spent(struct judging *judging)
{
    struct error err;
    arena_error(&err);
    return failure_of(judging->failure, &err);
}

/* ---- what is asked ---- */

static bool read_policy(struct judging *judging, struct slice policy)
{
    struct error err;
    bool exists = true;
    if (!policy.len && !setting_get(judging->registry, judging->scope, EXPIRE_POLICY,
                                    judging->arena, &policy, &exists, judging->failure))
        return false;
    if (!exists)
        return failure_set(judging->failure, FAILURE_NOT_FOUND,
                           "Lifecycle policy does not exist for the repository with name '%.*s' in "
                           "the registry with id '%.*s'",
                           SLICE_ARG(judging->scope->repository),
                           SLICE_ARG(judging->scope->account));
    return lifecycle_policy_parse(policy, judging->arena, &judging->policy, &err) ||
           failure_set(judging->failure, FAILURE_PARAMETER, "the lifecycle policy: %.500s",
                       err.text);
}

static bool read_retain(struct judging *judging)
{
    struct slice text;
    struct error err;
    bool exists;
    if (!setting_get(judging->registry, judging->scope, EXPIRE_RETAIN, judging->arena, &text,
                     &exists, judging->failure))
        return false;
    return !exists || retain_parse(text, judging->arena, &judging->retain, &err) ||
           failure_set(judging->failure, FAILURE_PARAMETER, "%.500s", err.text);
}

/* To the millisecond, as the API tells it: who judges what it listed comes to the same. */
static double when(double seconds)
{
    enum { MILLISECONDS = 1000 };
    return seconds > 0 ? (double)(int64_t)(seconds * MILLISECONDS) / MILLISECONDS : LIFECYCLE_NEVER;
}

static enum lifecycle_kind kind_of(const struct manifest_facts *facts)
{
    if (facts->kind == MANIFEST_IS_INDEX)
        return LIFECYCLE_INDEX;
    return manifest_follows_subject(facts) ? LIFECYCLE_ARTIFACT : LIFECYCLE_IMAGE;
}

static bool make_image(struct judging *judging, const struct manifest_facts *facts,
                       struct lifecycle_image *image)
{
    *image = (struct lifecycle_image){
        .digest = digest_slice(&facts->digest),
        .tags = facts->tags,
        .tag_count = facts->tag_count,
        .pushed_at = when(facts->pushed),
        .pulled_at = when(facts->pulled),
        .archived_at = when(facts->archived),
        .activated_at = when(facts->activated),
        .storage_class = facts->is_archived ? LIFECYCLE_ARCHIVE : LIFECYCLE_STANDARD,
        .kind = kind_of(facts),
        .child_count = facts->child_count,
        .children = arena_array(judging->arena, facts->child_count + 1, sizeof(struct slice)),
        .subject = manifest_follows_subject(facts) ? digest_slice(&facts->subject) : SLICE("")};
    if (!image->children)
        return spent(judging);
    for (size_t i = 0; i < facts->child_count; i++)
        image->children[i] = digest_slice(&facts->children[i].digest);
    return table_put(&judging->positions, image->digest, image) || spent(judging);
}

/* Of a manifest's facts only what judging needs: repositories can have 100,000 of them. */
static bool keep_facts(struct judging *judging, const struct manifest_facts *facts)
{
    struct arena *arena = judging->arena;
    struct manifest_facts kept = *facts;
    kept.layers = NULL;
    kept.annotation_names = kept.annotation_values = NULL;
    kept.layer_count = kept.annotation_count = 0;
    kept.config = (struct blob_reference){0};
    kept.media_type = kept.os = kept.architecture = kept.variant = SLICE("");
    kept.artifact_type = arena_copy(arena, facts->artifact_type); /* who follows goes by it */
    kept.tags = arena_array(arena, facts->tag_count + 1, sizeof *kept.tags);
    kept.children = arena_array(arena, facts->child_count + 1, sizeof *kept.children);
    if (!kept.tags || !kept.children || !kept.artifact_type.at)
        return false;
    for (size_t i = 0; i < facts->child_count; i++)
        kept.children[i].digest = facts->children[i].digest;
    for (size_t i = 0; i < facts->tag_count; i++)
        if (!(kept.tags[i] = arena_copy(arena, facts->tags[i])).at)
            return false;
    return ARENA_PUSH(arena, judging->list.items, judging->list.count, judging->list.room, kept);
}

/* Page by page, each a moment of its own: what changes between them is seen by the deeds, which ask
   again; one that is pushed meanwhile and missed makes nothing go that would have stayed. */
static bool read_list(struct judging *judging)
{
    CLEANUP_ARENA struct arena page;
    struct digest after = {0};
    struct manifest_list list = {.more = true};
    arena_init(&page, PAGE_BYTES_MAX);
    while (list.more) {
        arena_reset(&page);
        if (!manifest_list(judging->registry, judging->scope, digest_slice(&after), PAGE, &page,
                           &list, judging->failure))
            return false;
        for (size_t i = 0; i < list.count; i++)
            if (!keep_facts(judging, &list.items[i]))
                return spent(judging);
        if (list.count)
            after = list.items[list.count - 1].digest;
    }
    return true;
}

static bool make_images(struct judging *judging)
{
    size_t count = judging->list.count;
    judging->images = arena_array(judging->arena, count + 1, sizeof *judging->images);
    judging->verdicts = arena_array(judging->arena, count + 1, sizeof *judging->verdicts);
    judging->kept = arena_array(judging->arena, count + 1, sizeof(const struct retain_rule *));
    table_init(&judging->positions, judging->arena);
    if (!judging->images || !judging->verdicts || !judging->kept)
        return spent(judging);
    for (size_t i = 0; i < count; i++)
        if (!make_image(judging, &judging->list.items[i], &judging->images[i]))
            return false;
    return true;
}

static bool apply_retain(struct judging *judging)
{
    size_t count = judging->list.count;
    double *moved = arena_array(judging->arena, count + 1, sizeof *moved);
    if (!moved)
        return spent(judging);
    for (size_t i = 0; judging->retain.asks_moved && i < count; i++)
        if (!tag_moved_from(judging->registry, judging->scope, &judging->list.items[i].digest,
                            &moved[i], judging->failure))
            return false;
    if (!retain_apply(&judging->retain, judging->images, moved, count, judging->now, judging->arena,
                      judging->kept))
        return spent(judging);
    for (size_t i = 0; i < count; i++)
        judging->images[i].retained = judging->kept[i] != NULL;
    return true;
}

static bool judge(struct judging *judging, struct slice policy)
{
    struct error err;
    judging->now = judging->registry->world->ops->now(judging->registry->world);
    if (!read_policy(judging, policy) || !read_retain(judging) || !read_list(judging) ||
        !make_images(judging) || !apply_retain(judging))
        return false;
    return lifecycle_evaluate(&judging->policy, judging->images, judging->list.count, judging->now,
                              judging->arena, judging->verdicts, &err) ||
           failure_of(judging->failure, &err);
}

/* ---- why ---- */

static enum expire_reason reason_of(const struct judging *judging, size_t i)
{
    const struct lifecycle_verdict *verdict = &judging->verdicts[i];
    const struct lifecycle_image *image = &judging->images[i];
    bool about = image->subject.len > 0;
    if (verdict->action != LIFECYCLE_NONE)
        return about ? EXPIRE_FOLLOWS : EXPIRE_ACTED;
    if (verdict->retained)
        return EXPIRE_RETAINED;
    if (verdict->kept_by_index)
        return EXPIRE_IN_INDEX;
    if (about)
        return table_get(&judging->positions, image->subject) ? EXPIRE_WITH_SUBJECT
                                                              : EXPIRE_SUBJECT_MISSING;
    return verdict->rule ? EXPIRE_WITHIN_RULE : EXPIRE_NO_RULE;
}

static struct slice why(const struct judging *judging, size_t i, enum expire_reason reason)
{
    const struct lifecycle_rule *rule = judging->verdicts[i].rule;
    if (reason != EXPIRE_RETAINED)
        return lifecycle_why(judging->images, judging->verdicts, i,
                             reason != EXPIRE_SUBJECT_MISSING, judging->arena);
    struct slice name = lifecycle_rule_name(rule, judging->arena);
    struct slice other = retain_name(&judging->retain, judging->kept[i], judging->arena);
    return arena_printf(judging->arena, "%.*s would %s it, but %.*s keeps it", SLICE_ARG(name),
                        lifecycle_rule_verb(rule), SLICE_ARG(other));
}

/* ---- the preview ---- */

static int by_push(const void *a, const void *b)
{
    const struct expire_image *x = a, *y = b;
    if (x->pushed != y->pushed)
        return x->pushed < y->pushed ? -1 : 1;
    return slice_compare(x->digest, y->digest);
}

static bool answer(const struct judging *judging, struct expire_preview *preview)
{
    struct expire_preview made = {.count = judging->list.count};
    made.images = arena_array(judging->arena, made.count + 1, sizeof *made.images);
    if (!made.images)
        return false;
    for (size_t i = 0; i < made.count; i++) {
        const struct manifest_facts *facts = &judging->list.items[i];
        const struct lifecycle_verdict *verdict = &judging->verdicts[i];
        enum expire_reason reason = reason_of(judging, i);
        made.images[i] =
            (struct expire_image){.digest = digest_slice(&facts->digest),
                                  .tags = facts->tags,
                                  .tag_count = facts->tag_count,
                                  .pushed = facts->pushed,
                                  .pulled = facts->pulled,
                                  .kind = facts->kind,
                                  .is_archived = facts->is_archived,
                                  .image_size = facts->image_size,
                                  .action = verdict->action,
                                  .priority = verdict->rule ? verdict->rule->priority : 0,
                                  .reason = reason,
                                  .why = why(judging, i, reason)};
        if (!made.images[i].why.at)
            return false;
        made.expire_count += verdict->action == LIFECYCLE_EXPIRE;
        made.transition_count += verdict->action == LIFECYCLE_TRANSITION;
        if (verdict->action == LIFECYCLE_EXPIRE)
            made.expire_bytes += facts->image_size;
    }
    qsort(made.images, made.count, sizeof *made.images, by_push);
    *preview = made;
    return true;
}

bool expire_preview(struct registry *registry, const struct scope *scope, struct slice policy,
                    struct arena *arena, struct expire_preview *preview, struct failure *failure)
{
    struct judging judging = {
        .registry = registry, .scope = scope, .arena = arena, .failure = failure};
    *failure = (struct failure){0};
    return judge(&judging, policy) && (answer(&judging, preview) || spent(&judging));
}

/* ---- the deed ---- */

struct acting {
    struct judging *judging;
    const struct caller *who;
    struct expire_report *report;
    size_t *order;   /* newest first: an index is younger than what it names, and goes before */
    bool *done;      /* acted on, gone, or changed meanwhile */
    bool alone;      /* not all that is about an image that goes is to go along */
    bool progressed; /* in this round */
};

static bool expire_one(struct acting *acting, size_t i, struct slice name)
{
    struct judging *judging = acting->judging;
    const struct manifest_facts *facts = &judging->list.items[i];
    struct manifest_removal how = {
        .with_referrers = !acting->alone, .recycle = true, .why = name, .judged = facts};
    return manifest_delete(judging->registry, judging->scope, &facts->digest, &how, acting->who,
                           judging->failure);
}

/* What is still named by an index waits for a later round: the index may go in this one. */
static bool act_on(struct acting *acting, size_t i)
{
    struct judging *judging = acting->judging;
    struct failure *failure = judging->failure;
    bool expire = judging->verdicts[i].action == LIFECYCLE_EXPIRE;
    struct slice rule = lifecycle_rule_name(judging->verdicts[i].rule, judging->arena);
    struct slice name = arena_printf(judging->arena, "lifecycle %.*s", SLICE_ARG(rule));
    if (!name.at)
        return spent(judging);
    bool ok = expire ? expire_one(acting, i, name)
                     : manifest_archive(judging->registry, judging->scope, &judging->list.items[i],
                                        name, acting->who, failure);
    if (!ok && failure->reason == FAILURE_MANIFEST_REFERENCED)
        return true;
    acting->done[i] = acting->progressed = true;
    if (ok)
        ++*(expire ? &acting->report->expired : &acting->report->archived);
    /* Gone with what it is about; or changed meanwhile. */
    if (!ok && failure->reason == FAILURE_MANIFEST_UNKNOWN &&
        reason_of(judging, i) == EXPIRE_FOLLOWS)
        acting->report->expired++;
    return ok || failure->reason == FAILURE_MANIFEST_UNKNOWN ||
           (failure->reason == FAILURE_BUSY && !failure->inside.kind);
}

static bool act(struct acting *acting)
{
    const struct judging *judging = acting->judging;
    do {
        acting->progressed = false;
        for (size_t k = 0; k < judging->list.count; k++) {
            size_t i = acting->order[k];
            if (!acting->done[i] && judging->verdicts[i].action != LIFECYCLE_NONE &&
                !act_on(acting, i))
                return false;
        }
    } while (acting->progressed);
    return true;
}

static int newest_first(const void *a, const void *b, void *context)
{
    const struct manifest_facts *items = context;
    double x = items[*(const size_t *)a].pushed, y = items[*(const size_t *)b].pushed;
    return (x < y) - (x > y);
}

static bool prepare(struct acting *acting)
{
    struct judging *judging = acting->judging;
    size_t count = judging->list.count;
    acting->done = arena_array(judging->arena, count + 1, sizeof *acting->done);
    acting->order = arena_array(judging->arena, count + 1, sizeof *acting->order);
    if (!acting->done || !acting->order)
        return spent(judging);
    for (size_t i = 0; i < count; i++) {
        acting->order[i] = i;
        acting->alone = acting->alone || (judging->images[i].subject.len &&
                                          (judging->kept[i] || judging->verdicts[i].kept_by_index));
    }
    if (count)
        qsort_r(acting->order, count, sizeof *acting->order, newest_first, judging->list.items);
    return true;
}

bool expire_repository(struct registry *registry, const struct scope *scope,
                       const struct caller *who, struct expire_report *report,
                       struct failure *failure)
{
    CLEANUP_ARENA struct arena arena;
    struct judging judging = {
        .registry = registry, .scope = scope, .arena = &arena, .failure = failure};
    struct acting acting = {
        .judging = &judging, .who = who ? who : &lifecycle_caller, .report = report};
    *failure = (struct failure){0};
    arena_init(&arena, JUDGING_BYTES_MAX);
    if (!judge(&judging, SLICE("")))
        return failure->reason == FAILURE_NOT_FOUND;
    if (!prepare(&acting))
        return false;
    report->repositories++;
    return act(&acting);
}

static void tell_failure(struct registry *registry, const struct scope *scope,
                         const struct failure *failure)
{
    struct journal_entry entry = {
        .action = SLICE("ExpireImages"), .failed = true, .why = slice_str(failure->text)};
    struct error err; /* when not even this can be written, the report still counts it */
    (void)journal_tell(registry, scope, &entry, &lifecycle_caller, &err);
}

bool expire_all(struct registry *registry, const atomic_bool *stop, struct expire_report *report,
                struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    struct failure failure;
    struct scope *scopes;
    size_t count;
    arena_init(&arena, JUDGING_BYTES_MAX);
    if (!setting_holders(registry, EXPIRE_POLICY, &arena, &scopes, &count, &failure)) {
        *err = failure.inside;
        return error_add(err, "looking for lifecycle policies");
    }
    for (size_t i = 0; i < count && !(stop && *stop); i++) {
        if (expire_repository(registry, &scopes[i], NULL, report, &failure) ||
            failure.reason == FAILURE_REPOSITORY_UNKNOWN)
            continue;
        report->failed++;
        tell_failure(registry, &scopes[i], &failure);
    }
    return true;
}
