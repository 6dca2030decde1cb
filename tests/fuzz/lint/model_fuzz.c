/* Whatever parses has a model whose parts fit together. */
#include <stdlib.h>

#include "lint/dockerfile/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice triggers[] = {{"ENV A=$B", 8}, {"USER x", 6}};
static const struct base_image image = {
    .known = true, .onbuild = triggers, .onbuild_count = 2, .user = {"u", 1}};

static const struct base_image *find_image(void *context, struct slice reference,
                                           struct slice platform)
{
    (void)context;
    (void)platform;
    return reference.len % 2 ? &image : NULL;
}

static void check(const struct dockerfile_model *model, const struct instruction *instruction)
{
    const struct stage *stage = model_stage(model, instruction);
    const struct stage_state *state = model_state(model, instruction);
    bool complete;
    if (!state || (stage && (stage->last <= stage->first || !stage->image)))
        abort();
    for (size_t i = 0; i < instruction->argument_count; i++)
        model_expand(model, instruction, instruction->arguments[i], &complete);
    const struct run_body *body = model->bodies[model_index(model, instruction)];
    for (; body && body->instruction; body++)
        for (size_t i = 0; i < body->script.count; i++) {
            const char *at = body->script.commands[i].raw.at;
            if (at && dockerfile_offset(model->dockerfile, instruction, at) >
                          model->dockerfile->file->bytes.len)
                abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 128 << 20);
    struct dockerfile dockerfile;
    struct dockerfile_model model;
    struct lint_file file;
    struct error err = {0};
    struct base_resolver resolver = {find_image, NULL};
    unsigned line;
    if (!lint_file_init(&file, SLICE("Dockerfile"), slice_of(data, size), LINT_DOCKERFILE,
                        &arena) ||
        !dockerfile_parse(&file, &arena, &dockerfile, &line, &err) ||
        !dockerfile_model_make(&dockerfile, &resolver, &arena, &model, &err))
        return 0;
    for (size_t i = 0; i < dockerfile.count; i++)
        check(&model, &dockerfile.instructions[i]);
    for (size_t i = 0; i < model.stage_count; i++)
        if (model.stages[i].parent && model.stages[i].parent->index >= i)
            abort();
    return 0;
}
