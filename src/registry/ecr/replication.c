/* Replication: its configuration, how it went for an image, and backfills. */
#include "registry/mirror/replication.h"

#include "image/document.h"
#include "registry/ecr/image_id.h"
#include "registry/ecr/settings.h"
#include "registry/mirror/mirror.h"

enum { BACKFILLS_PAGE = 50, RESULTS_STANDARD = 100, RESULTS_PAGE = 1000, ID_LEN = 36 };

static void put_destination(json_t *object, const struct replication_destination *destination)
{
    put_text(object, "region", destination->region);
    put_text(object, "registryId", destination->account);
}

static void put_rules(json_t *object, const struct replication_rules *rules)
{
    json_t *list = put_array(object, "rules");
    for (size_t i = 0; i < rules->count; i++) {
        const struct replication_rule *rule = &rules->items[i];
        json_t *one = put_element(list), *destinations = put_array(one, "destinations");
        for (size_t d = 0; d < rule->destination_count; d++)
            put_destination(put_element(destinations), &rule->destinations[d]);
        json_t *filters = rule->filter_count ? put_array(one, "repositoryFilters") : NULL;
        for (size_t f = 0; f < rule->filter_count; f++) {
            json_t *filter = put_element(filters);
            put_text(filter, "filter", rule->filters[f]);
            put_text(filter, "filterType", SLICE("PREFIX_MATCH"));
        }
        if (rule->deletes)
            put_bool(put_object(one, "deleteReplication"), "enabled", true);
    }
}

/* A rule that could never be followed is refused, not kept. */
static bool check_destination(struct ecr_call *call, const struct replication_destination *to)
{
    if (slice_equal(to->region, call->scope.region) &&
        slice_equal(to->account, call->scope.account))
        return call_fail(call, "InvalidParameterException",
                         "Invalid parameter at 'replicationConfiguration' failed to satisfy "
                         "constraint: 'Replication to same region and registry is not allowed'");
    struct scope account = call_account(call);
    if (call->node->mirror && replication_reaches(call->node->mirror, &account, to))
        return true;
    return call_fail(call, "ValidationException",
                     "The destination region '%.*s' of the registry '%.*s' is not known here: its "
                     "address must be among the destinations of mirror.json",
                     SLICE_ARG(to->region), SLICE_ARG(to->account));
}

static bool check_rules(struct ecr_call *call, const struct replication_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++)
        for (size_t d = 0; d < rules->items[i].destination_count; d++)
            if (!check_destination(call, &rules->items[i].destinations[d]))
                return false;
    return true;
}

static bool put_configuration(struct ecr_call *call)
{
    struct error err = {.kind = ERROR_NONE};
    struct slice text;
    const json_t *object;
    struct replication_rules rules;
    CLEANUP_JSON json_t *kept = json_object();
    if (!call_object(call, "replicationConfiguration", true, &object))
        return false;
    if (!replication_rules_read(object, call->arena, &rules, &err))
        return err.kind == ERROR_FORMAT ? call_fail(call, "ValidationException", "%s", err.text)
                                        : call_no_memory(call);
    if (!check_rules(call, &rules))
        return false;
    put_rules(kept, &rules);
    if (!call_json_text(call, kept, &text) || !call_set(call, REPLICATION_SETTING, text))
        return false;
    put_rules(put_object(call->output, "replicationConfiguration"), &rules);
    return true;
}

static bool rules_load(struct ecr_call *call, struct replication_rules *rules)
{
    bool exists;
    struct slice text;
    struct error err;
    return call_setting(call, REPLICATION_SETTING, &text, &exists) &&
           (replication_rules_parse(text, call->arena, rules, &err) ||
            failure_of(&call->failure, &err));
}

static bool describe_registry(struct ecr_call *call)
{
    struct replication_rules rules;
    if (!rules_load(call, &rules))
        return false;
    put_text(call->output, "registryId", call->scope.account);
    put_rules(put_object(call->output, "replicationConfiguration"), &rules);
    return true;
}

