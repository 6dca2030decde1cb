/* plimsoll user: users, access keys and their policies, in a data folder */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/option_rows.h"
#include "cli/registry_call.h"
#include "cli/user_password.h"
#include "registry/actions.h"
#include "registry/auth/user.h"
#include "registry/core/journal.h"

#define ALLOW_OPTION                                                                               \
    {                                                                                              \
        .name = "allow", .type = OPTION_CHOICE, .argument = "WHAT", .choices = "pull push admin",  \
        .prose = "A policy that comes with the program: pull (read all), push (also push and "     \
                 "create repositories), admin (everything in the account)."                        \
    }
#define POLICY_OPTION                                                                              \
    {                                                                                              \
        .name = "policy", .type = OPTION_STRING, .argument = "FILE",                               \
        .prose = "A policy of one's own, in the IAM policy language; - is standard input."         \
    }

static const struct option plain_options[] = {REGISTRY_CALL_OPTIONS, {NULL}};
static const struct option add_options[] = {
    REGISTRY_CALL_OPTIONS,
    ALLOW_OPTION,
    POLICY_OPTION,
    {.name = "password",
     .prose = "Give the user a password, too: asked for at the terminal, or the first line of "
              "standard input."},
    {.name = "no-key", .prose = "Make no access key."},
    {NULL},
};
static const struct option policy_options[] = {
    REGISTRY_CALL_OPTIONS,
    ALLOW_OPTION,
    POLICY_OPTION,
    {.name = "none", .prose = "Take the policy away."},
    {NULL},
};
static const struct option list_options[] = {
    REGISTRY_CALL_OPTIONS,
    OPTION_ROW_TABLE_OR_JSON,
    {NULL},
};

/* Who did it, in the audit log. */
static bool tell(struct registry_call *registry, const char *action, struct slice user,
                 struct error *err)
{
    struct journal_entry entry = {.action = slice_str(action),
                                  .account = registry->scope.account,
                                  .region = registry->scope.region,
                                  .why = user};
    return journal_tell(&registry->folder.registry, &registry->scope, &entry, &registry->who, err);
}

static bool find_user(struct registry_call *registry, struct slice name, struct arena *arena,
                      struct auth_user *user, bool *found, struct error *err)
{
    struct auth_user *users;
    size_t count;
    *found = false;
    if (!auth_user_list(registry->folder.meta, arena, &users, &count, err))
        return false;
    for (size_t i = 0; i < count && !*found; i++) {
        *found = slice_equal(users[i].name, name);
        if (*found)
            *user = users[i];
    }
    return true;
}

static bool need_user(struct registry_call *registry, struct slice name, struct arena *arena,
                      struct auth_user *user, struct error *err)
{
    bool found;
    return find_user(registry, name, arena, user, &found, err) &&
           (found || error_set(err, ERROR_NOT_FOUND, "there is no user %.*s",
                               SLICE_ARG(slice_upto(name, USER_NAME_MAX))));
}

/* --allow and --policy. */
static bool read_rights(struct invocation *call, struct auth_user *user, bool *given,
                        struct error *err)
{
    const char *allow = option_text(call, "allow"), *path = option_text(call, "policy");
    *given = allow || path;
    if (allow && path)
        return error_set(err, ERROR_USAGE, "--allow or --policy, not both");
    if (*given) {
        user->admin = allow && strcmp(allow, "admin") == 0;
        user->policy = (struct slice){0};
    }
    if (allow && !user->admin)
        user->policy = policy_preset(slice_str(allow));
    if (!path)
        return true;
    struct policy *parsed;
    bool read = strcmp(path, "-") == 0
                    ? file_read_fd(0, POLICY_TEXT_MAX, call->arena, &user->policy, err)
                    : file_read(path, POLICY_TEXT_MAX, call->arena, &user->policy, err);
    return read &&
           (actions_policy_parse(user->policy, POLICY_OF_IDENTITY, call->arena, &parsed, err) ||
            error_add(err, "%s", path));
}

