/*
 * The role that pulls (ECS's task execution role): whether ecs-tasks.amazonaws.com may take it, and
 * whether its policies allow the four actions. Asked of IAM by its query protocol (2010-05-08) at
 * AWS_ENDPOINT_URL_IAM, AWS_ENDPOINT_URL, or Amazon's.
 */
#include <stdlib.h>

#include "registry/auth/policy.h"
#include "ship/doctor/answers.h"
#include "ship/doctor/checks.h"

#define VERSION "&Version=2010-05-08"
enum { POLICIES_MAX = 50 };

static const char *const actions[] = {"ecr:GetAuthorizationToken",
                                      "ecr:BatchCheckLayerAvailability",
                                      "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"};
enum { ACTIONS = sizeof actions / sizeof *actions };

/* Amazon's own policies that hold the four; what is in them is Amazon's to change, and it said it
   will not take away. */
static const char *const known_policies[] = {
    "AmazonECSTaskExecutionRolePolicy",     "AmazonEC2ContainerRegistryReadOnly",
    "AmazonEC2ContainerRegistryPullOnly",   "AmazonEC2ContainerRegistryPowerUser",
    "AmazonEC2ContainerRegistryFullAccess", "AdministratorAccess",
};

/* "NAME" of "arn:aws:iam::123456789012:role/path/NAME". */
static struct slice role_name(const struct doctor *doctor)
{
    struct slice text = slice_str(doctor->options->role);
    size_t slash = slice_find_last(text, '/');
    return slash < text.len ? slice_from(text, slash + 1) : text;
}

static bool open_iam(struct doctor *doctor, struct aws *aws, struct error *err)
{
    const char *endpoint = getenv("AWS_ENDPOINT_URL_IAM");
    if (!endpoint || !*endpoint)
        endpoint = getenv("AWS_ENDPOINT_URL");
    if (!endpoint || !*endpoint)
        endpoint = "https://iam.amazonaws.com";
    if (!aws_open(aws, "iam", endpoint, "us-east-1", doctor->arena, err))
        return false;
    struct http_options quick = {
        .attempts = 1, .connect_seconds = doctor->seconds, .stall_seconds = doctor->seconds};
    http_client_free(aws->client);
    aws->client = http_client_new(&quick);
    secrets_add(&doctor->secrets, aws->profile.key.secret);
    secrets_add(&doctor->secrets, aws->profile.key.session);
    return aws->client || arena_error(err);
}

static bool ask(struct doctor *doctor, struct aws *aws, const char *action, struct slice policy,
                struct slice *xml, struct error *err)
{
    struct slice name = url_encode(role_name(doctor), doctor->arena),
                 which = url_encode(policy, doctor->arena);
    struct slice form =
        arena_printf(doctor->arena, "Action=%s" VERSION "&RoleName=%.*s%s%.*s", action,
                     SLICE_ARG(name), policy.len ? "&PolicyName=" : "", SLICE_ARG(which));
    if (!form.at)
        return arena_error(err);
    return aws_query(aws, form, doctor->arena, xml, err);
}

/* "123456789012" of an ARN. */
static struct slice account_of(struct slice arn)
{
    for (int part = 0; part < 4; part++)
        slice_cut(&arn, ':');
    return slice_cut(&arn, ':');
}

#define TRUST                                                                                      \
    "'{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"            \
    "\"Service\":\"ecs-tasks.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}'"

static void tell_trust(struct doctor *doctor, struct doctor_row *row, struct slice document)
{
    static const char *const words[] = {
        [TRUST_NONE] = "does not trust it",
        [TRUST_FULL] = "trusts it",
        [TRUST_CONDITIONAL] = "trusts it under conditions, which are not judged here",
        [TRUST_DENIED] = "denies it",
        [TRUST_UNREADABLE] = "has a trust policy that cannot be read",
    };
    struct slice name = role_name(doctor);
    enum answer_trust trust = answer_trusts(document, SLICE("ecs-tasks.amazonaws.com"));
    bool fine = trust == TRUST_FULL || trust == TRUST_CONDITIONAL;
    doctor_say(doctor, row, fine ? DOCTOR_OK : DOCTOR_FAILED, "%.*s %s",
               SLICE_ARG(doctor->role_arn), words[trust]);
    if (!fine)
        doctor_fix(doctor, row,
                   "aws iam get-role --role-name %.*s | jq .Role.AssumeRolePolicyDocument\n"
                   "aws iam update-assume-role-policy --role-name %.*s --policy-document " TRUST,
                   SLICE_ARG(name), SLICE_ARG(name));
}

