#pragma once
/*
 * libmicrohttpd, loaded when the first server starts: only `plimsoll serve` pays for it and for the
 * GnuTLS behind it. Typed by its own declarations; never unloaded. Any thread may call.
 */
#include <microhttpd.h>

#include "base/error.h"

struct microhttpd_api {
    __typeof__(MHD_start_daemon) *start_daemon;
    __typeof__(MHD_stop_daemon) *stop_daemon;
    __typeof__(MHD_add_connection) *add_connection;
    __typeof__(MHD_suspend_connection) *suspend_connection;
    __typeof__(MHD_resume_connection) *resume_connection;
    __typeof__(MHD_get_connection_info) *get_connection_info;
    __typeof__(MHD_get_connection_values_n) *get_connection_values_n;
    __typeof__(MHD_lookup_connection_value_n) *lookup_connection_value_n;
    __typeof__(MHD_queue_response) *queue_response;
    __typeof__(MHD_create_response_from_buffer) *create_response_from_buffer;
    __typeof__(MHD_create_response_from_callback) *create_response_from_callback;
    __typeof__(MHD_create_response_from_fd_at_offset64) *create_response_from_fd_at_offset64;
    __typeof__(MHD_add_response_header) *add_response_header;
    __typeof__(MHD_get_response_header) *get_response_header;
    __typeof__(MHD_destroy_response) *destroy_response;
};

/* NULL when it is not installed (ERROR_UNSUPPORTED, says which package to install). */
const struct microhttpd_api *microhttpd_api_load(struct error *err);
