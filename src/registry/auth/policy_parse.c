/* Reads policies; policy.h says what is taken. */
#include "base/ascii.h"
#include "image/document.h"
#include "registry/auth/policy_parts.h"

static bool bad(struct error *err, const char *what, struct slice value)
{
    return error_set(err, ERROR_FORMAT, "%s: \"%.*s\"", what, SLICE_ARG(slice_upto(value, 120)));
}

static bool push_word(const json_t *value, const char *what, struct arena *arena,
                      struct policy_words *words, struct error *err)
{
    if (!json_is_string(value))
        return error_set(err, ERROR_FORMAT, "%s must be a text or a list of texts", what);
    struct slice text = document_view(value);
    /* Variables would be compared as they stand, and a Deny by them would never hold. */
    if (slice_search(text, SLICE("${")) < text.len)
        return bad(err, "policy variables are not supported", text);
    if (words->count >= POLICY_VALUES_MAX)
        return error_set(err, ERROR_FORMAT, "%s has over %d values", what, POLICY_VALUES_MAX);
    text = arena_copy(arena, text);
    return (text.at && ARENA_PUSH(arena, words->items, words->count, words->room, text)) ||
           arena_error(err);
}

bool policy_words_parse(const json_t *value, const char *what, struct arena *arena,
                        struct policy_words *words, struct error *err)
{
    if (!json_is_array(value))
        return push_word(value, what, arena, words, err);
    if (json_array_size(value) == 0)
        return error_set(err, ERROR_FORMAT, "%s is empty", what);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!push_word(json_array_get(value, i), what, arena, words, err))
            return false;
    return true;
}

static bool is_account(struct slice text)
{
    enum { LEAST = 9, MOST = 12 };
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_digit(text.at[i]))
            return false;
    return text.len >= LEAST && text.len <= MOST;
}

/* "arn:aws:iam::ACCOUNT:root|user/…|role/…", "arn:aws:sts::ACCOUNT:assumed-role/…". */
static bool aws_principal(struct slice text, struct policy_principal *principal, struct error *err)
{
    struct slice rest = text;
    *principal = (struct policy_principal){PRINCIPAL_ARN, text};
    if (slice_equal_str(text, "*")) {
        principal->kind = PRINCIPAL_ALL;
        return true;
    }
    if (is_account(text)) {
        principal->kind = PRINCIPAL_ACCOUNT;
        return true;
    }
    struct slice arn = slice_cut(&rest, ':'), partition = slice_cut(&rest, ':'),
                 service = slice_cut(&rest, ':'), region = slice_cut(&rest, ':'),
                 account = slice_cut(&rest, ':');
    if (!slice_equal_str(arn, "arn") || !slice_starts(partition, SLICE("aws")) || region.len ||
        !is_account(account) || !rest.len || slice_find(text, '*') < text.len ||
        slice_find(text, '?') < text.len)
        return bad(err, "Invalid principal in policy", text);
    if (slice_equal_str(service, "iam") && slice_equal_str(rest, "root")) {
        *principal = (struct policy_principal){PRINCIPAL_ACCOUNT, account};
        return true;
    }
    bool known =
        slice_equal_str(service, "iam")
            ? slice_starts(rest, SLICE("user/")) || slice_starts(rest, SLICE("role/"))
            : slice_equal_str(service, "sts") && slice_starts(rest, SLICE("assumed-role/"));
    return known || bad(err, "Invalid principal in policy", text);
}

static bool push_principals(const char *type, const json_t *value, struct arena *arena,
                            struct policy_statement *statement, size_t *room, struct error *err)
{
    struct policy_words words = {0};
    bool aws = strcmp(type, "AWS") == 0;
    /* Services and other identities never call this registry: they stand there and match nobody. */
    if (!aws && strcmp(type, "Service") != 0 && strcmp(type, "Federated") != 0 &&
        strcmp(type, "CanonicalUser") != 0)
        return error_set(err, ERROR_FORMAT, "unknown principal type %.40s", type);
    if (!policy_words_parse(value, "Principal", arena, &words, err))
        return false;
    for (size_t i = 0; i < words.count; i++) {
        struct policy_principal principal = {PRINCIPAL_OTHER, words.items[i]};
        if (aws && !aws_principal(words.items[i], &principal, err))
            return false;
        if (!ARENA_PUSH(arena, statement->principals, statement->principal_count, *room, principal))
            return arena_error(err);
    }
    return true;
}

