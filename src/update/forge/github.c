/*
 * GitHub (api.github.com, and GitHub Enterprise Server below /api/v3): operations pulls/list,
 * pulls/create, pulls/update, issues/list-for-repo, issues/create, issues/update,
 * issues/create-comment of the REST API 2022-11-28.
 */
#include "update/forge/forge_parts.h"
#include "update/forge/github_like.h"

static struct slice authorize(const char *token, struct arena *arena)
{
    return arena_printf(arena, "Bearer %s", token);
}

static struct slice list_path(struct forge_session *session, enum forge_thing thing, unsigned page)
{
    return arena_printf(session->arena, "/repos/%.*s/%.*s/%s?state=open&per_page=%d&page=%u",
                        SLICE_ARG(session->owner), SLICE_ARG(session->name),
                        thing == FORGE_PULL ? "pulls" : "issues", FORGE_PAGE, page);
}

const struct forge_fields github_pull_fields = {
    .number = "number",
    .title = "title",
    .body = "body",
    .url = "html_url",
    .author = "user.login",
    .branch = "head.ref",
    .base = "base.ref",
    .from = "head.repo.full_name",
    .to = "base.repo.full_name",
};

const struct forge_fields github_issue_fields = {
    .number = "number",
    .title = "title",
    .body = "body",
    .url = "html_url",
    .author = "user.login",
    .is_pull = "pull_request",
};

struct slice github_item_path(struct forge_session *session, enum forge_thing thing,
                              uint64_t number)
{
    const char *things = thing == FORGE_PULL ? "pulls" : "issues";
    if (number == 0)
        return arena_printf(session->arena, "/repos/%.*s/%.*s/%s", SLICE_ARG(session->owner),
                            SLICE_ARG(session->name), things);
    return arena_printf(session->arena, "/repos/%.*s/%.*s/%s/%llu", SLICE_ARG(session->owner),
                        SLICE_ARG(session->name), things, (unsigned long long)number);
}

json_t *github_update_body(enum forge_thing thing, const struct forge_text *text)
{
    (void)thing;
    json_t *body = forge_json_one("title", forge_json_text(text->title));
    json_object_set_new(body, "body", forge_json_text(text->body));
    return body;
}

json_t *github_create_body(enum forge_thing thing, const struct forge_text *text)
{
    json_t *body = github_update_body(thing, text);
    if (thing == FORGE_PULL) {
        json_object_set_new(body, "head", forge_json_text(text->branch));
        json_object_set_new(body, "base", forge_json_text(text->base));
    }
    return body;
}

/* Comments of pull requests are those of issues, in all that is built after GitHub. */
bool github_close(struct forge_session *session, enum forge_thing thing, uint64_t number,
                  struct slice comment, struct error *err)
{
    struct http_response response;
    struct slice issue = github_item_path(session, FORGE_ISSUE, number);
    struct slice comments = arena_printf(session->arena, "%.*s/comments", SLICE_ARG(issue));
    if (!comments.at)
        return arena_error(err);
    return forge_ask(session, "POST", comments, forge_json_one("body", forge_json_text(comment)),
                     &response, err) &&
           forge_ask(session, "PATCH", github_item_path(session, thing, number),
                     forge_json_one("state", json_string("closed")), &response, err);
}

const struct forge forge_github = {
    .name = "github",
    .shown = "GitHub",
    .host = "github.com",
    .hosts = "ssh.github.com github.",
    .service = "https://api.github.com",
    .path = "/api/v3",
    .variables = {"GITHUB_TOKEN", "GH_TOKEN"},
    .git_user = "x-access-token",
    .scopes = "contents, pull requests and (for --issue) issues: read and write, or the classic "
              "scope \"repo\"",
    .pull_fields = &github_pull_fields,
    .issue_fields = &github_issue_fields,
    .authorize = authorize,
    .list_path = list_path,
    .item_path = github_item_path,
    .create_body = github_create_body,
    .update_body = github_update_body,
    .update_method = "PATCH",
    .close = github_close,
};
