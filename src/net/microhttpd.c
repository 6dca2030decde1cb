#include "net/microhttpd.h"

#include <dlfcn.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct microhttpd_api table;
static bool loaded;

static bool find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    __builtin_memcpy(function, &found, sizeof found); /* no cast in ISO C (see curl.c) */
    return found != NULL;
}

static bool find_connection_calls(void *library)
{
    return find(library, "MHD_add_connection", &table.add_connection) &&
           find(library, "MHD_suspend_connection", &table.suspend_connection) &&
           find(library, "MHD_resume_connection", &table.resume_connection) &&
           find(library, "MHD_get_connection_info", &table.get_connection_info) &&
           find(library, "MHD_get_connection_values_n", &table.get_connection_values_n) &&
           find(library, "MHD_lookup_connection_value_n", &table.lookup_connection_value_n);
}

static bool find_response_calls(void *library)
{
    return find(library, "MHD_queue_response", &table.queue_response) &&
           find(library, "MHD_create_response_from_buffer", &table.create_response_from_buffer) &&
           find(library, "MHD_create_response_from_callback",
                &table.create_response_from_callback) &&
           find(library, "MHD_create_response_from_fd_at_offset64",
                &table.create_response_from_fd_at_offset64) &&
           find(library, "MHD_add_response_header", &table.add_response_header) &&
           find(library, "MHD_get_response_header", &table.get_response_header) &&
           find(library, "MHD_destroy_response", &table.destroy_response);
}

static void load(void)
{
    void *library = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
    loaded = library && find(library, "MHD_start_daemon", &table.start_daemon) &&
             find(library, "MHD_stop_daemon", &table.stop_daemon) &&
             find_connection_calls(library) && find_response_calls(library);
}

const struct microhttpd_api *microhttpd_api_load(struct error *err)
{
    pthread_once(&once, load);
    if (loaded)
        return &table;
    error_set(err, ERROR_UNSUPPORTED,
              "serving needs libmicrohttpd.so.12 (0.9.75 or newer), and it is not here "
              "(Debian: apt install libmicrohttpd12)");
    return NULL;
}
