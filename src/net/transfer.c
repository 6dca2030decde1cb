#include "net/transfer.h"

#include <signal.h>
#include <stdlib.h>

#define SET(transfer, option, value)                                                               \
    (transfer)->client->api->easy_setopt((transfer)->client->easy, (option), (value))

static bool is_success(int status)
{
    return status >= 200 && status <= 299;
}

static bool sinks(const struct transfer *transfer)
{
    return transfer->request->sink.take && is_success(transfer->response.status);
}

static bool stop(struct transfer *transfer)
{
    transfer->stopped = true;
    return false;
}

/* curl hands over one header line at a time; a new status line (100, a proxy's) starts anew. */
static size_t on_header(char *at, size_t size, size_t count, void *owner)
{
    struct transfer *transfer = owner;
    struct slice line = slice_of(at, size * count);
    int status = http_status_of_line(line);
    transfer->header_bytes += line.len;
    if (transfer->header_bytes > HTTP_HEADER_BYTES_MAX) {
        error_set(&transfer->error, ERROR_LIMIT, "over %d bytes of headers", HTTP_HEADER_BYTES_MAX);
        return stop(transfer);
    }
    if (status) {
        transfer->response.status = status;
        transfer->response.headers.count = 0;
        return line.len;
    }
    if (!http_headers_add_line(&transfer->response.headers, line, transfer->arena,
                               &transfer->error))
        return stop(transfer);
    return line.len;
}

static bool keep(struct transfer *transfer, struct slice bytes)
{
    struct slice *body = &transfer->response.body;
    if (body->len + bytes.len > transfer->room) {
        size_t room = transfer->room ? transfer->room * 2 : 16 * 1024;
        while (room < body->len + bytes.len)
            room *= 2;
        char *grown = arena_alloc(transfer->arena, room);
        if (!grown) {
            arena_error(&transfer->error);
            return stop(transfer);
        }
        if (body->len)
            memcpy(grown, body->at, body->len);
        transfer->buffer = grown;
        transfer->room = room;
    }
    memcpy(transfer->buffer + body->len, bytes.at, bytes.len);
    *body = slice_of(transfer->buffer, body->len + bytes.len);
    return true;
}

static bool take(struct transfer *transfer, struct slice bytes)
{
    size_t skipped = transfer->skip < bytes.len ? (size_t)transfer->skip : bytes.len;
    transfer->skip -= skipped;
    bytes = slice_from(bytes, skipped);
    if (!bytes.len)
        return true;
    transfer->taken += bytes.len;
    if (transfer->request->sink.take(transfer->request->sink.owner, bytes, &transfer->error))
        return true;
    return stop(transfer);
}

/* Where the first byte of this body stands in the whole: a resumed transfer may get only the rest
   (206), or all again (200), of which the front is skipped. */
static bool begin_body(struct transfer *transfer)
{
    uint64_t first = 0;
    struct slice range = http_header_get(&transfer->response.headers, "Content-Range");
    if (transfer->response.status == 206 && !http_content_range_start(range, &first))
        first = UINT64_MAX;
    if (first > transfer->taken) {
        error_set(&transfer->error, ERROR_FORMAT,
                  "the server sent another part than was asked for");
        return stop(transfer);
    }
    transfer->skip = transfer->taken - first;
    transfer->response.received = first;
    return true;
}

static size_t on_body(char *at, size_t size, size_t count, void *owner)
{
    struct transfer *transfer = owner;
    struct slice bytes = slice_of(at, size * count);
    bool success = is_success(transfer->response.status);
    uint64_t limit = transfer->request->limit ? transfer->request->limit : HTTP_BODY_MAX;
    if (sinks(transfer) && transfer->response.received == 0 && !begin_body(transfer))
        return 0;
    transfer->response.received += bytes.len;
    if (!success && transfer->response.received > HTTP_ERROR_BODY_MAX) {
        transfer->cut = true;
        return 0;
    }
    if (success && transfer->response.received > limit) {
        error_set(&transfer->error, ERROR_LIMIT, "over the limit of %llu bytes",
                  (unsigned long long)limit);
        return stop(transfer);
    }
    bool fine = sinks(transfer) ? take(transfer, bytes) : keep(transfer, bytes);
    return fine ? bytes.len : 0;
}

