#include "registry/ecr/settings.h"

#include <stdlib.h>

bool call_json_text(struct ecr_call *call, const json_t *document, struct slice *text)
{
    char *made = document ? json_dumps(document, JSON_COMPACT) : NULL;
    if (made)
        *text = arena_copy(call->arena, slice_str(made));
    free(made);
    return (made && text->at) || call_no_memory(call);
}

struct scope call_account(const struct ecr_call *call)
{
    return (struct scope){.account = call->scope.account, .region = call->scope.region};
}

bool call_setting(struct ecr_call *call, const char *name, struct slice *text, bool *exists)
{
    struct scope account = call_account(call);
    if (!setting_get(call->node->registry, &account, name, call->arena, text, exists,
                     &call->failure))
        return false;
    if (!*exists)
        *text = (struct slice){"", 0};
    return true;
}

bool call_set(struct ecr_call *call, const char *name, struct slice text)
{
    struct scope account = call_account(call);
    return setting_put(call->node->registry, &account, name, text, call->operation->name,
                       &call->caller, &call->failure);
}
