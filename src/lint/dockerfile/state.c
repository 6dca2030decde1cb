/* What instructions change for those behind them. */
#include "lint/dockerfile/maker.h"

enum { WORKDIR_MAX = 4096 };

struct stage_state *maker_change(struct model_maker *maker)
{
    struct stage_state *state = arena_new(maker->arena, struct stage_state);
    if (!state) {
        maker->failed = true;
        return NULL;
    }
    *state = *maker->state;
    maker->state = state;
    return state;
}

static void put(struct model_maker *maker, struct stage_state *state, struct variable *variable)
{
    if (!variable_put(maker->arena, state, variable))
        maker->failed = true;
}

static struct slice expand(struct model_maker *maker, const struct stage_state *state,
                           struct slice word, bool *complete)
{
    return state_expand(maker->model, state, word, NULL, complete, NULL);
}

static void set_value(struct model_maker *maker, const struct stage_state *seen,
                      struct variable *variable, struct slice word)
{
    bool complete;
    variable->has_value = true;
    variable->value = expand(maker, seen, word, &complete);
    variable->partial = !complete;
    if (variable->value.len > MODEL_VALUE_MAX) {
        variable->value = slice_upto(word, MODEL_VALUE_MAX);
        variable->partial = true;
    }
}

static void apply_env(struct model_maker *maker, const struct instruction *instruction,
                      const struct instruction *where)
{
    /* All values see what held before the whole instruction. */
    const struct stage_state *seen = maker->state;
    struct stage_state *state = maker_change(maker);
    for (size_t i = 0; state && i + 1 < instruction->argument_count && !maker->failed; i += 2) {
        bool complete;
        struct variable variable = {.where = where};
        variable.name = expand(maker, seen, instruction->arguments[i], &complete);
        set_value(maker, seen, &variable, instruction->arguments[i + 1]);
        put(maker, state, &variable);
    }
}

/* An ARG without a value takes that of a global one. In front of FROM an ARG is a global one. */
static void take_global(struct model_maker *maker, struct variable *variable)
{
    const struct stage_state *globals = &maker->model->global;
    const struct variable *global = maker->stage ? stage_variable(globals, variable->name) : NULL;
    const struct variable *before = stage_variable(maker->state, variable->name);
    if (global && global->has_value) {
        variable->has_value = true;
        variable->partial = global->partial;
        variable->value = global->value;
    } else if (before && before->has_value) {
        variable->has_value = true; /* ENV wins; a second ARG keeps the first one's value */
        variable->partial = before->partial;
        variable->value = before->value;
        variable->is_arg = before->is_arg;
    }
}

/* A build's argument beats every default, but not an ENV of the stage. */
static bool take_given(const struct model_maker *maker, struct variable *variable)
{
    const struct variable *before = stage_variable(maker->state, variable->name);
    bool is_env = before && !before->is_arg;
    for (size_t i = 0; maker->build && !is_env && i < maker->build->count; i++) {
        const struct model_argument *given = &maker->build->arguments[i];
        if (!slice_equal(given->name, variable->name))
            continue;
        variable->has_value = true;
        variable->value = given->value;
        return true;
    }
    return false;
}

static void apply_arg(struct model_maker *maker, const struct instruction *instruction,
                      const struct instruction *where)
{
    struct stage_state *state = maker_change(maker);
    for (size_t i = 0; state && i < instruction->argument_count && !maker->failed; i++) {
        struct slice word = instruction->arguments[i];
        size_t equal = slice_find(word, '=');
        bool complete;
        struct variable variable = {.where = where, .is_arg = true};
        variable.name = expand(maker, state, slice_upto(word, equal), &complete);
        if (take_given(maker, &variable))
            ;
        else if (equal < word.len)
            set_value(maker, state, &variable, slice_from(word, equal + 1));
        else
            take_global(maker, &variable);
        put(maker, state, &variable);
        if (!maker->stage || !maker->stage->from)
            put(maker, &maker->model->global, &variable);
    }
}

static bool is_absolute(struct slice path)
{
    return path.len && (path.at[0] == '/' || path.at[0] == '\\' || path.at[0] == '$' ||
                        (path.len > 1 && path.at[1] == ':'));
}

/* A relative path starts where the last one ended; that of an unknown base image stays relative. */
static struct slice join(struct model_maker *maker, struct slice base, struct slice path)
{
    const struct base_image *image = maker->stage ? maker->stage->image : NULL;
    if (is_absolute(path) || (!base.len && !(image && image->known)))
        return path;
    bool slash = base.len && base.at[base.len - 1] == '/';
    while (slice_starts(path, SLICE("./")))
        path = slice_from(path, 2);
    struct slice joined = arena_printf(maker->arena, "%.*s%s%.*s", SLICE_ARG(base),
                                       slash ? "" : "/", SLICE_ARG(path));
    maker->failed |= !joined.at;
    return joined;
}

static void apply_workdir(struct model_maker *maker, const struct instruction *instruction,
                          const struct instruction *where)
{
    struct stage_state *state = maker_change(maker);
    if (!state || !instruction->argument_count)
        return;
    bool complete;
    struct slice word = instruction->arguments[0];
    struct slice path = expand(maker, state, word, &complete);
    if (!complete)
        path = word;
    if (path.len > WORKDIR_MAX || state->workdir.len > WORKDIR_MAX)
        path = slice_upto(word, 1); /* nobody means that; and joined again and again it grows */
    else
        path = join(maker, state->workdir, path);
    state->workdir = path;
    state->workdir_set = where;
}

static void apply_user(struct model_maker *maker, const struct instruction *instruction,
                       const struct instruction *where)
{
    struct stage_state *state = maker_change(maker);
    if (!state || !instruction->argument_count)
        return;
    bool complete;
    struct slice user = expand(maker, state, instruction->arguments[0], &complete);
    state->user = complete ? user : instruction->arguments[0];
    state->user_set = where;
}

static void apply_shell(struct model_maker *maker, const struct instruction *instruction,
                        const struct instruction *where)
{
    struct stage_state *state = maker_change(maker);
    if (!state || !instruction->argument_count || !instruction->json)
        return;
    state->shell = instruction->arguments;
    state->shell_count = instruction->argument_count;
    state->shell_set = where;
}

void maker_apply(struct model_maker *maker, const struct instruction *instruction,
                 const struct instruction *where)
{
    switch (instruction->keyword) {
    case KEYWORD_ENV:
        apply_env(maker, instruction, where);
        break;
    case KEYWORD_ARG:
        apply_arg(maker, instruction, where);
        break;
    case KEYWORD_WORKDIR:
        apply_workdir(maker, instruction, where);
        break;
    case KEYWORD_USER:
        apply_user(maker, instruction, where);
        break;
    case KEYWORD_SHELL:
        apply_shell(maker, instruction, where);
        break;
    default:
        break;
    }
}
