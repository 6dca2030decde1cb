#include "net/curl.h"

#include <dlfcn.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct curl_api table;
static bool loaded;

static bool find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    /* POSIX promises that a data pointer can hold a function's address; ISO C has no cast for it.
     */
    __builtin_memcpy(function, &found, sizeof found);
    return found != NULL;
}

static void load(void)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) /* the same interface with another TLS library behind it */
        library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
    loaded = library && find(library, "curl_global_init", &table.global_init) &&
             find(library, "curl_easy_init", &table.easy_init) &&
             find(library, "curl_easy_cleanup", &table.easy_cleanup) &&
             find(library, "curl_easy_reset", &table.easy_reset) &&
             find(library, "curl_easy_setopt", &table.easy_setopt) &&
             find(library, "curl_easy_getinfo", &table.easy_getinfo) &&
             find(library, "curl_easy_perform", &table.easy_perform) &&
             find(library, "curl_easy_strerror", &table.easy_strerror) &&
             find(library, "curl_slist_append", &table.slist_append) &&
             find(library, "curl_slist_free_all", &table.slist_free_all) &&
             table.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const struct curl_api *curl_api_load(struct error *err)
{
    pthread_once(&once, load);
    if (loaded)
        return &table;
    error_set(err, ERROR_UNSUPPORTED,
              "the network needs libcurl.so.4, and it is not here (Debian: apt install libcurl4)");
    return NULL;
}
