/* plimsoll lifecycle: evaluate here, the others in lifecycle_*.c */
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/command_rows.h"
#include "cli/lifecycle_call.h"
#include "registry/lifecycle.h"

#define QUESTION_SIZE_MAX ((size_t)512 << 20)

static void write_verdicts(const struct lifecycle_question *question,
                           const struct lifecycle_verdict *verdicts, struct arena *arena)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    for (size_t i = 0; i < question->image_count; i++) {
        const char *digest = arena_string(arena, question->images[i].digest);
        if (verdicts[i].action == LIFECYCLE_NONE || !digest)
            continue;
        json_name(&json, digest);
        json_begin_object(&json);
        json_field_int(&json, "priority", verdicts[i].rule->priority);
        json_field(&json, "action", slice_str(lifecycle_action_name(verdicts[i].action)));
        json_end_object(&json);
    }
    json_end_object(&json);
}

static bool evaluate(struct invocation *call, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct lifecycle_question question;
    struct slice text;
    arena_init(&arena, (size_t)4 << 30);
    if (!file_read_fd(STDIN_FILENO, QUESTION_SIZE_MAX, &arena, &text, err) ||
        !lifecycle_question_parse(text, &arena, &question, err))
        return error_add(err, "standard input");
    struct lifecycle_verdict *verdicts =
        arena_array(&arena, question.image_count + 1, sizeof *verdicts);
    if (!verdicts)
        return arena_error(err);
    (void)call;
    if (!lifecycle_evaluate(&question.policy, question.images, question.image_count, question.now,
                            &arena, verdicts, err))
        return false;
    write_verdicts(&question, verdicts, &arena);
    return true;
}

static const struct option no_options[] = {{NULL}};

static const struct command_example evaluate_examples[] = {
    {"plimsoll lifecycle evaluate < question.json",
     "question.json: {\"now\": 1795000000, \"policy\": {…}, \"images\": [{\"digest\": …}, …]}"},
    {NULL, NULL},
};

static const struct command command_evaluate = {
    .name = "evaluate",
    .summary = "what a lifecycle policy does to images, without a registry",
    .prose = "Reads an object with now (seconds since 1970), policy (as for `aws ecr "
             "put-lifecycle-policy`) and images (digest, tags, pushedAt, lastPulledAt, archivedAt, "
             "activatedAt, storageClass, kind, children, subject) from standard input, and writes "
             "an object: the digest of each image that the policy acts on, with the priority of "
             "the rule and the action. An invalid policy ends with 3.",
    .options = no_options,
    .examples = evaluate_examples,
    .run = evaluate,
};

static const struct command *const lifecycle_commands[] = {
    &lifecycle_init, &lifecycle_put, &lifecycle_get, &lifecycle_preview, &command_evaluate, NULL};

static const struct command_example group_examples[] = {
    {"plimsoll lifecycle init --keep 10 > policy.json", "a policy to begin with"},
    {"plimsoll lifecycle preview react-app-haproxy --policy policy.json",
     "what it would do to each image, and why"},
    {"plimsoll lifecycle put react-app-haproxy policy.json", "sets it, here or at Amazon"},
    {NULL, NULL},
};

const struct command command_lifecycle = {
    .name = "lifecycle",
    .summary = "which images a lifecycle policy expires or archives",
    .prose = "Policies are those of Amazon ECR. A plimsoll registry applies them by itself (serve "
             "--lifecycle-every), Amazon ECR within a day.",
    .options = no_options,
    .examples = group_examples,
    .commands = lifecycle_commands,
};
