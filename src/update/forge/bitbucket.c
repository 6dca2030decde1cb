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
    return arena_printf(arena, "Bearer %s", token);
}

static struct slice item_path(struct forge_session *session, enum forge_thing thing,
                              uint64_t number)
{
    const char *things = thing == FORGE_PULL ? "pullrequests" : "issues";
    if (number == 0)
        return arena_printf(session->arena, "/repositories/%.*s/%.*s/%s", SLICE_ARG(session->owner),
                            SLICE_ARG(session->name), things);
    return arena_printf(session->arena, "/repositories/%.*s/%.*s/%s/%llu",
                        SLICE_ARG(session->owner), SLICE_ARG(session->name), things,
                        (unsigned long long)number);
}

static struct slice list_path(struct forge_session *session, enum forge_thing thing, unsigned page)
{
    /* q: (state="new" OR state="open"), since there is no one state of issues that are open */
    const char *which =
        thing == FORGE_PULL ? "state=OPEN" : "q=%28state%3D%22new%22%20OR%20state%3D%22open%22%29";
    return arena_printf(session->arena, "%.*s?%s&pagelen=%d&page=%u",
                        SLICE_ARG(item_path(session, thing, 0)), which, FORGE_PAGE, page);
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

static bool close_item(struct forge_session *session, enum forge_thing thing, uint64_t number,
                       struct slice comment, struct error *err)
{
    struct http_response response;
    struct slice path = item_path(session, thing, number);
    struct slice comments = arena_printf(session->arena, "%.*s/comments", SLICE_ARG(path));
    struct slice decline = arena_printf(session->arena, "%.*s/decline", SLICE_ARG(path));
    if (!path.at || !comments.at || !decline.at)
        return arena_error(err);
    if (!forge_ask(session, "POST", comments, forge_json_one("content", raw(comment)), &response,
                   err))
        return false;
    if (thing == FORGE_PULL)
        return forge_ask(session, "POST", decline, NULL, &response, err);
    return forge_ask(session, "PUT", path, forge_json_one("state", json_string("resolved")),
                     &response, err);
}

static const struct forge_fields pull_fields = {
    .list = "values",
    .next = "next",
    .number = "id",
    .title = "title",
    .body = "summary.raw",
    .url = "links.html.href",
    .author = "author.nickname",
    .branch = "source.branch.name",
    .base = "destination.branch.name",
    .from = "source.repository.full_name",
    .to = "destination.repository.full_name",
};

static const struct forge_fields issue_fields = {
    .list = "values",
    .next = "next",
    .number = "id",
    .title = "title",
    .body = "content.raw",
    .url = "links.html.href",
    .author = "reporter.nickname",
};

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
