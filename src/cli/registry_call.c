#include "cli/registry_call.h"

#include <pwd.h>
#include <unistd.h>

/* Who sits at the terminal, by the operating system: the journal is to name somebody. */
static struct slice local_user(struct arena *arena)
{
    const struct passwd *user = getpwuid(getuid());
    if (user && user->pw_name)
        return arena_printf(arena, "local:%s", user->pw_name);
    return arena_printf(arena, "local:%u", (unsigned)getuid());
}

static bool open_folder(struct registry_call *registry, struct invocation *call,
                        const char *repository, enum data_folder_use use, struct error *err)
{
    *registry = (struct registry_call){
        .folder.lock = -1,
        .scope = {slice_str(option_text(call, "account")), slice_str(option_text(call, "region")),
                  slice_str(repository)},
        .who = {.kind = CALLER_SYSTEM, .name = local_user(call->arena), .admin = true},
    };
    registry->who.account = registry->scope.account;
    if (registry->scope.repository.len && !repository_name_is_valid(registry->scope.repository))
        return error_set(err, ERROR_USAGE, "%s is no name of a repository", repository);
    return data_folder_open(&registry->folder, option_text(call, "data"), use, NULL, err);
}

bool registry_call_open(struct registry_call *registry, struct invocation *call,
                        const char *repository, struct error *err)
{
    return open_folder(registry, call, repository, DATA_FOLDER_VISIT, err);
}

bool registry_call_look(struct registry_call *registry, struct invocation *call,
                        const char *repository, struct error *err)
{
    return open_folder(registry, call, repository, data_folder_look(option_text(call, "data")),
                       err);
}

void registry_call_close(struct registry_call *registry)
{
    data_folder_close(&registry->folder);
}

bool registry_call_error(const struct failure *failure, struct error *err)
{
    if (failure->inside.kind)
        return error_set(err, failure->inside.kind, "%s: %s", failure->text, failure->inside.text);
    bool missing = failure->reason == FAILURE_REPOSITORY_UNKNOWN ||
                   failure->reason == FAILURE_MANIFEST_UNKNOWN ||
                   failure->reason == FAILURE_NOT_FOUND;
    return error_set(err, missing ? ERROR_NOT_FOUND : ERROR_IO, "%s", failure->text);
}