static bool describe_status(struct ecr_call *call)
{
    struct image_id id;
    struct digest digest;
    struct repository repository;
    struct replication_status *statuses;
    size_t count;
    if (!image_id_read(call, "imageId", &id) ||
        !repository_get(call->node->registry, &call->scope, call->arena, &repository,
                        &call->failure) ||
        !image_id_resolve(call, &id, &digest) ||
        !replication_statuses(call->node->registry, &call->scope, &digest, call->arena, &statuses,
                              &count, &call->failure))
        return false;
    put_text(call->output, "repositoryName", call->scope.repository);
    put_image_id(put_object(call->output, "imageId"), digest_slice(&digest), id.tag);
    json_t *list = put_array(call->output, "replicationStatuses");
    for (size_t i = 0; i < count; i++) {
        json_t *one = put_element(list);
        put_text(one, "region", statuses[i].region);
        put_text(one, "registryId", statuses[i].account);
        put_text(one, "status", slice_str(replication_state_name(statuses[i].state)));
        put_text_if(one, "failureCode", statuses[i].code);
    }
    return true;
}

/* ---- Backfills ---- */

static bool is_region(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
            return false;
    }
    return text.len >= 2 && text.len <= 25;
}

static bool is_id(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.at[i] != '-' : !strchr("0123456789abcdefABCDEF", text.at[i]))
            return false;
    }
    return text.len == ID_LEN && !memchr(text.at, 0, text.len);
}

#define ID_PATTERN "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

static bool no_mirror(struct ecr_call *call)
{
    return call_fail(call, "ValidationException", "Replication is disabled on this registry");
}

static bool read_id(struct ecr_call *call, struct slice *id)
{
    return call_text_like(call, "replicationBackfillId", true, is_id, ID_PATTERN, id);
}

static bool is_configured(const struct replication_rules *rules,
                          const struct replication_destination *to)
{
    for (size_t i = 0; i < rules->count; i++)
        for (size_t d = 0; d < rules->items[i].destination_count; d++)
            if (slice_equal(rules->items[i].destinations[d].region, to->region) &&
                slice_equal(rules->items[i].destinations[d].account, to->account))
                return true;
    return false;
}

static bool read_destination(struct ecr_call *call, struct replication_destination *to)
{
    const json_t *object;
    struct call_place place;
    struct replication_rules rules;
    if (!call_object(call, "destination", true, &object) ||
        !call_enter(call, "destination", 0, object, &place) ||
        !call_text_like(call, "region", true, is_region, "[0-9a-z-]{2,25}", &to->region) ||
        !call_text_like(call, "registryId", true, account_is_valid, ACCOUNT_PATTERN, &to->account))
        return false;
    call_leave(call, &place);
    if (!rules_load(call, &rules))
        return false;
    return is_configured(&rules, to) ||
           call_fail(call, "ValidationException",
                     "The destination region '%.*s' of the registry '%.*s' is not in the "
                     "replication configuration of the registry",
                     SLICE_ARG(to->region), SLICE_ARG(to->account));
}

static void put_backfill(json_t *object, const struct backfill *backfill)
{
    put_text(object, "replicationBackfillId", backfill->id);
    put_destination(put_object(object, "destination"), &backfill->destination);
    put_text(object, "status", slice_str(backfill_state_name(backfill->state)));
    put_time(object, "startedAt", backfill->started);
}

static void put_progress(json_t *object, const struct backfill *backfill)
{
    put_text_if(object, "failureCode", backfill->code);
    put_time(object, "endedAt", backfill->ended);
    if (!backfill->prepared)
        return;
    json_t *progress = put_object(object, "progress");
    put_int(progress, "totalReplicationCount", (int64_t)backfill->total);
    put_int(progress, "completedReplicationCount", (int64_t)backfill->completed);
    put_int(progress, "failedReplicationCount", (int64_t)backfill->failed);
    json_t *codes = put_array(progress, "failureCodes");
    for (size_t i = 0; i < backfill->code_count; i++)
        put_element_text(codes, backfill->codes[i]);
}

static bool backfill_fails(struct ecr_call *call)
{
    if (call->failure.reason == FAILURE_NOT_FOUND)
        call->exception = "ReplicationBackfillNotFoundException";
    else if (call->failure.reason == FAILURE_PARAMETER)
        call->exception = "ReplicationBackfillInvalidStatusException";
    else if (call->failure.reason == FAILURE_BUSY && !call->failure.inside.kind)
        call->exception = "ReplicationBackfillInProgressException";
    return false;
}

static bool start(struct ecr_call *call)
{
    struct replication_destination to;
    struct backfill backfill;
    struct scope account = call_account(call);
    if (!call->node->mirror)
        return no_mirror(call);
    if (!read_destination(call, &to))
        return false;
    if (!backfill_start(call->node->mirror, &account, &to, &call->caller, call->arena, &backfill,
                        &call->failure))
        return backfill_fails(call);
    put_text(call->output, "registryId", account.account);
    put_backfill(call->output, &backfill);
    return true;
}

