#pragma once
/* What steps share among their files; nobody else includes it. */
#include "ship/voyage/voyage.h"

/* Of each step: what is said of it, and what does it. steps.c's table names them. */
bool lint_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome lint_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err);
const char *pull_step_idle(const struct voyage_job *job);
bool pull_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome pull_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err);
bool build_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome build_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                   struct error *err);
bool scan_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome scan_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err);
const char *gate_step_idle(const struct voyage_job *job);
bool gate_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome gate_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err);
const char *test_step_idle(const struct voyage_job *job);
bool test_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome test_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err);
bool login_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome login_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                   struct error *err);
bool tag_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome tag_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                 struct error *err);
bool push_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome push_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err);
const char *deploy_step_idle(const struct voyage_job *job);
bool deploy_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome deploy_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                    struct error *err);
bool record_step_tell(struct voyage_job *job, struct slice *lines, struct error *err);
enum voyage_outcome record_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                    struct error *err);

/* ---- plimsoll's own commands, in a process of their own (child.c) ---- */

struct voyage_words {
    struct arena *arena;
    const char **argv; /* ends with NULL */
    size_t count, room;
    bool failed;
};
/* The program and what all of its commands are given. */
void words_begin(struct voyage_words *words, const struct voyage_job *job, const char *command);
void words_add(struct voyage_words *words, const char *word); /* NULL: the budget was spent */
/* As a person would type it; `at` NULL: the budget was spent. */
struct slice words_line(const struct voyage_words *words);
/* Runs it with its output to events.line; *exit_code 0, 1 or what else a command may end with that
   has done its work. Over 1: an error with its last words. */
bool words_run(const struct voyage_words *words, struct voyage_job *job, int *exit_code,
               struct error *err);

/* ---- the Dockerfile (sources.c) ---- */

struct voyage_sources {
    struct slice *bases; /* external images of the stages that are built, each once */
    size_t base_count, base_room;
    bool untold;                 /* one of them has a variable that nobody sets */
    const char **configurations; /* of nginx and HAProxy, which it copies */
    size_t configuration_count;
};
bool voyage_sources_read(const struct voyage_job *job, struct voyage_sources *sources,
                         struct error *err);

/* ---- beside the image (attach.c) ---- */

struct destination;
struct registry_manifest;
/* SBOM, scan and signature of what was pushed; they go into the record. */
bool voyage_attach(struct voyage_job *job, struct destination *destination,
                   const struct registry_manifest *subject, struct error *err);

/* ---- the engine (step_build.c) ---- */

/* Finds it once for all jobs. */
bool voyage_engine(struct voyage_job *job, struct error *err);
/* "react-app:v1.0.0", what a build is called in the engine; `tag` NULL: the release's. */
struct slice voyage_local_name(const struct voyage_job *job, const struct project_image *image,
                               const char *tag);
