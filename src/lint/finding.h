#pragma once
/*
 * What every part of lint has in common: a file being looked at, a rule's words, a finding, and the
 * edit that mends it. Dockerfiles, proxies' configurations, build contexts and built images all
 * report into one `struct lint_report`.
 *
 * All lives in the report's arena and is read-only once lint_run has returned. One thread at a time
 * a report.
 */
#include "base/arena.h"

enum lint_severity { LINT_OFF, LINT_STYLE, LINT_INFO, LINT_WARNING, LINT_ERROR };

/* What a file is linted as. Bits, so that a rule can be for several. */
enum lint_kind {
    LINT_DOCKERFILE = 1,
    LINT_NGINX = 2,
    LINT_HAPROXY = 4,
    LINT_CONTEXT = 8, /* the build context or repository around it */
    LINT_IMAGE = 16,  /* a built image */
};

/* Who turns a rule on: each profile is a set of rules. LINT_PROFILE_STRICT holds all. */
enum lint_profile {
    LINT_PROFILE_DEFAULT = 1,
    LINT_PROFILE_HADOLINT = 2, /* what Hadolint has on by default, and nothing else */
    LINT_PROFILE_BUILDKIT = 4, /* the 22 checks of BuildKit, and nothing else */
    LINT_PROFILE_STRICT = 8,
};

/*
 * A rule's row: the words that help, `lint rules`, SARIF and documentation show. Rules stand in
 * const tables; what checks them stands beside, in a row of the kind's own type
 * (dockerfile/check.h, …) whose first member is this.
 */
struct lint_rule {
    const char *id; /* "pin-base-image": what people write in ignores */
    const char
        *codes; /* other programs' names, blank-separated: "DL3007 DS-0001 CKV_DOCKER_7"; "" */
    enum lint_severity severity;
    unsigned profiles; /* besides LINT_PROFILE_STRICT, which has them all */
    const char *title; /* one line, no full stop: "base image has no fixed version" */
    const char *why;   /* why it matters: a sentence or two */
    const char *bad;   /* an example, as it would stand in the file; may be several lines */
    const char *good;
    const char *fix; /* what --fix does, "pins the tag to the digest it resolves to"; NULL: none */
};

/* A file under lint, or standard input. */
struct lint_file {
    struct slice path;  /* as given, for people; "-" is standard input */
    struct slice bytes; /* as they are in the file */
    enum lint_kind kind;
    size_t *lines; /* where each line begins; made by lint_file_init */
    size_t line_count;
};

/* Replaces bytes [start, end) of the file by `text`. Edits of one finding do not overlap. */
struct lint_edit {
    size_t start, end;
    struct slice text;
};

struct lint_finding {
    const struct lint_rule *rule;
    struct slice codes; /* of this finding, blank-separated; the rule's unless narrowed */
    enum lint_severity severity;
    const struct lint_file *file;  /* NULL: of an image or a context, see `path` */
    struct slice path;             /* the file's, or a path inside the image */
    unsigned line, column;         /* from 1, columns in bytes; 0: of the whole file */
    unsigned end_line, end_column; /* behind the last byte; 0: not known */
    struct slice message;          /* what is wrong here and what to do: one or two sentences */
    struct slice fix;              /* what its edits do, a few words; empty: none */
    struct lint_edit *edits;
    size_t edit_count, edit_room;
    bool secret;       /* a secret stands in its line, which no report quotes */
    bool secret_edits; /* what they write holds a secret: reports leave them out */
    bool suppressed;   /* by a comment, a configuration or an exception: stays visible in JSON */
    struct slice suppression; /* by what: "comment in line 3", "plimsoll.exceptions.yaml:12" */
    struct slice reason;      /* as it was given there */
};

struct lint_note {
    struct slice path, text;
};

struct lint_report {
    struct arena *arena;
    struct lint_finding **findings;
    size_t count, room;
    struct lint_note *notes; /* what could not be looked at, and why */
    size_t note_count, note_room;
    bool failed; /* the arena's budget was spent: sticky, checked once at the end */
};

/* "style", "info", "warning", "error". */
const char *lint_severity_name(enum lint_severity severity);
/* LINT_OFF for "off", "none" and "ignore"; false when it is no severity. */
bool lint_severity_parse(struct slice text, enum lint_severity *severity);

/* Fills `lines`. */
bool lint_file_init(struct lint_file *file, struct slice path, struct slice bytes,
                    enum lint_kind kind, struct arena *arena);
/* Line and column, both from 1, of a byte of the file; the end of the file is fine. */
void lint_file_position(const struct lint_file *file, size_t offset, unsigned *line,
                        unsigned *column);
/* The line (from 1) without its end; empty when there is no such line. */
struct slice lint_file_line(const struct lint_file *file, unsigned line);

/*
 * Adds a finding at bytes [start, end) of the file; the message is printf's and may hold untrusted
 * text (reports escape it). Returns NULL when the budget is spent (report->failed is set): every
 * function below takes that NULL, so callers need not look.
 */
__attribute__((format(printf, 6, 7))) struct lint_finding *
lint_add(struct lint_report *report, const struct lint_rule *rule, const struct lint_file *file,
         size_t start, size_t end, const char *format, ...);
/* The same without a place in a file: images, contexts. */
__attribute__((format(printf, 4, 5))) struct lint_finding *
lint_add_path(struct lint_report *report, const struct lint_rule *rule, struct slice path,
              const char *format, ...);
__attribute__((format(printf, 3, 4))) void lint_note(struct lint_report *report, struct slice path,
                                                     const char *format, ...);

/* Only these of the rule's codes: "DL3006". */
void lint_finding_codes(struct lint_finding *finding, const char *codes);
/* Says what mends it, then the edits of it. */
__attribute__((format(printf, 3, 4))) void
lint_fix(struct lint_report *report, struct lint_finding *finding, const char *format, ...);
/* `text` must live as long as the report. */
void lint_fix_edit(struct lint_report *report, struct lint_finding *finding, size_t start,
                   size_t end, struct slice text);

/* Whether blank-separated `words` has `word`. */
bool lint_has_word(struct slice words, struct slice word);
