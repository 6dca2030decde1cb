#pragma once
/*
 * Forges: where a repository's pull requests and issues are. One row of functions a forge; what
 * they ask is documented by GitHub's OpenAPI description (docs.github.com/rest, 2022-11-28),
 * GitLab's API v4, Gitea's and Forgejo's swagger (API v1) and Bitbucket Cloud's (2.0).
 *
 * "Pull request" stands for GitLab's merge requests too. One thread at a time uses a session. What
 * comes is hostile: sizes, pages and counts are limited, and addresses in answers are shown, never
 * followed.
 */
#include "net/http.h"
#include "update/forge/remote_url.h"

enum { FORGE_PAGE = 50, FORGE_PAGES_MAX = 100, FORGE_TITLE_MAX = 250, FORGE_BODY_MAX = 60000 };

struct forge; /* a row */

/* NULL when there is none of that name: github, gitlab, gitea, forgejo, bitbucket. */
const struct forge *forge_find(const char *name);
/* By the host of a remote: github.com, gitlab.example.com, codeberg.org; NULL: cannot tell. */
const struct forge *forge_of_host(struct slice host);
const char *forge_name(const struct forge *forge);
/* "GITHUB_TOKEN or GH_TOKEN" */
const char *forge_token_names(const struct forge *forge);
/* What a token must be allowed, in words. */
const char *forge_scopes(const struct forge *forge);
/* From the environment; NULL when none is set. Never to be shown. */
const char *forge_token(const struct forge *forge);
/* What goes with the token when git pushes over https; for Bitbucket's "user:password" tokens both
   are cut apart. Both in `arena`. */
bool forge_git_login(const struct forge *forge, const char *token, struct arena *arena,
                     const char **user, const char **password, struct error *err);

/* Of https://example.com/git/ada/web the owner is "ada", and "git" where the service stands
   (`below`), unless the forge's groups nest: then the owner stays "git/ada". */
void forge_place(const struct forge *forge, struct remote_url *remote);

struct forge_options {
    const char *url; /* the API's base, such as https://git.acme.com/api/v1; NULL: by the host */
    const char *ca_file; /* PEM; NULL: the system's */
    unsigned wait_max;   /* seconds to wait for a rate limit to end; beyond it, it is an error */
};

struct forge_session {
    const struct forge *forge;
    struct http_client *client;
    struct slice base;          /* without a "/" at its end */
    struct slice owner, name;   /* of the repository */
    struct slice authorization; /* never shown */
    struct arena *arena;
    unsigned wait_max;
};

/* ERROR_DENIED when no token is set: says which. `remote` and `options` must outlive the session.
 */
bool forge_open(struct forge_session *session, const struct forge *forge,
                const struct remote_url *remote, const struct forge_options *options,
                struct arena *arena, struct error *err);
void forge_close(struct forge_session *session);

/* A pull request or an issue that is open. */
struct forge_item {
    uint64_t number;
    struct slice title, body, url, author;
    struct slice branch, base; /* of a pull request */
    bool same_repository;      /* its branch is in the repository itself, in no fork */
};

struct forge_items {
    struct forge_item *items;
    size_t count, room;
};

struct forge_text {
    struct slice title, body;  /* markdown; cut to what forges take */
    struct slice branch, base; /* of a pull request */
};

/* All that are open. */
bool forge_list_pulls(struct forge_session *session, struct forge_items *list, struct error *err);
bool forge_list_issues(struct forge_session *session, struct forge_items *list, struct error *err);
/* `made` gets number and url. */
bool forge_create_pull(struct forge_session *session, const struct forge_text *text,
                       struct forge_item *made, struct error *err);
bool forge_create_issue(struct forge_session *session, const struct forge_text *text,
                        struct forge_item *made, struct error *err);
/* Title and body of an open one. */
bool forge_update_pull(struct forge_session *session, uint64_t number,
                       const struct forge_text *text, struct error *err);
bool forge_update_issue(struct forge_session *session, uint64_t number,
                        const struct forge_text *text, struct error *err);
/* Says why in a comment, then closes it. */
bool forge_close_pull(struct forge_session *session, uint64_t number, struct slice comment,
                      struct error *err);
bool forge_close_issue(struct forge_session *session, uint64_t number, struct slice comment,
                       struct error *err);
