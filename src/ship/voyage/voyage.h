#pragma once
/*
 * `plimsoll ship`: from a Dockerfile to a release in a registry, as one table of steps.
 *
 *     lint login pull build scan gate     |  test tag push deploy record
 *     image by image; the first no stops  |  step by step, and only when every image got here
 *
 * What a step made is in the image's record (record.h), a file that is written after each step: a
 * run that was cut short is taken up again by it, and --from starts in the middle by it. A step's
 * outcome holds for one input (input.h): for another Dockerfile, context or test it counts for
 * nothing.
 *
 *   steps.c     the table
 *   step_*.c    what each does
 *   run.c       the order, stopping
 *   resume.c    which steps of the last run still hold
 *   input.c     digests of what a step works on
 *   record_*.c  the file
 *   lock.c      one ship of a repository at a time
 *
 * One thread. Results live in the arena of voyage_run; slices are NUL-terminated behind.
 */
#include <stdatomic.h>

#include "base/process.h"
#include "project/project.h"
#include "ship/voyage/record.h"

struct voyage_job;
struct voyage_step;

/* What is told while it happens; all may be NULL. */
struct voyage_events {
    void *context;
    void (*began)(void *context, const struct voyage_job *job, enum voyage_step_id id);
    /* Output of the programs that a step runs: untrusted. */
    void (*line)(void *context, bool is_error, struct slice line);
    /* A step passed, was left out, or stopped the run; `kept`: by a former run. */
    void (*ended)(void *context, const struct voyage_job *job, enum voyage_step_id id, bool kept);
    void (*note)(void *context, struct slice text);
    /* Bytes that are at the registry by now, of all. Any thread. */
    void (*progress)(void *context, uint64_t done, uint64_t all);
};

struct voyage_options {
    const struct project *project;
    const struct project_image *const *images;
    size_t image_count;
    struct slice release;             /* "v1.0.0", VOYAGE_FROM_BASE; empty: none (build) */
    const char *state;                /* folder of records, locks and built images */
    const char *program;              /* plimsoll itself, which scans in a process of its own */
    const char *const *program_words; /* for it: "--db", "…"; ends with NULL; may be NULL */
    /* How the run was asked for, for advice that can be typed as it stands: "push" (NULL: "ship"),
       the images as they were named, the other options (" --config x"); both may be empty. */
    const char *verb;
    struct slice named, typed;
    const char *engine;           /* --engine; NULL: whichever is there */
    struct project_words fail_on; /* --fail-on; none: the image's, else `fail_on_standard` */
    struct project_words fail_on_standard; /* what scan.fail-on says; none: critical, high */
    bool ignore_unfixed;
    const char *exceptions; /* file; NULL: none */
    const char *const *own; /* files of ours that may lie in a build context (--log): no input of a
                               build; ends with NULL; may be NULL */
    unsigned steps;         /* VOYAGE_BIT of those that this command has */
    unsigned skip;          /* … of those that the user leaves out */
    enum voyage_step_id first; /* --from */
    bool from;                 /* it was said: what stands before must hold */
    bool only_built;           /* `push`: a build is needed, and nothing else */
    bool plain_http, insecure, offline;
    bool without_attach; /* no SBOM and no scan beside the image in the registry */
    bool without_sign;   /* not by cosign, though it is here */
    /* Ends what goes over the network within a second; a signal that was caught
       (base/process.h) ends the run before its next step. May be NULL. */
    const atomic_bool *cancel;
    struct voyage_events events;
};

#define VOYAGE_FROM_BASE "from-base" /* a release: each image has the version of its base */
#define VOYAGE_BIT(id)   (1U << (id))
#define VOYAGE_ALL       (VOYAGE_BIT(VOYAGE_STEPS) - 1)

struct ship_engine;

/* One image of one run. */
struct voyage_job {
    const struct voyage_options *options;
    const struct project_image *image;
    struct slice release;       /* "v1.0.0", or the version of its base; empty: none */
    struct ship_engine *engine; /* of all jobs; found by the first that asks for it */
    const char *folder;         /* of this image's record and build, below `state` */
    const char *path;           /* of the record */
    int lock;                   /* descriptor; -1 */
    unsigned kept;              /* VOYAGE_BIT: passed in a former run, and still holds */
    struct digest source;       /* of Dockerfile, context and what it is built with */
    struct voyage_record record;
    struct arena *arena;
    struct slice next; /* what to do, said by a step that did not pass */
};

struct voyage_step {
    const char *prose; /* what it does, a line */
    /* Done again when a run is taken up: it is cheap, or its answer may have changed since. */
    bool always;
    /* Why there is nothing to do for this image; NULL: there is. May be NULL. */
    const char *(*idle)(const struct voyage_job *job);
    /* The exact commands and calls, a line each, for --dry-run. Asks nobody, changes nothing. */
    bool (*tell)(struct voyage_job *job, struct slice *lines, struct error *err);
    /* Fills mark->said. VOYAGE_REFUSED: it says no, `said` is why; VOYAGE_FAILED: `err` is why. */
    enum voyage_outcome (*run)(struct voyage_job *job, struct voyage_mark *mark, struct error *err);
};
extern const struct voyage_step voyage_steps[VOYAGE_STEPS];
/* False: no such step. */
bool voyage_step_find(struct slice name, enum voyage_step_id *id);

struct voyage {
    struct voyage_job *jobs; /* beside options->images */
    size_t count;
    size_t stopped_at; /* job; `count`: all went well */
    enum voyage_step_id stopped_in;
};

/*
 * `steps` is voyage_steps but in tests. False: nothing was begun (usage, somebody else's lock, a
 * record that --from needs). True with stopped_at < count: that job's record says what happened and
 * `next` what to do; after VOYAGE_FAILED `err` is set as well. voyage_done in any case.
 */
bool voyage_run(const struct voyage_options *options, const struct voyage_step *steps,
                struct arena *arena, struct voyage *voyage, struct error *err);
/* The same up to the first step: jobs with what would be kept, for --dry-run. Neither locks nor
   writes. */
bool voyage_plan(const struct voyage_options *options, const struct voyage_step *steps,
                 struct arena *arena, struct voyage *voyage, struct error *err);
/* Gives up locks. */
void voyage_done(struct voyage *voyage);
#define CLEANUP_VOYAGE __attribute__((cleanup(voyage_done)))

/* Why a step is left out for this image ("left out by --skip"); NULL: it is not. */
const char *voyage_idle(const struct voyage_job *job, const struct voyage_step *steps,
                        enum voyage_step_id id);
/* Whether this run comes to the step at all: not before --from, of another command. */
bool voyage_comes_to(const struct voyage_options *options, enum voyage_step_id id);

/* ---- for steps ---- */

/* mark->said; false: the budget was spent. */
__attribute__((format(printf, 3, 4))) bool
voyage_say(struct voyage_job *job, struct voyage_mark *mark, const char *format, ...);
/* job->next: what to do now. */
__attribute__((format(printf, 2, 3))) void voyage_advise(struct voyage_job *job, const char *format,
                                                         ...);
/* What to type to begin this image at a step; of a run of several images, to go on with all: each
   begins where it was. VOYAGE_STEPS: at no step in particular. */
struct slice voyage_command(const struct voyage_job *job, enum voyage_step_id from);
/* Passes output of a program to events.line: `context` is the job. */
void voyage_line(void *context, bool is_error, struct slice line);
