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
 *   catalogue.c  all rules of all kinds
 *   run.c        the way itself
 */
#include "lint/proxy.h"
#include "scan/exceptions.h"

/* Bytes that stand for a file's: what --fix has made of it and not yet written. */
struct lint_overlay {
    struct slice path; /* as given, or as it was found */
    struct slice bytes;
};

struct lint_options {
    const char *const *paths; /* files, folders, "-"; none: the working folder */
    size_t path_count;
    unsigned as;               /* LINT_DOCKERFILE, …; 0: told by name and content */
    const char *dockerfile;    /* one of `paths` that is a Dockerfile whatever its name; or NULL */
    const char *config;        /* --config; NULL: found */
    enum lint_profile profile; /* 0: what configuration says, else default */
    enum header_profile headers;
    bool headers_given; /* `headers` was said on the command line */
    bool offline, without_shellcheck, without_context, behind_tls;
    struct slice target_version; /* of nginx, HAProxy */
    const char *exceptions;      /* file; NULL: none */
    const char *context;         /* folder that Dockerfiles are built with; NULL: told by them */
    struct slice *ignore;        /* --ignore: rules or codes */
    size_t ignore_count;
    struct slice *only; /* --only: these rules and no others, whatever the profile */
    size_t only_count;
    enum lint_severity fail_on; /* LINT_OFF with `fail_on_given`: never */
    bool fail_on_given;
    const struct base_resolver *resolver; /* NULL: one made by lint_run */
    const char *bases; /* folder where answers about base images are kept; NULL: the usual one */
    const struct lint_overlay *overlays;
    size_t overlay_count;
};

/* What was seen of one file. */
struct lint_looked {
    struct lint_file *file;
    struct proxy_result *proxy;  /* nginx, HAProxy; NULL otherwise */
    enum header_profile headers; /* that it was judged by */
};

struct lint_result {
    struct lint_report report; /* sorted by path, line, column, rule */
    struct slice image;        /* of lint_run_image its name, and no files; else empty */
    struct lint_looked *files; /* those that could be read */
    size_t file_count, file_room;
    size_t counts[LINT_ERROR + 1]; /* by severity, without suppressed ones */
    size_t suppressed;
    size_t failing; /* at or over the gate (options, else configuration, else warning) */
    size_t fixable; /* unsuppressed ones that have edits */
    size_t unread;  /* files or folders that could not be read; each has a note */
    /* A configuration that could not be taken, where others could: its folder's files are unread.
       The report is good, and the command has to end as for wrong usage. */
    struct slice bad_configuration;
    bool shellcheck_absent; /* it was to be asked, and is not installed */
    struct slice started;
    double seconds;
};

/*
 * False only when nothing could be done at all: no such path, a bad configuration. What is in
 * `result` then is not to be used.
 */
bool lint_run(const struct lint_options *options, struct arena *arena, struct lint_result *result,
              struct error *err);

/* The same for a built image, by what a scan of it found (scan_options.without_match is enough);
   paths in findings are those inside the image. */
struct scan;
bool lint_run_image(const struct lint_options *options, const struct scan *scan,
                    struct arena *arena, struct lint_result *result, struct error *err);

/* What lint_run makes when it is given no resolver; base_images_done ends it. */
struct base_images;
struct base_resolver lint_resolver(const struct lint_options *options, struct arena *arena,
                                   struct base_images **images);

/* All rules of all kinds, for `lint rules`, SARIF, documentation; sorted by id. */
bool lint_rules(struct arena *arena, const struct lint_rule ***rules, size_t *count);
/* By id or by any of its codes (any case); NULL: unknown. */
const struct lint_rule *lint_rule_find(struct slice name);
/* What it looks at: "dockerfile", "nginx", "haproxy", "headers" (of both), "context",
   "image", "any". */
const char *lint_rule_kind(const struct lint_rule *rule);
/* Of a name that lint_rule_find does not know: the nearest id or code; empty: nothing is near. */
struct slice lint_rule_suggest(struct slice name, struct arena *arena);

/* The file's bytes with all edits that its unsuppressed findings have and that do not overlap (of
   two that do, the earlier one); `applied` counts the findings. */
bool lint_fix_apply(const struct lint_report *report, const struct lint_file *file,
                    struct arena *arena, struct slice *bytes, size_t *applied, struct error *err);

/* Reads a file for lint (16 MiB at most), "-" from standard input. */
bool lint_read(struct slice path, struct arena *arena, struct slice *bytes, struct error *err);
