#include "update/forge/git_api.h"

#include <dlfcn.h>
#include <pthread.h>

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

static enum error_kind kind_of(int code, int class)
{
    if (code == GIT_EAUTH || code == GIT_ECERTIFICATE)
        return ERROR_DENIED;
    if (code == GIT_ENOTFOUND)
        return ERROR_NOT_FOUND;
    if (class == GIT_ERROR_NET || class == GIT_ERROR_HTTP || class == GIT_ERROR_SSH ||
        class == GIT_ERROR_SSL)
        return ERROR_NETWORK;
    return ERROR_IO;
}

bool git_api_error(const struct git_api *api, int code, const char *doing, struct error *err)
{
    const git_error *last = api->error_last();
    return error_set(err, kind_of(code, last ? last->klass : GIT_ERROR_NONE), "%s: %s", doing,
                     last && last->message ? last->message : "libgit2 does not say why");
}
