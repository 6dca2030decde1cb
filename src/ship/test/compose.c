/*
 * A compose file brought up under a project name of its own (a stack of the same folder that runs
 * already is left alone), asked for its health, and taken down whatever happened in between.
 */
#include <stdlib.h>
#include <unistd.h>

#include "ship/test/parts.h"

enum { VERSION_SECONDS = 20, UP_SECONDS = 900, DOWN_SECONDS = 180, LOG_LINES = 30 };

static const struct candidate {
    const char *words[3];
    const char *engine; /* that has the images it sees */
} candidates[] = {
    {{"docker", "compose", NULL}, "docker"},   {{"docker-compose", NULL}, "docker"},
    {{"podman-compose", NULL}, "podman"},      {{"podman", "compose", NULL}, "podman"},
    {{"nerdctl", "compose", NULL}, "nerdctl"},
};

/* The first word with a digit in it: "Docker Compose version v2.24.1", "podman-composer version
   1.0.3". */
static struct slice version_of(struct slice said)
{
    struct slice lines = said, found = {NULL, 0};
    while (lines.len && !found.len) {
        struct slice line = slice_cut_line(&lines);
        if (slice_search(line, SLICE("ompose")) == line.len)
            continue;
        while (line.len && !found.len) {
            struct slice word = slice_cut(&line, ' ');
            if (word.len && (word.at[0] == 'v' || (word.at[0] >= '0' && word.at[0] <= '9')) &&
                slice_find(word, '.') < word.len)
                found = word;
        }
    }
    if (found.len && found.at[found.len - 1] == ',')
        found.len--;
    return found.len && found.at[0] == 'v' ? slice_from(found, 1) : found;
}

static bool try_candidate(const struct candidate *candidate, struct arena *arena,
                          struct ship_compose *compose)
{
    const char *argv[4] = {candidate->words[0], candidate->words[1]};
    struct process_result result;
    struct error ignored = {0};
    argv[candidate->words[1] ? 2 : 1] = "version";
    if (!process_find(candidate->words[0], arena) ||
        !process_run(&(struct process_options){.argv = argv, .seconds = VERSION_SECONDS}, arena,
                     &result, &ignored) ||
        result.exit_code != 0)
        return false;
    struct slice all =
        arena_printf(arena, "%.*s\n%.*s", SLICE_ARG(result.output), SLICE_ARG(result.errors));
    *compose = (struct ship_compose){.words = {candidate->words[0], candidate->words[1], NULL}};
    compose->name =
        arena_printf(arena, "%s%s%s", candidate->words[0], candidate->words[1] ? " " : "",
                     candidate->words[1] ? candidate->words[1] : "");
    compose->version = version_of(all);
    return compose->name.at != NULL;
}

bool ship_compose_find(const char *engine, struct arena *arena, struct ship_compose *compose)
{
    /* buildah and podman share their images */
    const char *wanted = engine && strcmp(engine, "buildah") == 0 ? "podman" : engine;
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if ((!wanted || !*wanted || strcmp(candidates[i].engine, wanted) == 0) &&
            try_candidate(&candidates[i], arena, compose))
            return true;
    return false;
}

struct stack {
    struct ship_test *test;
    const struct ship_compose *compose;
    const char *file, *project;
    const char *const *environment;
};

static bool stack_run(const struct stack *stack, const char *const *words, unsigned seconds,
                      bool despite_signals, struct process_result *result, struct error *err)
{
    const struct ship_test_options *options = stack->test->options;
    const char *argv[16] = {stack->compose->words[0]};
    size_t count = 1;
    if (stack->compose->words[1])
        argv[count++] = stack->compose->words[1];
    argv[count++] = "-f";
    argv[count++] = stack->file;
    argv[count++] = "-p";
    argv[count++] = stack->project;
    while (*words && count < 15)
        argv[count++] = *words++;
    return process_run(&(struct process_options){.argv = argv,
                                                 .environment = stack->environment,
                                                 .folder = options->folder,
                                                 .seconds = seconds,
                                                 .context = options->context,
                                                 .line = options->line,
                                                 .despite_signals = despite_signals},
                       stack->test->arena, result, err);
}

static void keep_log(const struct stack *stack)
{
    static const char *const words[] = {"logs", "--tail", "30", NULL};
    struct process_result result;
    struct error ignored = {0};
    if (!stack_run(stack, words, VERSION_SECONDS, true, &result, &ignored))
        return;
    struct slice all = result.output.len ? result.output : result.errors;
    stack->test->result->log = ship_test_last_lines(all, LOG_LINES);
}

/* podman-compose 1.0 leaves its network behind. */
static void remove_network(const struct stack *stack)
{
    struct slice name = arena_printf(stack->test->arena, "%s_default", stack->project);
    const char *const argv[] = {"podman", "network", "rm", name.at, NULL};
    struct process_result result;
    struct error ignored = {0};
    if (name.at && strcmp(stack->compose->words[0], "podman-compose") == 0)
        process_run(&(struct process_options){.argv = argv,
                                              .seconds = VERSION_SECONDS,
                                              .despite_signals = true},
                    stack->test->arena, &result, &ignored);
}

