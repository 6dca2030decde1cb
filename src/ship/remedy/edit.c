/*
 * The plan as bytes of the Dockerfile: another tag in FROM (update's places know where it stands,
 * also in an ARG), and behind the FROM of the stage that is built one RUN with the updates of
 * packages, as root where the base sets another user.
 */
#include "lint/dockerfile/model.h"
#include "lint/lint.h"
#include "ship/remedy/remedy.h"

struct editing {
    const struct remedy_options *options;
    struct arena *arena;
    struct remedy *remedy;
    struct update_edit *edits;
    size_t count, room;
};

static const struct base_image *know_nothing(void *context, struct slice reference,
                                             struct slice platform)
{
    (void)context, (void)reference, (void)platform;
    return NULL;
}

static bool problem(struct editing *editing, struct slice text)
{
    editing->remedy->edit_problem = text.at ? arena_copy(editing->arena, text) : SLICE("memory");
    return true;
}

static bool add_edits(struct editing *editing, const struct update_edit *edits, size_t count,
                      struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!ARENA_PUSH(editing->arena, editing->edits, editing->count, editing->room, edits[i]))
            return arena_error(err);
    return true;
}

/* ---- FROM ---- */

static const struct update_place *find_from(const struct update_places *places, struct slice base)
{
    const struct update_place *found = NULL;
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].kind == PLACE_FROM && slice_equal(places->items[i].text, base))
            found = &places->items[i];
    return found;
}

static bool edit_base(struct editing *editing, const struct remedy_step *step, struct error *err)
{
    struct update_places places = {.arena = editing->arena};
    struct update_edit *edits;
    struct error why = {.kind = ERROR_NONE};
    size_t count;
    if (!places_read_dockerfile(&places, slice_str(editing->options->dockerfile),
                                editing->remedy->before, err))
        return false;
    const struct update_place *place = find_from(&places, editing->remedy->base);
    if (!place)
        return problem(editing, SLICE("where the base is named could not be found"));
    if (place->reference.digest.len)
        return problem(editing, SLICE("the base is pinned by digest: `plimsoll update --write` "
                                      "moves tag and digest together"));
    if (place->problem.len)
        return problem(editing, place->problem);
    if (!place_edits(place, step->tag, (struct slice){NULL, 0}, editing->arena, &edits, &count,
                     &why))
        return problem(editing, slice_str(why.text));
    return add_edits(editing, edits, count, err);
}

/* ---- RUN ---- */

/* Where the RUN goes: behind the line on which the FROM of the stage that is built ends. */
struct run_place {
    size_t at;
    struct slice user; /* that a stage below it set; empty: the base's holds */
    bool found;
};

static bool find_place(struct editing *editing, struct run_place *place, struct error *err)
{
    struct lint_file file;
    struct dockerfile dockerfile;
    struct dockerfile_model model;
    struct base_resolver resolver = {.image = know_nothing};
    struct slice bytes = editing->remedy->before, target = editing->options->target;
    const struct stage *stage = NULL;
    unsigned line = 0;
    *place = (struct run_place){.found = false};
    if (!lint_file_init(&file, slice_str(editing->options->dockerfile), bytes, LINT_DOCKERFILE,
                        editing->arena))
        return arena_error(err);
    if (!dockerfile_parse(&file, editing->arena, &dockerfile, &line, err) ||
        !dockerfile_model_make(&dockerfile, &resolver, editing->arena, &model, err))
        return error_add(err, "%s", editing->options->dockerfile);
    for (size_t i = 0; i < model.stage_count; i++)
        if (target.len ? slice_equal_nocase(model.stages[i].name, target) : model.stages[i].final)
            stage = &model.stages[i];
    if (!stage || !stage->from)
        return true;
    place->found = true;
    place->user = stage->parent ? stage->parent->end.user : (struct slice){NULL, 0};
    place->at = stage->from->end + slice_find(slice_from(bytes, stage->from->end), '\n');
    place->at += place->at < bytes.len;
    return true;
}

