/*
 * simulation [--runs N] [--seed N] [--jobs N] [--actors N] [--steps N] [--no-faults] [--no-crashes]
 *            [--no-jumps] [--sqlite] [--plant sync] [--trace] [--shrink]
 *
 * Runs the registry's core under a seed, many times: clients, crashes, faults, a judge. Prints the
 * first seed whose run violates a promise, and ends with 1. SIMULATION_RUNS stands for --runs.
 */
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/threads.h"
#include "simulation.h"

enum { EPOCHS_MAX = 4, JOBS_MAX = 16 };

bool violated(struct simulation *simulation, const char *format, ...)
{
    va_list args;
    char text[sizeof simulation->verdict];
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (simulation->settings.trace)
        printf("VIOLATED %s\n", text);
    if (!simulation->verdict[0])
        memcpy(simulation->verdict, text, sizeof text);
    return false;
}

void trace(struct simulation *simulation, const char *format, ...)
{
    va_list args;
    if (!simulation->settings.trace)
        return;
    printf("%llu (%.0f s) actor %u: ", (unsigned long long)simulation->model.event,
           simulation->schedule.elapsed, simulation->schedule.current);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

/* What kind of a run it is. Clocks are not set in runs with crashes: how long a machine was off,
   only its clock says. */
static unsigned choose(struct simulation *simulation)
{
    struct schedule *schedule = &simulation->schedule;
    const struct settings *settings = &simulation->settings;
    static const unsigned switches[] = {50, 300, 1000};
    bool crashes = schedule_chance(schedule, 1, 2), faults = schedule_chance(schedule, 1, 3);
    bool jumps = schedule_chance(schedule, 1, 3);
    unsigned actors = 2 + (unsigned)schedule_random(schedule, 4);
    unsigned steps = 2 + (unsigned)schedule_random(schedule, 8);
    schedule->switch_chance = switches[schedule_random(schedule, 3)];
    schedule->crash_chance = crashes && !settings->no_crashes ? 2000 : 0;
    schedule->fault_chance = faults && !settings->no_faults ? 10000 : 0;
    schedule->jump_chance = !crashes && jumps && !settings->no_jumps ? 3000 : 0;
    schedule->trace = settings->trace;
    simulation->faults = schedule->fault_chance > 0;
    simulation->steps = settings->steps ? settings->steps : steps;
    return settings->actors ? settings->actors : actors;
}

static void open_registry(struct simulation *simulation)
{
    static const struct registry_limits limits = {
        .grace_seconds = GRACE, .recycle_seconds = RECYCLE, .upload_seconds = UPLOAD};
    struct error err;
    simulation->schedule.quiet = true;
    simulation->schedule.crashed = false;
    simulation->blobs = blobs_disk_new(&simulation->world.world, &err);
    if (!simulation->blobs ||
        !registry_init(&simulation->registry, &simulation->world.world, &simulation->meta.meta,
                       simulation->blobs, &limits, &err))
        violated(simulation, "the registry does not start: %s", err.text);
    simulation->schedule.quiet = false;
}

/* From start to crash, or to where all actors have done what they wanted. */
static void run_epoch(struct simulation *simulation, unsigned actors)
{
    open_registry(simulation);
    if (!simulation->model.blobs[0][0].count && simulation->request_count == 0)
        for (int r = 0; r < REPOSITORIES; r++)
            client_create(simulation, r);
    schedule_run(&simulation->schedule, actors, actor_act);
    simulation->schedule.current = simulation->schedule.actors;
    if (!simulation->schedule.crashed)
        return;
    simulation->crashes++;
    registry_done(&simulation->registry);
    blobs_free(simulation->blobs);
    sim_world_crash(&simulation->world);
    simulation->schedule.elapsed += (double)schedule_random(&simulation->schedule, 20);
    open_registry(simulation);
}

static struct meta *open_rows(const struct settings *settings, char folder[64])
{
    struct error err;
    struct meta *rows = NULL;
    char path[96];
    if (!settings->sqlite)
        return meta_memory_new();
    snprintf(folder, 64, "/dev/shm/plimsoll-simulation-XXXXXX");
    snprintf(path, sizeof path, "%s/rows", mkdtemp(folder) ? folder : "/nowhere");
    if (!meta_sqlite_open(&rows, path, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(3);
    }
    return rows;
}

static void remove_rows(char folder[64])
{
    char path[96];
    if (!folder[0])
        return;
    snprintf(path, sizeof path, "%s/rows", folder);
    unlink(path);
    rmdir(folder);
}

/* True: nothing was violated. */
static bool run(struct simulation *simulation, const struct settings *settings)
{
    char folder[64] = "";
    simulation->settings = *settings;
    simulation->verdict[0] = '\0';
    simulation->upload_count = simulation->request_count = 0;
    simulation->pulls = simulation->pushes = simulation->failures = simulation->crashes = 0;
    memset(simulation->requests, 0, sizeof simulation->requests);
    schedule_init(&simulation->schedule, settings->seed);
    simulation->schedule.simulation = simulation;
    sim_world_init(&simulation->world, &simulation->schedule);
    simulation->world.skip_sync = settings->planted == 1;
    simulation->rows = open_rows(settings, folder);
    sim_meta_init(&simulation->meta, simulation->rows, &simulation->schedule);
    model_init(&simulation->model, GRACE);
    unsigned actors = choose(simulation);
    simulation->schedule.actors = simulation->schedule.current = actors;
    for (int epoch = 0; epoch < EPOCHS_MAX && !simulation->verdict[0]; epoch++) {
        run_epoch(simulation, actors);
        bool last = epoch == EPOCHS_MAX - 1 || !simulation->schedule.crash_chance;
        verdict_quiet(simulation, last);
        registry_done(&simulation->registry);
        blobs_free(simulation->blobs);
        if (last)
            break;
    }
    meta_close(simulation->rows);
    remove_rows(folder);
    sim_world_done(&simulation->world);
    schedule_done(&simulation->schedule);
    return !simulation->verdict[0];
}

/* In a process of its own, since a run that fails may also crash. */
static bool fails(const struct settings *settings, char verdict[600])
{
    int pipes[2], status = 0;
    if (pipe(pipes) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        struct simulation *simulation = calloc(1, sizeof *simulation);
        if (!simulation)
            _exit(3);
        bool fine = run(simulation, settings);
        (void)!write(pipes[1], simulation->verdict, sizeof simulation->verdict);
        _exit(fine ? 0 : 1);
    }
    close(pipes[1]);
    snprintf(verdict, 600, "the process died");
    (void)!read(pipes[0], verdict, 600);
    close(pipes[0]);
    waitpid(child, &status, 0);
    return status != 0;
}

static void print_settings(const struct settings *settings)
{
    printf("--seed %llu", (unsigned long long)settings->seed);
    if (settings->actors)
        printf(" --actors %u", settings->actors);
    if (settings->steps)
        printf(" --steps %u", settings->steps);
    printf("%s%s%s%s%s\n", settings->no_faults ? " --no-faults" : "",
           settings->no_crashes ? " --no-crashes" : "", settings->no_jumps ? " --no-jumps" : "",
           settings->sqlite ? " --sqlite" : "", settings->planted ? " --plant sync" : "");
}

/*
 * Something smaller that fails, too: fewer actors, fewer steps, nothing injected; other seeds are
 * tried with it, since the same seed runs otherwise with other settings.
 */
static void shrink(const struct settings *failing)
{
    enum { TRIES = 300 };
    char verdict[600], found[600] = "";
    struct settings best = *failing;
    for (unsigned size = 0; size < 12; size++) {
        struct settings smaller = *failing;
        smaller.actors = 1 + size % 3;
        smaller.steps = 1 + size / 3;
        smaller.no_faults = smaller.no_jumps = true;
        for (unsigned i = 0; i < TRIES; i++) {
            smaller.seed = failing->seed + i;
            smaller.no_crashes = i % 2;
            if (!fails(&smaller, verdict))
                continue;
            best = smaller;
            memcpy(found, verdict, sizeof found);
            size = 12;
            break;
        }
    }
    printf(found[0] ? "smaller: %s\n  " : "nothing smaller was found%s: ", found);
    print_settings(&best);
}

struct job {
    uint64_t first, runs, step;
};

static void pin(unsigned job)
{
    cpu_set_t all, one;
    unsigned left = job;
    if (sched_getaffinity(0, sizeof all, &all) != 0)
        return;
    left %= (unsigned)CPU_COUNT(&all);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &all) && left-- == 0)
            CPU_SET(i, &one);
    /* Only one thread of a run ever runs: it is faster when the baton stays on one processor. */
    (void)sched_setaffinity(0, sizeof one, &one);
}