/* curl takes a body that is not in memory. */
static size_t on_read(char *to, size_t size, size_t count, void *owner)
{
    struct transfer *transfer = owner;
    const struct http_body_source *source = &transfer->request->body_source;
    uint64_t left = source->size - transfer->sent;
    size_t got = 0, room = left < size * count ? (size_t)left : size * count;
    if (!room)
        return 0;
    bool fine = source->read(source->owner, transfer->sent, to, room, &got, &transfer->error);
    if (fine && !got)
        fine = error_set(&transfer->error, ERROR_IO, "a body is shorter than it was");
    if (!fine) {
        stop(transfer);
        return CURL_READFUNC_ABORT;
    }
    transfer->sent += got;
    return got;
}

/* curl begins the body anew, when a kept connection turns out to be dead. */
static int on_seek(void *owner, curl_off_t offset, int origin)
{
    struct transfer *transfer = owner;
    if (origin != SEEK_SET || offset < 0)
        return CURL_SEEKFUNC_CANTSEEK;
    transfer->sent = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

/* curl asks at least once a second. */
static int on_progress(void *owner, curl_off_t want, curl_off_t have, curl_off_t want_up,
                       curl_off_t have_up)
{
    const struct transfer *transfer = owner;
    (void)want, (void)have, (void)want_up, (void)have_up;
    return atomic_load(transfer->request->cancel);
}

static bool add_header(struct transfer *transfer, struct curl_slist **list, const char *name,
                       struct slice value)
{
    struct slice line = arena_printf(transfer->arena, "%s: %.*s", name, SLICE_ARG(value));
    struct curl_slist *longer =
        line.at ? transfer->client->api->slist_append(*list, line.at) : NULL;
    if (longer)
        *list = longer;
    return longer != NULL;
}

static bool add_text_header(struct transfer *transfer, struct curl_slist **list, const char *name,
                            struct slice value)
{
    return value.len == 0 || add_header(transfer, list, name, value);
}

static bool request_headers(struct transfer *transfer, struct curl_slist **list)
{
    const struct http_request *request = transfer->request;
    bool fine = true;
    for (size_t i = 0; fine && i < request->headers.count; i++) {
        const char *name = arena_string(transfer->arena, request->headers.items[i].name);
        fine = name && add_header(transfer, list, name, request->headers.items[i].value);
    }
    fine = fine && add_text_header(transfer, list, "Authorization", transfer->authorization) &&
           add_text_header(transfer, list, "If-None-Match", request->etag) &&
           add_text_header(transfer, list, "If-Modified-Since", request->last_modified);
    if (transfer->taken)
        fine = fine && add_header(transfer, list, "Range",
                                  arena_printf(transfer->arena, "bytes=%llu-",
                                               (unsigned long long)transfer->taken));
    if (transfer->with_body) {
        struct slice none = {0};
        fine = fine && add_text_header(transfer, list, "Content-Type", request->body_type) &&
               add_header(transfer, list, "Expect", none); /* no round trip before the body */
    }
    return fine;
}

static void set_method(struct transfer *transfer)
{
    bool head = strcmp(transfer->method, "HEAD") == 0;
    if (transfer->with_body && transfer->request->body_source.read) {
        SET(transfer, CURLOPT_POST, 1L);
        SET(transfer, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->request->body_source.size);
        SET(transfer, CURLOPT_READFUNCTION, on_read);
        SET(transfer, CURLOPT_READDATA, transfer);
        SET(transfer, CURLOPT_SEEKFUNCTION, on_seek);
        SET(transfer, CURLOPT_SEEKDATA, transfer);
        /* On a kept connection that turns out to be dead, curl 7.88 begins anew without going back
           in the body, when it had read some of it and sent none: then both sides wait. */
        SET(transfer, CURLOPT_FRESH_CONNECT, 1L);
    } else if (transfer->with_body) {
        SET(transfer, CURLOPT_POST, 1L);
        SET(transfer, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->request->body.len);
        SET(transfer, CURLOPT_POSTFIELDS, transfer->request->body.at);
    }
    if (head)
        SET(transfer, CURLOPT_NOBODY, 1L);
    else if (strcmp(transfer->method, "GET") != 0)
        SET(transfer, CURLOPT_CUSTOMREQUEST, transfer->method);
}

static bool set_connection(struct transfer *transfer)
{
    const struct http_options *options = &transfer->client->options;
    const struct http_request *request = transfer->request;
    unsigned stall = request->stall_seconds ? request->stall_seconds : options->stall_seconds;
    bool fine = SET(transfer, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
    SET(transfer, CURLOPT_NOSIGNAL, 1L);
    SET(transfer, CURLOPT_CONNECTTIMEOUT, (long)options->connect_seconds);
    SET(transfer, CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(transfer, CURLOPT_LOW_SPEED_TIME, (long)stall);
    SET(transfer, CURLOPT_TIMEOUT, (long)options->total_seconds); /* 0: none */
    SET(transfer, CURLOPT_BUFFERSIZE, 256L * 1024);
    SET(transfer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(transfer, CURLOPT_USERAGENT, "plimsoll/" PLIMSOLL_VERSION);
    if (request->unix_socket)
        fine = fine && SET(transfer, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket) == CURLE_OK;
    if (request->unix_socket || url_host_is_loopback(transfer->url.host))
        SET(transfer, CURLOPT_PROXY, "");
    if (options->ca_file)
        fine = fine && SET(transfer, CURLOPT_CAINFO, options->ca_file) == CURLE_OK;
    else if (getenv("SSL_CERT_FILE"))
        SET(transfer, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
    if (options->insecure) {
        SET(transfer, CURLOPT_SSL_VERIFYPEER, 0L);
        SET(transfer, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (request->compressed)
        SET(transfer, CURLOPT_ACCEPT_ENCODING, "gzip");
    return fine;
}

static bool set_all(struct transfer *transfer, struct curl_slist **list, char *curl_text)
{
    struct slice url = url_text(&transfer->url, transfer->arena);
    transfer->client->api->easy_reset(transfer->client->easy);
    if (!url.at || !request_headers(transfer, list) || !set_connection(transfer))
        return false;
    set_method(transfer);
    if (transfer->request->cancel) {
        SET(transfer, CURLOPT_NOPROGRESS, 0L);
        SET(transfer, CURLOPT_XFERINFOFUNCTION, on_progress);
        SET(transfer, CURLOPT_XFERINFODATA, transfer);
    }
    SET(transfer, CURLOPT_ERRORBUFFER, curl_text);
    SET(transfer, CURLOPT_HTTPHEADER, *list);
    SET(transfer, CURLOPT_HEADERFUNCTION, on_header);
    SET(transfer, CURLOPT_HEADERDATA, transfer);
    SET(transfer, CURLOPT_WRITEFUNCTION, on_body);
    SET(transfer, CURLOPT_WRITEDATA, transfer);
    return SET(transfer, CURLOPT_URL, url.at) == CURLE_OK;
}

/* What TLS libraries say of an answer without TLS. */
static bool is_plain_http(const char *why)
{
    return strstr(why, "wrong version number") || strstr(why, "packet length too long") ||
           strstr(why, "unexpected TLS packet");
}

/* What went wrong in words that say what to do; curl's own words in the middle. */
static void explain(const struct transfer *transfer, CURLcode code, const char *why,
                    struct error *err)
{
    struct slice host = url_authority(&transfer->url, transfer->arena);
    const char *advice = "";
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        advice = "; check the name and the network, or set https_proxy";
        break;
    case CURLE_COULDNT_RESOLVE_PROXY:
        advice = "; check http_proxy and https_proxy";
        break;
    case CURLE_COULDNT_CONNECT:
        advice = transfer->request->unix_socket ? "; is the service running?"
                                                : "; is it running, or is a proxy needed?";
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
        advice = "; name a file with its authority's certificate in SSL_CERT_FILE";
        break;
    case CURLE_SSL_CONNECT_ERROR:
        if (is_plain_http(why))
            advice = "; it speaks HTTP without TLS: write http:// in front, or --plain-http";
        break;
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
        if (slice_equal(transfer->url.scheme, SLICE("http")) && !transfer->response.status &&
            !transfer->request->unix_socket)
            advice = "; does it speak TLS (https://)?";
        break;
    case CURLE_OPERATION_TIMEDOUT:
        advice = "; try again later";
        break;
    default:
        break;
    }
    long number = 0;
    transfer->client->api->easy_getinfo(transfer->client->easy, CURLINFO_OS_ERRNO, &number);
    if (transfer->request->unix_socket && code == CURLE_COULDNT_CONNECT && number)
        why = strerror((int)number); /* curl's words name a port that is not there */
    enum error_kind kind = code == CURLE_PEER_FAILED_VERIFICATION ? ERROR_DENIED : ERROR_NETWORK;
    if (transfer->request->unix_socket)
        error_set(err, kind, "%s: %s%s", transfer->request->unix_socket, why, advice);
    else
        error_set(err, kind, "%.*s: %s%s", SLICE_ARG(host), why, advice);
}

static bool is_worth_another(const struct transfer *transfer, CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_CONNECT: /* what is not running here will not start by being asked */
        return !transfer->request->unix_socket && !url_host_is_loopback(transfer->url.host);
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return true;
    default:
        return false;
    }
}

static enum transfer_end judge(struct transfer *transfer, CURLcode code, const char *curl_text,
                               struct error *err)
{
    const char *why = curl_text[0] ? curl_text : transfer->client->api->easy_strerror(code);
    struct slice shown = url_show(&transfer->url, transfer->arena);
    if (transfer->stopped) {
        *err = transfer->error;
        error_add(err, "%.*s", SLICE_ARG(shown));
        return TRANSFER_FAILED;
    }
    transfer->response.url = shown;
    if (code == CURLE_OK && transfer->response.status == 0) {
        error_set(err, ERROR_NETWORK, "%.*s: the answer is not HTTP", SLICE_ARG(shown));
        return TRANSFER_FAILED;
    }
    if (code == CURLE_OK || transfer->cut)
        return TRANSFER_ANSWERED;
    explain(transfer, code, why, err);
    return is_worth_another(transfer, code) ? TRANSFER_BROKEN : TRANSFER_FAILED;
}

/* OpenSSL writes with write(2): to a connection that is gone that is a signal, which would end the
   program without a word. It is held back in this thread, and forgotten. */
static CURLcode perform_quietly(const struct transfer *transfer)
{
    sigset_t pipe_signal, before, pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    CURLcode code = transfer->client->api->easy_perform(transfer->client->easy);
    while (!sigismember(&pending, SIGPIPE) &&
           sigtimedwait(&pipe_signal, NULL, &(struct timespec){0}) == SIGPIPE)
        ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

enum transfer_end transfer_run(struct transfer *transfer, struct error *err)
{
    char curl_text[CURL_ERROR_SIZE] = "";
    struct curl_slist *list = NULL;
    enum transfer_end end = TRANSFER_FAILED;
    transfer->response = (struct http_response){0};
    transfer->skip = transfer->sent = 0;
    transfer->buffer = NULL;
    transfer->room = transfer->header_bytes = 0;
    transfer->cut = transfer->stopped = false;
    if (set_all(transfer, &list, curl_text))
        end = judge(transfer, perform_quietly(transfer), curl_text, err);
    else
        error_set(err, ERROR_INTERNAL, "libcurl refused the options of a request");
    transfer->client->api->slist_free_all(list);
    return end;
}
