/* STS: who one is, and temporary keys. */
#include "registry/iam/operations.h"

enum { FORBIDDEN = 403, BAD_REQUEST = 400, MINUTES_15 = 900, HOUR = 3600 };
enum { SESSION_MAX = 36 * HOUR, SESSION_STANDARD = 12 * HOUR, ARN_MAX = 2048, EXTERNAL_MAX = 1224 };
enum { SESSION_NAME_LEAST = 2 };

/* AIDA… of a user, AROA…:SESSION of a role, else the account (its root, as AWS has it). */
static bool user_id(struct iam_call *call, struct slice *id)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    const struct caller *caller = &call->caller;
    struct slice session = caller->name, role_name = slice_cut(&session, '/');
    struct user user = {0};
    struct role role = {0};
    struct error err = {0};
    bool found = false;
    *id = call->account;
    if (!iam_begin(call, false, &txn))
        return false;
    if (caller->kind == CALLER_ROLE) {
        if (!role_get(txn, call->account, role_name, call->arena, &role, &found, &err))
            return iam_fail_error(call, &err);
        *id = arena_printf(call->arena, "%.*s:%.*s", SLICE_ARG(role.id), SLICE_ARG(session));
        return true;
    }
    if (!user_get(txn, caller->name, call->arena, &user, &found, &err))
        return iam_fail_error(call, &err);
    if (found && slice_equal(user.account, call->account) && user.id.len)
        *id = user.id;
    return true;
}

/* Needs no right, as in AWS. */
static bool get_caller_identity(struct iam_call *call)
{
    struct slice id;
    if (!user_id(call, &id))
        return false;
    xml_text(&call->out, "Arn", call->caller.arn);
    xml_text(&call->out, "UserId", id);
    xml_text(&call->out, "Account", call->account);
    return true;
}

static void put_keys(struct iam_call *call, const struct auth_session *keys)
{
    xml_open(&call->out, "Credentials", NULL);
    xml_text(&call->out, "AccessKeyId", keys->access_key);
    xml_text(&call->out, "SecretAccessKey", keys->secret);
    xml_text(&call->out, "SessionToken", keys->token);
    xml_time(&call->out, "Expiration", keys->expires);
    xml_close(&call->out, "Credentials");
}

struct assuming {
    struct slice arn, account, name, session, external_id;
    int64_t seconds;
};

static bool denied(struct iam_call *call, const struct assuming *assuming)
{
    return iam_fail(call, FORBIDDEN, "AccessDenied",
                    "User: %.*s is not authorized to perform: sts:AssumeRole on resource: %.*s",
                    SLICE_ARG(call->caller.arn), SLICE_ARG(assuming->arn));
}

/* "arn:aws:iam::ACCOUNT:role/PATH/NAME" */
static bool read_role_arn(struct iam_call *call, struct assuming *assuming)
{
    if (!iam_field(call, "RoleArn", true, ARN_MAX, &assuming->arn))
        return false;
    struct slice rest = assuming->arn;
    bool good = slice_equal(slice_cut(&rest, ':'), SLICE("arn"));
    good = slice_starts(slice_cut(&rest, ':'), SLICE("aws")) && good;
    good = slice_equal(slice_cut(&rest, ':'), SLICE("iam")) && good;
    good = slice_cut(&rest, ':').len == 0 && good;
    assuming->account = slice_cut(&rest, ':');
    good = good && slice_starts(rest, SLICE("role/"));
    assuming->name = slice_from(rest, slice_find_last(rest, '/') + 1);
    return (good && user_name_is_valid(assuming->name) && user_name_is_valid(assuming->account)) ||
           iam_fail(call, BAD_REQUEST, "ValidationError", "%.*s is invalid",
                    SLICE_ARG(slice_upto(assuming->arn, 200)));
}

static bool read_assuming(struct iam_call *call, struct assuming *assuming)
{
    static const char *const unknown[] = {"Policy",
                                          "PolicyArns.",
                                          "Tags.",
                                          "TransitiveTagKeys.",
                                          "SerialNumber",
                                          "TokenCode",
                                          "SourceIdentity",
                                          "ProvidedContexts.",
                                          NULL};
    assuming->seconds = HOUR;
    return read_role_arn(call, assuming) &&
           iam_name(call, "RoleSessionName", true, &assuming->session) &&
           (assuming->session.len >= SESSION_NAME_LEAST ||
            iam_fail(call, BAD_REQUEST, "ValidationError",
                     "1 validation error detected: Value at 'roleSessionName' failed to satisfy "
                     "constraint: Member must have length greater than or equal to 2")) &&
           iam_field(call, "ExternalId", false, EXTERNAL_MAX, &assuming->external_id) &&
           iam_number(call, "DurationSeconds", MINUTES_15, SESSION_STANDARD, &assuming->seconds) &&
           iam_without(call, unknown);
}