static void take_down(const struct stack *stack)
{
    static const char *const words[] = {"down", "-v", NULL};
    struct process_result result;
    struct error why = {0};
    ship_test_progress(stack->test, "taking down");
    bool fine = stack_run(stack, words, DOWN_SECONDS, true, &result, &why);
    if (!fine || result.exit_code != 0 || result.timed_out)
        ship_test_note(stack->test,
                       "the test's containers could not be taken down (%s); by hand: %.*s -f %s "
                       "-p %s down -v",
                       fine ? "see the log" : why.text, SLICE_ARG(stack->compose->name),
                       stack->file, stack->project);
    remove_network(stack);
}

static bool wait_for_health(struct stack *stack, struct error *err)
{
    struct ship_test *test = stack->test;
    struct ship_health health = {.url = test->options->health};
    if (!health.url.len) {
        test->result->passed = true;
        ship_test_note(test, "no health URL is declared: that it came up is all that was tested");
        return ship_test_summary(test, "came up");
    }
    ship_test_progress(test, "waiting for %.*s", SLICE_ARG(health.url));
    struct error why = {0};
    if (ship_health_wait(test, &health, &why)) {
        test->result->passed = true;
        ship_test_summary(test, "%.*s answered %d after %.1f s", SLICE_ARG(health.url),
                          health.status, health.waited);
        return ship_test_check_add(test, SLICE("health"), true, test->result->summary, err);
    }
    if (why.kind != ERROR_NONE) {
        *err = why;
        return false;
    }
    keep_log(stack);
    ship_test_summary(test,
                      "%.*s did not answer 2xx within %u s; last: %.*s. Next: the containers' last "
                      "lines are in the log; test.seconds in plimsoll.yaml gives it longer",
                      SLICE_ARG(health.url), test->seconds, SLICE_ARG(health.last));
    return ship_test_check_add(test, SLICE("health"), false, test->result->summary, err);
}

/* podman-compose 1.0 ends with 0 whatever podman said, and writes "exit code: 125" for it. The
   first is that of the container that could not be made; *why is what podman said of it. */
static int hidden_exit_code(const struct stack *stack, const struct process_result *result,
                            struct slice *why)
{
    static const struct slice mark = {"exit code: ", 11};
    struct slice output = result->output, errors = result->errors;
    uint64_t code = 0;
    if (strcmp(stack->compose->words[0], "podman-compose") != 0)
        return 0;
    while (output.len && code == 0) {
        struct slice line = slice_trim(slice_cut_line(&output));
        if (!slice_starts(line, mark) || !slice_u64(slice_from(line, mark.len), &code))
            code = 0;
    }
    while (errors.len && code != 0) {
        struct slice line = slice_trim(slice_cut_line(&errors));
        if (slice_starts(line, SLICE("Error: ")) &&
            slice_search(line, SLICE("no such container")) == line.len)
            *why = line;
    }
    return code > 255 ? 255 : (int)code;
}

static bool bring_up(struct stack *stack, struct error *err)
{
    static const char *const words[] = {"up", "-d", NULL};
    struct slice why = {"", 0};
    struct ship_test *test = stack->test;
    struct process_result result;
    ship_test_progress(test, "%.*s up -d", SLICE_ARG(stack->compose->name));
    if (!stack_run(stack, words, UP_SECONDS, false, &result, err))
        return false;
    int code = result.exit_code ? result.exit_code : hidden_exit_code(stack, &result, &why);
    if (code == 0)
        return wait_for_health(stack, err);
    struct slice all = result.errors.len ? result.errors : result.output;
    test->result->log = ship_test_last_lines(all, LOG_LINES);
    struct slice last = why.len ? why : ship_test_last_lines(slice_trim(all), 1);
    return ship_test_summary(test,
                             "%.*s up ended with %d: %.*s. Next: try the same by hand, %.*s "
                             "-f %s up",
                             SLICE_ARG(stack->compose->name), code, SLICE_ARG(last),
                             SLICE_ARG(stack->compose->name), stack->file) ||
           arena_error(err);
}

/* PLIMSOLL_IMAGE and what the caller adds. */
static const char *const *environment_of(struct ship_test *test)
{
    const char *const *more = test->options->environment;
    size_t count = 0;
    while (more && more[count])
        count++;
    const char **all = arena_array(test->arena, count + 2, sizeof *all);
    if (!all)
        return NULL;
    all[0] = arena_printf(test->arena, "PLIMSOLL_IMAGE=%.*s", SLICE_ARG(test->options->image)).at;
    for (size_t i = 0; i < count; i++)
        all[i + 1] = more[i];
    return all[0] ? all : NULL;
}

bool ship_test_compose(struct ship_test *test, const struct ship_compose *compose,
                       struct error *err)
{
    char *file = realpath(test->options->compose, NULL);
    if (!file)
        return error_errno(err, "test.compose: %s", test->options->compose);
    struct stack stack = {.test = test,
                          .compose = compose,
                          .file = arena_string(test->arena, slice_str(file)),
                          .project = arena_printf(test->arena, "plimsoll-test-%d", getpid()).at,
                          .environment = environment_of(test)};
    free(file);
    if (!stack.file || !stack.project || !stack.environment)
        return arena_error(err);
    test->result->way = SHIP_TEST_COMPOSE;
    test->result->tool = arena_printf(test->arena, "%.*s %.*s", SLICE_ARG(compose->name),
                                      SLICE_ARG(compose->version));
    bool fine = bring_up(&stack, err);
    take_down(&stack);
    return fine;
}
