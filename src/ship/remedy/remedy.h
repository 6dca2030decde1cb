#pragma once
/*
 * What mends the findings of an image: a newer base, the base as it is now, updates of packages;
 * which of these mends most, the edit of the Dockerfile that makes them, and exceptions drafted for
 * what nothing mends. Bases are scanned to know what they bring: nothing is guessed from versions.
 *
 *     scan of the image ─> findings ─┐
 *     base's tags ─> scans of bases ─┼─> steps, each with what it mends ─> plan ─> edits, drafts
 *     packages with a fixed version ─┘
 *
 * All lives in the arena of the remedy; texts are hostile. Runs in the broker (scans), one thread.
 */
#include <stdio.h>

#include "base/table.h"
#include "scan/exceptions.h"
#include "scan/pipeline.h"
#include "update/choose.h"
#include "update/place.h"

struct remedy_finding {
    struct slice id, package, version, fixed;
    enum severity severity;
    enum fix_state state;
    enum package_type type;
    bool kev;
    size_t layer; /* index of the layer that brought the package */
    size_t step;  /* of the plan that mends it, from 1; 0: none */
};

enum remedy_kind {
    REMEDY_REBUILD,  /* the base's tag leads elsewhere by now */
    REMEDY_BASE,     /* another tag of the base */
    REMEDY_PACKAGES, /* updates of the distribution's packages */
    REMEDY_OTHER,    /* of a language's packages: where their version is written */
};

struct remedy_step {
    enum remedy_kind kind;
    struct slice title;   /* "haproxy:3.3.1-alpine → 3.3.2-alpine", "apk upgrade libcrypto3" */
    struct slice command; /* REMEDY_PACKAGES: for a RUN instruction */
    struct slice names;   /* REMEDY_PACKAGES: of packages, separated by blanks */
    struct slice user;    /* REMEDY_REBUILD, REMEDY_BASE: that the base sets; may be empty */
    struct slice tag;     /* REMEDY_BASE: the new one */
    struct slice note;    /* "over the policy: --policy major"; may be empty */
    bool allowed;         /* may stand in the plan */
    bool *mends;          /* beside `findings` */
    size_t count;         /* of `mends` */
    size_t place;         /* in the plan, from 1; 0: it is not in it */
    size_t adds;          /* what it mends that those before it in the plan do not */
};

struct remedy {
    struct slice image;
    struct slice distribution; /* "Alpine Linux v3.16"; may be empty */
    enum severity severity;    /* findings of this or worse are looked at */
    struct remedy_finding *findings;
    size_t count, room;
    size_t ignored;              /* findings below that, and excepted ones */
    struct slice base, base_how; /* "haproxy:3.3.1-alpine", "named by its label"; may be empty */
    struct slice user;           /* of the base; may be empty: not known, or root */
    struct remedy_step *steps;   /* what mends most first */
    size_t step_count, step_room;
    size_t *plan; /* indices of steps, in their order */
    size_t plan_count;
    size_t mended;          /* by the plan */
    const char *dockerfile; /* NULL: none is known */
    const char *context;
    struct slice before, after; /* of the Dockerfile; equal: nothing to edit */
    struct slice edit_problem;  /* why the plan cannot be written into it; may be empty */
    struct exceptions drafts;
    struct slice *notes;
    size_t note_count, note_room;
};

struct remedy_options {
    struct scan_options scan;
    enum severity severity;
    const char *dockerfile; /* NULL: only a label tells of the base */
    const char *context;
    struct slice target; /* stage that is built */
    enum update_policy policy;
    struct slice suffix;
    bool bases;      /* look for other bases */
    const char *hub; /* Docker Hub's API; NULL: its own */
    struct slice owner;
    unsigned expires_days;
    int64_t now;
    void *context_of_progress;
    void (*progress)(void *context, struct slice what);
};

bool remedy_run(const struct remedy_options *options, struct arena *arena, struct remedy *remedy,
                struct error *err);

/* ---- what its files share ---- */

/* What is in an image that was scanned to be compared. */
struct remedy_content {
    struct table findings; /* "id\npackage" */
    struct table packages; /* names */
    struct slice user;
};

/* bases.c: steps of the base. */
bool remedy_find_bases(const struct remedy_options *options, const struct image *image,
                       struct arena *arena, struct remedy *remedy, struct error *err);
/* Marks what a base with that content mends. `layers`: of the image that are the base's, 0: not
   known. */
bool remedy_compare(const struct remedy *remedy, const struct remedy_content *content,
                    size_t layers, struct arena *arena, struct remedy_step *step);
/* packages.c: steps of packages. */
bool remedy_find_packages(const struct scan_result *result, struct arena *arena,
                          struct remedy *remedy, struct error *err);
/* plan.c: sorts the steps and chooses: what mends most first, then what mends most of the rest; at
   most one step of the base. */
bool remedy_plan(struct remedy *remedy, struct arena *arena);
/* edit.c: `after` from `before`. */
bool remedy_edit(const struct remedy_options *options, struct arena *arena, struct remedy *remedy,
                 struct error *err);
/* draft.c */
bool remedy_draft(const struct remedy_options *options, struct arena *arena, struct remedy *remedy,
                  struct error *err);

bool remedy_note(struct remedy *remedy, struct arena *arena, struct slice text);
bool remedy_step_add(struct remedy *remedy, struct arena *arena, const struct remedy_step *step);

/* write.c: "table", "json", "markdown". */
bool remedy_write(const char *format, const struct remedy *remedy, unsigned width, FILE *file,
                  struct error *err);
