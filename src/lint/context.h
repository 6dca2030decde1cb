#pragma once
/*
 * What stands around a Dockerfile: keys, certificates, .env and .git in the build context, or
 * tracked by git (now, or once and still in its history), and what .dockerignore leaves in that
 * should be out. Read-only; runs the `git` command where there is a repository and the command (and
 * only its index and log, with all hooks, filters and programs of the repository's configuration
 * turned off).
 */
#include "lint/dockerfile/dockerfile.h"

/* A Dockerfile that is built with the context. */
struct context_dockerfile {
    struct slice path;                   /* as people know it; "-": standard input */
    const struct dockerfile *dockerfile; /* NULL: could not be parsed */
};

struct context_options {
    struct slice folder; /* the build context as people know it: ".", "app"; never empty */
    const struct context_dockerfile *dockerfiles;
    size_t dockerfile_count;
    bool without_git;
};

enum {
    CONTEXT_ENTRIES_MAX = 50000, /* looked at in one context; a note says that there is more */
    CONTEXT_DEPTH_MAX = 32,
    CONTEXT_FILE_MAX = 64 * 1024, /* so much of a file is read to know what it is */
};

/*
 * Findings of a context, once each whatever the number of its Dockerfiles; paths are the folder's
 * and what is below it. What cannot be read becomes a note; false only when the budget is spent.
 * `enabled` (NULL: all) is asked for each rule, so that what nobody wants is not looked for.
 */
bool context_lint(const struct context_options *options,
                  bool (*enabled)(void *context, const struct lint_rule *rule), void *context,
                  struct lint_report *report, struct arena *arena, struct error *err);

/* Rules of context_lint; ended by a row without an id. */
extern const struct lint_rule context_rules[];
