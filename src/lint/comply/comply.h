#pragma once
/*
 * The compliance checklist: each row is proven by what was looked at, or asked. A row that a
 * machine cannot know (was it tested in staging?) is answered by a person, recorded with who and
 * when in plimsoll.compliance.yaml (answers.c), or by an attestation (attestation.c); it is never
 * assumed.
 *
 *   rows.c        the two lists: the guide's checklist, CIS Docker Benchmark §4
 *   row_*.c       what proves a row
 *   answers.c     the file of answers
 *   attestation.c in-toto statements about this image
 *
 * All lives in the arena that comply_run was given.
 */
#include "lint/dockerfile/model.h"
#include "lint/lint.h"
#include "scan/pipeline.h"

enum comply_state {
    COMPLY_PASS,
    COMPLY_FAIL,
    COMPLY_OPEN, /* nobody has answered yet */
    COMPLY_NOT_APPLICABLE,
};

struct comply;
struct comply_row;

struct comply_rule {
    const char *id;       /* "non-root-user" */
    const char *list;     /* "guide" or "cis" */
    const char *section;  /* "4.1" of the benchmark, or "" */
    const char *codes;    /* of findings that speak against it, blank-separated */
    const char *title;    /* "Non-root user configured" */
    const char *question; /* what a person is asked where nothing proves it; NULL: proven only */
    void (*judge)(struct comply *comply, struct comply_row *row);
};

struct comply_row {
    const struct comply_rule *rule;
    enum comply_state state;
    struct slice how;          /* how it was proven, or what is missing: a sentence */
    struct slice todo;         /* what to do; empty when it passes */
    struct slice by, at, note; /* of an answer */
};

/* A recorded answer. */
struct comply_answer {
    struct slice row, image; /* image: digest of its configuration */
    bool yes;
    struct slice by, at, note;
};

struct comply_answers {
    struct comply_answer *items;
    size_t count, room;
};

#define COMPLY_ANSWERS_FILE "plimsoll.compliance.yaml"

struct comply_options {
    const struct scan *scan;        /* with matching and secrets; NULL: no image was given */
    const struct lint_result *lint; /* of the Dockerfile and the proxies' files; NULL: none given */
    const struct comply_answers *answers;
    const char *const *lists; /* "guide", "cis" */
    size_t list_count;
    struct slice tag;      /* to be pushed as; empty: what the image says */
    struct slice *trusted; /* patterns of repositories (glob.h) */
    size_t trusted_count;
    const char *const *attestations; /* files */
    size_t attestation_count;
    unsigned review_days; /* a review or test older than this does not count */
    int64_t now;
};

struct comply {
    const struct comply_options *options;
    struct arena *arena;
    const struct image *image;          /* NULL: none */
    const struct scan_image *seen;      /* NULL: none */
    struct slice image_digest;          /* "sha256:…" of the configuration; empty: no image */
    const struct lint_file *dockerfile; /* NULL: none was given */
    struct dockerfile parsed;
    struct dockerfile_model model;     /* with stages when the Dockerfile could be parsed */
    struct lint_report image_findings; /* of lint image */
    struct comply_tested {
        struct slice file, at;
    } * tested; /* attestations that speak of this image and say that tests passed */
    size_t tested_count, tested_room;
    struct comply_row *rows;
    size_t count, room;
    struct slice *notes; /* attestations that were not believed, and why */
    size_t note_count, note_room;
    bool failed; /* the budget was spent */
};

extern const struct comply_rule comply_rules[]; /* ended by a row without an id */

bool comply_run(const struct comply_options *options, struct arena *arena, struct comply *comply,
                struct error *err);
/* Configuration of nginx and HAProxy that a Dockerfile copies into its last stage, as its COPY
   names them (relative to the build context): where to look for the endpoint of its health check.
 */
bool comply_configurations(const struct lint_file *dockerfile, struct arena *arena,
                           struct slice **paths, size_t *count, struct error *err);
/* Rows that neither pass nor are not applicable. */
size_t comply_missing(const struct comply *comply);
const char *
comply_state_name(enum comply_state state); /* "pass", "fail", "open", "not-applicable" */

/* A file that is not there gives no answers. */
bool comply_answers_read(const char *path, struct arena *arena, struct comply_answers *answers,
                         struct error *err);
/* The same from bytes; `path` is for messages. */
bool comply_answers_parse(struct slice bytes, const char *path, struct arena *arena,
                          struct comply_answers *answers, struct error *err);
/* Appends; makes the file when it is not there. */
bool comply_answer_write(const char *path, const struct comply_answer *answer, struct arena *arena,
                         struct error *err);
/* The newest answer to a row about this image that is not older than `days`; NULL: none. */
const struct comply_answer *comply_answer_find(const struct comply *comply, const char *row);

/* Reads an in-toto statement (or a DSSE envelope around one) and adds it to `tested` when its
   subject is this image and its predicate says that tests passed. Otherwise a note says why not. */
bool comply_attestation_read(struct comply *comply, const char *path, struct error *err);
/* The same from bytes; `path` is for messages. */
bool comply_attestation_parse(struct comply *comply, struct slice bytes, const char *path,
                              struct error *err);

/* For row_*.c: sets state and words, printf's. */
__attribute__((format(printf, 4, 5))) void comply_say(struct comply *comply, struct comply_row *row,
                                                      enum comply_state state, const char *how,
                                                      ...);
__attribute__((format(printf, 3, 4))) void
comply_todo(struct comply *comply, struct comply_row *row, const char *todo, ...);
/* The row from a recorded answer, or open with the rule's question. */
void comply_ask(struct comply *comply, struct comply_row *row);

void comply_judge_base(struct comply *comply, struct comply_row *row);
void comply_judge_image_findings(struct comply *comply, struct comply_row *row);
void comply_judge_secrets(struct comply *comply, struct comply_row *row);
void comply_judge_user(struct comply *comply, struct comply_row *row);
void comply_judge_health(struct comply *comply, struct comply_row *row);
void comply_judge_review(struct comply *comply, struct comply_row *row);
void comply_judge_severities(struct comply *comply, struct comply_row *row);
void comply_judge_tested(struct comply *comply, struct comply_row *row);
void comply_judge_tag(struct comply *comply, struct comply_row *row);
void comply_judge_comments(struct comply *comply, struct comply_row *row);
void comply_judge_trust(struct comply *comply, struct comply_row *row);
/* Fails when lint, of the image or of its Dockerfile, has a finding with one of the row's codes. */
void comply_judge_findings(struct comply *comply, struct comply_row *row);
/* Only a person knows. */
void comply_judge_answer(struct comply *comply, struct comply_row *row);
