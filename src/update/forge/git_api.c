#include "update/forge/git_api.h"

#include <dlfcn.h>
#include <pthread.h>

#include "base/slice.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct git_api table;
static bool loaded;

static bool find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    __builtin_memcpy(function, &found, sizeof found); /* no cast in ISO C (see net/curl.c) */
    return found != NULL;
}

static void load(void)
{
    /* Its structures change with the version in its name: only the one whose header was read. */
    void *library = dlopen("libgit2.so." LIBGIT2_SOVERSION, RTLD_NOW | RTLD_LOCAL);
    loaded = library != NULL;
#define GIT_FIND(name) loaded = loaded && find(library, "git_" #name, &table.name);
    GIT_FUNCTIONS(GIT_FIND)
#undef GIT_FIND
    loaded = loaded && table.libgit2_init() >= 0;
}

const struct git_api *git_api_load(struct error *err)
{
    pthread_once(&once, load);
    if (loaded)
        return &table;
    error_set(err, ERROR_UNSUPPORTED,
              "branches and commits need libgit2.so." LIBGIT2_SOVERSION
              ", and it is not here (Debian: apt install libgit2-" LIBGIT2_SOVERSION ")");
    return NULL;
}

/* libgit2 has it in its words only. */
int git_api_status(const struct git_api *api)
{
    const char *mark = "unexpected http status code: ";
    const git_error *last = api->error_last();
    struct slice words = slice_str(last && last->message ? last->message : "");
    uint64_t status = 0;
    if (!slice_starts(words, slice_str(mark)) ||
        !slice_u64(slice_from(words, strlen(mark)), &status) || status > 999)
        return 0;
    return (int)status;
}

static enum error_kind kind_of(int code, int class, int status)
{
    if (code == GIT_EAUTH || code == GIT_ECERTIFICATE || status == 401 || status == 403)
        return ERROR_DENIED;
    if (code == GIT_ENOTFOUND || status == 404)
        return ERROR_NOT_FOUND;
    if (class == GIT_ERROR_NET || class == GIT_ERROR_HTTP || class == GIT_ERROR_SSH ||
        class == GIT_ERROR_SSL)
        return ERROR_NETWORK;
    return ERROR_IO;
}

bool git_api_error(const struct git_api *api, int code, const char *doing, struct error *err)
{
    const git_error *last = api->error_last();
    return error_set(err, kind_of(code, last ? last->klass : GIT_ERROR_NONE, git_api_status(api)),
                     "%s: %s", doing,
                     last && last->message ? last->message : "libgit2 does not say why");
}