/* All commands of one kind in one RUN: one layer, one list of packages. */
static struct slice merged_command(const struct remedy *remedy, struct arena *arena)
{
    struct slice names = {"", 0}, command = {NULL, 0};
    for (size_t i = 0; i < remedy->plan_count; i++) {
        const struct remedy_step *step = &remedy->steps[remedy->plan[i]];
        if (step->kind != REMEDY_PACKAGES)
            continue;
        arena_list(arena, &names, " ", "%.*s", SLICE_ARG(step->names));
        /* The first one's words, with all names in place of its own. */
        size_t own = command.at ? 0 : slice_search(step->command, step->names);
        if (!command.at)
            command = arena_printf(arena, "%.*s%%%.*s", SLICE_ARG(slice_upto(step->command, own)),
                                   SLICE_ARG(slice_from(step->command, own + step->names.len)));
    }
    if (!command.at)
        return command;
    size_t mark = slice_find(command, '%');
    return arena_printf(arena, "%.*s%.*s%.*s", SLICE_ARG(slice_upto(command, mark)),
                        SLICE_ARG(names), SLICE_ARG(slice_from(command, mark + 1)));
}

/* The user that the base sets, after the plan: one that goes into a Dockerfile as it is. */
static struct slice user_of(const struct remedy *remedy, struct slice below)
{
    struct slice user = below.len ? below : remedy->user;
    for (size_t i = 0; i < remedy->plan_count && !below.len; i++)
        if (remedy->steps[remedy->plan[i]].user.len)
            user = remedy->steps[remedy->plan[i]].user;
    for (size_t i = 0; i < user.len; i++)
        if (user.at[i] <= ' ' || user.at[i] == '$' || user.at[i] == '"' || user.at[i] == '\\')
            return (struct slice){NULL, 0};
    return slice_equal_str(user, "root") || slice_equal_str(user, "0") ? (struct slice){NULL, 0}
                                                                       : user;
}

static bool edit_packages(struct editing *editing, struct slice command, struct error *err)
{
    struct run_place place;
    struct slice text;
    if (!find_place(editing, &place, err))
        return false;
    if (!place.found)
        return problem(editing, SLICE("the stage that is built could not be found"));
    struct slice user = user_of(editing->remedy, place.user);
    struct slice before = slice_upto(editing->remedy->before, place.at);
    const char *line = before.len && before.at[before.len - 1] != '\n' ? "\n" : "";
    if (user.len)
        text = arena_printf(editing->arena, "%sUSER root\nRUN %.*s\nUSER %.*s\n", line,
                            SLICE_ARG(command), SLICE_ARG(user));
    else
        text = arena_printf(editing->arena, "%sRUN %.*s\n", line, SLICE_ARG(command));
    struct update_edit edit = {
        .start = place.at, .end = place.at, .old_text = {"", 0}, .new_text = text};
    return text.at ? add_edits(editing, &edit, 1, err) : arena_error(err);
}

bool remedy_edit(const struct remedy_options *options, struct arena *arena, struct remedy *remedy,
                 struct error *err)
{
    struct editing editing = {.options = options, .arena = arena, .remedy = remedy};
    if (!options->dockerfile)
        return true;
    if (!lint_read(slice_str(options->dockerfile), arena, &remedy->before, err))
        return false;
    remedy->after = remedy->before;
    for (size_t i = 0; i < remedy->plan_count; i++) {
        const struct remedy_step *step = &remedy->steps[remedy->plan[i]];
        if (step->kind == REMEDY_BASE && !edit_base(&editing, step, err))
            return false;
    }
    struct slice command = merged_command(remedy, arena);
    if (command.at && !edit_packages(&editing, command, err))
        return false;
    if (remedy->edit_problem.len)
        return true;
    return !editing.count ||
           update_apply(remedy->before, editing.edits, editing.count, arena, &remedy->after, err);
}
