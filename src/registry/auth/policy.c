/* Judging by parsed policies, and the ones that come with the program. */
#include "base/ascii.h"
#include "registry/auth/policy_parts.h"

bool policy_match(struct slice pattern, struct slice text, bool fold_case)
{
    size_t p = 0, t = 0, star = pattern.len + 1, resume = 0;
    while (t < text.len) {
        char want = p < pattern.len ? pattern.at[p] : '\0', have = text.at[t];
        if (p < pattern.len && want == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.len && (want == '?' || want == have ||
                                       (fold_case && ascii_lower(want) == ascii_lower(have)))) {
            p++;
            t++;
        } else if (star <= pattern.len) { /* let the last star take one more */
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.at[p] == '*')
        p++;
    return p == pattern.len;
}

static bool any_matches(const struct policy_words *words, struct slice text, bool fold_case)
{
    for (size_t i = 0; i < words->count; i++)
        if (policy_match(words->items[i], text, fold_case))
            return true;
    return false;
}

/* "arn:aws:iam::ACCOUNT:role/PATH/NAME" is also each session of the role; names are unique in an
   account whatever the path. */
static bool is_role_of(struct slice arn, const struct caller *who)
{
    struct slice rest = arn, name = slice_upto(who->name, slice_find(who->name, '/'));
    for (int i = 0; i < 4; i++)
        slice_cut(&rest, ':');
    struct slice account = slice_cut(&rest, ':');
    if (who->kind != CALLER_ROLE || !slice_equal(account, who->account) ||
        !slice_starts(rest, SLICE("role/")))
        return false;
    size_t slash = slice_find_last(rest, '/');
    return slice_equal(slice_from(rest, slash + 1), name);
}

static bool is_principal(const struct policy_principal *principal, const struct caller *who)
{
    switch (principal->kind) {
    case PRINCIPAL_ALL:
        return true;
    case PRINCIPAL_ACCOUNT:
        return who->account.len && slice_equal(principal->value, who->account);
    case PRINCIPAL_ARN:
        return (who->arn.len && slice_equal(principal->value, who->arn)) ||
               is_role_of(principal->value, who);
    case PRINCIPAL_OTHER:
        break;
    }
    return false;
}

static bool principals_match(const struct policy_statement *statement, const struct caller *who)
{
    if (!statement->has_principal)
        return true;
    for (size_t i = 0; i < statement->principal_count; i++)
        if (is_principal(&statement->principals[i], who))
            return true;
    return false;
}

static bool applies(const struct policy_statement *statement,
                    const struct policy_question *question)
{
    bool action = any_matches(&statement->actions, slice_str(question->action), true);
    bool resource =
        statement->resources.count == 0 ||
        any_matches(&statement->resources, question->resource, false) != statement->not_resource;
    return action != statement->not_action && resource &&
           principals_match(statement, question->who) &&
           policy_conditions_hold(statement, question);
}

enum policy_verdict policy_judge(const struct policy *policy,
                                 const struct policy_question *question)
{
    enum policy_verdict verdict = POLICY_SILENT;
    for (size_t i = 0; i < policy->count; i++) {
        if (!applies(&policy->statements[i], question))
            continue;
        if (!policy->statements[i].allow)
            return POLICY_DENY;
        verdict = POLICY_ALLOW;
    }
    return verdict;
}

#define PULL_ACTIONS                                                                               \
    "\"ecr:GetAuthorizationToken\",\"ecr:BatchCheckLayerAvailability\","                           \
    "\"ecr:GetDownloadUrlForLayer\",\"ecr:BatchGetImage\",\"ecr:Describe*\",\"ecr:List*\","        \
    "\"ecr:Get*\",\"ecr:BatchGet*\""
#define PUSH_ACTIONS                                                                               \
    PULL_ACTIONS ",\"ecr:InitiateLayerUpload\",\"ecr:UploadLayerPart\","                           \
                 "\"ecr:CompleteLayerUpload\",\"ecr:PutImage\",\"ecr:CreateRepository\","          \
                 "\"ecr:StartImageScan\""
#define PRESET(actions)                                                                            \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[" actions        \
    "],\"Resource\":\"*\"}]}"

struct slice policy_preset(struct slice name)
{
    if (slice_equal_str(name, "pull"))
        return SLICE(PRESET(PULL_ACTIONS));
    if (slice_equal_str(name, "push"))
        return SLICE(PRESET(PUSH_ACTIONS));
    if (slice_equal_str(name, "admin"))
        return SLICE(PRESET("\"*\""));
    return (struct slice){0};
}