static enum policy_verdict judge_trust(struct iam_call *call, const struct policy *trust,
                                       const struct caller *who, const struct assuming *assuming)
{
    struct world *world = call->node->registry->world;
    struct policy_question question = {.action = "sts:AssumeRole",
                                       .resource = assuming->arn,
                                       .who = who,
                                       .secure = call->request->tls,
                                       .now = world->ops->now(world),
                                       .external_id = assuming->external_id};
    return policy_judge(trust, &question);
}

/*
 * The trust policy must allow it. Where it names the caller itself, that is enough in the same
 * account; where it names the account or everybody, or the role is another account's, the caller's
 * own policies must allow it, too.
 */
static bool may_assume(struct iam_call *call, const struct role *role,
                       const struct assuming *assuming)
{
    CLEANUP_ARENA struct arena scratch = {.limit = 8 << 20};
    struct caller nobody = call->caller;
    struct policy *trust;
    struct error err = {0};
    if (!access_policy_parse(role->trust, POLICY_OF_TRUST, &scratch, &trust, &err) ||
        judge_trust(call, trust, &call->caller, assuming) != POLICY_ALLOW)
        return denied(call, assuming);
    nobody.name = nobody.arn = (struct slice){0};
    bool by_name = judge_trust(call, trust, &nobody, assuming) != POLICY_ALLOW;
    if (by_name && slice_equal(role->account, call->account))
        return true;
    /* Its own policies decide, as if the role were in its account. */
    return auth_permits(call->node->auth, &call->caller, "sts:AssumeRole", call->account,
                        assuming->arn, &call->failure) ||
           denied(call, assuming);
}

static bool find_role(struct iam_call *call, const struct assuming *assuming, struct role *role)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct error err = {0};
    bool found;
    if (!iam_begin(call, false, &txn))
        return false;
    if (!role_get(txn, assuming->account, assuming->name, call->arena, role, &found, &err))
        return iam_fail_error(call, &err);
    return found || denied(call, assuming); /* whether it is there is not told */
}

static bool assume_role(struct iam_call *call)
{
    struct assuming assuming = {0};
    struct auth_session keys;
    struct role role;
    if (!read_assuming(call, &assuming) || !find_role(call, &assuming, &role) ||
        !may_assume(call, &role, &assuming))
        return false;
    if (assuming.seconds > role.max_seconds)
        return iam_fail(call, BAD_REQUEST, "ValidationError",
                        "The requested DurationSeconds exceeds the MaxSessionDuration set for "
                        "this role.");
    if (!auth_session_for(call->node->auth, &call->caller, role.account, role.name, role.id,
                          assuming.session, (unsigned)assuming.seconds, call->arena, &keys,
                          &call->failure))
        return iam_fail_of(call);
    xml_open(&call->out, "AssumedRoleUser", NULL);
    xml_text(
        &call->out, "AssumedRoleId",
        arena_printf(call->arena, "%.*s:%.*s", SLICE_ARG(role.id), SLICE_ARG(assuming.session)));
    xml_text(&call->out, "Arn",
             arena_printf(call->arena, "arn:aws:sts::%.*s:assumed-role/%.*s/%.*s",
                          SLICE_ARG(role.account), SLICE_ARG(role.name),
                          SLICE_ARG(assuming.session)));
    xml_close(&call->out, "AssumedRoleUser");
    put_keys(call, &keys);
    return true;
}

static bool get_session_token(struct iam_call *call)
{
    static const char *const unknown[] = {"SerialNumber", "TokenCode", NULL};
    struct auth_session keys;
    int64_t seconds = SESSION_STANDARD;
    if (!iam_number(call, "DurationSeconds", MINUTES_15, SESSION_MAX, &seconds) ||
        !iam_without(call, unknown))
        return false;
    if (call->caller.kind != CALLER_USER || slice_starts(call->caller.access_key, SLICE("ASIA")))
        return iam_fail(call, FORBIDDEN, "AccessDenied",
                        "Cannot call GetSessionToken with session credentials");
    if (!auth_session_for(call->node->auth, &call->caller, call->account, SLICE(""), SLICE(""),
                          SLICE(""), (unsigned)seconds, call->arena, &keys, &call->failure))
        return iam_fail_of(call);
    put_keys(call, &keys);
    return true;
}

const struct iam_operation sts_operations[] = {
    {.name = "GetCallerIdentity", .run = get_caller_identity},
    {.name = "AssumeRole", .run = assume_role},
    {.name = "GetSessionToken", .run = get_session_token},
    {0},
};
