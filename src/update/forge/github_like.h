#pragma once
/* What Gitea and Forgejo take over from GitHub's API. */
#include "update/forge/forge_parts.h"

json_t *github_create_body(enum forge_thing thing, const struct forge_text *text);
json_t *github_update_body(enum forge_thing thing, const struct forge_text *text);
json_t *github_comment_body(struct slice comment);

/* Parts of a row. Comments of pull requests are those of issues, in all that is built after
   GitHub. */
#define GITHUB_LIKE                                                                                \
    .root = "/repos", .comments = "/comments", .update_method = "PATCH",                           \
    .create_body = github_create_body, .update_body = github_update_body,                          \
    .comment_body = github_comment_body

#define GITHUB_CLOSE                                                                               \
    .close_method = "PATCH", .close_path = "", .close_member = "state", .close_value = "closed"

#define GITHUB_PULLS                                                                               \
    {                                                                                              \
        .things = "pulls", .open = "state=open", .remarks = "issues", GITHUB_CLOSE,                \
        .fields = {                                                                                \
            .number = "number",                                                                    \
            .title = "title",                                                                      \
            .body = "body",                                                                        \
            .url = "html_url",                                                                     \
            .author = "user.login",                                                                \
            .branch = "head.ref",                                                                  \
            .base = "base.ref",                                                                    \
            .from = "head.repo.full_name",                                                         \
            .to = "base.repo.full_name",                                                           \
        },                                                                                         \
    }

#define GITHUB_ISSUES(its_open)                                                                    \
    {                                                                                              \
        .things = "issues", .open = its_open, GITHUB_CLOSE,                                        \
        .fields = {                                                                                \
            .number = "number",                                                                    \
            .title = "title",                                                                      \
            .body = "body",                                                                        \
            .url = "html_url",                                                                     \
            .author = "user.login",                                                                \
            .is_pull = "pull_request",                                                             \
        },                                                                                         \
    }
