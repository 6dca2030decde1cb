#pragma once
/*
 * The addresses of git remotes, as `git remote -v` shows them (git-clone(1), "GIT URLS"):
 *
 *     https://[user[:password]@]host[:port]/path    ssh://[user@]host[:port]/path
 *     [user@]host:path                              file:///path, /path, ./path
 *
 * Nothing is asked of any network. Any thread may call.
 */
#include "base/arena.h"

enum remote_kind { REMOTE_HTTPS, REMOTE_HTTP, REMOTE_SSH, REMOTE_FILE };

struct remote_url {
    enum remote_kind kind;
    struct slice host;  /* lower case; empty for a path */
    uint16_t port;      /* 0: not written */
    struct slice user;  /* empty when not written; never the password */
    struct slice owner; /* "acme", "group/subgroup"; empty for a path */
    struct slice name;  /* "web", without ".git" */
    struct slice below; /* what forge_place cuts off `owner`; empty before */
};

enum { REMOTE_URL_MAX = 4096 };

/* ERROR_USAGE when it is none of these forms. Strings live in `arena`. */
bool remote_url_parse(struct slice text, struct arena *arena, struct remote_url *url,
                      struct error *err);
/* As it may be shown: without user and password. `at` NULL when the budget is spent. */
struct slice remote_url_show(struct slice text, struct arena *arena);
/* Its host is this machine. */
bool remote_url_is_loopback(const struct remote_url *url);
