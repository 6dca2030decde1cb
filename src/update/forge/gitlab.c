/*
 * GitLab (/api/v4): merge requests, issues and notes of a project, which is named by its whole
 * path, percent-encoded. Numbers are the project's own (iid).
 */
#include "update/forge/forge_parts.h"

static struct slice authorize(const char *token, struct arena *arena)
{
    return arena_printf(arena, "Bearer %s", token);
}

static struct slice project_path(struct forge_session *session, const char *things)
{
    struct slice whole = arena_printf(session->arena, "%.*s/%.*s", SLICE_ARG(session->owner),
                                      SLICE_ARG(session->name));
    if (!whole.at)
        return whole;
    return arena_printf(session->arena, "/projects/%.*s/%s",
                        SLICE_ARG(url_encode(whole, session->arena)), things);
}

static const char *things_of(enum forge_thing thing)
{
    return thing == FORGE_PULL ? "merge_requests" : "issues";
}

static struct slice list_path(struct forge_session *session, enum forge_thing thing, unsigned page)
{
    return arena_printf(session->arena, "%.*s?state=opened&scope=all&per_page=%d&page=%u",
                        SLICE_ARG(project_path(session, things_of(thing))), FORGE_PAGE, page);
}

static struct slice item_path(struct forge_session *session, enum forge_thing thing,
                              uint64_t number)
{
    struct slice path = project_path(session, things_of(thing));
    if (number == 0)
        return path;
    return arena_printf(session->arena, "%.*s/%llu", SLICE_ARG(path), (unsigned long long)number);
}

static json_t *update_body(enum forge_thing thing, const struct forge_text *text)
{
    (void)thing;
    json_t *body = forge_json_one("title", forge_json_text(text->title));
    json_object_set_new(body, "description", forge_json_text(text->body));
    return body;
}

static json_t *create_body(enum forge_thing thing, const struct forge_text *text)
{
    json_t *body = update_body(thing, text);
    if (thing == FORGE_PULL) {
        json_object_set_new(body, "source_branch", forge_json_text(text->branch));
        json_object_set_new(body, "target_branch", forge_json_text(text->base));
        json_object_set_new(body, "remove_source_branch", json_true());
    }
    return body;
}

static bool close_item(struct forge_session *session, enum forge_thing thing, uint64_t number,
                       struct slice comment, struct error *err)
{
    struct http_response response;
    struct slice path = item_path(session, thing, number);
    struct slice notes = arena_printf(session->arena, "%.*s/notes", SLICE_ARG(path));
    if (!path.at || !notes.at)
        return arena_error(err);
    return forge_ask(session, "POST", notes, forge_json_one("body", forge_json_text(comment)),
                     &response, err) &&
           forge_ask(session, "PUT", path, forge_json_one("state_event", json_string("close")),
                     &response, err);
}

static const struct forge_fields pull_fields = {
    .number = "iid",
    .title = "title",
    .body = "description",
    .url = "web_url",
    .author = "author.username",
    .branch = "source_branch",
    .base = "target_branch",
    .from = "source_project_id",
    .to = "target_project_id",
};

static const struct forge_fields issue_fields = {
    .number = "iid",
    .title = "title",
    .body = "description",
    .url = "web_url",
    .author = "author.username",
};

const struct forge forge_gitlab = {
    .name = "gitlab",
    .shown = "GitLab",
    .host = "gitlab.com",
    .hosts = "altssh.gitlab.com gitlab.",
    .service = "https://gitlab.com/api/v4",
    .path = "/api/v4",
    .variables = {"GITLAB_TOKEN"},
    .git_user = "oauth2",
    .scopes = "api and write_repository, and the role Developer",
    .pull_fields = &pull_fields,
    .issue_fields = &issue_fields,
    .authorize = authorize,
    .list_path = list_path,
    .item_path = item_path,
    .create_body = create_body,
    .update_body = update_body,
    .update_method = "PUT",
    .close = close_item,
};
