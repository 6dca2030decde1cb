/*
 * ship-steps: what `plimsoll ship` asks of engines and of the test step, one at a time, for
 * scenarios.
 *
 *   engine [NAME]                                  which one, and its notes
 *   pull|id ENGINE IMAGE                           "id …"
 *   build ENGINE DOCKERFILE CONTEXT IMAGE [PLATFORM…]
 *   tag ENGINE IMAGE TARGET
 *   save ENGINE IMAGE FOLDER [PLATFORM…]           "source …"
 *   remove ENGINE IMAGE [PLATFORM…]
 *   test [--compose F] [--health URL] [--seconds N] [--stand-in] [--engine E] [--command C]
 *        [NAME=DOCKERFILE=CONTEXT …]               checks, notes, summary; 1 when it failed
 *   plan (as test)
 *
 * PULL: always, missing (default), never. PLAIN_HTTP: set for registries without TLS.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ship/engine/engine.h"
#include "ship/test/test.h"

static struct arena arena;
static struct error err;

static int fail(void)
{
    fprintf(stderr, "%s\n", err.text);
    return error_exit_code(err.kind);
}

static void show_line(void *context, bool is_error, struct slice line)
{
    (void)context;
    fprintf(stderr, "%s%.*s\n", is_error ? "! " : "  ", SLICE_ARG(line));
}

static void show_progress(void *context, struct slice text)
{
    (void)context;
    fprintf(stderr, "... %.*s\n", SLICE_ARG(text));
}

static void show_notes(const struct ship_engine *engine)
{
    for (size_t i = 0; i < engine->note_count; i++)
        printf("note %.*s\n", SLICE_ARG(engine->notes[i]));
}

static int show_engine(const char *name)
{
    struct ship_engine engine;
    if (!ship_engine_find(name, &arena, &engine, &err))
        return fail();
    printf("engine %s %s %.*s%s\n", engine.row->name, engine.version.at, SLICE_ARG(engine.storage),
           engine.rootless ? " rootless" : "");
    show_notes(&engine);
    return 0;
}

static enum ship_operation operation_of(const char *word)
{
    static const char *const names[] = {"pull", "build", "tag", "id", "save", "remove", "list"};
    unsigned i = 0;
    while (i < SHIP_OPERATIONS && strcmp(names[i], word) != 0)
        i++;
    return (enum ship_operation)i;
}

static enum ship_pull pull_policy(void)
{
    const char *wanted = getenv("PULL");
    return !wanted || !strcmp(wanted, "missing") ? SHIP_PULL_MISSING
           : !strcmp(wanted, "always")           ? SHIP_PULL_ALWAYS
                                                 : SHIP_PULL_NEVER;
}

/* The arguments behind the operation: ENGINE and the rest, as above; padded with NULL. */
static int operate(enum ship_operation operation, char **words)
{
    struct ship_engine engine;
    struct slice platforms[8];
    struct ship_build build = {
        .platforms = platforms, .pull = pull_policy(), .plain_http = getenv("PLAIN_HTTP") != NULL};
    struct ship_request request = {.operation = operation,
                                   .image = slice_str(words[1]),
                                   .pull = build.pull,
                                   .plain_http = build.plain_http};
    struct ship_job job = {.arena = &arena, .line = show_line};
    struct ship_answer answer = {0};
    if (!ship_epoch(&build.epoch, &err) || !ship_engine_find(words[0], &arena, &engine, &err))
        return fail();
    if (operation == SHIP_BUILD) {
        build.dockerfile = words[1];
        build.context = words[2];
        request.image = slice_str(words[3]);
    }
    size_t named = operation == SHIP_BUILD ? 4 : operation == SHIP_SAVE ? 3 : 2;
    if (operation == SHIP_BUILD || operation == SHIP_SAVE || operation == SHIP_REMOVE) {
        request.build = &build;
        for (char **word = words + named; *word && build.platform_count < 8; word++)
            platforms[build.platform_count++] = slice_str(*word);
    }
    request.target = slice_str(operation == SHIP_TAG ? words[2] : NULL);
    request.folder = operation == SHIP_SAVE ? words[2] : NULL;
    printf("line %s\n", ship_engine_line(&engine, &request, &arena).at);
    bool fine = ship_engine_run(&engine, &request, &job, &answer, &err);
    show_notes(&engine);
    if (answer.id.len)
        printf("id %s\n", answer.id.at);
    if (answer.source.len)
        printf("source %s\n", answer.source.at);
    return fine ? 0 : fail();
}

