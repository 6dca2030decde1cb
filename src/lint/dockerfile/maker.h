#pragma once
/*
 * Inside of the model's making: what its files share.
 *
 *   model.c      the way through the instructions; questions that rules ask
 *   variable.c   variables by name, kept for every instruction without copies
 *   state.c      what an instruction changes: USER, WORKDIR, SHELL, ENV, ARG
 *   stage.c      FROM, who builds on whom, which stages are used
 *   body.c       RUN bodies as shell
 */
#include "base/table.h"
#include "lint/dockerfile/expand.h"
#include "lint/dockerfile/model.h"

struct model_maker {
    const struct dockerfile *dockerfile;
    const struct base_resolver *resolver; /* NULL: nobody can be asked */
    const struct model_build *build;      /* NULL: no arguments, no target */
    struct dockerfile_model *model;
    struct arena *arena;
    struct table *names;
    struct stage *stage;             /* being read; NULL: before the first */
    const struct stage_state *state; /* that holds now */
    bool failed;                     /* the budget is spent */
};

/* variable.c */
bool variable_put(struct arena *arena, struct stage_state *state, const struct variable *variable);
/* The platform's and the proxies' ARGs that FROM and `ARG TARGETARCH` know. */
bool variable_put_predefined(struct arena *arena, struct stage_state *state);

/* A word with the variables of a state. `platform`, when not NULL, is taken for TARGETARCH.
   `has_platform` (may be NULL) tells whether a target's variable was used. */
struct slice state_expand(const struct dockerfile_model *model, const struct stage_state *state,
                          struct slice word, const char *platform, bool *complete,
                          bool *has_platform);

/* state.c: makes the state behind an instruction; `where` stands in the variables it sets. */
void maker_apply(struct model_maker *maker, const struct instruction *instruction,
                 const struct instruction *where);
struct stage_state *maker_change(struct model_maker *maker); /* a copy that may be changed */

/* stage.c */
void maker_start_stage(struct model_maker *maker, const struct instruction *from, size_t index);
void maker_mark_used(struct model_maker *maker);

/* body.c: NULL when it has none. */
struct run_body *maker_bodies(struct model_maker *maker, const struct instruction *instruction,
                              const struct stage_state *state);
