#include "net/http.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/file.h"
#include "net/base64.h"
#include "net/transfer.h"

struct http_client *http_client_new(const struct http_options *options)
{
    struct http_client *client = calloc(1, sizeof *client);
    if (!client)
        return NULL;
    if (options)
        client->options = *options;
    struct http_options *filled = &client->options;
    filled->attempts = filled->attempts ? filled->attempts : 4;
    filled->redirects = filled->redirects ? filled->redirects : 10;
    filled->connect_seconds = filled->connect_seconds ? filled->connect_seconds : 15;
    filled->stall_seconds = filled->stall_seconds ? filled->stall_seconds : 60;
    filled->wait_max = filled->wait_max ? filled->wait_max : 30;
    filled->backoff_ms = filled->backoff_ms ? filled->backoff_ms : 500;
    return client;
}

void http_client_free(struct http_client *client)
{
    if (client && client->easy)
        client->api->easy_cleanup(client->easy);
    free(client);
}

void http_client_cleanup(struct http_client **client)
{
    http_client_free(*client);
}

static bool open_client(struct http_client *client, struct error *err)
{
    if (!client)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!client->api)
        client->api = curl_api_load(err);
    if (!client->api)
        return false;
    if (!client->easy)
        client->easy = client->api->easy_init();
    return client->easy || error_set(err, ERROR_LIMIT, "out of memory");
}

/* Back to the request as the caller made it: each attempt follows the redirects anew, since signed
   links expire. */
static bool rewind_request(struct transfer *transfer, struct error *err)
{
    const struct http_request *request = transfer->request;
    transfer->method = request->method ? request->method : "GET";
    transfer->with_body = request->body.at != NULL || request->body_source.read;
    transfer->authorization = request->authorization;
    if (!url_parse(request->url, transfer->arena, &transfer->url, err))
        return false;
    if (transfer->authorization.len || !transfer->url.user.len)
        return true;
    struct slice password = transfer->url.user, user = slice_cut(&password, ':');
    transfer->authorization = base64_basic(url_decode(user, transfer->arena),
                                           url_decode(password, transfer->arena), transfer->arena);
    return transfer->authorization.at || arena_error(err);
}

static bool is_redirect(const struct http_response *response)
{
    int status = response->status;
    return (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) &&
           http_header_get(&response->headers, "Location").len;
}

/* Turns the transfer to where Location says, with what may be sent there. */
static bool redirect(struct transfer *transfer, struct error *err)
{
    struct url target;
    int status = transfer->response.status;
    struct slice location = http_header_get(&transfer->response.headers, "Location");
    struct slice from = url_show(&transfer->url, transfer->arena);
    if (!url_resolve(&transfer->url, location, transfer->arena, &target, err)) {
        err->kind = ERROR_FORMAT;
        return error_add(err, "%.*s redirects to a bad address", SLICE_ARG(from));
    }
    bool same = url_same_origin(&transfer->url, &target);
    bool to_get = status == 303 ||
                  ((status == 301 || status == 302) && strcmp(transfer->method, "POST") == 0);
    if (slice_equal_str(transfer->url.scheme, "https") && slice_equal_str(target.scheme, "http"))
        return error_set(err, ERROR_NETWORK, "%.*s redirects from https to http: not followed",
                         SLICE_ARG(from));
    if (!same && ((transfer->with_body && !to_get) || transfer->request->unix_socket))
        return error_set(err, ERROR_NETWORK, "%.*s redirects to another host: not followed",
                         SLICE_ARG(from));
    if (to_get) {
        transfer->with_body = false;
        if (strcmp(transfer->method, "HEAD") != 0)
            transfer->method = "GET";
    }
    if (!same)
        transfer->authorization = (struct slice){0};
    transfer->url = target;
    return true;
}

/* One attempt: the request and the redirects behind it. */
static enum transfer_end follow(struct transfer *transfer, struct error *err)
{
    unsigned most = transfer->client->options.redirects;
    if (!rewind_request(transfer, err))
        return TRANSFER_FAILED;
    for (unsigned redirects = 0;; redirects++) {
        enum transfer_end end = transfer_run(transfer, err);
        transfer->response.redirects = redirects;
        if (end != TRANSFER_ANSWERED || !is_redirect(&transfer->response))
            return end;
        if (redirects == most) {
            error_set(err, ERROR_NETWORK, "%.*s: over %u redirects",
                      SLICE_ARG(transfer->response.url), most);
            return TRANSFER_FAILED;
        }
        if (!redirect(transfer, err))
            return TRANSFER_FAILED;
    }
}

