/* plimsoll lifecycle init|put|get */
#include <inttypes.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/lifecycle_call.h"
#include "registry/ecr_client.h"

enum { TEXT_LEAST = 100, TEXT_MOST = 30720 };

/* ---- init ---- */

static void write_rule(struct json_writer *json, int64_t priority, struct slice description,
                       const char *tags, bool by_age, int64_t count)
{
    json_begin_object(json);
    json_field_int(json, "rulePriority", priority);
    json_field(json, "description", description);
    json_name(json, "selection");
    json_begin_object(json);
    json_field(json, "tagStatus", slice_str(tags));
    if (strcmp(tags, "tagged") == 0) {
        json_name(json, "tagPatternList");
        json_begin_array(json);
        json_put_string(json, SLICE("*"));
        json_end_array(json);
    }
    json_field(json, "countType", by_age ? SLICE("sinceImagePushed") : SLICE("imageCountMoreThan"));
    if (by_age)
        json_field(json, "countUnit", SLICE("days"));
    json_field_int(json, "countNumber", count);
    json_end_object(json);
    json_name(json, "action");
    json_begin_object(json);
    json_field(json, "type", SLICE("expire"));
    json_end_object(json);
    json_end_object(json);
}

static bool write_policy(struct invocation *call, int64_t keep, int64_t days, struct error *err)
{
    struct json_writer json;
    struct slice kept = arena_printf(call->arena, "Keep the last %" PRId64 " tagged images", keep);
    struct slice aged =
        arena_printf(call->arena, "Expire untagged images older than %" PRId64 " days", days);
    if (!kept.at || !aged.at)
        return arena_error(err);
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_name(&json, "rules");
    json_begin_array(&json);
    write_rule(&json, 1, kept, "tagged", false, keep);
    write_rule(&json, 2, aged, "untagged", true, days);
    json_end_array(&json);
    json_end_object(&json);
    return true;
}

static bool run_init(struct invocation *call, struct error *err)
{
    int64_t keep = option_number(call, "keep"), days = option_number(call, "older-than");
    if (!write_policy(call, keep, days, err))
        return false;
    log_info("an image is judged by one rule only, so ECR cannot say \"older than %" PRId64
             " days, but never the last %" PRId64 "\" of the same images",
             days, keep);
    return true;
}

static const struct option init_options[] = {
    {.name = "keep",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "10",
     .low = 1,
     .high = INT32_MAX,
     .prose = "Keep the last N tagged images."},
    {.name = "older-than",
     .type = OPTION_INT,
     .argument = "DAYS",
     .standard = "90",
     .low = 1,
     .high = INT32_MAX,
     .prose = "Expire untagged images older than so many days."},
    {NULL},
};

static const struct command_example init_examples[] = {
    {"plimsoll lifecycle init --keep 10 --older-than 90 > policy.json", "for `lifecycle put`"},
    {NULL, NULL},
};

const struct command lifecycle_init = {
    .name = "init",
    .summary = "write a lifecycle policy: keep the last images, expire old ones",
    .prose = "Writes a policy for ECR or plimsoll to standard output: the last N tagged images "
             "stay, and untagged ones go when they are old. Both halves matter: a rule that only "
             "counts lets an untagged image of last year stay as long as few are pushed, and "
             "counts it among the last N.\n\n"
             "ECR judges an image by one rule only, so \"those older than 90 days, but never the "
             "last 10\" of the same images cannot be said in its grammar. A plimsoll registry has "
             "retain rules for that (`plimsoll registry set`, setting retain), which its preview "
             "and expiry respect.",
    .options = init_options,
    .examples = init_examples,
    .run = run_init,
};

/* ---- put, get ---- */

bool lifecycle_call_policy(struct invocation *call, const char *path, struct slice *text,
                           struct error *err)
{
    struct lifecycle_policy policy;
    bool input = strcmp(path, "-") == 0;
    if (!(input ? file_read_fd(STDIN_FILENO, TEXT_MOST * 4, call->arena, text, err)
                : file_read(path, TEXT_MOST * 4, call->arena, text, err)))
        return false;
    return lifecycle_policy_parse(*text, call->arena, &policy, err) ||
           error_add(err, "%s", input ? "standard input" : path);
}

/* ECR wants 100 characters at least; white space behind the policy changes nothing. */
static bool pad(struct slice *text, struct arena *arena, struct error *err)
{
    if (text->len >= TEXT_LEAST)
        return text->len <= TEXT_MOST ||
               error_set(err, ERROR_LIMIT, "ECR takes policies of at most %d characters",
                         TEXT_MOST);
    *text = arena_printf(arena, "%.*s%*s", SLICE_ARG(*text), (int)(TEXT_LEAST - text->len), "");
    return text->at || arena_error(err);
}

static bool run_put(struct invocation *call, struct error *err)
{
    struct aws CLEANUP_AWS aws = {0};
    struct slice text, repository = slice_str(call->operands[0]);
    if (!lifecycle_call_policy(call, call->operands[1], &text, err) ||
        !pad(&text, call->arena, err) ||
        !aws_open(&aws, "ecr", option_text(call, "endpoint-url"), option_text(call, "region"),
                  call->arena, err) ||
        !ecr_client_policy_put(&aws, repository, text, call->arena, err))
        return false;
    fputs("the policy of ", stdout);
    terminal_put(stdout, repository);
    fputs(" is set; see what it does: plimsoll lifecycle preview ", stdout);
    terminal_put(stdout, repository);
    putchar('\n');
    return true;
}

static bool run_get(struct invocation *call, struct error *err)
{
    struct aws CLEANUP_AWS aws = {0};
    struct slice text;
    if (!aws_open(&aws, "ecr", option_text(call, "endpoint-url"), option_text(call, "region"),
                  call->arena, err) ||
        !ecr_client_policy_get(&aws, slice_str(call->operands[0]), call->arena, &text, err))
        return false;
    for (struct slice rest = slice_trim(text); rest.len;) {
        terminal_put(stdout, slice_cut_line(&rest));
        putchar('\n');
    }
    return true;
}

static const struct option remote_options[] = {LIFECYCLE_CALL_OPTIONS, {NULL}};

#define CREDENTIALS_PROSE                                                                          \
    "Requests are signed with the credentials of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "     \
    "(and "                                                                                        \
    "AWS_SESSION_TOKEN), else those of the profile AWS_PROFILE in ~/.aws."

static const struct command_example put_examples[] = {
    {"plimsoll lifecycle put react-app-haproxy policy.json --endpoint-url http://127.0.0.1:5000 "
     "--region us-east-1",
     "to a plimsoll registry"},
    {"plimsoll lifecycle init | plimsoll lifecycle put react-app-haproxy - --region us-east-1",
     "to Amazon ECR"},
    {NULL, NULL},
};

const struct command lifecycle_put = {
    .name = "put",
    .summary = "give a repository its lifecycle policy",
    .operands = "REPOSITORY POLICY",
    .prose =
        "POLICY is a file, - standard input. It is checked before it is sent. " CREDENTIALS_PROSE,
    .options = remote_options,
    .examples = put_examples,
    .least = 2,
    .most = 2,
    .run = run_put,
};

const struct command lifecycle_get = {
    .name = "get",
    .summary = "print the lifecycle policy of a repository",
    .operands = "REPOSITORY",
    .prose = CREDENTIALS_PROSE,
    .options = remote_options,
    .least = 1,
    .most = 1,
    .run = run_get,
};
