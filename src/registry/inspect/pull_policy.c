/* See pull_policy.h. */
#include "registry/inspect/pull_policy.h"

#include <jansson.h>

enum { PULL_POLICY_MAX = 1 << 16 };

static bool mode_read(const json_t *object, struct pull_policy *policy, struct error *err)
{
    static const char *const modes[] = {
        [PULL_OFF] = "off", [PULL_WARN] = "warn", [PULL_BLOCK] = "block"};
    const char *mode = json_string_value(json_object_get(object, "mode"));
    for (int i = PULL_OFF; mode && i <= PULL_BLOCK; i++)
        if (strcmp(mode, modes[i]) == 0) {
            policy->mode = i;
            return true;
        }
    return error_set(err, ERROR_FORMAT, "\"mode\" is to be off, warn or block");
}

static bool unscanned_read(const json_t *object, struct pull_policy *policy, struct error *err)
{
    const json_t *member = json_object_get(object, "unscanned");
    const char *word = json_string_value(member);
    policy->unscanned_allowed = word ? strcmp(word, "allow") == 0 : policy->mode != PULL_BLOCK;
    if (!member || (word && (policy->unscanned_allowed || strcmp(word, "block") == 0)))
        return true;
    return error_set(err, ERROR_FORMAT, "\"unscanned\" is to be allow or block");
}

static bool gate_read(const json_t *object, struct pull_policy *policy, struct error *err)
{
    const json_t *member = json_object_get(object, "failOn");
    if (!member)
        return true;
    if (!json_is_string(member))
        return error_set(err, ERROR_FORMAT, "\"failOn\" is to be text such as \"critical,kev\"");
    if (policy_parse(&policy->gate, slice_str(json_string_value(member)), err))
        return true;
    err->kind = ERROR_FORMAT;
    return error_add(err, "\"failOn\"");
}

/* A word that nobody reads may be one that was meant to block. */
static bool members_known(json_t *object, struct error *err)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (strcmp(name, "mode") != 0 && strcmp(name, "failOn") != 0 &&
            strcmp(name, "unscanned") != 0)
            return error_set(err, ERROR_FORMAT, "\"%.60s\" means nothing in a pull policy", name);
    }
    return true;
}

bool pull_policy_parse(struct slice text, struct pull_policy *policy, struct error *err)
{
    json_error_t error;
    struct pull_policy made = {.mode = PULL_OFF};
    if (text.len > PULL_POLICY_MAX)
        return error_set(err, ERROR_LIMIT, "a pull policy of more than %d bytes", PULL_POLICY_MAX);
    json_t *object = json_loadb(text.at ? text.at : "", text.len, JSON_REJECT_DUPLICATES, &error);
    bool fine =
        json_is_object(object) || error_set(err, ERROR_FORMAT, "a pull policy is a JSON object");
    fine = fine && members_known(object, err) && mode_read(object, &made, err) &&
           unscanned_read(object, &made, err) && gate_read(object, &made, err);
    json_decref(object);
    if (fine)
        *policy = made;
    return fine;
}

bool pull_policy_check(struct slice text, struct arena *arena, struct error *err)
{
    struct pull_policy policy;
    (void)arena;
    return pull_policy_parse(text, &policy, err);
}
