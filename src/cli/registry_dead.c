/* plimsoll registry dead-letters */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/terminal.h"
#include "cli/registry_call.h"
#include "registry/ops/events.h"

static const struct option dead_options[] = {
    {.name = "again",
     .type = OPTION_FLAG,
     .prose = "Send them again, once; what does not get through this time either stays here."},
    {.name = "drop", .type = OPTION_FLAG, .prose = "Forget them."},
    {.name = "format",
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "table",
     .choices = "table json",
     .prose = "table, for people; json, one object a line, with what was to be sent."},
    REGISTRY_CALL_OPTIONS,
    {NULL},
};

static void put_json(const struct dead_letter *letter, struct arena *arena)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 0);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/dead-letters/1"));
    json_field(&json, "webhook", letter->hook);
    json_field(&json, "scope", letter->scope);
    json_field_int(&json, "sequence", (int64_t)letter->sequence);
    json_field(&json, "time", clock_format((int64_t)letter->when, arena));
    json_field_int(&json, "attempts", letter->attempts);
    json_field(&json, "why", letter->why);
    json_field_bool(&json, "again", letter->again);
    json_field(&json, "body", letter->body);
    json_end_object(&json);
    putchar('\n');
}

static void put_line(const struct dead_letter *letter, struct arena *arena)
{
    terminal_put(stdout, clock_format((int64_t)letter->when, arena));
    printf("  %" PRIu64 "  ", letter->sequence);
    terminal_style(stdout, STYLE_BOLD);
    terminal_put(stdout, letter->hook);
    terminal_style(stdout, STYLE_PLAIN);
    printf("  %u tries: ", letter->attempts);
    terminal_put(stdout, letter->why);
    fputs(letter->again ? "  (to be sent again)\n" : "\n", stdout);
}

static bool show(struct registry_call *registry, struct slice hook, bool json, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct dead_letter *letters;
    size_t count;
    arena_init(&arena, (size_t)512 << 20);
    if (!dead_list(&registry->folder.registry, &registry->scope, &arena, &letters, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!hook.len || slice_equal(letters[i].hook, hook))
            (json ? put_json : put_line)(&letters[i], &arena);
    return true;
}

static bool run(struct invocation *call, struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    struct slice hook = call->operand_count ? slice_str(call->operands[0]) : (struct slice){0};
    bool again = option_flag(call, "again"), drop = option_flag(call, "drop");
    size_t count;
    if (again && drop)
        return error_set(err, ERROR_USAGE, "--again or --drop, not both");
    bool changes = again || drop;
    if (!(changes ? registry_call_open : registry_call_look)(&registry, call, NULL, err))
        return false;
    if (!again && !drop)
        return show(&registry, hook, slice_equal_str(SLICE("json"), option_text(call, "format")),
                    err);
    if (!(again ? dead_again : dead_drop)(&registry.folder.registry, &registry.scope, hook, 0,
                                          &count, err))
        return false;
    printf(again ? "%zu to be sent again\n" : "%zu forgotten\n", count);
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll registry dead-letters", "which events did not get through, and why"},
    {"plimsoll registry dead-letters ci --again", "once the receiver is back"},
    {NULL, NULL},
};

const struct command registry_dead_letters = {
    .name = "dead-letters",
    .summary = "events that a webhook did not take",
    .operands = "[WEBHOOK]",
    .prose = "An event that a webhook did not take is tried again with growing waits, and is kept "
             "here after the last try. A running server sends those of --again within a second.",
    .options = dead_options,
    .examples = examples,
    .most = 1,
    .run = run,
};
