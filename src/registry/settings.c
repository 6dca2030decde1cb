#include "registry/settings.h"

#include "registry/actions.h"
#include "registry/expire.h"
#include "registry/inspect/pull_policy.h"
#include "registry/ops/hook.h"
#include "scan/exceptions.h"

static bool check_exceptions(struct slice text, struct arena *arena, struct error *err)
{
    struct exceptions exceptions = {0};
    return exceptions_parse(text, EXCEPTIONS_FILE, arena, &exceptions, err);
}

static bool check_retain(struct slice text, struct arena *arena, struct error *err)
{
    (void)arena;
    return expire_retain_check(text, err);
}

const struct setting_kind setting_kinds[] = {
    {"pull-policy", true, true,
     "Who may pull what was found wanting: {\"mode\": \"off\"|\"warn\"|\"block\", \"failOn\": "
     "\"critical,kev\", \"unscanned\": \"allow\"|\"block\"}.",
     pull_policy_check},
    {EXPIRE_RETAIN, false, true,
     "What lifecycle policies never take: {\"rules\": [{\"tagPatterns\": [\"v*\"], \"keep\": "
     "\"last\", \"count\": 10}]}; keep is all, last, pulledWithinDays or tagMovedWithinDays (with "
     "days).",
     check_retain},
    {"exceptions", true, true,
     "Exceptions to findings, as plimsoll.exceptions.yaml has them (docs/exceptions.md).",
     check_exceptions},
    {HOOK_SETTING, true, true,
     "A webhook: {\"url\", \"format\": cloudevents or eventbridge, \"actions\", \"repositories\", "
     "\"secret\", \"attempts\", \"wait\", \"disabled\"} (docs/registry.md).",
     actions_hook_check},
    {NULL},
};

/* The kind's own name, or something behind its "webhook/". */
static bool is_named(const struct setting_kind *kind, struct slice name)
{
    struct slice stem = slice_str(kind->name);
    if (!slice_ends(stem, SLICE("/")))
        return slice_equal(name, stem);
    return slice_starts(name, stem) && name.len > stem.len && name.len < stem.len + 100;
}

const struct setting_kind *setting_kind_find(const char *name, struct error *err)
{
    for (const struct setting_kind *kind = setting_kinds; kind->name; kind++)
        if (is_named(kind, slice_str(name)))
            return kind;
    error_set(err, ERROR_USAGE, "%s is no setting; plimsoll registry settings says what there is",
              name);
    return NULL;
}
