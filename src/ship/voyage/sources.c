/* See steps.h: what a Dockerfile is built from. */
#include <unistd.h>

#include "lint/comply/comply.h"
#include "lint/lint.h"
#include "project/build.h"
#include "ship/voyage/steps.h"

/* Nobody is asked about bases here: only their names are wanted. */
static const struct base_image *know_nothing(void *context, struct slice reference,
                                             struct slice platform)
{
    (void)context, (void)reference, (void)platform;
    return NULL;
}

static bool add_base(const struct voyage_job *job, struct voyage_sources *sources,
                     struct slice name)
{
    if (slice_equal_str(name, "scratch"))
        return true;
    for (size_t i = 0; i < sources->base_count; i++)
        if (slice_equal(sources->bases[i], name))
            return true;
    struct slice base = arena_copy(job->arena, name);
    return base.at &&
           ARENA_PUSH(job->arena, sources->bases, sources->base_count, sources->base_room, base);
}

/* What a stage starts from. */
static bool add_from(const struct voyage_job *job, struct voyage_sources *sources,
                     const struct stage *stage)
{
    if (!stage->from || stage->parent)
        return true;
    if (!stage->base_unset && stage->base.len)
        return add_base(job, sources, stage->base);
    sources->untold = true;
    return true;
}

/* Images that it copies from or mounts, unless they are stages; variables do not count there. */
static bool add_copied(const struct voyage_job *job, struct voyage_sources *sources,
                       const struct dockerfile_model *model, const struct stage *stage)
{
    uint64_t number;
    for (size_t i = stage->first; i < stage->last; i++) {
        const struct instruction *instruction = &model->dockerfile->instructions[i];
        for (size_t j = 0; j < instruction->flag_count; j++) {
            struct slice name = model_flag_from(&instruction->flags[j]);
            if (name.len && !slice_u64(name, &number) && slice_find(name, '$') == name.len &&
                !model_find_stage(model, name, stage) && !add_base(job, sources, name))
                return false;
        }
    }
    return true;
}

static bool read_bases(const struct voyage_job *job, const struct lint_file *file,
                       struct arena *scratch, struct voyage_sources *sources, struct error *err)
{
    static const struct base_resolver nobody = {.image = know_nothing};
    struct dockerfile parsed;
    struct dockerfile_model model;
    struct model_build build;
    unsigned line;
    if (!project_build(job->image, scratch, &build))
        return arena_error(err);
    if (!dockerfile_parse(file, scratch, &parsed, &line, err) ||
        !dockerfile_model_make_build(&parsed, &nobody, &build, scratch, &model, err))
        return error_add(err, "%s", job->image->dockerfile);
    for (size_t i = 0; i < model.stage_count; i++) {
        const struct stage *stage = &model.stages[i];
        if (stage->used &&
            (!add_from(job, sources, stage) || !add_copied(job, sources, &model, stage)))
            return arena_error(err);
    }
    return true;
}

/* Those that are there: a COPY from another stage, or one with patterns, names none here. */
static bool read_configurations(const struct voyage_job *job, const struct lint_file *file,
                                struct arena *scratch, struct voyage_sources *sources,
                                struct error *err)
{
    struct slice *found;
    size_t count;
    if (!comply_configurations(file, scratch, &found, &count, err))
        return false;
    sources->configurations = arena_array(job->arena, count + 1, sizeof *sources->configurations);
    if (!sources->configurations)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        bool here = strcmp(job->image->context, ".") == 0;
        struct slice path = arena_printf(job->arena, "%s%s%.*s", here ? "" : job->image->context,
                                         here ? "" : "/", SLICE_ARG(found[i]));
        if (!path.at)
            return arena_error(err);
        if (access(path.at, R_OK) == 0)
            sources->configurations[sources->configuration_count++] = path.at;
    }
    return true;
}

bool voyage_sources_read(const struct voyage_job *job, struct voyage_sources *sources,
                         struct error *err)
{
    struct arena scratch CLEANUP_ARENA;
    struct slice bytes;
    struct lint_file file;
    struct slice path = slice_str(job->image->dockerfile);
    *sources = (struct voyage_sources){.base_count = 0};
    arena_init(&scratch, (size_t)256 << 20);
    if (!lint_read(path, &scratch, &bytes, err))
        return false;
    if (!lint_file_init(&file, path, bytes, LINT_DOCKERFILE, &scratch))
        return arena_error(err);
    return read_bases(job, &file, &scratch, sources, err) &&
           read_configurations(job, &file, &scratch, sources, err);
}
