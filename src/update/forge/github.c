/*
 * GitHub (api.github.com, and GitHub Enterprise Server below /api/v3): operations pulls/list,
 * pulls/create, pulls/update, issues/list-for-repo, issues/create, issues/update,
 * issues/create-comment of the REST API 2022-11-28.
 */
#include "update/forge/forge_parts.h"
#include "update/forge/github_like.h"

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

json_t *github_comment_body(struct slice comment)
{
    return forge_json_one("body", forge_json_text(comment));
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
    .page_size = "per_page",
    .kinds = {[FORGE_PULL] = GITHUB_PULLS, [FORGE_ISSUE] = GITHUB_ISSUES("state=open")},
    .authorize = forge_bearer,
    GITHUB_LIKE,
};
