/*
 * Bitbucket Cloud (api.bitbucket.org/2.0): pull requests, their comments and decline; issues of the
 * repository's tracker, where it is on. A token is an access token, or "user:app password".
 */
#include "net/base64.h"
#include "update/forge/forge_parts.h"

static struct slice authorize(const char *token, struct arena *arena)
{
    struct slice password = slice_str(token), user = slice_cut(&password, ':');
    if (strchr(token, ':'))
        return base64_basic(user, password, arena);
    return forge_bearer(token, arena);
}

static json_t *raw(struct slice text)
{
    return forge_json_one("raw", forge_json_text(text));
}

static json_t *update_body(enum forge_thing thing, const struct forge_text *text)
{
    json_t *body = forge_json_one("title", forge_json_text(text->title));
    if (thing == FORGE_PULL)
        json_object_set_new(body, "description", forge_json_text(text->body));
    else
        json_object_set_new(body, "content", raw(text->body));
    return body;
}

static json_t *branch_of(struct slice name)
{
    return forge_json_one("branch", forge_json_one("name", forge_json_text(name)));
}

static json_t *create_body(enum forge_thing thing, const struct forge_text *text)
{
    json_t *body = update_body(thing, text);
    if (thing == FORGE_ISSUE) {
        json_object_set_new(body, "kind", json_string("bug"));
        return body;
    }
    json_object_set_new(body, "source", branch_of(text->branch));
    json_object_set_new(body, "destination", branch_of(text->base));
    json_object_set_new(body, "close_source_branch", json_true());
    return body;
}

static json_t *comment_body(struct slice comment)
{
    return forge_json_one("content", raw(comment));
}

const struct forge forge_bitbucket = {
    .name = "bitbucket",
    .shown = "Bitbucket",
    .host = "bitbucket.org",
    .hosts = "altssh.bitbucket.org",
    .service = "https://api.bitbucket.org/2.0",
    .path = "/2.0",
    .variables = {"BITBUCKET_TOKEN"},
    .git_user = "x-token-auth",
    .scopes = "repository:write, pullrequest:write and (for --issue) issue:write",
    .root = "/repositories",
    .comments = "/comments",
    .page_size = "pagelen",
    .update_method = "PUT",
    .kinds = {[FORGE_PULL] = {.things = "pullrequests",
                              .open = "state=OPEN",
                              .close_method = "POST",
                              .close_path = "/decline",
                              .fields = {.list = "values",
                                         .next = "next",
                                         .number = "id",
                                         .title = "title",
                                         .body = "summary.raw",
                                         .url = "links.html.href",
                                         .author = "author.nickname",
                                         .branch = "source.branch.name",
                                         .base = "destination.branch.name",
                                         .from = "source.repository.full_name",
                                         .to = "destination.repository.full_name"}},
              /* There is no one state of issues that are open. */
              [FORGE_ISSUE] = {.things = "issues",
                               .open = "q=%28state%3D%22new%22%20OR%20state%3D%22open%22%29",
                               .close_method = "PUT",
                               .close_path = "",
                               .close_member = "state",
                               .close_value = "resolved",
                               .fields = {.list = "values",
                                          .next = "next",
                                          .number = "id",
                                          .title = "title",
                                          .body = "content.raw",
                                          .url = "links.html.href",
                                          .author = "reporter.nickname"}}},
    .authorize = authorize,
    .create_body = create_body,
    .update_body = update_body,
    .comment_body = comment_body,
};
