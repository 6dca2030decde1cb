#pragma once
/*
 * `update --pr` and `--issue`: pull requests for changes, never two for the same image, moved when
 * something newer comes, closed when they are done; issues for findings without a fix. One thread
 * at a time.
 */
#include "update/change.h"

struct propose_options {
    const char *folder;    /* in the git repository; "." */
    const char *remote;    /* "origin" */
    const char *base;      /* NULL: the remote's default branch */
    const char *forge;     /* "github"…; NULL: by the remote's host */
    const char *forge_url; /* NULL: by the remote's host */
    const char *ca_file;   /* NULL: the system's */
    unsigned wait_max;     /* seconds for a limit of rate */
    bool group;            /* all in one pull request */
    bool dry_run;          /* nothing is written, neither here nor there */
    /* Every image was looked at, and every registry answered: what is open for an image that no
       change names is done, and closed. */
    bool complete;
};

enum propose_action {
    PROPOSE_OPENED,
    PROPOSE_UPDATED,
    PROPOSE_UNCHANGED, /* is open, and says so already */
    PROPOSE_CLOSED,
    PROPOSE_DONE, /* the base has it, and nothing was open */
    PROPOSE_LEFT, /* somebody else's: a tool's pull request, a commit on our branch */
    PROPOSE_FAILED,
};

/* "opened", "updated", …; with `dry`, "would open", … */
const char *propose_action_name(enum propose_action action, bool dry);

struct propose_row {
    enum propose_action action;
    struct slice title;
    struct slice branch; /* empty of an issue */
    uint64_t number;     /* 0: there is none (yet) */
    struct slice url;
    struct slice reason; /* of LEFT, CLOSED and FAILED */
};

struct propose_result {
    struct slice forge;      /* "GitHub" */
    struct slice repository; /* "acme/web" */
    struct slice base;
    struct propose_row *rows;
    size_t count, room;
    bool failed;  /* some row has */
    bool unasked; /* a dry run without a token: the forge was not asked what is open */
};

/* False when it could not go on (no repository, no token, refused, limit of rate); rows so far are
   in `result` then too. What fails for one branch alone is a row. */
bool propose_pulls(const struct update_change *changes, size_t count,
                   const struct propose_options *options, struct arena *arena,
                   struct propose_result *result, struct error *err);

/* Findings of an image that nothing mends yet. */
struct unfixed_finding {
    struct slice id, severity, package, version, url; /* url may be empty */
};

struct unfixed_image {
    struct slice name; /* "haproxy": with `series`, what the issue is known by */
    struct slice tag;  /* "3.3.1-alpine" */
    const struct unfixed_finding *findings;
    size_t count; /* 0: an issue that is open is closed */
};

/* One issue an image, kept up to date. */
bool propose_issues(const struct unfixed_image *images, size_t count,
                    const struct propose_options *options, struct arena *arena,
                    struct propose_result *result, struct error *err);