static int run_job(const struct settings *settings, const struct job *job)
{
    struct simulation *simulation = calloc(1, sizeof *simulation);
    uint64_t pulls = 0, pushes = 0, failures = 0, crashes = 0, points = 0;
    if (!simulation)
        return 3;
    for (uint64_t i = 0; i < job->runs; i += job->step) {
        struct settings one = *settings;
        one.seed = job->first + i;
        if (!run(simulation, &one)) {
            printf("VIOLATED, seed %llu: %s\n", (unsigned long long)one.seed, simulation->verdict);
            printf("  again: simulation --trace ");
            print_settings(&one);
            fflush(stdout);
            return 1;
        }
        pulls += simulation->pulls;
        pushes += simulation->pushes;
        failures += simulation->failures;
        crashes += simulation->crashes;
        points += simulation->schedule.points;
    }
    printf(
        "job: %llu pushes, %llu pulls, %llu refused or failed calls, %llu crashes, %llu points\n",
        (unsigned long long)pushes, (unsigned long long)pulls, (unsigned long long)failures,
        (unsigned long long)crashes, (unsigned long long)points);
    free(simulation);
    return 0;
}

struct options {
    struct settings settings;
    uint64_t runs;
    unsigned jobs;
    bool shrink;
};

static uint64_t number(const char *text)
{
    uint64_t value = 0;
    if (!text || !slice_u64(slice_str(text), &value)) {
        fprintf(stderr, "a number is missing\n");
        exit(2);
    }
    return value;
}