void check_role_trust(struct doctor *doctor, struct doctor_row *row)
{
    struct aws aws CLEANUP_AWS = {.service = "iam"};
    struct slice xml, document, name = SLICE("");
    struct error err = {0};
    if (!doctor->options->role)
        return;
    name = role_name(doctor);
    if (!open_iam(doctor, &aws, &err) || !ask(doctor, &aws, "GetRole", SLICE(""), &xml, &err)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.text);
        if (err.kind == ERROR_NOT_FOUND)
            doctor_fix(doctor, row,
                       "aws iam create-role --role-name %.*s --assume-role-policy-document " TRUST,
                       SLICE_ARG(name));
        else
            doctor_fix(doctor, row, "aws iam get-role --role-name %.*s", SLICE_ARG(name));
        return;
    }
    if (!aws_xml_text(xml, "Arn", &doctor->role_arn) ||
        !answer_document(xml, "AssumeRolePolicyDocument", doctor->arena, &document)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "IAM's answer has no role in it");
        return;
    }
    doctor->role_account = account_of(doctor->role_arn);
    if (!doctor->account.len && doctor->ecr)
        doctor->account = doctor->role_account; /* a registry at an endpoint of one's own has one */
    tell_trust(doctor, row, document);
}

/* ---- what it may do ---- */

struct grants {
    bool allowed[ACTIONS], denied[ACTIONS];
    size_t policies, unread;
};

static void take_policy(struct doctor *doctor, struct slice document, struct grants *grants)
{
    struct policy *policy;
    struct error ignored = {0};
    struct ecr_host named = {.region = SLICE("us-east-1")};
    (void)ecr_host_parse(doctor->reference.host, &named);
    struct slice repository = arena_printf(
        doctor->arena, "arn:aws:ecr:%.*s:%.*s:repository/%.*s", SLICE_ARG(named.region),
        SLICE_ARG(doctor->account.len ? doctor->account : doctor->role_account),
        SLICE_ARG(doctor->reference.repository));
    struct caller who = {.kind = CALLER_ROLE,
                         .account = doctor->role_account,
                         .arn = doctor->role_arn,
                         .name = role_name(doctor)};
    grants->policies++;
    if (!repository.at ||
        !access_policy_parse(document, POLICY_OF_IDENTITY, doctor->arena, &policy, &ignored)) {
        grants->unread++;
        return;
    }
    for (size_t i = 0; i < ACTIONS; i++) {
        struct policy_question question = {.action = actions[i],
                                           .resource = i ? repository : SLICE("*"),
                                           .who = &who,
                                           .secure = true};
        enum policy_verdict verdict = policy_judge(policy, &question);
        grants->allowed[i] |= verdict == POLICY_ALLOW;
        grants->denied[i] |= verdict == POLICY_DENY;
    }
}

static void take_attached(struct slice arn, struct grants *grants)
{
    size_t slash = slice_find_last(arn, '/');
    struct slice name = slice_from(arn, slash + 1);
    grants->policies++;
    for (size_t k = 0; k < sizeof known_policies / sizeof *known_policies; k++)
        if (slice_equal_str(name, known_policies[k])) {
            for (size_t i = 0; i < ACTIONS; i++)
                grants->allowed[i] = true;
            return;
        }
    grants->unread++;
}

static bool gather(struct doctor *doctor, struct aws *aws, struct grants *grants, struct error *err)
{
    struct slice xml, document, *names;
    size_t count;
    if (!ask(doctor, aws, "ListRolePolicies", SLICE(""), &xml, err))
        return false;
    if (!answer_members(xml, "PolicyNames", "member", doctor->arena, &names, &count))
        return arena_error(err);
    for (size_t i = 0; i < count && i < POLICIES_MAX; i++) {
        if (!ask(doctor, aws, "GetRolePolicy", names[i], &xml, err))
            return false;
        if (answer_document(xml, "PolicyDocument", doctor->arena, &document))
            take_policy(doctor, document, grants);
    }
    if (!ask(doctor, aws, "ListAttachedRolePolicies", SLICE(""), &xml, err))
        return false;
    if (!answer_members(xml, "AttachedPolicies", "PolicyArn", doctor->arena, &names, &count))
        return arena_error(err);
    for (size_t i = 0; i < count; i++)
        take_attached(names[i], grants);
    return true;
}

void check_role_actions(struct doctor *doctor, struct doctor_row *row)
{
    struct aws aws CLEANUP_AWS = {.service = "iam"};
    struct grants grants = {.policies = 0};
    struct slice lacks = {"", 0}, name = {"", 0};
    struct error err = {0};
    if (!doctor->options->role)
        return;
    name = role_name(doctor);
    if (!open_iam(doctor, &aws, &err) || !gather(doctor, &aws, &grants, &err)) {
        doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < ACTIONS; i++)
        if (!grants.allowed[i] || grants.denied[i])
            arena_list(doctor->arena, &lacks, ", ", "%s%s", actions[i],
                       grants.denied[i] ? " (denied)" : "");
    if (!lacks.len) {
        doctor_say(doctor, row, DOCTOR_OK, "%.*s may the four actions of a pull", SLICE_ARG(name));
        return;
    }
    doctor_say(doctor, row, grants.unread ? DOCTOR_WARNING : DOCTOR_FAILED, "%.*s may not: %.*s%s",
               SLICE_ARG(name), SLICE_ARG(lacks),
               grants.unread ? " (as far as its policies could be read)" : "");
    doctor_fix(doctor, row,
               "aws iam attach-role-policy --role-name %.*s --policy-arn "
               "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
               SLICE_ARG(name));
}
