/* What Amazon's API says of the repository: the guide's describe-repositories, archived images, and
   policies across accounts. */
#include <stdlib.h>

#include "image/document.h"
#include "registry/auth/policy.h"
#include "registry/ecr_client.h"
#include "ship/doctor/answers.h"
#include "ship/doctor/checks.h"

#define TARGET "AmazonEC2ContainerRegistry_V20150921."

/* Amazon is asked for ECR only; that there is nothing to ask it with is worth a word. */
static bool can_ask(struct doctor *doctor, struct doctor_row *row)
{
    if (!doctor->ecr || !doctor->image)
        return false;
    if (!doctor->aws_open)
        doctor_say(doctor, row, DOCTOR_SKIPPED, "%s", doctor->aws_error.text);
    return doctor->aws_open;
}

void check_describe(struct doctor *doctor, struct doctor_row *row)
{
    struct ecr_client_repositories found = {NULL, 0, 0};
    struct error err = {0};
    struct slice name = doctor->reference.repository;
    if (!can_ask(doctor, row))
        return;
    if (ecr_client_repositories(&doctor->aws, name, doctor->arena, &found, &err) && found.count) {
        doctor_say(doctor, row, DOCTOR_OK, "%.*s", SLICE_ARG(found.items[0].uri));
        return;
    }
    doctor_say(doctor, row, DOCTOR_FAILED, "%s", err.kind ? err.text : "it is not there");
    if (err.kind == ERROR_NOT_FOUND || !err.kind)
        doctor_fix(doctor, row,
                   "aws ecr describe-repositories --repository-names %.*s\n"
                   "aws ecr create-repository --repository-name %.*s",
                   SLICE_ARG(name), SLICE_ARG(name));
    else
        doctor_fix(doctor, row,
                   "aws sts get-caller-identity   # whose credentials are these?\n"
                   "aws ecr describe-repositories --repository-names %.*s",
                   SLICE_ARG(name));
}

static struct slice quoted(struct doctor *doctor, struct slice text)
{
    json_t *string = json_stringn(text.at ? text.at : "", text.len);
    char *dumped = json_dumps(string, JSON_ENCODE_ANY);
    struct slice made = arena_copy(doctor->arena, slice_str(dumped));
    free(dumped);
    json_decref(string);
    return made;
}

void check_archived(struct doctor *doctor, struct doctor_row *row)
{
    struct slice answer, status;
    struct error err = {0};
    bool by_digest = doctor->reference.digest.len > 0;
    struct slice which = by_digest ? doctor->reference.digest : doctor->reference.tag;
    if (!can_ask(doctor, row))
        return;
    const char *member = by_digest ? "imageDigest" : "imageTag";
    struct slice name = quoted(doctor, doctor->reference.repository), id = quoted(doctor, which);
    struct slice body = arena_printf(
        doctor->arena,
        "{\"repositoryName\":%.*s,\"imageIds\":[{\"%s\":%.*s}],\"filter\":{\"imageStatus\":"
        "\"ANY\"}}",
        SLICE_ARG(name), member, SLICE_ARG(id));
    if (!body.at ||
        !aws_call(&doctor->aws, TARGET "DescribeImages", body, doctor->arena, &answer, &err) ||
        !answer_image_status(answer, doctor->arena, &status, &err)) {
        if (err.kind != ERROR_NOT_FOUND) /* that is the tag's row */
            doctor_say(doctor, row, DOCTOR_SKIPPED, "%s", err.text);
        return;
    }
    if (!slice_equal_str(status, "ARCHIVED")) {
        doctor_say(doctor, row, DOCTOR_OK, "%.*s",
                   SLICE_ARG(status.len ? status : SLICE("active")));
        return;
    }
    doctor_say(doctor, row, DOCTOR_FAILED,
               "%.*s is archived: it cannot be pulled until it is restored", SLICE_ARG(which));
    doctor_fix(doctor, row,
               "aws ecr update-image-storage-class --repository-name %.*s --image-id %s=%.*s "
               "--target-storage-class STANDARD",
               SLICE_ARG(doctor->reference.repository), member, SLICE_ARG(which));
}

/* ---- across accounts ---- */

static const char *const pull_actions[] = {"ecr:BatchCheckLayerAvailability",
                                           "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"};

static void tell_policy(struct doctor *doctor, struct doctor_row *row, const struct policy *policy)
{
    struct caller who = {.kind = CALLER_ROLE,
                         .account = doctor->role_account,
                         .arn = doctor->role_arn,
                         .name = doctor->role_arn};
    struct slice refused = {"", 0};
    for (size_t i = 0; i < sizeof pull_actions / sizeof *pull_actions; i++) {
        struct policy_question question = {
            .action = pull_actions[i], .resource = SLICE("*"), .who = &who, .secure = true};
        enum policy_verdict verdict = policy ? policy_judge(policy, &question) : POLICY_SILENT;
        bool same = slice_equal(doctor->role_account, doctor->account);
        if (verdict == POLICY_DENY || (verdict == POLICY_SILENT && !same))
            arena_list(doctor->arena, &refused, ", ", "%s", pull_actions[i]);
    }
    if (!refused.len) {
        doctor_say(doctor, row, DOCTOR_OK, "%s",
                   policy
                       ? "it grants the three actions of a pull, or denies none to its own account"
                       : "there is none, and the role is of the same account");
        return;
    }
    doctor_say(doctor, row, DOCTOR_FAILED,
               "it does not let %.*s (account %.*s) pull from account %.*s: %.*s",
               SLICE_ARG(doctor->role_arn), SLICE_ARG(doctor->role_account),
               SLICE_ARG(doctor->account), SLICE_ARG(refused));
    doctor_fix(doctor, row,
               "aws ecr set-repository-policy --repository-name %.*s --policy-text "
               "'{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
               "{\"AWS\":\"arn:aws:iam::%.*s:root\"},\"Action\":[\"ecr:BatchCheckLayerAvailability"
               "\",\"ecr:GetDownloadUrlForLayer\",\"ecr:BatchGetImage\"]}]}'",
               SLICE_ARG(doctor->reference.repository), SLICE_ARG(doctor->role_account));
}

/* Needs to know who pulls: the role of --role. */
void check_policy(struct doctor *doctor, struct doctor_row *row)
{
    struct slice answer, text = {"", 0}, body;
    struct error err = {0};
    struct policy *policy = NULL;
    if (!can_ask(doctor, row))
        return;
    if (!doctor->role_arn.len || !doctor->account.len) {
        doctor_say(doctor, row, DOCTOR_SKIPPED, "who pulls is not known: --role NAME says");
        return;
    }
    struct slice name = quoted(doctor, doctor->reference.repository);
    body = arena_printf(doctor->arena, "{\"repositoryName\":%.*s}", SLICE_ARG(name));
    bool asked = body.at && aws_call(&doctor->aws, TARGET "GetRepositoryPolicy", body,
                                     doctor->arena, &answer, &err);
    if (asked && answer_policy_text(answer, doctor->arena, &text, &err) && text.len &&
        !access_policy_parse(text, POLICY_OF_REPOSITORY, doctor->arena, &policy, &err)) {
        doctor_say(doctor, row, DOCTOR_SKIPPED, "it says more than is understood here: %s",
                   err.text);
        return;
    }
    if (!asked && err.kind != ERROR_NOT_FOUND) {
        doctor_say(doctor, row, DOCTOR_SKIPPED, "%s", err.text);
        return;
    }
    tell_policy(doctor, row, policy);
}
