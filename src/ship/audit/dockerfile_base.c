#include "ship/audit/dockerfile_base.h"

#include "lint/dockerfile/model.h"
#include "lint/lint.h"

#define PARSE_MEMORY ((size_t)256 << 20)

static const struct base_image *know_nothing(void *context, struct slice reference,
                                             struct slice platform)
{
    (void)context, (void)reference, (void)platform;
    return NULL;
}

static const struct stage *stage_of(const struct dockerfile_model *model, struct slice target)
{
    const struct stage *found = NULL;
    for (size_t i = 0; i < model->stage_count; i++)
        if (target.len ? slice_equal_nocase(model->stages[i].name, target) : model->stages[i].final)
            found = &model->stages[i];
    return found;
}

bool dockerfile_base(const char *path, struct slice target, struct arena *arena, struct slice *base,
                     struct error *err)
{
    struct arena scratch CLEANUP_ARENA;
    struct slice bytes;
    struct lint_file file;
    struct dockerfile dockerfile;
    struct dockerfile_model model;
    struct base_resolver resolver = {.image = know_nothing};
    unsigned line = 0;
    arena_init(&scratch, PARSE_MEMORY);
    *base = (struct slice){NULL, 0};
    if (!lint_read(slice_str(path), &scratch, &bytes, err))
        return false;
    if (!lint_file_init(&file, slice_str(path), bytes, LINT_DOCKERFILE, &scratch))
        return arena_error(err);
    if (!dockerfile_parse(&file, &scratch, &dockerfile, &line, err) ||
        !dockerfile_model_make(&dockerfile, &resolver, &scratch, &model, err))
        return error_add(err, "%s", path);
    const struct stage *stage = stage_of(&model, target);
    while (stage && stage->parent)
        stage = stage->parent;
    if (!stage || !stage->base.len || slice_equal_str(stage->base, "scratch"))
        return true;
    *base = arena_copy(arena, stage->base);
    return base->at || arena_error(err);
}
