/* The steps test and deploy: what the project's own commands say, and the last word to the world.
 */
#include "base/ascii.h"
#include "ship/engine/engine.h"
#include "ship/test/test.h"
#include "ship/voyage/steps.h"

const char *test_step_idle(const struct voyage_job *job)
{
    const struct project_test *test = &job->image->test;
    return test->command.argv || test->compose || test->health.len
               ? NULL
               : "plimsoll.yaml has no test for it";
}

/* "PLIMSOLL_IMAGE_REACT_APP=react-app:v1.0.0" for each image of this run: for compose files. */
static const char *const *test_environment(const struct voyage_job *job)
{
    const struct voyage_options *options = job->options;
    const char **all = arena_array(job->arena, options->image_count + 1, sizeof *all);
    for (size_t i = 0; all && i < options->image_count; i++) {
        const struct project_image *image = options->images[i];
        struct slice name = arena_copy(job->arena, image->name);
        /* Each image may have a release of its own; all are called latest, too. */
        bool own = image == job->image || !slice_equal_str(options->release, VOYAGE_FROM_BASE);
        struct slice local = voyage_local_name(job, image, own ? NULL : "latest");
        if (!name.at || !local.at)
            return NULL;
        for (char *at = (char *)(uintptr_t)name.at; *at; at++)
            *at = ascii_alnum(*at) ? ascii_upper(*at) : '_';
        all[i] = arena_printf(job->arena, "PLIMSOLL_IMAGE_%s=%s", name.at, local.at).at;
        if (!all[i])
            return NULL;
    }
    return all;
}

/* All images of the project: the others may be needed to stand in for. */
static bool make_test(const struct voyage_job *job, struct ship_test_options *options,
                      struct error *err)
{
    const struct project *project = job->options->project;
    const struct project_test *test = &job->image->test;
    struct ship_test_image *images =
        arena_array(job->arena, project->image_count + 1, sizeof *images);
    const char *const *environment = test_environment(job);
    if (!images || !environment)
        return arena_error(err);
    for (size_t i = 0; i < project->image_count; i++)
        images[i] = (struct ship_test_image){project->images[i].name, project->images[i].dockerfile,
                                             project->images[i].context};
    *options = (struct ship_test_options){
        .image = job->record.name.len ? job->record.name : voyage_local_name(job, job->image, NULL),
        .folder = project->folder,
        .command = test->command.argv,
        .compose = test->compose,
        .health = test->health,
        .seconds = test->seconds,
        .engine = job->engine->row ? job->engine->row->name : job->options->engine,
        .environment = environment,
        .images = images,
        .image_count = project->image_count,
        .context = (void *)(uintptr_t)job,
        .line = voyage_line,
    };
    return true;
}

bool test_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    struct ship_test_options options;
    struct slice *plan;
    size_t count;
    if (!make_test(job, &options, err) || !ship_test_plan(&options, job->arena, &plan, &count, err))
        return false;
    *lines = arena_join(job->arena, plan, count, "\n");
    return lines->at || arena_error(err);
}

enum voyage_outcome test_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err)
{
    struct ship_test_options options;
    struct ship_test_result result;
    const struct voyage_events *events = &job->options->events;
    if (!make_test(job, &options, err) || !ship_test_run(&options, job->arena, &result, err))
        return VOYAGE_FAILED;
    for (size_t i = 0; events->note && i < result.note_count; i++)
        events->note(events->context, result.notes[i]);
    voyage_say(job, mark, "%.*s", SLICE_ARG(result.summary));
    if (result.passed)
        return VOYAGE_PASSED;
    struct slice command = voyage_command(job, VOYAGE_TEST);
    voyage_advise(job, "what it said is above and in --log; then: %.*s", SLICE_ARG(command));
    return VOYAGE_REFUSED;
}

/* ---- deploy ---- */

const char *deploy_step_idle(const struct voyage_job *job)
{
    return job->image->deploy.argv ? NULL : "plimsoll.yaml has no deploy command for it";
}

/* "PLIMSOLL_IMAGE=registry/app:1.0.0", … : docs/ship.md describes them. */
static const char *const *deploy_environment(const struct voyage_job *job)
{
    const struct voyage_record *record = &job->record;
    struct slice release = job->release;
    if (release.len && release.at[0] == 'v')
        release = slice_from(release, 1);
    const char **all = arena_array(job->arena, 6, sizeof *all);
    if (!all)
        return NULL;
    all[0] = arena_printf(job->arena, "PLIMSOLL_IMAGE=%.*s:%.*s", SLICE_ARG(record->repository),
                          SLICE_ARG(release))
                 .at;
    all[1] = arena_printf(job->arena, "PLIMSOLL_DIGEST=%.*s", SLICE_ARG(record->digest)).at;
    all[2] = arena_printf(job->arena, "PLIMSOLL_RELEASE=%.*s", SLICE_ARG(release)).at;
    all[3] = arena_printf(job->arena, "PLIMSOLL_REPOSITORY=%.*s", SLICE_ARG(record->repository)).at;
    all[4] = arena_printf(job->arena, "PLIMSOLL_NAME=%.*s", SLICE_ARG(record->image)).at;
    for (size_t i = 0; i < 5; i++)
        if (!all[i])
            return NULL;
    return all;
}

bool deploy_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    const char *const *all = deploy_environment(job);
    if (!all)
        return arena_error(err);
    *lines =
        arena_printf(job->arena, "%s %s %s PLIMSOLL_DIGEST=… %.*s  (in %s)", all[0], all[2], all[3],
                     SLICE_ARG(job->image->deploy.text), job->options->project->folder);
    return lines->at || arena_error(err);
}

enum voyage_outcome deploy_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                    struct error *err)
{
    struct process_result result;
    struct process_options options = {.argv = job->image->deploy.argv,
                                      .environment = deploy_environment(job),
                                      .folder = job->options->project->folder,
                                      .context = job,
                                      .line = voyage_line};
    if (!options.environment) {
        arena_error(err);
        return VOYAGE_FAILED;
    }
    if (!process_run(&options, job->arena, &result, err))
        return VOYAGE_FAILED;
    if (result.exit_code != 0) {
        struct slice command = voyage_command(job, VOYAGE_DEPLOY);
        error_set(err, ERROR_IO, "%.*s: exit code %d", SLICE_ARG(job->image->deploy.text),
                  result.exit_code);
        voyage_advise(job, "the images are pushed; then: %.*s", SLICE_ARG(command));
        return VOYAGE_FAILED;
    }
    voyage_say(job, mark, "%.*s", SLICE_ARG(job->image->deploy.text));
    return VOYAGE_PASSED;
}
