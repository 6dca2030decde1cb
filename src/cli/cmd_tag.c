/* plimsoll tag plan: which tags a release moves. */
#include "base/json.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "update/tag_plan.h"

static bool slices_of(const struct option_value *value, struct arena *arena,
                      const struct slice **slices, struct error *err)
{
    struct slice *made = arena_array(arena, value->count + 1, sizeof *made);
    if (!made)
        return arena_error(err);
    for (size_t i = 0; i < value->count; i++)
        made[i] = slice_str(value->items[i]);
    *slices = made;
    return true;
}

/* ---- writing ---- */

static void put_json_place(struct json_writer *json, const char *name, struct slice place)
{
    json_name(json, name);
    if (place.len)
        json_put_string(json, place);
    else
        json_put_null(json);
}

static void write_json(const struct tag_plan *plan)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/tag-plan/1"));
    json_field(&json, "release", plan->release);
    json_name(&json, "tags");
    json_begin_array(&json);
    for (size_t i = 0; i < plan->count; i++) {
        json_begin_object(&json);
        json_field(&json, "name", plan->tags[i].name);
        json_field_bool(&json, "move", plan->tags[i].move);
        put_json_place(&json, "from", plan->tags[i].from);
        put_json_place(&json, "to", plan->tags[i].to);
        json_field(&json, "reason", plan->tags[i].reason);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
}

/* Digests are cut to "sha256:" and twelve digits. */
static struct slice shown(struct slice place)
{
    enum { DIGEST_SHOWN = 19 };
    if (!place.len)
        return SLICE("-");
    return slice_find(place, ':') < place.len ? slice_upto(place, DIGEST_SHOWN) : place;
}

static void put_cell(struct slice text, size_t width)
{
    terminal_put(stdout, text);
    printf("%*s", (int)(width - text.len) + 2, "");
}

static size_t wider(size_t width, struct slice text)
{
    return text.len > width ? text.len : width;
}

static void write_table(const struct tag_plan *plan)
{
    size_t name = strlen("TAG"), from = strlen("FROM"), to = strlen("TO");
    for (size_t i = 0; i < plan->count; i++) {
        name = wider(name, plan->tags[i].name);
        from = wider(from, shown(plan->tags[i].from));
        to = wider(to, shown(plan->tags[i].to));
    }
    put_cell(SLICE("TAG"), name);
    printf("MOVE  ");
    put_cell(SLICE("FROM"), from);
    put_cell(SLICE("TO"), to);
    puts("REASON");
    for (size_t i = 0; i < plan->count; i++) {
        const struct tag_move *tag = &plan->tags[i];
        put_cell(tag->name, name);
        terminal_style(stdout, tag->move ? STYLE_GREEN : STYLE_DIM);
        printf("%-6s", tag->move ? "yes" : "no");
        terminal_style(stdout, STYLE_PLAIN);
        put_cell(shown(tag->from), from);
        put_cell(shown(tag->to), to);
        terminal_put(stdout, tag->reason);
        putchar('\n');
    }
}

static bool run_plan(struct invocation *call, struct error *err)
{
    const struct option_value *existing = option_value(call, "existing");
    const struct option_value *immutable = option_value(call, "immutable");
    struct tag_plan_request request = {
        .release = slice_str(option_text(call, "release")),
        .existing_count = existing->count,
        .immutable_count = immutable->count,
        .keep_v = option_flag(call, "keep-v"),
    };
    struct tag_plan plan;
    if (!option_text(call, "release"))
        return error_set(err, ERROR_USAGE, "which release? Say --release, such as 1.2.0");
    if (!slices_of(existing, call->arena, &request.existing, err) ||
        !slices_of(immutable, call->arena, &request.immutable, err) ||
        !tag_plan_make(&request, call->arena, &plan, err))
        return false;
    if (strcmp(option_text(call, "format"), "json") == 0)
        write_json(&plan);
    else
        write_table(&plan);
    return true;
}

static const struct option plan_options[] = {
    {.name = "release",
     .type = OPTION_STRING,
     .argument = "VERSION",
     .prose = "The semantic version that is released, such as 1.2.0 or v1.2.0; with =DIGEST behind "
              "it, tags that are this image already are left alone, and a version that is another "
              "image is not released again."},
    {.name = "existing",
     .type = OPTION_WORDS,
     .argument = "TAGS",
     .prose = "The tags that are there, each with =DIGEST behind it when it is known."},
    {.name = "immutable",
     .type = OPTION_WORDS,
     .argument = "PATTERNS",
     .prose = "Existing tags that match are not moved; * stands for any characters. A version's "
              "own tag never is."},
    {.name = "keep-v", .prose = "Also make the tag with a v in front, v1.2.0."},
    {.name = "format",
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "table",
     .choices = "table json",
     .prose = "How it is written."},
    {NULL},
};

static const struct command_example plan_examples[] = {
    {"plimsoll tag plan --existing 1.2.0,1.2,1,latest --release 1.3.0",
     "makes 1.3.0 and 1.3, moves 1 and latest"},
    {"plimsoll tag plan --existing 1.2.0,1.2,1,latest --release 1.1.9 --format json",
     "an older patch: 1 and latest stay"},
    {"plimsoll tag plan --release v1.0.0 --keep-v", "the first release, v1.0.0 beside 1.0.0"},
    {NULL, NULL},
};

static const struct command command_plan = {
    .name = "plan",
    .summary = "which tags a release moves, and why",
    .prose = "A release v1.2.0 gets the tag 1.2.0 and moves 1.2, 1 and latest, but only forward: "
             "1.1.9 after 1.2.0 moves 1.1 alone. A pre-release such as 1.3.0-rc1 gets its own tag "
             "and moves no other. What a moving tag points to is the version tag of the same "
             "digest; without digests, the highest release that it covers. No registry is "
             "asked.\n\nWhat is no semantic version (a date, a hash, 1.2, a name) is refused with "
             "what to write instead: exit 2.",
    .options = plan_options,
    .examples = plan_examples,
    .run = run_plan,
};

static const struct option no_options[] = {{NULL}};
static const struct command *const tag_commands[] = {&command_plan, NULL};

const struct command command_tag = {
    .name = "tag",
    .summary = "semantic versions to tags",
    .options = no_options,
    .examples = plan_examples,
    .commands = tag_commands,
};
