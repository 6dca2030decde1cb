/*
 * GitLab (/api/v4): merge requests, issues and notes of a project, which is named by its whole
 * path, percent-encoded. Numbers are the project's own (iid).
 */
#include "update/forge/forge_parts.h"

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

static json_t *comment_body(struct slice comment)
{
    return forge_json_one("body", forge_json_text(comment));
}

#define OPEN "state=opened&scope=all"
#define CLOSE                                                                                      \
    .close_method = "PUT", .close_path = "", .close_member = "state_event", .close_value = "close"

const struct forge forge_gitlab = {
    .name = "gitlab",
    .shown = "GitLab",
    .host = "gitlab.com",
    .hosts = "altssh.gitlab.com gitlab.",
    .service = "https://gitlab.com/api/v4",
    .path = "/api/v4",
    .variables = {"GITLAB_TOKEN"},
    .nests = true,
    .git_user = "oauth2",
    .scopes = "api and write_repository, and the role Developer",
    .root = "/projects",
    .whole = true,
    .comments = "/notes",
    .page_size = "per_page",
    .update_method = "PUT",
    .kinds = {[FORGE_PULL] = {.things = "merge_requests",
                              .open = OPEN,
                              CLOSE,
                              .fields = {.number = "iid",
                                         .title = "title",
                                         .body = "description",
                                         .url = "web_url",
                                         .author = "author.username",
                                         .branch = "source_branch",
                                         .base = "target_branch",
                                         .from = "source_project_id",
                                         .to = "target_project_id"}},
              [FORGE_ISSUE] = {.things = "issues",
                               .open = OPEN,
                               CLOSE,
                               .fields = {.number = "iid",
                                          .title = "title",
                                          .body = "description",
                                          .url = "web_url",
                                          .author = "author.username"}}},
    .authorize = forge_bearer,
    .create_body = create_body,
    .update_body = update_body,
    .comment_body = comment_body,
};
