/* The steps pull and build: fresh bases, the image in the engine, and saved where it is scanned and
   pushed from. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "image/reference.h"
#include "net/url.h"
#include "ship/engine/engine.h"
#include "ship/voyage/steps.h"

bool voyage_engine(struct voyage_job *job, struct error *err)
{
    if (job->engine->row)
        return true;
    if (!ship_engine_find(job->options->engine, job->arena, job->engine, err))
        return false;
    const struct voyage_events *events = &job->options->events;
    for (size_t i = 0; events->note && i < job->engine->note_count; i++)
        events->note(events->context, job->engine->notes[i]);
    return true;
}

struct slice voyage_local_name(const struct voyage_job *job, const struct project_image *image,
                               const char *tag)
{
    struct slice path = image->repository;
    size_t slash = slice_find_last(path, '/');
    path = slash < path.len ? slice_from(path, slash + 1) : path;
    if (!tag)
        tag = job->release.len ? job->release.at : "build";
    return arena_printf(job->arena, "%.*s:%s", SLICE_ARG(path), tag);
}

static struct ship_job child_of(struct voyage_job *job)
{
    return (struct ship_job){.arena = job->arena, .context = job, .line = voyage_line};
}

/* ---- pull ---- */

const char *pull_step_idle(const struct voyage_job *job)
{
    return job->options->offline ? "left out by --offline: the bases are taken as they are here"
                                 : NULL;
}

/* Registries of this machine need no TLS, as everywhere in plimsoll; engines want to be told. */
static bool is_plain(const struct voyage_job *job, struct slice base)
{
    struct reference reference;
    struct error ignored; /* an odd name is the engine's to refuse */
    if (job->options->plain_http)
        return true;
    if (!reference_parse(base, job->arena, &reference, &ignored))
        return false;
    struct slice host = reference.host;
    size_t colon = slice_find_last(host, ':');
    return url_host_is_loopback(host.len && host.at[host.len - 1] != ']' ? slice_upto(host, colon)
                                                                         : host);
}

/* "haproxy:3.3.1-alpine" is Docker Hub's in a Dockerfile; podman and buildah have other ideas of
   short names (registries.conf), so that they are given the whole one. A build then finds it by
   the short one. */
static struct slice whole_name(const struct voyage_job *job, struct slice base)
{
    struct reference reference;
    struct error ignored; /* an odd name is the engine's to refuse */
    struct slice text = reference_parse(base, job->arena, &reference, &ignored)
                            ? reference_text(&reference, job->arena)
                            : base;
    return text.at ? slice_str(arena_string(job->arena, text)) : base;
}

static struct ship_request pull_request(const struct voyage_job *job, struct slice base)
{
    return (struct ship_request){
        .operation = SHIP_PULL,
        .image = whole_name(job, base),
        .platform = job->image->platforms.count == 1 ? job->image->platforms.items[0] : SLICE(""),
        .pull = SHIP_PULL_ALWAYS,
        .plain_http = is_plain(job, base)};
}

/* For a plan where no engine is, the first of the table stands in. */
static struct ship_engine shown_engine(struct voyage_job *job)
{
    struct error ignored;
    if (voyage_engine(job, &ignored))
        return *job->engine;
    const struct ship_engine_row *row =
        job->options->engine ? ship_engine_row_find(job->options->engine) : NULL;
    return (struct ship_engine){.row = row ? row : ship_engine_rows[0],
                                .program = (row ? row : ship_engine_rows[0])->name};
}

static bool add_line(struct voyage_job *job, struct slice *lines, struct slice line)
{
    arena_list(job->arena, lines, "\n", "%.*s", SLICE_ARG(line));
    return line.at && lines->at;
}

bool pull_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    struct voyage_sources sources;
    struct ship_engine engine = shown_engine(job);
    if (!voyage_sources_read(job, &sources, err))
        return false;
    *lines = SLICE("");
    for (size_t i = 0; i < sources.base_count; i++) {
        struct ship_request request = pull_request(job, sources.bases[i]);
        if (!add_line(job, lines, ship_engine_line(&engine, &request, job->arena)))
            return arena_error(err);
    }
    return lines->len || add_line(job, lines, SLICE("nothing: it is built from scratch")) ||
           arena_error(err);
}

