/* See actions.h. */
#include "registry/actions.h"

#include <stdio.h>

#include "base/suggest.h"
#include "registry/ecr/operations.h"
#include "registry/iam/operations.h"
#include "registry/ops/hook.h"

enum { ACTION_MAX = 128 };

/* Permissions of ECR beyond its operations (service authorization reference of AWS). */
static const char *const ecr_permissions[] = {"BatchImportUpstreamImage", "GetImageCopyStatus",
                                              "ReplicateImage", NULL};
static const char *const sts_permissions[] = {
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "DecodeAuthorizationMessage",
    "GetAccessKeyInfo",
    "GetCallerIdentity",
    "GetFederationToken",
    "GetServiceBearerToken",
    "GetSessionToken",
    "SetContext",
    "SetSourceIdentity",
    "TagSession",
    NULL,
};

/* Of the journal, beyond the operations of the APIs. */
static const char *const changes[] = {
    "ActivateImage", "ArchiveImage",   "ChangePassword",  "CreateLayerUrlKey", "DeleteImage",
    "DeleteLayer",   "DeleteSetting",  "ExpireImage",     "ExpireImages",      "LoseLayer",
    "MountLayer",    "PutSetting",     "QuarantineImage", "ReleaseImage",      "RestoreImage",
    "ScanImage",     "ShortenJournal", "TagImage",        "UntagImage",        NULL,
};

/* A pattern that is looked for among names. */
struct search {
    struct slice pattern;
    char word[ACTION_MAX]; /* the pattern, for suggestions; cut when it is longer than any name */
    bool fold_case, found;
    struct suggestion nearest;
};

static void search_begin(struct search *search, struct slice pattern, bool fold_case)
{
    *search = (struct search){.pattern = pattern, .fold_case = fold_case};
    snprintf(search->word, sizeof search->word, "%.*s",
             SLICE_ARG(slice_upto(pattern, ACTION_MAX - 1)));
    search->nearest.word = search->word;
}

static void search_offer(struct search *search, const char *name)
{
    search->found |= policy_match(search->pattern, slice_str(name), search->fold_case);
    suggest_offer(&search->nearest, name);
}

static void search_list(struct search *search, const char *const *names)
{
    for (; *names; names++)
        search_offer(search, *names);
}

static void search_ecr(struct search *search)
{
    for (size_t i = 0; ecr_groups[i]; i++)
        for (const struct ecr_operation *row = ecr_groups[i]; row->name; row++)
            search_offer(search, row->name);
}

static void search_iam(struct search *search)
{
    static const struct iam_operation *const groups[] = {
        iam_role_operations, iam_role_policy_operations, iam_user_operations, iam_key_operations};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        for (const struct iam_operation *row = groups[i]; row->name; row++)
            search_offer(search, row->name);
}

/* `service`: "ecr:"; empty for actions of the journal. */
static bool search_end(const struct search *search, struct slice service, struct error *err)
{
    const char *best = search->nearest.best;
    if (search->found)
        return true;
    error_set(err, ERROR_FORMAT, "there is no action \"%.*s%.*s\"", SLICE_ARG(service),
              SLICE_ARG(slice_upto(search->pattern, ACTION_MAX)));
    if (best)
        error_set(err, ERROR_FORMAT, "there is no action \"%.*s%.*s\"; did you mean %.*s%s?",
                  SLICE_ARG(service), SLICE_ARG(slice_upto(search->pattern, ACTION_MAX)),
                  SLICE_ARG(service), best);
    return false;
}

static bool check_permission(void *context, struct slice action, struct error *err)
{
    struct search search;
    size_t colon = slice_find(action, ':');
    struct slice service = slice_upto(action, colon + 1);
    bool ecr = slice_equal_nocase(service, SLICE("ecr:"));
    (void)context;
    if (!ecr && !slice_equal_nocase(service, SLICE("sts:")))
        return true;
    search_begin(&search, slice_from(action, colon + 1), true);
    if (ecr)
        search_ecr(&search);
    search_list(&search, ecr ? ecr_permissions : sts_permissions);
    return search_end(&search, service, err);
}

bool actions_policy_parse(struct slice text, enum policy_kind kind, struct arena *arena,
                          struct policy **policy, struct error *err)
{
    return access_policy_parse(text, kind, arena, policy, err) &&
           policy_each_action(*policy, check_permission, NULL, err);
}

bool actions_hook_check(struct slice text, struct arena *arena, struct error *err)
{
    struct hook hook;
    if (!hook_parse(text, arena, &hook, err))
        return false;
    for (size_t i = 0; i < hook.action_count; i++) {
        struct search search;
        search_begin(&search, hook.actions[i], false);
        search_ecr(&search);
        search_iam(&search);
        search_list(&search, changes);
        if (!search_end(&search, SLICE(""), err))
            return error_add(err, "webhook");
    }
    return true;
}
