#pragma once
/* When manifests were last pulled: noted in memory by any thread, written behind by
   registry_tick. What is not written yet when the machine stops is lost: at most a few seconds of
   pulls. Core's own. */
#include "registry/core/core.h"

struct pulls;

struct pulls *pulls_new(void);
void pulls_free(struct pulls *pulls); /* accepts NULL */
void pulls_note(struct pulls *pulls, const struct scope *scope, const struct digest *digest,
                double now);
/* Later than what is written; 0: none noted. */
double pulls_pending(struct pulls *pulls, const struct scope *scope, const struct digest *digest);
/* Writes all. */
bool pulls_write(struct registry *registry, struct pulls *pulls, struct error *err);