enum voyage_outcome pull_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                  struct error *err)
{
    struct voyage_sources sources;
    struct ship_job child = child_of(job);
    struct slice names = SLICE("");
    if (!voyage_sources_read(job, &sources, err))
        return VOYAGE_FAILED;
    if (sources.base_count && !voyage_engine(job, err))
        return VOYAGE_FAILED;
    for (size_t i = 0; i < sources.base_count; i++) {
        struct ship_answer answer;
        struct ship_request request = pull_request(job, sources.bases[i]);
        if (!ship_engine_run(job->engine, &request, &child, &answer, err)) {
            struct slice command = voyage_command(job, VOYAGE_PULL);
            voyage_advise(job,
                          "when that is mended: %.*s; or --skip pull, to build on what is here",
                          SLICE_ARG(command));
            return VOYAGE_FAILED;
        }
        arena_list(job->arena, &names, ", ", "%.*s", SLICE_ARG(sources.bases[i]));
    }
    voyage_say(job, mark, "%s%s", names.len ? names.at : "no base to pull",
               sources.untold ? "; the build pulls what its arguments name" : "");
    return VOYAGE_PASSED;
}

/* ---- build ---- */

/* Which commit it is made of; empty when there is no git to tell. */
static struct slice revision_of(const struct voyage_job *job)
{
    const char *argv[] = {"git",  "-C", job->options->project->folder, "rev-parse", "--verify",
                          "HEAD", NULL};
    const char *quiet[] = {"GIT_OPTIONAL_LOCKS=0", NULL};
    struct process_options options = {.argv = argv, .environment = quiet, .seconds = 10};
    struct process_result result;
    struct error ignored;
    if (!process_run(&options, job->arena, &result, &ignored) || result.exit_code != 0)
        return SLICE("");
    return slice_trim(result.output);
}

static bool any_plain(const struct voyage_job *job, const struct voyage_sources *sources)
{
    bool plain = job->options->plain_http;
    for (size_t i = 0; i < sources->base_count; i++)
        plain = plain || is_plain(job, sources->bases[i]);
    return plain;
}

/* The pairs and platforms of one build, in the engine's words. */
static bool make_build(struct voyage_job *job, struct ship_build *build, struct error *err)
{
    const struct project_image *image = job->image;
    struct voyage_sources sources;
    int64_t epoch;
    if (!ship_epoch(&epoch, err) || !voyage_sources_read(job, &sources, err))
        return false;
    *build = (struct ship_build){
        .dockerfile = image->dockerfile,
        .context = image->context,
        .target = image->target.len ? image->target.at : NULL,
        .arguments = arena_array(job->arena, image->argument_count + 1, sizeof *build->arguments),
        .argument_count = image->argument_count,
        .platforms = image->platforms.items,
        .platform_count = image->platforms.count,
        .pull = sources.untold && !job->options->offline ? SHIP_PULL_ALWAYS : SHIP_PULL_MISSING,
        .plain_http = any_plain(job, &sources),
        .epoch = epoch,
    };
    if (!build->arguments)
        return arena_error(err);
    for (size_t i = 0; i < image->argument_count; i++)
        build->arguments[i] =
            (struct ship_pair){image->arguments[i].name, image->arguments[i].value};
    struct slice version = job->release;
    if (version.len && version.at[0] == 'v')
        version = slice_from(version, 1);
    return ship_labels_standard(version, revision_of(job), SLICE(""), epoch, job->arena,
                                &build->labels, &build->label_count) ||
           arena_error(err);
}

static bool remove_inside(int folder, struct error *err);