static bool take_flag(struct options *options, const char *name)
{
    struct {
        const char *name;
        bool *flag;
    } flags[] = {{"--no-faults", &options->settings.no_faults},
                 {"--no-crashes", &options->settings.no_crashes},
                 {"--no-jumps", &options->settings.no_jumps},
                 {"--trace", &options->settings.trace},
                 {"--sqlite", &options->settings.sqlite},
                 {"--shrink", &options->shrink}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(flags[i].name, name) == 0)
            return *flags[i].flag = true;
    return false;
}

static void take_value(struct options *options, const char *name, const char *value)
{
    if (strcmp(name, "--runs") == 0)
        options->runs = number(value);
    else if (strcmp(name, "--seed") == 0)
        options->settings.seed = number(value);
    else if (strcmp(name, "--jobs") == 0)
        options->jobs = (unsigned)number(value);
    else if (strcmp(name, "--actors") == 0)
        options->settings.actors = (unsigned)number(value);
    else if (strcmp(name, "--steps") == 0)
        options->settings.steps = (unsigned)number(value);
    else if (strcmp(name, "--plant") == 0 && value && strcmp(value, "sync") == 0)
        options->settings.planted = 1;
    else
        number(NULL);
}

static int run_jobs(const struct options *options)
{
    pid_t children[JOBS_MAX];
    unsigned jobs = options->jobs < 1 ? 1 : options->jobs > JOBS_MAX ? JOBS_MAX : options->jobs;
    int worst = 0;
    fflush(stdout);
    for (unsigned i = 0; i < jobs; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct job job = {options->settings.seed + i, options->runs - i, jobs};
            pin(i);
            int code = run_job(&options->settings, &job);
            fflush(stdout);
            _exit(code);
        }
    }
    for (unsigned i = 0; i < jobs; i++) {
        int status = 0;
        waitpid(children[i], &status, 0);
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        if (!WIFEXITED(status))
            printf("VIOLATED: a run died of signal %d\n", WTERMSIG(status));
        worst = code > worst ? code : worst;
    }
    return worst;
}

int main(int argc, char **argv)
{
    struct options options = {.settings = {.seed = 1}, .runs = 1, .jobs = 2};
    struct arena arena;
    const char *runs = getenv("SIMULATION_RUNS");
    for (int i = 1; i < argc; i++)
        if (!take_flag(&options, argv[i])) {
            take_value(&options, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            i++;
        }
    if (runs)
        options.runs = number(runs);
    if (options.runs < options.jobs)
        options.jobs = 1;
    threads_set_limit(1); /* check reads blobs with several: only one may have the baton */
    arena_init(&arena, 1 << 20);
    goods_make(&arena);
    double start = clock_monotonic();
    int code = run_jobs(&options);
    printf("%llu runs from seed %llu: %s, %.1f s\n", (unsigned long long)options.runs,
           (unsigned long long)options.settings.seed, code ? "FAILED" : "all promises kept",
           clock_monotonic() - start);
    if (code && options.shrink)
        shrink(&options.settings);
    arena_done(&arena);
    return code;
}
