/* plimsoll tag apply --local: names in an engine, planned with the names that it has. */
#include "cli/tag_call.h"
#include "ship/engine/engine.h"

/* "registry.example/app:build" → "registry.example/app". */
static struct slice without_tag(struct slice name)
{
    if (!destination_names_image(name))
        return name;
    name = slice_upto(name, slice_find(name, '@'));
    size_t last = slice_find_last(name, '/'), from = last < name.len ? last : 0;
    return slice_upto(name, from + slice_find(slice_from(name, from), ':'));
}

static bool tag_locally(struct invocation *call, const struct tag_call *tags, size_t index,
                        struct ship_engine *engine, struct error *err)
{
    struct slice image = slice_str(call->operands[0]);
    struct ship_job job = {.arena = call->arena};
    struct ship_answer answer;
    struct slice target = arena_printf(call->arena, "%.*s:%.*s", SLICE_ARG(without_tag(image)),
                                       SLICE_ARG(tags->plan.tags[index].name));
    struct ship_request request = {.operation = SHIP_TAG, .image = image, .target = target};
    return target.at ? ship_engine_run(engine, &request, &job, &answer, err) : arena_error(err);
}

/* The engine's own tags take the place of a registry's. */
static bool look(struct invocation *call, struct tag_call *tags, struct ship_engine *engine,
                 struct error *err)
{
    struct arena *arena = call->arena;
    struct slice image = slice_str(call->operands[0]), name = without_tag(image);
    struct slice own = name.len < image.len ? slice_from(image, name.len + 1) : SLICE("latest");
    struct ship_request request = {.operation = SHIP_LIST, .image = name};
    struct ship_job job = {.arena = arena};
    struct ship_answer answer;
    if (!ship_engine_run(engine, &request, &job, &answer, err))
        return false;
    struct tag_look *seen = &tags->look;
    seen->seen = arena_array(arena, answer.tag_count + 1, sizeof *seen->seen);
    if (!seen->seen)
        return arena_error(err);
    for (; seen->count < answer.tag_count; seen->count++) {
        struct slice id = answer.tags[seen->count], tag = slice_cut(&id, '=');
        struct tag_seen *to = &seen->seen[seen->count];
        struct error ignored;
        *to = (struct tag_seen){.name = tag, .exists = true};
        if (id.len && !digest_parse(&to->digest, id, &ignored))
            to->digest = (struct digest){""};
        if (slice_equal(tag, own))
            tags->manifest.digest = to->digest;
    }
    seen->whole = true;
    tags->request.existing = answer.tags;
    tags->request.existing_count = answer.tag_count;
    if (tags->manifest.digest.text[0])
        tags->request.release = arena_printf(
            arena, "%.*s=%s",
            SLICE_ARG(slice_upto(tags->request.release, slice_find(tags->request.release, '='))),
            tags->manifest.digest.text);
    return tags->request.release.at || arena_error(err);
}

/* With --existing the engine's own tags count for nothing, and a dry run asks nobody. */
static bool plan(struct invocation *call, struct tag_call *tags, struct ship_engine *engine,
                 bool dry_run, struct error *err)
{
    bool given = option_value(call, "existing")->count > 0;
    if ((!dry_run || !given) &&
        !ship_engine_find(option_text(call, "engine"), call->arena, engine, err))
        return false;
    if (given)
        return tag_call_plan_given(tags, call, err);
    return look(call, tags, engine, err) &&
           tag_plan_make(&tags->request, call->arena, &tags->plan, err);
}

static bool tag_all(struct invocation *call, const struct tag_call *tags,
                    struct ship_engine *engine, struct tag_apply *apply, struct error *err)
{
    for (size_t i = 0; i < tags->plan.count; i++) {
        if (!tags->plan.tags[i].move)
            continue;
        if (!tag_locally(call, tags, i, engine, err))
            return error_add(err, "tag %.*s", SLICE_ARG(tags->plan.tags[i].name));
        apply->done[i] = true;
        apply->moved++;
    }
    return true;
}

bool tag_local_run(struct invocation *call, struct error *err)
{
    CLEANUP_TAG_CALL struct tag_call tags = {0};
    struct tag_apply apply = {0};
    struct ship_engine engine;
    bool dry_run = option_flag(call, "dry-run");
    if (slice_find(slice_str(call->operands[0]), '@') < strlen(call->operands[0]))
        return error_set(err, ERROR_USAGE, "--local names an image of the engine by its tag");
    if (!tag_call_request(&tags, call, call->operands[0], err) ||
        !plan(call, &tags, &engine, dry_run, err))
        return false;
    tag_call_tell(&tags);
    bool fine = tag_call_check_released(&tags, err) &&
                (dry_run || tag_all(call, &tags, &engine, &apply, err));
    if (strcmp(option_text(call, "format"), "json") == 0)
        tag_report_json(&tags, NULL, dry_run);
    else
        tag_report_table(&tags, dry_run ? NULL : &apply);
    return fine;
}