static bool is_temporary(int status)
{
    return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

/* Milliseconds before attempt number `next` (1 is the second): what Retry-After says, or 2^n times
   the first wait, of which a random half so that many clients do not come back together. False
   when the server wants more patience than we have. */
static bool wait_before(const struct transfer *transfer, unsigned next, uint64_t *milliseconds)
{
    const struct http_options *options = &transfer->client->options;
    struct slice value = http_header_get(&transfer->response.headers, "Retry-After");
    uint64_t longest = (uint64_t)options->wait_max * 1000;
    unsigned seconds;
    if (value.len && http_retry_after(value, time(NULL), &seconds)) {
        *milliseconds = (uint64_t)seconds * 1000;
        return *milliseconds <= longest;
    }
    uint64_t wait = (uint64_t)options->backoff_ms << (next < 16 ? next - 1 : 15);
    uint16_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = 0;
    wait = wait < longest ? wait : longest;
    *milliseconds = wait / 2 + wait / 2 * random / UINT16_MAX;
    return true;
}

static bool is_cancelled(const struct http_request *request)
{
    return request->cancel && atomic_load(request->cancel);
}

/* In small steps, so that it can be cut short. */
static void sleep_for(uint64_t milliseconds, const struct http_request *request)
{
    enum { STEP = 100 };
    while (milliseconds && !is_cancelled(request)) {
        uint64_t step = milliseconds < STEP ? milliseconds : STEP;
        struct timespec rest = {.tv_nsec = (long)step * 1000000};
        nanosleep(&rest, NULL);
        milliseconds -= step;
    }
}

/* After a break in the middle of a body: go on behind what was taken, begin again, or give up. */
static bool can_go_on(struct transfer *transfer, struct error *err)
{
    const struct http_sink *sink = &transfer->request->sink;
    if (transfer->taken == 0 || transfer->request->resumable)
        return true;
    if (!sink->restart)
        return false;
    transfer->taken = 0;
    return sink->restart(sink->owner, err);
}

bool http_perform(struct http_client *client, const struct http_request *request,
                  struct arena *arena, struct http_response *response, struct error *err)
{
    struct transfer transfer = {
        .client = client, .request = request, .arena = arena, .taken = request->resume_from};
    unsigned attempts = request->attempts ? request->attempts : client->options.attempts;
    if (!open_client(client, err))
        return false;
    for (unsigned attempt = 1;; attempt++) {
        uint64_t wait;
        enum transfer_end end = follow(&transfer, err);
        bool answered = end == TRANSFER_ANSWERED;
        bool again = answered ? is_temporary(transfer.response.status) : end == TRANSFER_BROKEN;
        again = again && attempt < attempts && !is_cancelled(request);
        if (again && wait_before(&transfer, attempt, &wait) && can_go_on(&transfer, err)) {
            sleep_for(wait, request);
            continue;
        }
        if (answered) {
            *response = transfer.response;
            response->taken = transfer.taken;
        }
        return answered;
    }
}

/* Until when to wait, in the clock's words. */
static bool rate_error(struct slice url, unsigned seconds, struct error *err)
{
    char until[32] = "";
    struct tm moment;
    time_t then = time(NULL) + (time_t)seconds;
    if (gmtime_r(&then, &moment))
        strftime(until, sizeof until, ", until %Y-%m-%d %H:%M:%S UTC", &moment);
    return error_set(err, ERROR_NETWORK,
                     "%.*s: too many requests (429); the server asks to wait %u second%s%s",
                     SLICE_ARG(url), seconds, seconds == 1 ? "" : "s", until);
}

bool http_status_error(const struct http_response *response, struct error *err)
{
    unsigned seconds;
    int status = response->status;
    struct slice value = http_header_get(&response->headers, "Retry-After");
    struct slice url = response->url;
    if (status == 401 || status == 403 || status == 407)
        return error_set(err, ERROR_DENIED, "%.*s: access denied (%d)", SLICE_ARG(url), status);
    if (status == 404 || status == 410)
        return error_set(err, ERROR_NOT_FOUND, "%.*s: not found (%d)", SLICE_ARG(url), status);
    if (status == 429 && http_retry_after(value, time(NULL), &seconds))
        return rate_error(url, seconds, err);
    if (status == 429)
        return error_set(err, ERROR_NETWORK, "%.*s: too many requests (429); try again later",
                         SLICE_ARG(url));
    if (status >= 500)
        return error_set(err, ERROR_NETWORK, "%.*s: the server failed (%d); try again later",
                         SLICE_ARG(url), status);
    return error_set(err, ERROR_NETWORK, "%.*s: unexpected answer %d", SLICE_ARG(url), status);
}

static bool fd_take(void *owner, struct slice bytes, struct error *err)
{
    return file_write_fd(*(int *)owner, bytes.at, bytes.len, err);
}

static bool fd_restart(void *owner, struct error *err)
{
    if (ftruncate(*(int *)owner, 0) != 0 || lseek(*(int *)owner, 0, SEEK_SET) != 0)
        return error_errno(err, "starting a download anew");
    return true;
}

bool http_get(struct http_client *client, const struct http_request *request, int fd,
              struct arena *arena, struct http_response *response, struct error *err)
{
    struct http_request asked = *request;
    struct http_response answer;
    if (fd >= 0)
        asked.sink = (struct http_sink){&fd, fd_take, fd_restart};
    if (!http_perform(client, &asked, arena, &answer, err))
        return false;
    bool conditional = asked.etag.len || asked.last_modified.len;
    if (answer.status != 200 && !(answer.status == 304 && conditional))
        return http_status_error(&answer, err);
    *response = answer;
    return true;
}
