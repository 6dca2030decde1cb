/*
 * Requests carried out. A build that fails because no container can be made is done again without
 * one (buildah's chroot isolation), once and for the rest of the run, unless BUILDAH_ISOLATION
 * says what is wanted: there is no way to know beforehand all that a runtime may miss (cgroups,
 * mounts, limits).
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "ship/engine/failure.h"
#include "ship/engine/rows.h"

enum { KEPT_BYTES = 256 * 1024, LISTED_BYTES = 8 << 20, REASON_MAX = 400, STEP_MAX = 160 };

static const char *const verbs[SHIP_OPERATIONS] = {
    [SHIP_PULL] = "pulling",  [SHIP_BUILD] = "building", [SHIP_TAG] = "tagging",
    [SHIP_ID] = "looking at", [SHIP_SAVE] = "saving",    [SHIP_REMOVE] = "removing",
    [SHIP_LIST] = "listing",
};

static bool command_run(const struct ship_engine *engine, const struct ship_request *request,
                        const struct ship_job *job, struct process_result *result,
                        struct error *err)
{
    static const char *const environment[] = {"DOCKER_CLI_HINTS=false", "BUILDKIT_PROGRESS=plain",
                                              NULL};
    const char *const *argv = ship_engine_words(engine, request, job->arena, err);
    struct process_options options = {
        .argv = argv,
        .environment = environment,
        .seconds = job->seconds,
        .output_max = request->operation == SHIP_LIST ? LISTED_BYTES : KEPT_BYTES,
        .context = job->context,
        .line = request->operation == SHIP_ID || request->operation == SHIP_LIST ? NULL : job->line,
        .despite_signals = job->despite_signals};
    return argv && process_run(&options, job->arena, result, err);
}

static struct slice both(const struct process_result *result, struct arena *arena)
{
    struct slice all =
        arena_printf(arena, "%.*s\n%.*s", SLICE_ARG(result->output), SLICE_ARG(result->errors));
    return all.at ? all : result->errors;
}

static bool command_failed(const struct ship_engine *engine, const struct ship_request *request,
                           const struct ship_job *job, const struct process_result *result,
                           struct error *err)
{
    struct slice all = both(result, job->arena);
    enum ship_failure failure = ship_failure_find(all);
    const struct ship_failure_kind *kind = &ship_failure_kinds[failure];
    struct slice step = slice_upto(ship_failure_step(all), STEP_MAX);
    struct slice reason = slice_upto(ship_failure_reason(all, failure), REASON_MAX);
    const char *name = engine->row->name;
    if (result->timed_out)
        return error_set(err, ERROR_LIMIT, "%s %.*s with %s took more than %u seconds",
                         verbs[request->operation], SLICE_ARG(request->image), name, job->seconds);
    return error_set(err, kind->kind, "%s %.*s with %s: %.*s%s%.*s (%s; exit %d). Next: %s",
                     verbs[request->operation], SLICE_ARG(request->image), name, SLICE_ARG(step),
                     step.len ? ": " : "", SLICE_ARG(reason), kind->what, result->exit_code,
                     kind->next);
}

/* Whether it is worth trying again without containers; then the engine says so from now on. */
static bool turns_to_chroot(struct ship_engine *engine, const struct ship_request *request,
                            const struct ship_job *job, const struct process_result *result)
{
    const char *wanted = getenv("BUILDAH_ISOLATION");
    if (request->operation != SHIP_BUILD || engine->isolation.len || (wanted && *wanted) ||
        engine->row->has_daemon ||
        ship_failure_find(both(result, job->arena)) != SHIP_FAILED_ISOLATION)
        return false;
    engine->isolation = SLICE("chroot");
    struct slice reason = ship_failure_reason(both(result, job->arena), SHIP_FAILED_ISOLATION);
    ship_engine_note(engine, job->arena,
                     "%s builds with --isolation chroot from here on, since no container could be "
                     "made: %.*s; BUILDAH_ISOLATION decides otherwise",
                     engine->row->name, SLICE_ARG(slice_upto(reason, REASON_MAX)));
    if (job->line && engine->note_count)
        job->line(job->context, true, engine->notes[engine->note_count - 1]);
    return true;
}

static bool command(struct ship_engine *engine, const struct ship_request *request,
                    const struct ship_job *job, struct process_result *result, struct error *err)
{
    if (!command_run(engine, request, job, result, err))
        return false;
    double before = result->seconds;
    if (result->exit_code != 0 && turns_to_chroot(engine, request, job, result)) {
        if (!command_run(engine, request, job, result, err))
            return false;
        result->seconds += before;
    }
    return result->exit_code == 0 || command_failed(engine, request, job, result, err);
}

/* podman and buildah leave "sha256:" out. */
static bool id_of(struct ship_engine *engine, struct slice image, const struct ship_job *job,
                  struct slice *id, struct error *err)
{
    struct ship_request request = {.operation = SHIP_ID, .image = image};
    struct process_result result;
    if (!command(engine, &request, job, &result, err))
        return false;
    struct slice text = slice_trim(result.output);
    if (slice_starts(text, SLICE("sha256:")))
        text = slice_from(text, 7);
    if (text.len != 64)
        return error_set(err, ERROR_FORMAT, "%s says \"%.*s\" instead of the id of %.*s",
                         engine->row->name, SLICE_ARG(slice_upto(text, 80)), SLICE_ARG(image));
    *id = arena_printf(job->arena, "sha256:%.*s", SLICE_ARG(text));
    return id->at || arena_error(err);
}