static bool stop(struct ecr_call *call)
{
    struct slice id;
    struct backfill backfill;
    struct scope account = call_account(call);
    if (!call->node->mirror)
        return no_mirror(call);
    if (!read_id(call, &id))
        return false;
    if (!backfill_stop(call->node->mirror, &account, id, &call->caller, call->arena, &backfill,
                       &call->failure))
        return backfill_fails(call);
    put_text(call->output, "registryId", account.account);
    put_backfill(call->output, &backfill);
    return true;
}

static bool list(struct ecr_call *call)
{
    struct page page;
    struct backfill *items = NULL;
    size_t count = 0;
    struct scope account = call_account(call);
    if (!call_page(call, BACKFILLS_PAGE, BACKFILLS_PAGE, &page))
        return false;
    if (call->node->mirror &&
        !backfill_list(call->node->mirror, &account, page.after, page.limit + 1, call->arena,
                       &items, &count, &call->failure))
        return false;
    bool more = count > page.limit;
    count = more ? page.limit : count;
    put_text(call->output, "registryId", account.account);
    json_t *array = put_array(call->output, "backfills");
    for (size_t i = 0; i < count; i++) {
        json_t *one = put_element(array);
        put_backfill(one, &items[i]);
        put_progress(one, &items[i]);
    }
    return !more || call_next_page(call, items[count - 1].id);
}

static bool is_terminal(const struct backfill *backfill)
{
    return backfill->state == BACKFILL_COMPLETE || backfill->state == BACKFILL_FAILED ||
           backfill->state == BACKFILL_STOPPED;
}

/* wanted: 0 COMPLETE, 1 FAILED, -1 both. */
static bool put_results(struct ecr_call *call, const struct backfill *backfill, int wanted,
                        const struct page *page)
{
    struct slice after = page->after;
    struct scope account = call_account(call);
    json_t *array = put_array(call->output, "results");
    for (;;) {
        struct backfill_result *items;
        size_t count;
        if (!backfill_results(call->node->mirror, &account, backfill->id, after, RESULTS_PAGE,
                              call->arena, &items, &count, &call->failure))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (wanted >= 0 && items[i].fine != (wanted == 0))
                continue;
            if (json_array_size(array) == page->limit)
                return call_next_page(call, after);
            json_t *one = put_element(array);
            after = items[i].name;
            put_text(one, "repositoryName", items[i].repository);
            put_image_id(put_object(one, "imageId"), digest_slice(&items[i].digest), items[i].tag);
            put_text(one, "status", items[i].fine ? SLICE("COMPLETE") : SLICE("FAILED"));
            put_text_if(one, "failureCode", items[i].code);
        }
        if (count < RESULTS_PAGE)
            return true;
        after = items[count - 1].name;
    }
}

static bool describe_results(struct ecr_call *call)
{
    static const char *const words[] = {"COMPLETE", "FAILED", NULL};
    struct slice id;
    struct page page;
    struct backfill backfill;
    int wanted = -1;
    struct scope account = call_account(call);
    if (!read_id(call, &id) || !call_choice(call, "resultStatusFilter", false, words, &wanted) ||
        !call_page(call, RESULTS_STANDARD, RESULTS_PAGE, &page))
        return false;
    if (!call->node->mirror)
        return no_mirror(call);
    if (!backfill_get(call->node->mirror, &account, id, call->arena, &backfill, &call->failure))
        return backfill_fails(call);
    put_text(call->output, "registryId", account.account);
    put_backfill(call->output, &backfill);
    put_progress(call->output, &backfill);
    return !is_terminal(&backfill) || put_results(call, &backfill, wanted, &page);
}

const struct ecr_operation ecr_replication[] = {
    {"PutReplicationConfiguration", put_configuration, ECR_ON_REGISTRY},
    {"DescribeRegistry", describe_registry, ECR_ON_REGISTRY},
    {"DescribeImageReplicationStatus", describe_status, ECR_ON_REPOSITORY},
    {"StartReplicationBackfill", start, ECR_ON_REGISTRY},
    {"StopReplicationBackfill", stop, ECR_ON_REGISTRY},
    {"ListReplicationBackfills", list, ECR_ON_REGISTRY},
    {"DescribeReplicationBackfillResults", describe_results, ECR_ON_REGISTRY},
    {NULL},
};
