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

#define GITEA_ROW(its_name, its_shown, its_host, its_hosts, first, second)                         \
    {                                                                                              \
        .name = its_name, .shown = its_shown, .host = its_host, .hosts = its_hosts,                \
        .service = "https://" its_host "/api/v1", .path = "/api/v1", .variables = {first, second}, \
        .git_user = "plimsoll", .scopes = "write:repository and write:issue",                      \
        .page_size = "limit",                                                                      \
        .kinds = {[FORGE_PULL] = GITHUB_PULLS,                                                     \
                  [FORGE_ISSUE] = GITHUB_ISSUES("state=open&type=issues")},                        \
        .authorize = authorize, GITHUB_LIKE,                                                       \
    }

const struct forge forge_gitea =
    GITEA_ROW("gitea", "Gitea", "gitea.com", "gitea.", "GITEA_TOKEN", "FORGEJO_TOKEN");
const struct forge forge_forgejo =
    GITEA_ROW("forgejo", "Forgejo", "codeberg.org", "forgejo.", "FORGEJO_TOKEN", "GITEA_TOKEN");