static bool is_several(const struct ship_request *request)
{
    return request->build && request->build->platform_count > 1;
}

static bool pull(struct ship_engine *engine, const struct ship_request *request,
                 const struct ship_job *job, struct ship_answer *answer, struct error *err)
{
    struct process_result result;
    struct error absent = {0};
    if (request->pull != SHIP_PULL_ALWAYS &&
        id_of(engine, request->image, job, &answer->id, &absent))
        return true;
    if (request->pull == SHIP_PULL_NEVER)
        return error_set(err, ERROR_NOT_FOUND,
                         "%s has no %.*s, and --pull never was said: pull it first, or say --pull "
                         "missing",
                         engine->row->name, SLICE_ARG(request->image));
    if (!command(engine, request, job, &result, err))
        return false;
    answer->seconds = result.seconds;
    return id_of(engine, request->image, job, &answer->id, err);
}

/* What a manifest list of that name holds already would stay in it beside what is built. */
static bool clear_name(struct ship_engine *engine, const struct ship_request *request,
                       const struct ship_job *job, struct error *err)
{
    struct ship_request list = {
        .operation = SHIP_REMOVE, .image = request->image, .build = request->build};
    struct ship_request image = {.operation = SHIP_REMOVE, .image = request->image};
    struct ship_job quiet = *job;
    struct process_result result;
    quiet.line = NULL;
    return command_run(engine, &list, &quiet, &result, err) &&
           (result.exit_code == 0 || command_run(engine, &image, &quiet, &result, err));
}

static bool build(struct ship_engine *engine, const struct ship_request *request,
                  const struct ship_job *job, struct ship_answer *answer, struct error *err)
{
    const struct ship_build *build = request->build;
    struct process_result result;
    if (access(build->dockerfile, R_OK) != 0)
        return error_errno(err, "building %.*s: reading %s", SLICE_ARG(request->image),
                           build->dockerfile);
    if (access(build->context, X_OK) != 0)
        return error_errno(err, "building %.*s: its context %s", SLICE_ARG(request->image),
                           build->context);
    if (is_several(request) && engine->row->several_in_file && !request->folder)
        return error_set(err, ERROR_INTERNAL, "a build for several platforms needs a folder");
    if (is_several(request) && !engine->row->several_in_file &&
        !clear_name(engine, request, job, err))
        return false;
    if (!command(engine, request, job, &result, err))
        return false;
    answer->seconds = result.seconds;
    return is_several(request) || id_of(engine, request->image, job, &answer->id, err);
}

static bool save(struct ship_engine *engine, const struct ship_request *request,
                 const struct ship_job *job, struct ship_answer *answer, struct error *err)
{
    struct process_result result = {0};
    bool archive = engine->row->several_in_file;
    bool there = archive && is_several(request); /* its build wrote it */
    if (strchr(request->folder, ':') || strchr(request->folder, ','))
        return error_set(err, ERROR_UNSUPPORTED,
                         "saving into %s: engines take no folder with ':' or ',' in its name; set "
                         "TMPDIR to another",
                         request->folder);
    if (!there && !command(engine, request, job, &result, err))
        return false;
    answer->seconds = result.seconds;
    answer->source =
        archive ? arena_printf(job->arena, "%s:%s/%s",
                               there || engine->row == &ship_engine_nerdctl ? "oci-archive"
                                                                            : "docker-archive",
                               request->folder, SHIP_IMAGE_FILE)
                : arena_printf(job->arena, "oci:%s/%s", request->folder, SHIP_IMAGE_LAYOUT);
    return answer->source.at || arena_error(err);
}

bool ship_engine_run(struct ship_engine *engine, const struct ship_request *request,
                     const struct ship_job *job, struct ship_answer *answer, struct error *err)
{
    struct ship_answer found = {0};
    struct process_result result = {0};
    bool fine = false;
    switch (request->operation) {
    case SHIP_PULL:
        fine = pull(engine, request, job, &found, err);
        break;
    case SHIP_BUILD:
        fine = build(engine, request, job, &found, err);
        break;
    case SHIP_ID:
        fine = id_of(engine, request->image, job, &found.id, err);
        break;
    case SHIP_SAVE:
        fine = save(engine, request, job, &found, err);
        break;
    case SHIP_LIST:
        fine = command(engine, request, job, &result, err) &&
               ship_engine_tags_read(result.output, request->image, job->arena, &found.tags,
                                     &found.tag_count, err);
        break;
    case SHIP_TAG:
    case SHIP_REMOVE:
    case SHIP_OPERATIONS:
        fine = command(engine, request, job, &result, err);
        found.seconds = result.seconds;
        break;
    }
    if (fine)
        *answer = found;
    return fine;
}
