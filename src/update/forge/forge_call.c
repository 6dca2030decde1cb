/* One request to a forge: its limits of rate, and its errors as sentences with what to do. */
#include <stdlib.h>
#include <time.h>

#include "update/forge/forge_parts.h"

enum { WAITS_MAX = 3, SECONDS_UNKNOWN = 60 };

/* ---- limits of rate ---- */

static bool is_limited(const struct http_response *response)
{
    struct slice left = http_header_get(&response->headers, "x-ratelimit-remaining");
    if (response->status == 429)
        return true;
    return response->status == 403 &&
           (slice_equal_str(left, "0") || http_header_get(&response->headers, "Retry-After").len);
}

/* GitHub's x-ratelimit-reset and GitLab's RateLimit-Reset are seconds since 1970. */
static unsigned seconds_until_free(const struct http_response *response, time_t now)
{
    static const char *const names[] = {"x-ratelimit-reset", "RateLimit-Reset"};
    unsigned seconds;
    uint64_t moment;
    if (http_retry_after(http_header_get(&response->headers, "Retry-After"), now, &seconds))
        return seconds;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!slice_u64(http_header_get(&response->headers, names[i]), &moment))
            continue;
        if (moment <= (uint64_t)now)
            return 1;
        uint64_t left = moment - (uint64_t)now + 1;
        return left < 86400 ? (unsigned)left : 86400;
    }
    return SECONDS_UNKNOWN;
}

static bool limit_error(const struct forge_session *session, unsigned seconds, time_t now,
                        struct error *err)
{
    char until[32] = "";
    struct tm moment;
    time_t then = now + (time_t)seconds;
    if (gmtime_r(&then, &moment))
        strftime(until, sizeof until, "%Y-%m-%d %H:%M:%S UTC", &moment);
    return error_set(err, ERROR_BUSY,
                     "%s takes no more requests until %s (in %u seconds): run it again then; what "
                     "was done so far stays done",
                     session->forge->shown, until, seconds);
}

static void rest(unsigned seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds};
    while (nanosleep(&left, &left) != 0)
        continue;
}

/* ---- errors ---- */

static bool denied(const struct forge_session *session, int status, struct slice says,
                   struct error *err)
{
    const struct forge *forge = session->forge;
    if (status == 401)
        return error_set(err, ERROR_DENIED,
                         "%s does not know the token in %s (401: %.*s): it has expired, or is for "
                         "another host; a new one needs %s",
                         forge->shown, forge_token_names(forge), SLICE_ARG(says), forge->scopes);
    return error_set(err, ERROR_DENIED,
                     "the token in %s may not do this in %.*s/%.*s (403: %.*s); it needs %s",
                     forge_token_names(forge), SLICE_ARG(session->owner), SLICE_ARG(session->name),
                     SLICE_ARG(says), forge->scopes);
}

static bool say(const struct forge_session *session, const struct http_response *response,
                struct error *err)
{
    const struct forge *forge = session->forge;
    int status = response->status;
    struct slice says = forge_read_message(response->body, session->arena);
    if (status == 401 || status == 403)
        return denied(session, status, says, err);
    if (status == 404)
        return error_set(err, ERROR_NOT_FOUND,
                         "%s shows no %.*s/%.*s to the token in %s (404): is the remote's address "
                         "right, and may the token see it? It needs %s",
                         forge->shown, SLICE_ARG(session->owner), SLICE_ARG(session->name),
                         forge_token_names(forge), forge->scopes);
    if (status == 410)
        return error_set(err, ERROR_UNSUPPORTED, "issues are turned off in %.*s/%.*s (410: %.*s)",
                         SLICE_ARG(session->owner), SLICE_ARG(session->name), SLICE_ARG(says));
    if (status == 423)
        return error_set(err, ERROR_DENIED, "%.*s/%.*s is locked, or archived (423: %.*s)",
                         SLICE_ARG(session->owner), SLICE_ARG(session->name), SLICE_ARG(says));
    if (status == 400 || status == 409 || status == 422)
        return error_set(err, ERROR_UNSUPPORTED, "%s does not take it (%d: %.*s)", forge->shown,
                         status, SLICE_ARG(says));
    return http_status_error(response, err);
}

/* ---- the request ---- */

static bool add_headers(const struct forge_session *session, struct http_request *request,
                        struct error *err)
{
    bool github = session->forge == &forge_github;
    struct http_headers *headers = &request->headers;
    return http_headers_add(headers, SLICE("Accept"),
                            github ? SLICE("application/vnd.github+json")
                                   : SLICE("application/json"),
                            session->arena, err) &&
           (!github || http_headers_add(headers, SLICE("X-GitHub-Api-Version"), SLICE("2022-11-28"),
                                        session->arena, err));
}

/* What is written through a redirect may end as something else: a POST that is sent on becomes a
   GET. The list, which is asked first, says so before anything is written. */
static bool moved(const struct forge_session *session, const struct http_response *response,
                  struct error *err)
{
    return error_set(err, ERROR_UNSUPPORTED,
                     "%s sends %.*s/%.*s on to %.*s: it was renamed or moved; `git remote set-url` "
                     "with its new address",
                     session->forge->shown, SLICE_ARG(session->owner), SLICE_ARG(session->name),
                     SLICE_ARG(response->url));
}

static bool perform(struct forge_session *session, struct http_request *request,
                    struct http_response *response, struct error *err)
{
    for (unsigned waits = 0;; waits++) {
        if (!http_perform(session->client, request, session->arena, response, err))
            return false;
        if (response->redirects)
            return moved(session, response, err);
        if (response->status / 100 == 2)
            return true;
        if (!is_limited(response))
            return say(session, response, err);
        time_t now = time(NULL);
        unsigned seconds = seconds_until_free(response, now);
        if (seconds > session->wait_max || waits == WAITS_MAX)
            return limit_error(session, seconds, now, err);
        rest(seconds);
    }
}

bool forge_ask(struct forge_session *session, const char *method, struct slice path, json_t *body,
               struct http_response *response, struct error *err)
{
    bool reads = strcmp(method, "GET") == 0;
    struct slice url =
        arena_printf(session->arena, "%.*s%.*s", SLICE_ARG(session->base), SLICE_ARG(path));
    struct http_request request = {.method = method,
                                   .url = url,
                                   .authorization = session->authorization,
                                   .attempts = reads ? 3 : 1};
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    bool fine = path.at && url.at && (!body || text);
    if (!fine)
        arena_error(err);
    if (text) {
        request.body = slice_str(text);
        request.body_type = SLICE("application/json");
    }
    fine = fine && add_headers(session, &request, err) && perform(session, &request, response, err);
    json_decref(body);
    free(text);
    return fine;
}
