/* Which way an image is tested, and what the ways have in common. */
#include "ship/test/test.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/clock.h"
#include "ship/test/parts.h"

enum { SECONDS_DEFAULT = 60, LOG_LINES = 30 };

static struct slice format_text(struct arena *arena, const char *format, va_list arguments)
{
    char *text = NULL;
    int len = vasprintf(&text, format, arguments);
    struct slice copy = len < 0 ? (struct slice){NULL, 0} : arena_copy(arena, slice_str(text));
    if (len >= 0)
        free(text);
    return copy;
}

bool ship_test_note(struct ship_test *test, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct slice note = format_text(test->arena, format, arguments);
    va_end(arguments);
    return note.at && ARENA_PUSH(test->arena, test->result->notes, test->result->note_count,
                                 test->result->note_room, note);
}

bool ship_test_summary(struct ship_test *test, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    test->result->summary = format_text(test->arena, format, arguments);
    va_end(arguments);
    return test->result->summary.at != NULL;
}

void ship_test_progress(struct ship_test *test, const char *format, ...)
{
    char text[1000];
    va_list arguments;
    if (!test->options->progress)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    test->options->progress(test->options->context, slice_str(text));
}

bool ship_test_check_add(struct ship_test *test, struct slice name, bool passed,
                         struct slice detail, struct error *err)
{
    struct ship_test_check check = {name, passed, detail};
    const struct ship_test_options *options = test->options;
    struct slice text = arena_printf(test->arena, "%s %.*s: %.*s", passed ? "passed" : "FAILED",
                                     SLICE_ARG(name), SLICE_ARG(detail));
    if (options->line && text.at)
        options->line(options->context, !passed, text);
    return ARENA_PUSH(test->arena, test->result->checks, test->result->check_count,
                      test->result->check_room, check) ||
           arena_error(err);
}

struct slice ship_test_last_lines(struct slice text, size_t lines)
{
    size_t at = text.len;
    while (at && text.at[at - 1] == '\n')
        at--;
    text.len = at;
    while (at && lines) {
        at--;
        if (text.at[at] == '\n' && --lines == 0)
            return slice_from(text, at + 1);
    }
    return text;
}

static bool run_command(struct ship_test *test, struct error *err)
{
    const struct ship_test_options *options = test->options;
    size_t count = 0;
    while (options->environment && options->environment[count])
        count++;
    const char **environment = arena_array(test->arena, count + 2, sizeof *environment);
    struct slice image =
        arena_printf(test->arena, "PLIMSOLL_IMAGE=%.*s", SLICE_ARG(options->image));
    struct process_result result;
    if (!environment || !image.at)
        return arena_error(err);
    memcpy(environment, options->environment ? options->environment : environment,
           count * sizeof *environment);
    environment[count] = image.at;
    test->result->way = SHIP_TEST_COMMAND;
    test->result->tool = slice_str(options->command[0]);
    if (!process_run(&(struct process_options){.argv = options->command,
                                               .environment = environment,
                                               .folder = options->folder,
                                               .seconds = test->seconds,
                                               .context = options->context,
                                               .line = options->line},
                     test->arena, &result, err))
        return false;
    test->result->passed = result.exit_code == 0 && !result.timed_out;
    struct slice all = result.errors.len ? result.errors : result.output;
    if (!test->result->passed)
        test->result->log = ship_test_last_lines(all, LOG_LINES);
    bool said =
        result.timed_out ? ship_test_summary(test,
                                             "the command took more than %u s and was ended. Next: "
                                             "test.seconds in plimsoll.yaml gives it longer",
                                             test->seconds)
        : test->result->passed
            ? ship_test_summary(test, "the command ended with 0 after %.1f s", result.seconds)
            : ship_test_summary(test,
                                "the command ended with %d. Next: read its last "
                                "lines in the log",
                                result.exit_code);
    return said || arena_error(err);
}

static bool run_without_compose(struct ship_test *test, const char *why, struct error *err)
{
    if (!ship_test_note(test, "haproxy and nginx of this machine stand in for the images, since %s",
                        why))
        return arena_error(err);
    return ship_test_stand_in(test, err);
}

static bool run(struct ship_test *test, struct error *err)
{
    const struct ship_test_options *options = test->options;
    struct ship_compose compose;
    if (options->command)
        return run_command(test, err);
    if (options->stand_in)
        return run_without_compose(test, "that was asked for", err);
    if (options->compose && ship_compose_find(options->engine, test->arena, &compose))
        return ship_test_compose(test, &compose, err);
    if (options->compose)
        return run_without_compose(test,
                                   "there is no compose here (looked for: docker compose, "
                                   "docker-compose, podman-compose, podman compose, nerdctl "
                                   "compose)",
                                   err);
    if (options->health.len)
        return run_without_compose(test, "no compose file is declared", err);
    test->result->passed = true;
    return ship_test_summary(test, "no test is declared for this image (test: in plimsoll.yaml)") ||
           arena_error(err);
}

bool ship_test_run(const struct ship_test_options *options, struct arena *arena,
                   struct ship_test_result *result, struct error *err)
{
    struct ship_test_result found = {0};
    struct ship_test test = {.options = options,
                             .arena = arena,
                             .result = &found,
                             .seconds = options->seconds ? options->seconds : SECONDS_DEFAULT};
    double began = clock_monotonic();
    if (!run(&test, err))
        return error_add(err, "testing %.*s", SLICE_ARG(options->image));
    found.seconds = clock_monotonic() - began;
    *result = found;
    return true;
}

static struct slice command_line(const char *const *argv, struct arena *arena)
{
    struct slice line = {"", 0};
    for (size_t i = 0; argv[i]; i++)
        arena_list(arena, &line, " ", "%s", argv[i]);
    return line;
}

bool ship_test_plan(const struct ship_test_options *options, struct arena *arena,
                    struct slice **lines, size_t *count, struct error *err)
{
    struct slice *all = NULL;
    size_t made = 0, room = 0;
    struct ship_compose compose;
    struct slice line;
    unsigned seconds = options->seconds ? options->seconds : SECONDS_DEFAULT;
    bool has_compose = options->compose && !options->command && !options->stand_in &&
                       ship_compose_find(options->engine, arena, &compose);
    if (options->command)
        line = arena_printf(arena, "PLIMSOLL_IMAGE=%.*s %.*s", SLICE_ARG(options->image),
                            SLICE_ARG(command_line(options->command, arena)));
    else if (has_compose)
        line = arena_printf(arena, "%.*s -f %s up -d", SLICE_ARG(compose.name), options->compose);
    else if (options->compose || options->health.len || options->stand_in)
        line = arena_printf(arena, "start %.*s with the images' configurations, on other ports",
                            SLICE_ARG(ship_stand_in_tools(arena)));
    else
        line = SLICE("no test is declared");
    bool fine = line.at && ARENA_PUSH(arena, all, made, room, line);
    if (!options->command && options->health.len) {
        line = arena_printf(arena, "wait until %.*s answers 2xx, %u s at most",
                            SLICE_ARG(options->health), seconds);
        fine = fine && line.at && ARENA_PUSH(arena, all, made, room, line);
    }
    if (has_compose) {
        line = arena_printf(arena, "%.*s -f %s down -v", SLICE_ARG(compose.name), options->compose);
        fine = fine && line.at && ARENA_PUSH(arena, all, made, room, line);
    }
    *lines = all;
    *count = made;
    return fine || arena_error(err);
}
