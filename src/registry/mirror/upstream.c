#include "registry/mirror/upstream.h"

enum { UPSTREAM_ARENA = 8 << 20, UPSTREAM_PATIENCE = 10 };

static bool copy(struct arena *arena, struct slice *text)
{
    *text = arena_copy(arena, *text);
    return text->at != NULL;
}

static bool who_we_are(struct upstream *upstream, const struct upstream_target *target,
                       struct error *err)
{
    struct credentials *who = &upstream->session.credentials;
    upstream->session.credentials_known = true;
    if (!target->user.len)
        return true;
    *who = (struct credentials){
        .user = target->user, .password = target->password, .origin = SLICE("mirror.json")};
    return (copy(&upstream->arena, &who->user) && copy(&upstream->arena, &who->password)) ||
           arena_error(err);
}

bool upstream_open(struct upstream *upstream, const struct upstream_target *target,
                   struct error *err)
{
    struct slice scheme, host;
    *upstream = (struct upstream){0};
    arena_init(&upstream->arena, UPSTREAM_ARENA);
    struct reference reference = {.repository = target->repository};
    struct source_options options = {.insecure = target->host && target->host->insecure};
    if (!mirror_address_parse(target->url, &upstream->arena, &scheme, &host, err) ||
        !(copy(&upstream->arena, &reference.repository) || arena_error(err))) {
        arena_done(&upstream->arena);
        return false;
    }
    reference.host = host;
    upstream->options = (struct http_options){.insecure = options.insecure,
                                              .attempts = 2,
                                              .connect_seconds = UPSTREAM_PATIENCE,
                                              .stall_seconds = 30,
                                              .wait_max = 5};
    if (target->host && target->host->ca_file.len)
        upstream->options.ca_file = arena_string(&upstream->arena, target->host->ca_file);
    if (!session_open(&upstream->session, &reference, scheme, &options, err)) {
        session_close(&upstream->session);
        arena_done(&upstream->arena);
        return false;
    }
    upstream->client = http_client_new(&upstream->options);
    upstream->link =
        (struct registry_link){&upstream->session, upstream->client, target->cancel, 0};
    if (who_we_are(upstream, target, err))
        return true;
    upstream_close(upstream);
    return false;
}

void upstream_close(struct upstream *upstream)
{
    if (!upstream->client)
        return;
    http_client_free(upstream->client);
    upstream->client = NULL;
    session_close(&upstream->session);
    arena_done(&upstream->arena);
}

bool upstream_blob(struct upstream *upstream, const struct digest *digest, uint64_t size,
                   const struct http_sink *sink, struct arena *arena, struct error *err)
{
    struct http_response response;
    struct http_request request = {.limit = size ? size : 1,
                                   .sink = *sink,
                                   .resumable = true,
                                   .cancel = upstream->link.cancel};
    struct slice path = arena_printf(arena, "blobs/%s", digest->text);
    if (!path.at)
        return arena_error(err);
    return session_get(&upstream->session, upstream->client, path.at, &request, arena, &response,
                       err);
}

bool upstream_check(struct upstream *upstream, struct arena *arena, struct error *err)
{
    struct http_response response;
    struct http_request request = {.cancel = upstream->link.cancel};
    request.url = arena_printf(arena, "%.*s/v2/", SLICE_ARG(upstream->session.base));
    if (!request.url.at)
        return arena_error(err);
    if (!session_perform(&upstream->session, upstream->client, &request, arena, &response, err))
        return false;
    return response.status == 200 || session_refused(&upstream->session, "", &response, arena, err);
}
