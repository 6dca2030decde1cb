#pragma once
/*
 * A git repository and one of its remotes, for branches that are made without touching the working
 * tree, the index, or any reference of the user's: blobs, trees and commits are written as objects,
 * and pushed under the branch's name. One thread at a time.
 *
 *     open → connect (what branches has the remote; the objects of the base) → commit → push
 */
#include "base/arena.h"
#include "update/change.h"

struct git_work;

/* The repository around `folder`. ERROR_NOT_FOUND when there is none, ERROR_UNSUPPORTED when it has
   no working tree or libgit2 is not installed. */
struct git_work *git_work_open(const char *folder, struct error *err);
void git_work_free(struct git_work *work);
void git_work_cleanup(struct git_work **work);
#define CLEANUP_GIT_WORK __attribute__((cleanup(git_work_cleanup)))

/* Its top folder, with a "/" behind it; lives as long as `work`. */
const char *git_work_folder(const struct git_work *work);

struct git_remote_options {
    const char *remote;      /* its name ("origin") or address */
    const char *base;        /* branch; NULL: the remote's default */
    const char *user;        /* for https: what goes with the token, such as "x-access-token" */
    const char *token;       /* NULL: none; sent over https, and over http to loopback only */
    const char *ca_file;     /* PEM; NULL: the system's */
    struct slice shown;      /* the repository in messages: "acme/web" */
    const char *token_names; /* in messages: "GITHUB_TOKEN or GH_TOKEN" */
    const char *scopes;      /* in messages: what a token must be allowed */
};

/* The remote's address as git would push to it, in `arena`. ERROR_NOT_FOUND: no such remote. */
bool git_work_remote_url(struct git_work *work, const char *remote, struct arena *arena,
                         struct slice *url, struct error *err);

/* Asks the remote for its branches, and fetches what is missing of the base and of ours
   ("plimsoll/…"). ERROR_NOT_FOUND: no such base; ERROR_DENIED: credentials refused. */
bool git_work_connect(struct git_work *work, const struct git_remote_options *options,
                      struct arena *arena, struct error *err);
/* After that: the base's name. */
struct slice git_work_base(const struct git_work *work);

enum commit_state {
    COMMIT_MADE,    /* there is a commit to push */
    COMMIT_SAME,    /* the remote's branch has just these bytes */
    COMMIT_DONE,    /* the base has them already: nothing is left to do */
    COMMIT_FOREIGN, /* the branch has a commit that is not ours: it is left alone */
};

struct git_commit_wish {
    struct slice branch;  /* "plimsoll/haproxy-3.3" */
    struct slice message; /* trailers are added here */
    const struct update_change *const *changes;
    size_t count;
};

struct git_commit_made {
    enum commit_state state;
    char id[41];       /* of the commit; empty unless COMMIT_MADE */
    char expected[41]; /* the tip that the branch must still have; empty: it must not exist */
};

/* Where `dry` nothing is written. ERROR_BUSY names a file whose lines on the base are others than
   in the working tree. */
bool git_work_commit(struct git_work *work, const struct git_commit_wish *wish, bool dry,
                     struct arena *arena, struct git_commit_made *made, struct error *err);

/* Only if the branch still is what it was (ERROR_BUSY else). */
bool git_work_push(struct git_work *work, struct slice branch, const struct git_commit_made *made,
                   struct error *err);
/* Whether the branch's last commit is plimsoll's, or there is no such branch. */
bool git_work_is_ours(struct git_work *work, struct slice branch);
/* Deletes a branch whose tip is ours; false with ERROR_BUSY when it is not, or has moved. */
bool git_work_delete(struct git_work *work, struct slice branch, struct error *err);