static bool show_new_key(struct registry_call *registry, struct slice user, struct arena *arena,
                         struct error *err)
{
    struct slice id = {0}, secret = {0};
    if (!auth_key_add(registry->folder.meta, registry->folder.world, user, arena, &id, &secret,
                      err) ||
        !tell(registry, "CreateAccessKey", user, err))
        return false;
    printf("Access key of %.*s. The secret is shown now and never again.\n"
           "AWS_ACCESS_KEY_ID=%.*s\nAWS_SECRET_ACCESS_KEY=%.*s\n",
           SLICE_ARG(user), SLICE_ARG(id), SLICE_ARG(secret));
    return true;
}

static bool add(struct invocation *call, struct error *err)
{
    CLEANUP_REGISTRY_CALL struct registry_call registry;
    struct auth_user user = {.name = slice_str(call->operands[0])}, there;
    struct slice password = {0};
    bool found, given;
    if (!registry_call_open(&registry, call, NULL, err))
        return false;
    user.account = registry.scope.account;
    if (!find_user(&registry, user.name, call->arena, &there, &found, err) ||
        !read_rights(call, &user, &given, err))
        return false;
    if (found)
        return error_set(err, ERROR_USAGE, "there is a user %s already", call->operands[0]);
    if ((option_flag(call, "password") &&
         !user_password_read(call->operands[0], call->arena, &password, err)) ||
        !auth_user_put(registry.folder.meta, registry.folder.world, &user, password, err) ||
        !tell(&registry, "CreateUser", user.name, err))
        return false;
    printf("User %s of account %.*s, %s.\n", call->operands[0], SLICE_ARG(user.account),
           user.admin        ? "an administrator"
           : user.policy.len ? "with a policy of its own"
                             : "who may nothing yet (plimsoll user policy, repository policies)");
    return option_flag(call, "no-key") || show_new_key(&registry, user.name, call->arena, err);
}

