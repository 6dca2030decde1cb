#pragma once
/*
 * One exchange of one request with one server: what http.c drives in a loop over redirects and
 * attempts. Only http.c uses this.
 */
#include "net/curl.h"
#include "net/http.h"

struct http_client {
    struct http_options options; /* defaults filled in */
    const struct curl_api *api;  /* NULL until the first request */
    CURL *easy;
};

enum transfer_end {
    TRANSFER_ANSWERED, /* response is whole */
    TRANSFER_BROKEN,   /* no (whole) answer; worth another attempt */
    TRANSFER_FAILED,   /* no use in trying again */
};

struct transfer {
    struct http_client *client;
    const struct http_request *request;
    struct arena *arena;
    /* Change with redirects: */
    struct url url;
    const char *method;
    struct slice authorization; /* empty once another origin was asked */
    bool with_body;
    /* Over all attempts: */
    uint64_t taken; /* bytes the sink has */
    /* Of this exchange: */
    struct http_response response;
    uint64_t sent;       /* bytes read from the request's body_source */
    uint64_t skip;       /* bytes at the front of this body that the sink has already */
    char *buffer;        /* of response.body */
    size_t room;         /* of buffer */
    size_t header_bytes; /* so far */
    bool cut;            /* an error's body is longer than we keep: the rest is not read */
    bool stopped;        /* by a limit or the sink: `error` is why */
    struct error error;
};

/* Runs one exchange into transfer->response; err is set unless it was answered. */
enum transfer_end transfer_run(struct transfer *transfer, struct error *err);
