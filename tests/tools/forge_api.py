"""What forges take: for each operation that plimsoll uses its method, path, query and body, in words of our own, after

  github     the OpenAPI description of api.github.com, version 2022-11-28 (github/rest-api-description), as its pages of
             pulls/list, pulls/create, pulls/update, issues/list-for-repo, issues/create, issues/update,
             issues/create-comment say (octokit/plugin-rest-endpoint-methods.js, docs/)
  gitlab     the declarations its OpenAPI file is generated from: lib/api/merge_requests.rb, issues.rb, notes.rb (gitlabhq)
  gitea      modules/structs/pull.go, issue.go and the swagger:operation comments of routers/api/v1/repo (go-gitea/gitea, main);
             compared with the description that a real one gives of itself (tests/scenarios/gitea_swagger.py)
  bitbucket  the swagger of api.bitbucket.org 2.0, as generated models of it say (bitbucket-openapi-gem, -go): its objects
             are open ("additionalProperties"), so what is not named in them is refused here all the same

A type is str, int, bool, a tuple of the words allowed, a list of one type, or a dict of fields. A field's name with "!" behind
it is required. tests/tools/forge_server.py judges by these tables.
"""

STATE = ("open", "closed", "all")
PAGE = {"per_page": int, "page": int}
TEXT = {"title": str, "body": str}
TIME = {"since": str}

GITHUB_ISSUE = {"assignee": str, "milestone": int, "labels": [str], "assignees": [str]}
GITHUB = [
    ("GET", "/repos/{owner}/{repo}/pulls", "list_pulls",
     {"state": STATE, "head": str, "base": str, "sort": ("created", "updated", "popularity", "long-running"),
      "direction": ("asc", "desc"), **PAGE}, None, 200),
    ("POST", "/repos/{owner}/{repo}/pulls", "create_pull", {},
     {"title": str, "head!": str, "base!": str, "body": str, "maintainer_can_modify": bool, "draft": bool, "issue": int,
      "head_repo": str}, 201),
    ("PATCH", "/repos/{owner}/{repo}/pulls/{number}", "update_pull", {},
     {"title": str, "body": str, "state": ("open", "closed"), "base": str, "maintainer_can_modify": bool}, 200),
    ("GET", "/repos/{owner}/{repo}/issues", "list_issues",
     {"state": STATE, "milestone": str, "assignee": str, "creator": str, "mentioned": str, "labels": str,
      "sort": ("created", "updated", "comments"), "direction": ("asc", "desc"), **TIME, **PAGE}, None, 200),
    ("POST", "/repos/{owner}/{repo}/issues", "create_issue", {}, {"title!": str, "body": str, **GITHUB_ISSUE}, 201),
    ("PATCH", "/repos/{owner}/{repo}/issues/{number}", "update_issue", {},
     {"title": str, "body": str, "state": ("open", "closed"),
      "state_reason": ("completed", "not_planned", "duplicate", "reopened"), **GITHUB_ISSUE}, 200),
    ("POST", "/repos/{owner}/{repo}/issues/{number}/comments", "comment", {}, {"body!": str}, 201),
]

GITLAB_LIST = {"order_by": ("created_at", "updated_at"), "sort": ("asc", "desc"), "milestone": str, "labels": str,
               "scope": ("created_by_me", "assigned_to_me", "all"), "search": str, "author_id": int, **PAGE}
GITLAB_MERGE = {"description": str, "assignee_id": int, "milestone_id": int, "labels": str, "remove_source_branch": bool,
                "allow_collaboration": bool, "squash": bool}
GITLAB_ISSUE = {"description": str, "assignee_ids": [int], "milestone_id": int, "labels": str, "due_date": str,
                "confidential": bool, "discussion_locked": bool}
GITLAB = [
    ("GET", "/projects/{id}/merge_requests", "list_pulls",
     {"state": ("opened", "closed", "locked", "merged", "all"), "view": ("simple",), "source_branch": str,
      "target_branch": str, "wip": ("yes", "no"), **GITLAB_LIST}, None, 200),
    ("POST", "/projects/{id}/merge_requests", "create_pull", {},
     {"title!": str, "source_branch!": str, "target_branch!": str, "target_project_id": int, **GITLAB_MERGE}, 201),
    ("PUT", "/projects/{id}/merge_requests/{number}", "update_pull", {},
     {"title": str, "target_branch": str, "state_event": ("close", "reopen"), "discussion_locked": bool, **GITLAB_MERGE},
     200),
    ("POST", "/projects/{id}/merge_requests/{number}/notes", "comment", {},
     {"body!": str, "internal": bool, "created_at": str, "merge_request_diff_head_sha": str}, 201),
    ("GET", "/projects/{id}/issues", "list_issues", {"state": ("opened", "closed", "all"), **GITLAB_LIST}, None, 200),
    ("POST", "/projects/{id}/issues", "create_issue", {}, {"title!": str, "iid": int, **GITLAB_ISSUE}, 201),
    ("PUT", "/projects/{id}/issues/{number}", "update_issue", {},
     {"title": str, "state_event": ("close", "reopen"), **GITLAB_ISSUE}, 200),
    ("POST", "/projects/{id}/issues/{number}/notes", "comment", {}, {"body!": str, "internal": bool, "created_at": str}, 201),
]

