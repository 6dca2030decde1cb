#pragma once
/* What the pieces of run.c share; nobody else includes it. */
#include "lint/dockerfile/check.h"
#include "lint/ignore.h"
#include "lint/lint.h"
#include "lint/rule_rows.h"
#include "lint/settings.h"

struct run_file {
    struct lint_file file;
    struct run *run;
    struct slice absolute;
    const struct lint_settings *settings;
    struct ignore_set ignores;
    struct slice
        context; /* folder that it is built with; empty: not known, or not to be looked at */
    bool context_done;
};

struct run {
    const struct lint_options *options;
    struct arena *arena;  /* the caller's: what the report needs */
    struct arena scratch; /* of one file */
    struct lint_result *result;
    struct settings_store store;
    struct base_resolver resolver;
    struct shellcheck *shellcheck;   /* NULL: not asked */
    struct secret_searcher *secrets; /* made for the first Dockerfile */
    struct run_file **files;         /* beside result->files */
    size_t file_count, file_room;
    struct table included; /* absolute paths of what nginx.conf has included */
    struct error last_error;
    /* `lint image`: what holds for findings without a file. */
    const struct lint_settings *image_settings;
    struct slice image; /* its name, for exceptions */
};

struct run_file *run_add_file(struct run *run, struct slice path, struct slice bytes, unsigned kind,
                              struct error *err);
bool run_enabled(const struct run_file *file, const struct lint_rule *rule);
void run_parse_error(struct run *run, const struct lint_file *file, unsigned line,
                     const struct error *why);

/* run_proxy.c: nginx and HAProxy, with what they include. */
bool run_lint_proxy(struct run *run, struct run_file *file, struct error *err);

/* run_context.c: the folder that a Dockerfile is built with (as people know it; empty for standard
   input), and all that is wrong there. */
struct slice run_context_folder(struct run *run, const struct run_file *file,
                                const struct dockerfile *dockerfile);
bool run_contexts(struct run *run, struct error *err);

/* run_hide.c: findings in lines with secrets are marked, values in their words masked. */
void run_hide_secrets(struct run *run);

/* run_judge.c: severities, suppressions, exceptions, order, counts. */
bool run_judge(struct run *run, struct error *err);
