/* The way through a Dockerfile's instructions, each with what holds before it. */
#include "lint/dockerfile/maker.h"

/* Anything but ARG in front of the first FROM makes what stands there a stage without one. */
static bool is_fragment(const struct dockerfile *dockerfile)
{
    for (size_t i = 0; i < dockerfile->count; i++) {
        enum dockerfile_keyword keyword = dockerfile->instructions[i].keyword;
        if (keyword == KEYWORD_FROM)
            return false;
        if (keyword != KEYWORD_ARG)
            return true;
    }
    return false;
}

static bool make_room(struct model_maker *maker, bool fragment)
{
    struct dockerfile_model *model = maker->model;
    const struct dockerfile *dockerfile = maker->dockerfile;
    size_t count = dockerfile->count ? dockerfile->count : 1, stages = fragment;
    for (size_t i = 0; i < dockerfile->count; i++)
        stages += dockerfile->instructions[i].keyword == KEYWORD_FROM;
    model->stages = arena_array(maker->arena, stages ? stages : 1, sizeof *model->stages);
    model->states = arena_array(maker->arena, count, sizeof *model->states);
    model->stage_of = arena_array(maker->arena, count, sizeof *model->stage_of);
    model->bodies = arena_array(maker->arena, count, sizeof *model->bodies);
    model->expanded = arena_new(maker->arena, size_t);
    model->names = maker->names = arena_new(maker->arena, struct table);
    return model->stages && model->states && model->stage_of && model->bodies && model->expanded &&
           maker->names;
}

static void end_stage(struct model_maker *maker, size_t index)
{
    if (!maker->stage)
        return;
    maker->stage->last = index;
    maker->stage->end = *maker->state;
}

static void read_instruction(struct model_maker *maker, size_t index)
{
    struct dockerfile_model *model = maker->model;
    const struct instruction *instruction = &maker->dockerfile->instructions[index];
    if (instruction->keyword == KEYWORD_FROM) {
        end_stage(maker, index);
        model->states[index] = &model->global;
        maker_start_stage(maker, instruction, index);
        model->stage_of[index] = maker->stage;
        return;
    }
    const struct instruction *inner = instruction->onbuild ? instruction->onbuild : instruction;
    model->states[index] = maker->state;
    model->stage_of[index] = maker->stage;
    model->bodies[index] = maker_bodies(maker, inner, maker->state);
    if (inner == instruction)
        maker_apply(maker, instruction, instruction);
    else if (maker->stage)
        maker->stage->has_triggers = true;
}

bool dockerfile_model_make(const struct dockerfile *dockerfile,
                           const struct base_resolver *resolver, struct arena *arena,
                           struct dockerfile_model *model, struct error *err)
{
    return dockerfile_model_make_build(dockerfile, resolver, NULL, arena, model, err);
}

bool dockerfile_model_make_build(const struct dockerfile *dockerfile,
                                 const struct base_resolver *resolver,
                                 const struct model_build *build, struct arena *arena,
                                 struct dockerfile_model *model, struct error *err)
{
    struct model_maker maker = {.dockerfile = dockerfile,
                                .resolver = resolver,
                                .build = build,
                                .model = model,
                                .arena = arena};
    bool fragment = is_fragment(dockerfile);
    *model = (struct dockerfile_model){.dockerfile = dockerfile, .arena = arena};
    if (!make_room(&maker, fragment) || !variable_put_predefined(arena, &model->global))
        return arena_error(err);
    table_init(maker.names, arena);
    maker.state = &model->global;
    if (!maker_change(&maker))
        return arena_error(err);
    if (fragment)
        maker_start_stage(&maker, NULL, 0);
    for (size_t i = 0; i < dockerfile->count && !maker.failed; i++)
        read_instruction(&maker, i);
    if (maker.failed)
        return arena_error(err);
    end_stage(&maker, dockerfile->count);
    maker_mark_used(&maker);
    return true;
}

size_t model_index(const struct dockerfile_model *model, const struct instruction *instruction)
{
    const struct instruction *whole = instruction->outer ? instruction->outer : instruction;
    return (size_t)(whole - model->dockerfile->instructions);
}

const struct stage *model_stage(const struct dockerfile_model *model,
                                const struct instruction *instruction)
{
    return model->stage_of[model_index(model, instruction)];
}

const struct stage_state *model_state(const struct dockerfile_model *model,
                                      const struct instruction *instruction)
{
    return model->states[model_index(model, instruction)];
}

struct slice model_expand(const struct dockerfile_model *model,
                          const struct instruction *instruction, struct slice word, bool *complete)
{
    bool ignored;
    return state_expand(model, model_state(model, instruction), word, NULL,
                        complete ? complete : &ignored, NULL);
}