GITEA_PAGE = {"page": int, "limit": int}
GITEA_MORE = {"assignee": str, "assignees": [str], "milestone": int, "due_date": str}
GITEA = [
    ("GET", "/repos/{owner}/{repo}/pulls", "list_pulls",
     {"state": STATE, "base_branch": str, "milestone": int, "labels": [int], "poster": str,
      "sort": ("oldest", "recentupdate", "recentclose", "leastupdate", "mostcomment", "leastcomment", "priority"),
      **GITEA_PAGE}, None, 200),
    ("POST", "/repos/{owner}/{repo}/pulls", "create_pull", {},
     {"head!": str, "base!": str, "title!": str, "body": str, "labels": [int], "reviewers": [str], "team_reviewers": [str],
      "allow_maintainer_edit": bool, **GITEA_MORE}, 201),
    ("PATCH", "/repos/{owner}/{repo}/pulls/{number}", "update_pull", {},
     {"title": str, "body": str, "base": str, "labels": [int], "state": ("open", "closed"), "unset_due_date": bool,
      "allow_maintainer_edit": bool, "content_version": int, **GITEA_MORE}, 201),
    ("GET", "/repos/{owner}/{repo}/issues", "list_issues",
     {"state": STATE, "labels": str, "q": str, "type": ("issues", "pulls"), "milestones": str, **TIME, "before": str,
      "created_by": str, "assigned_by": str, "mentioned_by": str, **GITEA_PAGE}, None, 200),
    ("POST", "/repos/{owner}/{repo}/issues", "create_issue", {},
     {"title!": str, "body": str, "ref": str, "labels": [int], "closed": bool, **GITEA_MORE}, 201),
    ("PATCH", "/repos/{owner}/{repo}/issues/{number}", "update_issue", {},
     {"title": str, "body": str, "ref": str, "state": ("open", "closed"), "unset_due_date": bool,
      "content_version": int, **GITEA_MORE}, 201),
    ("POST", "/repos/{owner}/{repo}/issues/{number}/comments", "comment", {}, {"body!": str}, 201),
]

BRANCH = {"branch!": {"name!": str}}
BITBUCKET_PAGE = {"page": int, "pagelen": int, "q": str, "sort": str}
BITBUCKET_PULL = {"title": str, "description": str, "summary": {"raw": str}, "destination": BRANCH, "reviewers": [dict],
                  "close_source_branch": bool}
BITBUCKET_ISSUE = {"content": {"raw!": str}, "kind": ("bug", "enhancement", "proposal", "task"), "assignee": dict,
                   "state": ("new", "open", "resolved", "on hold", "invalid", "duplicate", "wontfix", "closed"),
                   "priority": ("trivial", "minor", "major", "critical", "blocker")}
BITBUCKET = [
    ("GET", "/repositories/{owner}/{repo}/pullrequests", "list_pulls",
     {"state": ("OPEN", "MERGED", "DECLINED", "SUPERSEDED"), **BITBUCKET_PAGE}, None, 200),
    ("POST", "/repositories/{owner}/{repo}/pullrequests", "create_pull", {},
     {**BITBUCKET_PULL, "title!": str, "source!": BRANCH}, 201),
    ("PUT", "/repositories/{owner}/{repo}/pullrequests/{number}", "update_pull", {}, {**BITBUCKET_PULL, "title!": str}, 200),
    ("POST", "/repositories/{owner}/{repo}/pullrequests/{number}/decline", "decline", {}, None, 200),
    ("POST", "/repositories/{owner}/{repo}/pullrequests/{number}/comments", "comment", {}, {"content!": {"raw!": str}}, 201),
    ("GET", "/repositories/{owner}/{repo}/issues", "list_issues", BITBUCKET_PAGE, None, 200),
    ("POST", "/repositories/{owner}/{repo}/issues", "create_issue", {}, {"title!": str, **BITBUCKET_ISSUE}, 201),
    ("PUT", "/repositories/{owner}/{repo}/issues/{number}", "update_issue", {}, {"title": str, **BITBUCKET_ISSUE}, 200),
    ("POST", "/repositories/{owner}/{repo}/issues/{number}/comments", "comment", {}, {"content!": {"raw!": str}}, 201),
]

OPERATIONS = {"github": GITHUB, "gitlab": GITLAB, "gitea": GITEA, "forgejo": GITEA, "bitbucket": BITBUCKET}
LIMITS = {"per_page": 100, "limit": 50, "pagelen": 50}  # Bitbucket's pull requests: 50


def check(value, kind, where, wrong):
    """Adds to `wrong` what in a JSON value is not of its type."""
    if isinstance(kind, tuple):
        if value not in kind:
            wrong.append(f"{where} is {value!r}, not one of {', '.join(kind)}")
    elif isinstance(kind, list):
        if not isinstance(value, list):
            wrong.append(f"{where} is no list")
        else:
            for inner in value:
                check(inner, kind[0], where + "[]", wrong)
    elif isinstance(kind, dict):
        if not isinstance(value, dict):
            wrong.append(f"{where} is no object")
            return
        fields = {name.rstrip("!"): inner for name, inner in kind.items()}
        for name in kind:
            if name.endswith("!") and name[:-1] not in value:
                wrong.append(f"{where} has no {name[:-1]}")
        for name, inner in value.items():
            if name in fields:
                check(inner, fields[name], f"{where}.{name}", wrong)
            else:
                wrong.append(f"{where} has a field {name}, which is unknown")
    elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        wrong.append(f"{where} is no {kind.__name__}")


def check_query(query, kinds, wrong):
    for name, text in query:
        if name not in kinds:
            wrong.append(f"query {name} is unknown")
        elif kinds[name] is int:
            if not text.isdigit() or int(text) < 1 or int(text) > LIMITS.get(name, 10**6):
                wrong.append(f"query {name}={text} is out of range")
        elif isinstance(kinds[name], tuple) and text not in kinds[name]:
            wrong.append(f"query {name}={text} is not one of {', '.join(kinds[name])}")
