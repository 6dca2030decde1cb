#pragma once
/*
 * libcurl, loaded when the first request is made: commands without network do not pay the
 * milliseconds that its forty libraries take to start. The table is typed by curl's own
 * declarations and never unloaded. Any thread may call curl_api_load.
 */
#include <curl/curl.h>

#include "base/error.h"

struct curl_api {
    __typeof__(curl_global_init) *global_init;
    __typeof__(curl_easy_init) *easy_init;
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_reset) *easy_reset;
    __typeof__(curl_easy_setopt) *easy_setopt;
    __typeof__(curl_easy_getinfo) *easy_getinfo;
    __typeof__(curl_easy_perform) *easy_perform;
    __typeof__(curl_easy_strerror) *easy_strerror;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
};

/* NULL when no libcurl is installed (ERROR_UNSUPPORTED, says which package to install). */
const struct curl_api *curl_api_load(struct error *err);
