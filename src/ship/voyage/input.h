#pragma once
/*
 * What a step worked on, as a digest: the Dockerfile, the build context as .dockerignore leaves it
 * (names, modes, contents), target, arguments, platforms; and for some steps more. Two runs with
 * the same digest would do the same thing, but for what the world adds (newer bases and
 * advisories). plimsoll's own files (plimsoll.yaml, plimsoll.exceptions.yaml, --log) and .git are
 * left out, so that an exception can be added without building again.
 */
#include "ship/voyage/voyage.h"

enum {
    INPUT_ENTRIES_MAX = 1000000, /* files and folders of a context */
    INPUT_DEPTH_MAX = 64,
};

/* Of the image's sources. `own`: files that do not count; ends with NULL; may be NULL. */
bool voyage_source(const struct project_image *image, const char *const *own, struct digest *digest,
                   struct error *err);
/* Of a step, from job->source, the release and the image's settings; `at` NULL: the budget was
   spent. */
struct slice voyage_input(const struct voyage_job *job, enum voyage_step_id id);
/* The gate's conditions that hold for an image, "critical,high"; empty: none. */
struct slice voyage_gate(const struct voyage_job *job);
/* Whether they are the standard, because nobody said any. */
bool voyage_gate_is_standard(const struct voyage_job *job);
