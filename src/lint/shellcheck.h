#pragma once
/*
 * ShellCheck on the RUN bodies of all Dockerfiles of a run, in one call. Bodies are collected while
 * a file's model is there (they are copied), and judged when all files were read:
 *
 *     struct shellcheck *check = shellcheck_new(arena);
 *     for each file: shellcheck_add(check, &model, err);
 *     shellcheck_run(check, report, &absent, err);
 *
 * The file that a model was made of must live until the report is done with. One thread at a time.
 */
#include "lint/dockerfile/model.h"

struct shellcheck;

/* NULL when the budget is spent. */
struct shellcheck *shellcheck_new(struct arena *arena);
/* False only when the budget is spent. */
bool shellcheck_add(struct shellcheck *check, const struct dockerfile_model *model,
                    struct error *err);
/*
 * Adds findings of shellcheck_rule, each with one code ("SC2086"). True, too, when there was
 * nothing to do, and with `*absent` when there is no such program. False with err when it was there
 * and failed, or was ended because it took too long: worth a note, no more.
 */
bool shellcheck_run(struct shellcheck *check, struct lint_report *report, bool *absent,
                    struct error *err);
/* "SC2086", "sc1091": names that people may ignore although no rule of ours has them. */
bool shellcheck_is_code(struct slice name);
extern const struct lint_rule shellcheck_rule;