static bool remove_entry(int folder, const char *name, struct error *err)
{
    if (unlinkat(folder, name, 0) == 0)
        return true;
    int inner CLEANUP_FD = openat(folder, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
    if (inner < 0 || !remove_inside(inner, err) || unlinkat(folder, name, AT_REMOVEDIR) != 0)
        return error_errno(err, "removing %s of the last build", name);
    return true;
}

static bool remove_inside(int folder, struct error *err)
{
    struct dirent **names;
    bool fine = true;
    int count = scandirat(folder, ".", &names, NULL, NULL);
    if (count < 0)
        return error_errno(err, "looking through the last build");
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            fine = fine && remove_entry(folder, name, err);
        free(names[i]);
    }
    free(names);
    return fine;
}

/* The saved image of the last build makes room for this one. It is a folder of ours alone. */
static bool clear_saved(const char *path, struct error *err)
{
    if (!file_make_folder(path, err))
        return false;
    int folder CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
    return folder < 0 ? error_errno(err, "opening %s", path) : remove_inside(folder, err);
}

static const char *saved_folder(const struct voyage_job *job)
{
    return arena_printf(job->arena, "%s/saved", job->folder).at;
}

static struct ship_request build_request(const struct voyage_job *job,
                                         const struct ship_build *build, enum ship_operation what)
{
    return (struct ship_request){.operation = what,
                                 .image = voyage_local_name(job, job->image, NULL),
                                 .target = voyage_local_name(job, job->image, "latest"),
                                 .folder = saved_folder(job),
                                 .build = build};
}

bool build_step_tell(struct voyage_job *job, struct slice *lines, struct error *err)
{
    struct ship_build build;
    struct ship_engine engine = shown_engine(job);
    if (!make_build(job, &build, err))
        return false;
    struct ship_request make = build_request(job, &build, SHIP_BUILD);
    struct ship_request save = build_request(job, &build, SHIP_SAVE);
    struct ship_request name = build_request(job, &build, SHIP_TAG);
    *lines = SLICE("");
    return (add_line(job, lines, ship_engine_line(&engine, &make, job->arena)) &&
            add_line(job, lines, ship_engine_line(&engine, &save, job->arena)) &&
            (build.platform_count > 1 ||
             add_line(job, lines, ship_engine_line(&engine, &name, job->arena)))) ||
           arena_error(err);
}

enum voyage_outcome build_step_run(struct voyage_job *job, struct voyage_mark *mark,
                                   struct error *err)
{
    struct ship_build build;
    struct ship_answer answer = {.seconds = 0}, saved = {.seconds = 0};
    struct ship_job child = child_of(job);
    if (!voyage_engine(job, err) || !make_build(job, &build, err))
        return VOYAGE_FAILED;
    struct ship_request make = build_request(job, &build, SHIP_BUILD);
    struct ship_request save = build_request(job, &build, SHIP_SAVE);
    if (!make.image.at || !make.folder) {
        arena_error(err);
        return VOYAGE_FAILED;
    }
    if (!clear_saved(make.folder, err) ||
        !ship_engine_run(job->engine, &make, &child, &answer, err))
        return VOYAGE_FAILED;
    if (!ship_engine_run(job->engine, &save, &child, &saved, err)) {
        struct error ignored; /* half an image is of no use, least of all on a full disk */
        clear_saved(make.folder, &ignored);
        return VOYAGE_FAILED;
    }
    /* Compose files and people look for it under this name. */
    struct ship_request name = build_request(job, &build, SHIP_TAG);
    struct ship_answer named;
    if (build.platform_count < 2 && !ship_engine_run(job->engine, &name, &child, &named, err))
        return VOYAGE_FAILED;
    struct voyage_record *record = &job->record;
    record->engine = arena_printf(job->arena, "%s %.*s", job->engine->row->name,
                                  SLICE_ARG(job->engine->version));
    record->name = make.image;
    record->id = answer.id;
    record->source = saved.source;
    record->digest = SLICE("");
    record->scanned = false;
    voyage_say(job, mark, "%s as %s by %s", make.image.at,
               answer.id.len ? slice_upto(answer.id, 19).len
                                   ? arena_printf(job->arena, "%.19s", answer.id.at).at
                                   : ""
                             : "an image of several platforms",
               record->engine.at);
    return VOYAGE_PASSED;
}
