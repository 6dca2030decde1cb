#include "update/hub_login.h"

#include <stdlib.h>

#include "base/json.h"
#include "image/credentials.h"

enum { ANSWER_MAX = 256 * 1024 };

static bool may_have_passwords(struct slice base, struct arena *arena)
{
    struct url url;
    struct error ignored;
    return url_parse(base, arena, &url, &ignored) &&
           ((slice_equal_str(url.scheme, "https") && slice_equal_str(url.host, "hub.docker.com")) ||
            url_host_is_loopback(url.host));
}

static bool write_body(const struct credentials *credentials, struct arena *arena,
                       struct slice *body, struct error *err)
{
    char *text = NULL;
    size_t len = 0;
    struct json_writer json;
    FILE *file = open_memstream(&text, &len);
    if (!file)
        return error_errno(err, "memory");
    json_writer_init(&json, file, 0);
    json_begin_object(&json);
    json_field(&json, "identifier", credentials->user);
    json_field(&json, "secret", credentials->password);
    json_end_object(&json);
    bool fine = fclose(file) == 0;
    *body = fine ? arena_copy(arena, slice_of(text, len)) : (struct slice){0};
    if (text)
        explicit_bzero(text, len);
    free(text);
    return body->at || arena_error(err);
}

static bool read_token(struct slice body, struct arena *arena, struct slice *authorization,
                       struct error *err)
{
    struct json_reader json;
    struct slice name, token = {0};
    json_reader_init(&json, body, arena);
    if (json_enter_object(&json))
        while (json_member(&json, &name)) {
            if (slice_equal_str(name, "access_token"))
                json_string(&json, &token);
            else
                json_skip(&json);
        }
    if (!json_finish(&json, err))
        return false;
    if (!token.len)
        return error_set(err, ERROR_FORMAT, "no access_token in the answer");
    *authorization = arena_printf(arena, "Bearer %.*s", SLICE_ARG(token));
    return authorization->at || arena_error(err);
}

static bool ask(struct http_client *client, struct slice base, const struct credentials *who,
                struct arena *arena, struct slice *authorization, struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "POST",
                                   .url =
                                       arena_printf(arena, "%.*s/v2/auth/token", SLICE_ARG(base)),
                                   .body_type = SLICE("application/json"),
                                   .limit = ANSWER_MAX};
    if (!request.url.at || !write_body(who, arena, &request.body, err))
        return request.url.at ? false : arena_error(err);
    if (!http_perform(client, &request, arena, &response, err))
        return false;
    if (response.status == 400 || response.status == 401 || response.status == 403)
        return error_set(err, ERROR_DENIED, "the login of %.*s is refused (%d)",
                         SLICE_ARG(who->origin), response.status);
    if (response.status != 200)
        return http_status_error(&response, err);
    return read_token(response.body, arena, authorization, err);
}

bool hub_login(struct http_client *client, struct slice base, struct slice repository,
               struct arena *arena, struct slice *authorization, struct error *err)
{
    struct credentials who = {0};
    *authorization = (struct slice){0};
    if (!may_have_passwords(base, arena))
        return true;
    if (!credentials_find(SLICE("docker.io"), repository, arena, &who, err))
        return false;
    if (!who.user.len || !who.password.len)
        return true;
    return ask(client, base, &who, arena, authorization, err) ||
           error_add(err, "logging in to Docker Hub's API");
}
