/* Numbers of accounts that the base image has given away already. */
#include "lint/base_image.h"
#include "lint/rules/rule_text.h"
#include "lint/rules/run.h"

/* The number that a command gives to what it makes, and whether that is a group. */
static bool wanted_id(const struct shell_command *command, bool *group, struct slice *word)
{
    *group = text_contains(command->program, "group");
    return *group ? shell_option_value(command, "-g", word) ||
                        shell_option_value(command, "--gid", word)
                  : shell_option_value(command, "-u", word) ||
                        shell_option_value(command, "--uid", word);
}

/* Guarded by the script itself: `getent group 101 || addgroup …`, `groupadd … || true`. */
static bool is_guarded(const struct run_body *body, const struct shell_command *command)
{
    const struct shell_command *next = run_next(body, command);
    return command->conditional || command->joint == JOINT_OR ||
           (next && next->joint == JOINT_OR && next->list == command->list) ||
           run_has_any_option(command, "-o --non-unique");
}

/* What is asked of the whole file once, and not for each command. */
struct accounts {
    struct dockerfile_check *check;
    bool asked, freed;   /* is_freed */
    uint64_t id;         /* that `number` was chosen for */
    struct slice number; /* which is free; empty: not chosen yet */
};

/* A number that nobody has: the old one, raised. Equal numbers stay equal, so that an account and
   its group keep fitting together. */
static struct slice free_number(struct accounts *accounts, uint64_t id)
{
    if (accounts->number.len && accounts->id == id)
        return accounts->number;
    for (uint64_t base = 10000; base < 60000; base += 10000) {
        struct slice text =
            arena_printf(accounts->check->arena, "%llu", (unsigned long long)(base + id));
        if (!text.at || run_file_mentions(accounts->check, text.at))
            continue;
        accounts->id = id;
        accounts->number = text;
        return text;
    }
    return (struct slice){NULL, 0};
}

static void say_taken(struct accounts *accounts, const struct run_body *body,
                      const struct shell_command *command, struct slice word, uint64_t id,
                      const char *owner, const struct stage *root)
{
    struct dockerfile_check *check = accounts->check;
    bool group = text_contains(command->program, "group");
    struct slice place = run_place(body, command->raw.at ? word : command->raw);
    struct lint_finding *finding =
        check_report(check, body->instruction, place,
                     "%s %llu is %s's in %.*s, so %.*s fails; use that account, or another number",
                     group ? "gid" : "uid", (unsigned long long)id, owner, SLICE_ARG(root->base),
                     SLICE_ARG(command->program));
    struct slice number = free_number(accounts, id);
    if (!finding || !place.at || !number.at)
        return;
    lint_fix(check->report, finding, "use %s, which is free", number.at);
    check_fix_replace(check, finding, body->instruction, word, number);
}

/* Whether an account is taken away somewhere in the file, which makes its number free. */
static bool is_freed(struct accounts *accounts)
{
    static const char *const removers[] = {"deluser",  "delgroup", "userdel",
                                           "groupdel", "usermod",  "groupmod"};
    for (size_t i = 0; !accounts->asked && i < sizeof removers / sizeof *removers; i++)
        accounts->freed |= run_file_mentions(accounts->check, removers[i]);
    accounts->asked = true;
    return accounts->freed;
}

static void look_command(struct accounts *accounts, const struct run_body *body,
                         const struct shell_command *command)
{
    bool group;
    struct slice word;
    uint64_t id;
    if (!run_is(command, "addgroup groupadd adduser useradd", NULL, "") ||
        !wanted_id(command, &group, &word) || !slice_u64(word, &id) || id > 65535)
        return;
    const struct stage *stage = stage_around(accounts->check, body->instruction);
    const struct stage *root = stage ? stage_root(stage) : NULL;
    if (!root || !root->base.len || root->base_unset)
        return;
    const char *owner = base_account_find(root->base, group, id);
    if (owner && !is_guarded(body, command) && !is_freed(accounts))
        say_taken(accounts, body, command, word, id, owner, root);
}

static void look_taken(struct dockerfile_check *check)
{
    struct accounts accounts = {.check = check};
    for (size_t i = 0; i < check->dockerfile->count; i++)
        for (const struct run_body *body = check->model->bodies[i]; body && body->instruction;
             body++)
            for (size_t j = 0; run_is_build(body) && body->is_shell && j < body->script.count; j++)
                look_command(&accounts, body, &body->script.commands[j]);
}

const struct dockerfile_rule rules_accounts[] = {
    {.rule = {.id = "account-id-taken",
              .codes = "",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT,
              .title = "a new account has a number that the base image uses",
              .why = "The build stops (\"gid '101' in use\"). Official images bring an account for "
                     "their service: nginx 101, haproxy 99, node 1000.",
              .bad =
                  "FROM nginx:1.30.4-alpine\nRUN addgroup -g 101 -S app && adduser -S app -G app",
              .good = "FROM nginx:1.30.4-alpine\nUSER 101:101",
              .fix = "chooses a number that is free"},
     .file = look_taken},
    {.rule = {.id = NULL}},
};
