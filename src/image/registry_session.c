#include "image/registry_session.h"

#include <stdio.h>

#include "image/ecr_login.h"

enum { SESSION_ARENA = 8 * 1024 * 1024 };

static struct slice host_address(struct slice host)
{
    return slice_equal_str(host, "docker.io") ? SLICE("registry-1.docker.io") : host;
}

/* True when something that speaks HTTP answers at base/v2/. */
static bool answers(struct session *session, struct error *err)
{
    struct http_options once = session->http;
    once.attempts = 1;
    CLEANUP_HTTP struct http_client *client = http_client_new(&once);
    CLEANUP_ARENA struct arena arena = {.limit = SESSION_ARENA};
    struct http_request request = {.url =
                                       arena_printf(&arena, "%.*s/v2/", SLICE_ARG(session->base))};
    struct http_response response;
    return http_perform(client, &request, &arena, &response, err);
}

static bool find_base(struct session *session, struct slice scheme, bool plain, struct error *err)
{
    struct url url;
    struct slice host = host_address(session->reference.host);
    bool asked = scheme.len > 0;
    if (!asked)
        scheme = plain ? SLICE("http") : SLICE("https");
    session->base =
        arena_printf(&session->arena, "%.*s://%.*s", SLICE_ARG(scheme), SLICE_ARG(host));
    if (!session->base.at)
        return arena_error(err);
    if (!url_parse(session->base, &session->arena, &url, err))
        return false;
    if (asked || plain || !url_host_is_loopback(url.host) || answers(session, err))
        return true;
    bool tls = err->kind == ERROR_DENIED; /* that is not believed: the request will say so */
    *err = (struct error){0};
    if (tls)
        return true;
    /* A registry on this machine is allowed to do without TLS; if it is not there at all, the
       request will say so. */
    session->base = arena_printf(&session->arena, "http://%.*s", SLICE_ARG(host));
    return session->base.at || arena_error(err);
}

bool session_open(struct session *session, const struct reference *reference, struct slice scheme,
                  const struct source_options *options, struct error *err)
{
    *session = (struct session){.reference = *reference, .shown = reference->host};
    arena_init(&session->arena, SESSION_ARENA);
    pthread_mutex_init(&session->lock, NULL);
    session->http.insecure = options->insecure;
    if (options->patience) {
        session->http.attempts = 1;
        session->http.connect_seconds = session->http.stall_seconds = options->patience;
    }
    return find_base(session, scheme, options->plain_http, err);
}

void session_close(struct session *session)
{
    pthread_mutex_destroy(&session->lock);
    arena_done(&session->arena);
}

static bool look_up(struct session *session, struct error *err)
{
    struct credentials *found = &session->credentials;
    if (!credentials_find(session->shown, session->reference.repository, &session->arena, found,
                          err))
        return false;
    session->login_renewable = slice_starts(found->origin, SLICE("/")); /* a file */
    return true;
}

/* Answers a 401, unless another thread did so since `seen`. False when it could not; *again when
   there is something new to say. */
static bool authorize(struct session *session, struct http_client *client,
                      const struct http_response *response, unsigned seen, bool *again,
                      struct arena *arena, struct error *err)
{
    struct challenges challenges = {0};
    struct slice answer = {0};
    bool fine = true;
    challenges_of(&response->headers, arena, &challenges);
    pthread_mutex_lock(&session->lock);
    *again = session->generation != seen;
    if (!*again && !session->credentials_known)
        fine = look_up(session, err);
    session->credentials_known = true;
    if (!*again && fine)
        fine = session_answer(session, client, &challenges, arena, &answer, err);
    if (fine && answer.len && !slice_equal(answer, session->authorization)) {
        session->authorization = arena_copy(&session->arena, answer);
        session->generation++;
        *again = true;
    }
    pthread_mutex_unlock(&session->lock);
    return fine;
}

/*
 * A login that docker has kept may be of yesterday: ECR's are good for 12 hours. Where it is
 * refused, ECR gives a new one to whoever has AWS credentials. True: worth asking again. Where that
 * does not work either, the first refusal is what is told.
 */
static bool renew_login(struct session *session, unsigned seen)
{
    struct credentials found;
    struct error ignored = {0};
    struct credentials *had = &session->credentials;
    pthread_mutex_lock(&session->lock);
    bool again = session->generation != seen;
    if (!again && session->login_renewable) {
        session->login_renewable = false;
        again = ecr_login(session->shown, &session->arena, &found, &ignored);
        if (again) {
            found.origin = arena_printf(&session->arena, "%.*s, since what %.*s has was refused",
                                        SLICE_ARG(found.origin), SLICE_ARG(had->origin));
            session->credentials = found;
            session->authorization = (struct slice){0};
            session->generation++;
        } else if (ignored.kind != ERROR_NOT_FOUND && !had->problem.len) {
            had->problem = arena_copy(&session->arena, slice_str(ignored.text));
        }
    }
    pthread_mutex_unlock(&session->lock);
    return again;
}

