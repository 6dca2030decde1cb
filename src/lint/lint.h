#pragma once
/*
 * The whole way of `plimsoll lint`: names → files and their kinds → parsers → rules → ignores,
 * configuration, exceptions → report. Nothing is written: fixes are in the findings, and
 * lint_fix_apply makes the new bytes of a file.
 *
 *   discover.c   what a folder holds that can be linted, and as what
 *   settings.c   plimsoll.yaml (merged from the root down), .hadolint.yaml, --config, profiles
 *   ignore.c     comments that switch rules off
 *   fix.c        edits → bytes
 *   run.c        the way itself
 */
#include "lint/proxy.h"
#include "scan/exceptions.h"

struct lint_options {
    const char *const *paths; /* files, folders, "-"; none: the working folder */
    size_t path_count;
    unsigned as;               /* LINT_DOCKERFILE, …; 0: told by name and content */
    const char *config;        /* --config; NULL: found */
    enum lint_profile profile; /* 0: what configuration says, else default */
    enum header_profile headers;
    bool headers_given; /* `headers` was said on the command line */
    bool offline, without_shellcheck, without_context, behind_tls;
    struct slice target_version; /* of nginx, HAProxy */
    const char *exceptions;      /* file; NULL: none */
    struct slice *ignore;        /* --ignore: rules or codes */
    size_t ignore_count;
    const struct base_resolver *resolver; /* NULL: one made by lint_run */
};

/* What was seen of one file. */
struct lint_looked {
    struct lint_file file;
    struct proxy_result *proxy; /* nginx, HAProxy; NULL otherwise */
};

struct lint_result {
    struct lint_report report; /* sorted by path, line, column, rule */
    struct lint_looked *files;
    size_t file_count, file_room;
    size_t counts[LINT_ERROR + 1]; /* by severity, without suppressed ones */
    size_t suppressed;
    enum lint_severity fail_on; /* LINT_OFF: configuration says nothing of it */
    struct slice started;
    double seconds;
};

/* False only when nothing could be done at all (no such path, a bad configuration). */
bool lint_run(const struct lint_options *options, struct arena *arena, struct lint_result *result,
              struct error *err);

/* All rules of all kinds, for `lint --list-rules`, SARIF, documentation; sorted by id. */
bool lint_rules(struct arena *arena, const struct lint_rule ***rules, size_t *count);
/* By id or by any of its codes (any case); NULL: unknown. */
const struct lint_rule *lint_rule_find(struct slice name);

/* The file's bytes with all edits that its unsuppressed findings have and that do not overlap (of
   two that do, the earlier one); `applied` counts the findings. */
bool lint_fix_apply(const struct lint_report *report, const struct lint_file *file,
                    struct arena *arena, struct slice *bytes, size_t *applied, struct error *err);
