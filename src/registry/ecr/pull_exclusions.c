/* Register-, Deregister-, ListPullTimeUpdateExclusion(s): principals whose pulls leave
   lastRecordedPullTime as it is, which core/unrecorded.h sees to. */

#include "base/ascii.h"
#include "registry/core/unrecorded.h"
#include "registry/ecr/operations.h"

enum { ARN_MAX = 200, EXCLUSIONS_PAGE = 100, EXCLUSIONS_PAGE_MAX = 1000, EXCLUSIONS_MAX = 100 };

#define EXCLUSION_PREFIX UNRECORDED_PREFIX

static bool path_is_valid(struct slice path)
{
    size_t part = 0;
    for (size_t i = 0; i < path.len; i++) {
        if (path.at[i] == '/' ? !part
                              : !ascii_alnum(path.at[i]) && !memchr("_+=,.@-", path.at[i], 7))
            return false;
        part = path.at[i] == '/' ? 0 : part + 1;
    }
    return part > 0;
}

#define ARN_PATTERN "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[\\w+=,.@-]+(/[\\w+=,.@-]+)*$"

static bool arn_is_valid(struct slice arn)
{
    struct slice rest = arn;
    if (!slice_equal(slice_cut(&rest, ':'), SLICE("arn")) ||
        !slice_starts(slice_cut(&rest, ':'), SLICE("aws")) ||
        !slice_equal(slice_cut(&rest, ':'), SLICE("iam")) || slice_cut(&rest, ':').len ||
        !account_is_valid(slice_cut(&rest, ':')))
        return false;
    struct slice kind = slice_cut(&rest, '/');
    return (slice_equal(kind, SLICE("role")) || slice_equal(kind, SLICE("user"))) &&
           path_is_valid(rest);
}

/* The setting's name of principalArn, and what it holds: when it was made. */
static bool read_exclusion(struct ecr_call *call, struct slice *arn, struct slice *key,
                           struct slice *value, bool *exists)
{
    if (!call_text_in(call, "principalArn", true, 0, ARN_MAX, arn) ||
        !call_text_like(call, "principalArn", true, arn_is_valid, ARN_PATTERN, arn))
        return false;
    *key = arena_printf(call->arena, EXCLUSION_PREFIX "%.*s", SLICE_ARG(*arn));
    if (!key->at)
        return call_no_memory(call);
    return setting_get(call->node->registry, &call->scope, key->at, call->arena, value, exists,
                       &call->failure);
}

static bool register_exclusion(struct ecr_call *call)
{
    struct slice arn, key, value;
    struct setting *settings;
    size_t count;
    bool exists;
    if (!read_exclusion(call, &arn, &key, &value, &exists))
        return false;
    if (exists)
        return call_fail(call, "ExclusionAlreadyExistsException",
                         "The pull time update exclusion for '%.*s' already exists",
                         SLICE_ARG(arn));
    if (!setting_list(call->node->registry, &call->scope, EXCLUSION_PREFIX, call->arena, &settings,
                      &count, &call->failure))
        return false;
    if (count >= EXCLUSIONS_MAX)
        return call_fail(call, "LimitExceededException",
                         "There are %d pull time update exclusions already", EXCLUSIONS_MAX);
    struct world *world = call->node->registry->world;
    double now = world->ops->now(world);
    struct slice text = arena_printf(call->arena, "%.3f", now);
    if (!text.at)
        return call_no_memory(call);
    if (!setting_put(call->node->registry, &call->scope, key.at, text, call->operation->name,
                     &call->caller, &call->failure))
        return false;
    put_text(call->output, "principalArn", arn);
    put_time(call->output, "createdAt", now);
    return true;
}

static bool deregister_exclusion(struct ecr_call *call)
{
    struct slice arn, key, value;
    bool exists;
    if (!read_exclusion(call, &arn, &key, &value, &exists))
        return false;
    if (!exists)
        return call_fail(call, "ExclusionNotFoundException",
                         "There is no pull time update exclusion for '%.*s'", SLICE_ARG(arn));
    if (!setting_put(call->node->registry, &call->scope, key.at, (struct slice){NULL, 0},
                     call->operation->name, &call->caller, &call->failure))
        return false;
    put_text(call->output, "principalArn", arn);
    return true;
}

static bool list_exclusions(struct ecr_call *call)
{
    struct page page;
    struct setting *settings;
    size_t count, put = 0;
    if (!call_page(call, EXCLUSIONS_PAGE, EXCLUSIONS_PAGE_MAX, &page) ||
        !setting_list(call->node->registry, &call->scope, EXCLUSION_PREFIX, call->arena, &settings,
                      &count, &call->failure))
        return false;
    json_t *list = put_array(call->output, "pullTimeUpdateExclusions");
    for (size_t i = 0; i < count; i++) {
        struct slice arn = slice_from(settings[i].name, sizeof EXCLUSION_PREFIX - 1);
        if (page.after.len && slice_compare(arn, page.after) <= 0)
            continue;
        if (put == page.limit)
            return call_next_page(call,
                                  slice_from(settings[i - 1].name, sizeof EXCLUSION_PREFIX - 1));
        put_element_text(list, arn);
        put++;
    }
    return true;
}

const struct ecr_operation ecr_pull_exclusions[] = {
    {"RegisterPullTimeUpdateExclusion", register_exclusion, ECR_ON_REGISTRY},
    {"DeregisterPullTimeUpdateExclusion", deregister_exclusion, ECR_ON_REGISTRY},
    {"ListPullTimeUpdateExclusions", list_exclusions, ECR_ON_REGISTRY},
    {NULL},
};
