#pragma once
/* What Gitea and Forgejo take over from GitHub's API. */
#include "update/forge/forge_parts.h"

extern const struct forge_fields github_pull_fields, github_issue_fields;
struct slice github_item_path(struct forge_session *session, enum forge_thing thing,
                              uint64_t number);
json_t *github_create_body(enum forge_thing thing, const struct forge_text *text);
json_t *github_update_body(enum forge_thing thing, const struct forge_text *text);
bool github_close(struct forge_session *session, enum forge_thing thing, uint64_t number,
                  struct slice comment, struct error *err);
