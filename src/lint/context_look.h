#pragma once
/*
 * What the files of context.h's way share; nobody else includes it.
 *
 *   context.c           the way: .dockerignore, then the folder's files, then git
 *   context_sources.c   what .dockerignore leaves in and a COPY takes
 *   context_walk.c      the files of the folder
 *   context_tracked.c   those of git; the command itself is in context_git.c
 *   context_files.c     what a file is, by name and bytes
 */
#include "base/table.h"
#include "lint/context.h"
#include "lint/context_files.h"
#include "lint/dockerignore.h"

/* Places in context_rules. */
enum context_rule { KEY, CREDENTIALS, CERTIFICATE, GAP, SYNTAX, IN_GIT, IN_HISTORY, RULES };
enum { DOCKERFILES_MAX = 64, GAPS_MAX = 12, SOURCES_MAX = 1000 };

struct context_source { /* of a COPY or ADD of the context */
    struct slice text;
    size_t place; /* of its Dockerfile */
    const struct instruction *instruction;
};

struct context_look {
    const struct context_options *options;
    struct lint_report *report;
    struct arena *arena;
    struct dockerignore ignores[DOCKERFILES_MAX]; /* beside options->dockerfiles */
    size_t dockerfiles;
    struct context_source *sources;
    size_t source_count, source_room;
    struct table seen_sources;
    bool wanted[RULES];
    size_t entries;
    bool cut;                      /* there is more than was looked at */
    struct slice gaps[GAPS_MAX];   /* names that should be ignored */
    struct slice gap_by[GAPS_MAX]; /* which COPY takes it; empty: none does */
    size_t gap_count;
    char *bytes; /* of the file being looked at: CONTEXT_FILE_MAX */
    struct git_call tracked, removed;
    struct table told; /* paths that git has been told of */
};

/* Where a file of the context goes. */
struct context_fate {
    bool in_context;
    struct slice by; /* "COPY in Dockerfile:7"; empty: none takes it */
};

/* A path as people know it: folder and name. */
struct slice context_path(struct context_look *look, struct slice folder, struct slice name);
/* Reads .dockerignore and the Dockerfiles' COPYs. False when the budget is spent. */
bool context_prepare(struct context_look *look);
struct context_fate context_fate(struct context_look *look, struct slice path);

void context_walk(struct context_look *look, int folder);
void context_tell_gaps(struct context_look *look);
/* The first bytes of a file; empty when it cannot be read, which is noted. */
struct slice context_first_bytes(struct context_look *look, int folder, const char *name,
                                 struct slice path);

/* git runs while the folder is looked through. */
void context_ask_git(struct context_look *look);
void context_look_at_git(struct context_look *look, int folder);
void context_look_done(struct context_look **look);
