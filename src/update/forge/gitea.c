/*
 * Gitea and Forgejo (/api/v1): repoListPullRequests, repoCreatePullRequest, repoEditPullRequest,
 * issueListIssues, issueCreateIssue, issueEditIssue, issueCreateComment of their swagger. Close to
 * GitHub's, with `limit` for `per_page` and 201 for an edit.
 */
#include "update/forge/forge_parts.h"
#include "update/forge/github_like.h"

static struct slice authorize(const char *token, struct arena *arena)
{
    return arena_printf(arena, "token %s", token);
}

static struct slice list_path(struct forge_session *session, enum forge_thing thing, unsigned page)
{
    return arena_printf(session->arena, "/repos/%.*s/%.*s/%s?state=open&%slimit=%d&page=%u",
                        SLICE_ARG(session->owner), SLICE_ARG(session->name),
                        thing == FORGE_PULL ? "pulls" : "issues",
                        thing == FORGE_PULL ? "" : "type=issues&", FORGE_PAGE, page);
}

#define GITEA_ROW(its_name, its_shown, its_host, its_hosts, first, second)                         \
    {                                                                                              \
        .name = its_name, .shown = its_shown, .host = its_host, .hosts = its_hosts,                \
        .service = "https://" its_host "/api/v1", .path = "/api/v1", .variables = {first, second}, \
        .git_user = "plimsoll", .scopes = "write:repository and write:issue",                      \
        .pull_fields = &github_pull_fields, .issue_fields = &github_issue_fields,                  \
        .authorize = authorize, .list_path = list_path, .item_path = github_item_path,             \
        .create_body = github_create_body, .update_body = github_update_body,                      \
        .update_method = "PATCH", .close = github_close,                                           \
    }

const struct forge forge_gitea =
    GITEA_ROW("gitea", "Gitea", "gitea.com", "gitea.", "GITEA_TOKEN", "FORGEJO_TOKEN");
const struct forge forge_forgejo =
    GITEA_ROW("forgejo", "Forgejo", "codeberg.org", "forgejo.", "FORGEJO_TOKEN", "GITEA_TOKEN");