static bool parse_principal(const json_t *value, struct arena *arena,
                            struct policy_statement *statement, struct error *err)
{
    const char *type;
    json_t *list;
    size_t room = 0;
    statement->has_principal = true;
    if (json_is_string(value)) {
        if (!slice_equal_str(document_view(value), "*"))
            return bad(err, "Invalid principal in policy", document_view(value));
        return push_principals("AWS", value, arena, statement, &room, err);
    }
    if (!json_is_object(value) || json_object_size(value) == 0)
        return error_set(err, ERROR_FORMAT, "Principal must be \"*\" or an object");
    json_object_foreach((json_t *)(uintptr_t)value, type, list)
    {
        if (!push_principals(type, list, arena, statement, &room, err))
            return false;
    }
    return true;
}

static bool parse_actions(const json_t *value, struct arena *arena,
                          struct policy_statement *statement, struct error *err)
{
    if (!policy_words_parse(value, "Action", arena, &statement->actions, err))
        return false;
    for (size_t i = 0; i < statement->actions.count; i++) {
        struct slice action = statement->actions.items[i];
        size_t colon = slice_find(action, ':');
        if (!slice_equal_str(action, "*") &&
            (colon == 0 || colon + 1 >= action.len || slice_find(action, ' ') < action.len))
            return bad(err, "not an action (SERVICE:NAME)", action);
    }
    return true;
}

static bool parse_resources(const json_t *value, struct arena *arena,
                            struct policy_statement *statement, struct error *err)
{
    if (!policy_words_parse(value, "Resource", arena, &statement->resources, err))
        return false;
    for (size_t i = 0; i < statement->resources.count; i++) {
        struct slice resource = statement->resources.items[i];
        if (!slice_equal_str(resource, "*") && !slice_starts(resource, SLICE("arn:")))
            return bad(err, "Resource must be in ARN format or \"*\"", resource);
    }
    return true;
}

static bool parse_effect(const json_t *value, struct policy_statement *statement, struct error *err)
{
    struct slice effect = document_view(value);
    statement->allow = slice_equal_str(effect, "Allow");
    return statement->allow || slice_equal_str(effect, "Deny") ||
           error_set(err, ERROR_FORMAT, "Effect must be Allow or Deny");
}

static bool parse_member(const char *name, const json_t *value, enum policy_kind kind,
                         struct arena *arena, struct policy_statement *statement, struct error *err)
{
    bool with_principal = kind != POLICY_OF_IDENTITY;
    bool with_resource = kind == POLICY_OF_IDENTITY || kind == POLICY_OF_REGISTRY;
    if (strcmp(name, "Sid") == 0)
        return json_is_string(value) || error_set(err, ERROR_FORMAT, "Sid must be a text");
    if (strcmp(name, "Effect") == 0)
        return parse_effect(value, statement, err);
    if (strcmp(name, "Principal") == 0 && with_principal)
        return parse_principal(value, arena, statement, err);
    if (strcmp(name, "Action") == 0 || strcmp(name, "NotAction") == 0) {
        statement->not_action = name[0] == 'N';
        return statement->actions.count ? error_set(err, ERROR_FORMAT, "Action and NotAction")
                                        : parse_actions(value, arena, statement, err);
    }
    if ((strcmp(name, "Resource") == 0 || strcmp(name, "NotResource") == 0) && with_resource) {
        statement->not_resource = name[0] == 'N';
        return statement->resources.count ? error_set(err, ERROR_FORMAT, "Resource and NotResource")
                                          : parse_resources(value, arena, statement, err);
    }
    if (strcmp(name, "Condition") == 0)
        return policy_conditions_parse(value, kind == POLICY_OF_TRUST, arena, statement, err);
    return error_set(err, ERROR_FORMAT, "%.80s cannot stand in this policy", name);
}