static bool take_option(struct ship_test_options *options, const char *name, const char *value)
{
    static const char *command[] = {"sh", "-c", NULL, NULL};
    if (!strcmp(name, "--compose"))
        options->compose = value;
    else if (!strcmp(name, "--health"))
        options->health = slice_str(value);
    else if (!strcmp(name, "--seconds"))
        options->seconds = (unsigned)strtoul(value, NULL, 10);
    else if (!strcmp(name, "--engine"))
        options->engine = value;
    else if (!strcmp(name, "--command")) {
        command[2] = value;
        options->command = command;
    } else
        return false;
    return true;
}

static bool take_images(struct ship_test_options *options, char **words)
{
    static struct ship_test_image images[16];
    options->images = images;
    for (; *words; words++) {
        if (!strcmp(*words, "--stand-in")) {
            options->stand_in = true;
            continue;
        }
        if (words[0][0] == '-') {
            if (!words[1] || !take_option(options, words[0], words[1]))
                return false;
            words++;
            continue;
        }
        struct slice rest = slice_str(*words);
        struct ship_test_image *image = &images[options->image_count++ % 16];
        image->name = slice_cut(&rest, '=');
        image->dockerfile = arena_string(&arena, slice_cut(&rest, '='));
        image->context = arena_string(&arena, rest);
    }
    return true;
}

static int show_result(const struct ship_test_result *result)
{
    static const char *const ways[] = {"none", "command", "compose", "stand-in"};
    printf("way %s, %.*s\n", ways[result->way], SLICE_ARG(result->tool));
    for (size_t i = 0; i < result->check_count; i++)
        printf("%s %.*s: %.*s\n", result->checks[i].passed ? "passed" : "FAILED",
               SLICE_ARG(result->checks[i].name), SLICE_ARG(result->checks[i].detail));
    for (size_t i = 0; i < result->note_count; i++)
        printf("note %.*s\n", SLICE_ARG(result->notes[i]));
    if (result->log.len)
        printf("log\n%.*s\n", SLICE_ARG(result->log));
    printf("summary %.*s\n", SLICE_ARG(result->summary));
    return result->passed ? 0 : 1;
}

static int test(char **words, bool plan)
{
    struct ship_test_options options = {
        .image = SLICE("app:new"), .line = show_line, .progress = show_progress};
    struct ship_test_result result;
    struct slice *lines;
    size_t count;
    if (!take_images(&options, words))
        return 2;
    if (!plan)
        return ship_test_run(&options, &arena, &result, &err) ? show_result(&result) : fail();
    if (!ship_test_plan(&options, &arena, &lines, &count, &err))
        return fail();
    for (size_t i = 0; i < count; i++)
        printf("%.*s\n", SLICE_ARG(lines[i]));
    return 0;
}

int main(int argc, char **argv)
{
    arena_init(&arena, 256 << 20);
    setvbuf(stdout, NULL, _IOLBF, 0);
    process_catch_signals();
    if (argc >= 2 && !strcmp(argv[1], "engine"))
        return show_engine(argc > 2 ? argv[2] : NULL);
    if (argc >= 2 && (!strcmp(argv[1], "test") || !strcmp(argv[1], "plan")))
        return test(argv + 2, argv[1][0] == 'p');
    enum ship_operation operation = argc >= 4 ? operation_of(argv[1]) : SHIP_OPERATIONS;
    if (operation == SHIP_OPERATIONS ||
        ((operation == SHIP_TAG || operation == SHIP_SAVE) && argc < 5) ||
        (operation == SHIP_BUILD && argc < 6)) {
        fprintf(stderr, "ship-steps: see the top of tests/tools/ship_steps.c\n");
        return 2;
    }
    return operate(operation, argv + 2);
}
