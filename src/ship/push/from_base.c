#include "ship/push/from_base.h"

#include "image/reference.h"
#include "lint/lint.h"
#include "project/build.h"
#include "update/tag_version.h"

static const struct base_image *nobody_knows(void *context, struct slice reference,
                                             struct slice platform)
{
    (void)context, (void)reference, (void)platform;
    return NULL;
}

static const struct stage *final_stage(const struct dockerfile_model *model)
{
    for (size_t i = 0; i < model->stage_count; i++)
        if (model->stages[i].final)
            return &model->stages[i];
    return NULL;
}

/* The base of the stage that ships, behind all stages of its own. */
static bool outermost(const struct dockerfile_model *model, const char *path, struct slice *base,
                      struct error *err)
{
    const struct stage *stage = final_stage(model);
    while (stage && stage->parent)
        stage = stage->parent;
    if (!stage || !stage->from)
        return error_set(err, ERROR_USAGE, "%s builds on nothing", path);
    if (!stage->base.len || stage->base_unset)
        return error_set(err, ERROR_USAGE,
                         "%s builds on %.*s, in which a variable has no value; give the release "
                         "itself",
                         path, SLICE_ARG(slice_upto(stage->base_written, 200)));
    *base = stage->base;
    return true;
}

/* Three numbers between dots, perhaps with a pre-release: what tag_plan_make takes. */
static bool version_of(struct slice base, struct arena *arena, struct slice *version,
                       struct error *err)
{
    struct reference reference;
    struct tag_version parsed;
    enum { WHOLE = 3 };
    if (!reference_parse(base, arena, &reference, err))
        return false;
    bool whole = tag_version_parse(reference.tag, &parsed) == TAG_IS_VERSION &&
                 parsed.count == WHOLE && !parsed.prefix.len;
    for (size_t i = 1; whole && i < WHOLE; i++)
        whole = parsed.separators[i] == '.';
    if (!whole)
        return error_set(err, ERROR_USAGE,
                         "the base %.*s names no whole version such as 1.29.4; give the release "
                         "itself",
                         SLICE_ARG(slice_upto(base, 200)));
    *version = arena_copy(arena, parsed.head);
    return version->at || arena_error(err);
}

bool from_base_read(struct slice bytes, const char *path, const struct project_image *image,
                    struct arena *arena, struct from_base *found, struct error *err)
{
    struct lint_file file;
    struct dockerfile dockerfile;
    struct dockerfile_model model;
    struct base_resolver resolver = {.image = nobody_knows};
    struct model_build build = {.count = 0};
    unsigned line;
    if (image && !project_build(image, arena, &build))
        return arena_error(err);
    if (!lint_file_init(&file, slice_str(path), bytes, LINT_DOCKERFILE, arena))
        return arena_error(err);
    if (!dockerfile_parse(&file, arena, &dockerfile, &line, err) ||
        !dockerfile_model_make_build(&dockerfile, &resolver, &build, arena, &model, err))
        return error_add(err, "%s", path);
    return outermost(&model, path, &found->base, err) &&
           (version_of(found->base, arena, &found->version, err) || error_add(err, "%s", path));
}

bool from_base_find(const char *dockerfile, const struct project_image *image, struct arena *arena,
                    struct from_base *found, struct error *err)
{
    struct slice bytes;
    return lint_read(slice_str(dockerfile), arena, &bytes, err) &&
           from_base_read(bytes, dockerfile, image, arena, found, err);
}