/* Nobody is locked out: whoever has the folder can make another. */
static bool warn_without_administrator(struct registry_call *registry, struct arena *arena,
                                       struct error *err)
{
    struct auth_user *users;
    size_t count;
    if (!auth_user_list(registry->folder.meta, arena, &users, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (users[i].admin)
            return true;
    log_warning("no administrator is left; plimsoll user add NAME --allow admin makes one");
    return true;
}

static bool remove_user(struct invocation *call, struct error *err)
{
    CLEANUP_REGISTRY_CALL struct registry_call registry;
    struct slice name = slice_str(call->operands[0]);
    return registry_call_open(&registry, call, NULL, err) &&
           auth_user_remove(registry.folder.meta, registry.folder.world, name, err) &&
           tell(&registry, "DeleteUser", name, err) &&
           warn_without_administrator(&registry, call->arena, err);
}

static bool set_password(struct invocation *call, struct error *err)
{
    CLEANUP_REGISTRY_CALL struct registry_call registry;
    struct auth_user user;
    struct slice password;
    return registry_call_open(&registry, call, NULL, err) &&
           need_user(&registry, slice_str(call->operands[0]), call->arena, &user, err) &&
           user_password_read(call->operands[0], call->arena, &password, err) &&
           auth_user_put(registry.folder.meta, registry.folder.world, &user, password, err) &&
           tell(&registry, "ChangePassword", user.name, err);
}

static bool set_disabled(struct invocation *call, bool disabled, struct error *err)
{
    CLEANUP_REGISTRY_CALL struct registry_call registry;
    struct auth_user user;
    if (!registry_call_open(&registry, call, NULL, err) ||
        !need_user(&registry, slice_str(call->operands[0]), call->arena, &user, err))
        return false;
    user.disabled = disabled;
    return auth_user_put(registry.folder.meta, registry.folder.world, &user, (struct slice){0},
                         err) &&
           tell(&registry, disabled ? "DisableUser" : "EnableUser", user.name, err);
}

static bool disable(struct invocation *call, struct error *err)
{
    return set_disabled(call, true, err);
}

static bool enable(struct invocation *call, struct error *err)
{
    return set_disabled(call, false, err);
}

static bool key(struct invocation *call, struct error *err)
{
    CLEANUP_REGISTRY_CALL struct registry_call registry = {.folder.lock = -1};
    const char *what = call->operands[0];
    struct slice operand = slice_str(call->operands[1]);
    bool adds = strcmp(what, "add") == 0;
    if (!adds && strcmp(what, "remove") != 0)
        return error_set(err, ERROR_USAGE, "key add USER or key remove ID, not key %s", what);
    if (!registry_call_open(&registry, call, NULL, err))
        return false;
    if (adds)
        return show_new_key(&registry, operand, call->arena, err);
    return auth_key_remove(registry.folder.meta, operand, err) &&
           tell(&registry, "DeleteAccessKey", operand, err);
}

static bool policy(struct invocation *call, struct error *err)
{
    CLEANUP_REGISTRY_CALL struct registry_call registry;
    struct auth_user user;
    bool given;
    if (!registry_call_open(&registry, call, NULL, err) ||
        !need_user(&registry, slice_str(call->operands[0]), call->arena, &user, err) ||
        !read_rights(call, &user, &given, err))
        return false;
    if (option_flag(call, "none")) {
        if (given)
            return error_set(err, ERROR_USAGE, "--none goes with neither --allow nor --policy");
        user.admin = false;
        user.policy = (struct slice){0};
    } else if (!given) {
        if (user.admin)
            puts("an administrator");
        else if (user.policy.len)
            printf("%.*s\n", SLICE_ARG(user.policy));
        return true;
    }
    return auth_user_put(registry.folder.meta, registry.folder.world, &user, (struct slice){0},
                         err) &&
           tell(&registry, "PutUserPolicy", user.name, err);
}

static const char *rights_of(const struct auth_user *user)
{
    return user->admin ? "admin" : user->policy.len ? "policy" : "none";
}

static void write_table(const struct auth_user *users, size_t count, struct arena *arena)
{
    printf("%-20s %-12s %-8s %-8s %-20s %s\n", "NAME", "ACCOUNT", "RIGHTS", "STATE", "CREATED",
           "ACCESS KEYS");
    for (size_t i = 0; i < count; i++) {
        const struct auth_user *user = &users[i];
        struct slice created = clock_format((int64_t)user->created, arena);
        printf("%-20.*s %-12.*s %-8s %-8s %-20.*s", SLICE_ARG(user->name), SLICE_ARG(user->account),
               rights_of(user), user->disabled ? "disabled" : "active", SLICE_ARG(created));
        for (size_t j = 0; j < user->key_count; j++)
            printf(" %.*s", SLICE_ARG(user->keys[j]));
        putchar('\n');
    }
}

static void write_json(const struct auth_user *users, size_t count, struct arena *arena)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/users/1"));
    json_name(&json, "users");
    json_begin_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(&json);
        json_field(&json, "name", users[i].name);
        json_field(&json, "account", users[i].account);
        json_field(&json, "rights", slice_str(rights_of(&users[i])));
        json_field_bool(&json, "disabled", users[i].disabled);
        json_field(&json, "created", clock_format((int64_t)users[i].created, arena));
        json_name(&json, "accessKeys");
        json_begin_array(&json);
        for (size_t j = 0; j < users[i].key_count; j++)
            json_put_string(&json, users[i].keys[j]);
        json_end_array(&json);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    putchar('\n');
}

static bool list(struct invocation *call, struct error *err)
{
    CLEANUP_REGISTRY_CALL struct registry_call registry;
    struct auth_user *users;
    size_t count;
    if (!registry_call_look(&registry, call, NULL, err) ||
        !auth_user_list(registry.folder.meta, call->arena, &users, &count, err))
        return false;
    if (slice_equal_str(SLICE("json"), option_text(call, "format")))
        write_json(users, count, call->arena);
    else
        write_table(users, count, call->arena);
    return true;
}

static const struct command_example add_examples[] = {
    {"plimsoll user add ci --allow push", "An access key for a job that pushes; shown once."},
    {"plimsoll user add anna --allow pull --password --no-key",
     "For docker login with a name and a password."},
    {"plimsoll user add bot --policy bot.json", "What bot.json allows, and nothing else."},
    {NULL, NULL},
};
static const struct command_example password_examples[] = {
    {"plimsoll user password anna", "Asks twice."},
    {"pass show registry/anna | plimsoll user password anna", "The first line of it."},
    {NULL, NULL},
};
static const struct command_example key_examples[] = {
    {"plimsoll user key add ci", "A second key, to change keys without a pause."},
    {"plimsoll user key remove AKIA…", "The old one is refused within a second."},
    {NULL, NULL},
};
static const struct command_example policy_examples[] = {
    {"plimsoll user policy ci", "Shows it."},
    {"plimsoll user policy ci --policy ci.json", "Replaces it."},
    {NULL, NULL},
};

static const struct command command_add = {
    .name = "add",
    .summary = "a new user",
    .operands = "NAME",
    .prose = "Without --allow and --policy the user may nothing but what policies of "
             "repositories allow it by name.",
    .options = add_options,
    .examples = add_examples,
    .least = 1,
    .most = 1,
    .run = add,
};
static const struct command command_list = {
    .name = "list",
    .summary = "users and their access keys",
    .options = list_options,
    .run = list,
};
static const struct command command_remove = {
    .name = "remove",
    .summary = "a user goes, with all keys and tokens",
    .operands = "NAME",
    .options = plain_options,
    .least = 1,
    .most = 1,
    .run = remove_user,
};
static const struct command command_password = {
    .name = "password",
    .summary = "a new password; tokens made by the old one are over",
    .operands = "NAME",
    .options = plain_options,
    .examples = password_examples,
    .least = 1,
    .most = 1,
    .run = set_password,
};
static const struct command command_disable = {
    .name = "disable",
    .summary = "a user is refused until enabled again",
    .operands = "NAME",
    .options = plain_options,
    .least = 1,
    .most = 1,
    .run = disable,
};
static const struct command command_enable = {
    .name = "enable",
    .summary = "ends disable",
    .operands = "NAME",
    .options = plain_options,
    .least = 1,
    .most = 1,
    .run = enable,
};
static const struct command command_key = {
    .name = "key",
    .summary = "a new access key, or one goes",
    .operands = "add USER | remove ID",
    .options = plain_options,
    .examples = key_examples,
    .least = 2,
    .most = 2,
    .run = key,
};
static const struct command command_policy = {
    .name = "policy",
    .summary = "what a user may: shows it, or sets it",
    .operands = "NAME",
    .prose = "A policy is a JSON document in the IAM policy language: Version, Statement with "
             "Effect, Action or NotAction, Resource or NotResource, Condition. What this "
             "registry does not know in it is refused.",
    .options = policy_options,
    .examples = policy_examples,
    .least = 1,
    .most = 1,
    .run = policy,
};

static const struct command *const user_commands[] = {
    &command_add,      &command_list,    &command_remove,
    &command_password, &command_disable, &command_enable,
    &command_key,      &command_policy,  NULL,
};

static const struct option no_options[] = {{NULL}};

static const struct command_example group_examples[] = {
    {"plimsoll user add ci --allow push", "an access key for a job that pushes"},
    {"plimsoll user list --data /srv/plimsoll", "who there is"},
    {"plimsoll user key add ci", "a second key, to change keys without a pause"},
    {NULL, NULL},
};

const struct command command_user = {
    .name = "user",
    .summary = "users, passwords and access keys of the registry",
    .prose = "Works on the data folder itself, whether a server runs on it or not; a running "
             "server follows within a second, and what it remembered of changed credentials is "
             "forgotten. Secrets are shown once, when they are made.",
    .options = no_options,
    .examples = group_examples,
    .commands = user_commands,
};