static bool denied(const struct session *session, struct slice said, int status, struct error *err)
{
    const struct credentials *who = &session->credentials;
    struct slice host = session->shown, repository = session->reference.repository;
    char kept[300] = "";
    if (who->problem.len)
        snprintf(kept, sizeof kept, " (%.*s)", SLICE_ARG(slice_upto(who->problem, 250)));
    if (who->user.len)
        return error_set(err, ERROR_DENIED,
                         "%.*s refuses %.*s to \"%.*s\" (credentials of %.*s), %d%.*s%s",
                         SLICE_ARG(host), SLICE_ARG(repository), SLICE_ARG(who->user),
                         SLICE_ARG(who->origin), status, SLICE_ARG(said), kept);
    if (who->origin.len)
        return error_set(err, ERROR_DENIED, "%.*s refuses %.*s to the token of %.*s, %d%.*s",
                         SLICE_ARG(host), SLICE_ARG(repository), SLICE_ARG(who->origin), status,
                         SLICE_ARG(said));
    return error_set(err, ERROR_DENIED,
                     "%.*s refuses %.*s, %d%.*s: it does not exist there or needs a login "
                     "(\"docker login %.*s\"); no credentials were found%s",
                     SLICE_ARG(host), SLICE_ARG(repository), status, SLICE_ARG(said),
                     SLICE_ARG(host), kept);
}

/* A manifest is called as people call it: "app:1.2", "app@sha256:…". */
static bool absent(const struct session *session, const char *path, struct slice said,
                   struct error *err)
{
    static const char manifests[] = "manifests/";
    bool manifest = strncmp(path, manifests, strlen(manifests)) == 0;
    const char *name = manifest ? path + strlen(manifests) : path;
    const char *between = !manifest ? " " : strchr(name, ':') ? "@" : ":";
    return error_set(err, ERROR_NOT_FOUND, "%.*s has no %.*s%s%s%.*s", SLICE_ARG(session->shown),
                     SLICE_ARG(session->reference.repository), between, name, SLICE_ARG(said));
}

bool session_refused(const struct session *session, const char *path,
                     const struct http_response *response, struct arena *arena, struct error *err)
{
    struct slice said = session_error_text(response->body, arena);
    if (response->status == 401 || response->status == 403)
        return denied(session, said, response->status, err);
    if (response->status == 404)
        return absent(session, path, said, err);
    http_status_error(response, err);
    if (response->status == 429 && !session->credentials.origin.len)
        return error_add(err, "asked without a login");
    return false;
}

/* Credentials go to the registry itself only, wherever it sends uploads. */
static bool is_ours(const struct session *session, struct slice url, struct arena *arena)
{
    struct url base, asked;
    struct error ignored;
    return url_parse(session->base, arena, &base, &ignored) &&
           url_parse(url, arena, &asked, &ignored) && url_same_origin(&base, &asked);
}

bool session_perform(struct session *session, struct http_client *client,
                     struct http_request *request, struct arena *arena,
                     struct http_response *response, struct error *err)
{
    bool ours = is_ours(session, request->url, arena);
    /* Again after a 401 when we had said nothing, or when a token ran out since: on the way to the
       first byte, or between two pieces of a long blob. A fresh one that is refused is refused. */
    for (bool first = true;;) {
        bool again = false;
        pthread_mutex_lock(&session->lock);
        request->authorization = ours ? session->authorization : (struct slice){0};
        unsigned seen = session->generation;
        pthread_mutex_unlock(&session->lock);
        if (!http_perform(client, request, arena, response, err))
            return false;
        if ((response->status != 401 && response->status != 403) || !ours)
            return true;
        bool worth = first || response->taken > request->resume_from;
        request->resume_from = response->taken;
        first = false;
        if (worth && response->status == 401 &&
            !authorize(session, client, response, seen, &again, arena, err))
            return false;
        if (!again)
            again = first = renew_login(session, seen);
        if (!again)
            return true;
    }
}

bool session_get(struct session *session, struct http_client *client, const char *path,
                 struct http_request *request, struct arena *arena, struct http_response *response,
                 struct error *err)
{
    request->url = session_url(session, path, arena);
    if (!request->url.at)
        return arena_error(err);
    if (!session_perform(session, client, request, arena, response, err))
        return false;
    if (response->status == 200 || (response->status == 206 && response->taken))
        return true;
    return session_refused(session, path, response, arena, err);
}

struct slice session_url(const struct session *session, const char *path, struct arena *arena)
{
    return arena_printf(arena, "%.*s/v2/%.*s/%s", SLICE_ARG(session->base),
                        SLICE_ARG(session->reference.repository), path);
}