static bool parse_statement(const json_t *object, enum policy_kind kind, struct arena *arena,
                            struct policy_statement *statement, struct error *err)
{
    const char *name;
    json_t *value;
    if (!json_is_object(object))
        return error_set(err, ERROR_FORMAT, "must be an object");
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (!parse_member(name, value, kind, arena, statement, err))
            return false;
    }
    if (!json_object_get(object, "Effect"))
        return error_set(err, ERROR_FORMAT, "Effect is missing");
    if (!statement->actions.count)
        return error_set(err, ERROR_FORMAT, "Action is missing");
    if (kind != POLICY_OF_IDENTITY && !statement->has_principal)
        return error_set(err, ERROR_FORMAT, "Principal is missing");
    if ((kind == POLICY_OF_IDENTITY || kind == POLICY_OF_REGISTRY) && !statement->resources.count)
        return error_set(err, ERROR_FORMAT, "Resource is missing");
    return true;
}

static bool check_top(const json_t *root, struct error *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)root, name, value)
    {
        if (strcmp(name, "Version") == 0) {
            if (!slice_equal_str(document_view(value), "2012-10-17") &&
                !slice_equal_str(document_view(value), "2008-10-17"))
                return error_set(err, ERROR_FORMAT, "Version must be 2012-10-17 or 2008-10-17");
        } else if (strcmp(name, "Id") == 0 ? !json_is_string(value)
                                           : strcmp(name, "Statement") != 0) {
            return error_set(err, ERROR_FORMAT, "%.80s cannot stand in a policy", name);
        }
    }
    return true;
}

static bool parse_root(const json_t *root, enum policy_kind kind, struct arena *arena,
                       struct policy *policy, struct error *err)
{
    const json_t *list = json_object_get(root, "Statement");
    if (!json_is_object(root))
        return error_set(err, ERROR_FORMAT, "the policy must be a JSON object");
    if (!check_top(root, err))
        return false;
    policy->count = json_is_array(list) ? json_array_size(list) : json_is_object(list);
    if (policy->count == 0 || policy->count > POLICY_STATEMENTS_MAX)
        return error_set(err, ERROR_FORMAT, "Statement must hold 1 to %d statements",
                         POLICY_STATEMENTS_MAX);
    policy->statements = arena_array(arena, policy->count, sizeof *policy->statements);
    if (!policy->statements)
        return arena_error(err);
    for (size_t i = 0; i < policy->count; i++)
        if (!parse_statement(json_is_array(list) ? json_array_get(list, i) : list, kind, arena,
                             &policy->statements[i], err))
            return error_add(err, "Statement %zu", i + 1);
    return true;
}

bool access_policy_parse(struct slice text, enum policy_kind kind, struct arena *arena,
                         struct policy **policy, struct error *err)
{
    CLEANUP_JSON json_t *root = NULL;
    struct policy *parsed = arena_new(arena, struct policy);
    if (!parsed)
        return arena_error(err);
    if (text.len > POLICY_TEXT_MAX)
        return error_set(err, ERROR_FORMAT, "the policy has over %d characters", POLICY_TEXT_MAX);
    if (!(root = document_parse(text, err))) {
        err->kind = ERROR_FORMAT; /* a limit of depth is no want of memory */
        return false;
    }
    if (!parse_root(root, kind, arena, parsed, err))
        return false;
    *policy = parsed;
    return true;
}

bool policy_each_action(const struct policy *policy,
                        bool (*each)(void *context, struct slice action, struct error *err),
                        void *context, struct error *err)
{
    for (size_t i = 0; i < policy->count; i++) {
        const struct policy_words *actions = &policy->statements[i].actions;
        for (size_t k = 0; k < actions->count; k++)
            if (!each(context, actions->items[k], err))
                return error_add(err, "Statement %zu", i + 1);
    }
    return true;
}
