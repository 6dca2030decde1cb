#pragma once
/* What the files git_*.c share; nobody else includes this. */
#include "update/forge/git_api.h"
#include "update/forge/git_work.h"

enum { REMOTE_BRANCHES_MAX = 100000 };

struct git_branch {
    struct slice name; /* "plimsoll/haproxy-3.3" */
    git_oid tip;
};

struct git_work {
    const struct git_api *api;
    git_repository *repository; /* the user's */
    git_repository *objects;    /* where objects are: the same, or the scratch one */
    char scratch[4096];         /* its folder; empty: there is none */
    git_remote *remote;         /* of `objects` once connected */
    struct git_remote_options options;
    char header[4096]; /* "Authorization: …" over https; empty: none. Never shown. */
    char *headers[1];
    unsigned asked; /* how often credentials were asked for in this connection */
    struct slice base;
    git_oid base_tip;
    struct git_branch *branches; /* ours only */
    size_t branch_count, branch_room;
    /* Of a push: */
    bool has_expected;
    git_oid expected;
    bool moved;          /* the branch was another */
    char rejection[200]; /* what the server said of the branch */
    char remarks[400];   /* what it said beside that, on one line */
};

/* With the callbacks of credentials; `work` is their payload. */
git_remote_callbacks git_callbacks(struct git_work *work);
/*
 * A token is sent with the first request rather than when it is asked for: libgit2 1.5 stumbles
 * over the body of a 401. It follows no redirect to another host with it.
 */
bool git_header_make(struct git_work *work, struct error *err);
git_strarray git_headers(struct git_work *work);
int git_connect(struct git_work *work, git_direction direction,
                const git_remote_callbacks *callbacks);
/* What to say when a login was refused. */
bool git_login_error(const struct git_work *work, struct error *err);
const struct git_branch *git_branch_find(const struct git_work *work, struct slice branch);
/* The tip is a commit that was made here and not touched since: its message names its tree. */
bool git_tip_is_ours(struct git_work *work, const git_oid *tip);

/* A bare repository in the folder for temporary files, which gets all of the base: libgit2 before
   1.7 cannot push from a clone whose history is cut off. */
bool git_scratch_open(struct git_work *work, struct error *err);
void git_scratch_remove(struct git_work *work);

#define TREE_TRAILER "Plimsoll-Tree: "
