#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

#include "test.h"

static struct arena arena;
static struct error err;

#define SH(script) ((const char *const[]){"sh", "-c", script, NULL})

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    err = (struct error){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct process_result run(struct process_options options)
{
    struct process_result result = {0};
    if (!process_run(&options, &arena, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

static void output_errors_and_exit_code_come_apart(void **state)
{
    (void)state;
    struct process_result result =
        run((struct process_options){.argv = SH("echo out; echo bad >&2; exit 7")});
    assert_int_equal(result.exit_code, 7);
    assert_int_equal(result.signal, 0);
    assert_string_equal(result.output.at, "out\n");
    assert_string_equal(result.errors.at, "bad\n");
    assert_false(result.output_cut);
    assert_false(result.timed_out);
}

static void a_program_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    struct process_result result;
    const char *const argv[] = {"plimsoll-no-such-program", NULL};
    assert_false(process_run(&(struct process_options){.argv = argv}, &arena, &result, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.text, "plimsoll-no-such-program"));
    assert_null(process_find("plimsoll-no-such-program", &arena));
    assert_non_null(process_find("sh", &arena));
    assert_null(process_find("", &arena));
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct process_result result;
    struct process_options options = {.argv = SH("true"), .folder = "/no/such/folder"};
    assert_false(process_run(&options, &arena, &result, &err));
    assert_non_null(strstr(err.text, "/no/such/folder"));
    assert_string_equal(
        run((struct process_options){.argv = SH("pwd"), .folder = "/usr"}).output.at, "/usr\n");
    assert_int_equal(run((struct process_options){.argv = SH("true"), .folder = ""}).exit_code, 0);
}

static void relative_folders_of_path_are_not_looked_into(void **state)
{
    (void)state;
    char folder[] = "/tmp/plimsoll-process-XXXXXX", path[100], before[4096];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/plimsoll-here", folder);
    assert_true(file_write(path, SLICE("#!/bin/sh\necho here\n"), &err));
    chmod(path, 0755);
    snprintf(before, sizeof before, "%s", getenv("PATH"));
    int home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(chdir(folder), 0);
    setenv("PATH", ".:", 1);
    assert_null(process_find("plimsoll-here", &arena));
    assert_non_null(process_find("./plimsoll-here", &arena));
    setenv("PATH", before, 1);
    assert_int_equal(fchdir(home), 0);
    close(home);
    const char *const argv[] = {"./plimsoll-here", NULL};
    struct process_result result = run((struct process_options){.argv = argv, .folder = folder});
    assert_string_equal(result.output.at, "here\n");
    unlink(path);
    rmdir(folder);
}

static void input_is_given_also_to_who_does_not_read_it(void **state)
{
    (void)state;
    size_t len = 1 << 20;
    char *big = arena_alloc(&arena, len);
    memset(big, 'x', len);
    struct slice input = slice_of(big, len);
    struct process_result result =
        run((struct process_options){.argv = SH("wc -c"), .input = input});
    assert_string_equal(slice_trim(result.output).at, "1048576\n");
    assert_int_equal(run((struct process_options){.argv = SH("true"), .input = input}).exit_code,
                     0);
    assert_string_equal(run((struct process_options){.argv = SH("cat")}).output.at, "");
}

static void the_last_bytes_are_kept(void **state)
{
    (void)state;
    struct process_result result =
        run((struct process_options){.argv = SH("seq 1 100000; seq 1 9 >&2"), .output_max = 1000});
    assert_int_equal(result.output.len, 1000);
    assert_true(slice_ends(result.output, SLICE("\n99999\n100000\n")));
    assert_true(result.output_cut);
    assert_string_equal(result.errors.at, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
}

struct seen {
    char text[1000];
    size_t lines, longest;
};

static void see(void *context, bool is_error, struct slice line)
{
    struct seen *seen = context;
    size_t at = strlen(seen->text);
    if (line.len < 20)
        snprintf(seen->text + at, sizeof seen->text - at, "%s%.*s|", is_error ? "!" : "",
                 SLICE_ARG(line));
    seen->lines++;
    seen->longest = line.len > seen->longest ? line.len : seen->longest;
}

static void lines_come_as_they_are_written(void **state)
{
    (void)state;
    struct seen seen = {0};
    run((struct process_options){
        .argv = SH("printf 'a\\r\\n\\nb'; exec 1>&-; sleep 0.1; echo c >&2; printf d >&2"),
        .context = &seen,
        .line = see});
    assert_string_equal(seen.text, "a||!c|b|!d|");
    seen = (struct seen){0}; /* docker's classic builder tells its progress so */
    run((struct process_options){
        .argv = SH("printf '1 kB\\r\\r2 kB\\r\\r\\nx\\r3 kB\\r'"), .context = &seen, .line = see});
    assert_string_equal(seen.text, "2 kB|3 kB|");
    seen = (struct seen){0};
    run((struct process_options){
        .argv = SH("head -c 20000 /dev/zero"), .context = &seen, .line = see});
    assert_int_equal(seen.lines, 3);
    assert_int_equal(seen.longest, PROCESS_LINE_MAX);
}

static void time_ends_the_whole_group(void **state)
{
    (void)state;
    struct process_result result =
        run((struct process_options){.argv = SH("sleep 600 & echo $!; wait"), .seconds = 3});
    assert_true(result.timed_out);
    assert_int_equal(result.signal, SIGTERM); /* so it did not take its grace */
    assert_int_equal(result.exit_code, 128 + SIGTERM);
    pid_t left = (pid_t)strtol(result.output.at, NULL, 10);
    assert_true(left > 1);
    for (int i = 0; i < 3000 && kill(left, 0) == 0; i++)
        usleep(20000); /* it is init's to reap */
    char path[100];
    struct slice status;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)left);
    if (file_read(path, 4096, &arena, &status, &err))
        assert_true(slice_search(status, SLICE(") Z ")) < status.len);
}

static void who_ignores_sigterm_is_killed(void **state)
{
    (void)state;
    struct process_result result = run((struct process_options){
        .argv = SH("trap '' TERM; while :; do sleep 0.1; done"), .seconds = 3});
    assert_true(result.timed_out);
    assert_int_equal(result.signal, SIGKILL);
    assert_true(result.seconds >= PROCESS_GRACE_SECONDS);
}

static void what_is_left_behind_is_not_waited_for(void **state)
{
    (void)state;
    struct process_result result =
        run((struct process_options){.argv = SH("sleep 600 & echo $!; exit 3")});
    assert_int_equal(result.exit_code, 3);
    pid_t left = (pid_t)strtol(result.output.at, NULL, 10);
    assert_true(left > 1);
    assert_int_equal(kill(left, SIGKILL), 0); /* it was there still */
}

static void environment_is_added_replaced_and_removed(void **state)
{
    (void)state;
    setenv("PLIMSOLL_ONE", "1", 1);
    setenv("PLIMSOLL_TWO", "2", 1);
    const char *const changes[] = {"PLIMSOLL_ONE=x", "PLIMSOLL_TWO", "PLIMSOLL_THREE=a=b", NULL};
    struct process_result result = run((struct process_options){
        .argv = SH("echo $PLIMSOLL_ONE ${PLIMSOLL_TWO-none} $PLIMSOLL_THREE"),
        .environment = changes});
    assert_string_equal(result.output.at, "x none a=b\n");
}

static void no_descriptor_of_ours_is_inherited(void **state)
{
    (void)state;
    int leaky = dup(0); /* not close-on-exec, as a library might have one */
    assert_true(leaky > 2);
    const char *const argv[] = {"ls", "/proc/self/fd", NULL};
    struct process_result result = run((struct process_options){.argv = argv});
    close(leaky);
    assert_string_equal(result.output.at, "0\n1\n2\n3\n"); /* 3: the folder that ls reads */
}

static void output_goes_into_a_file_when_told(void **state)
{
    (void)state;
    char path[] = "/tmp/plimsoll-process-XXXXXX";
    CLEANUP_FD int fd = mkstemp(path);
    struct process_result result =
        run((struct process_options){.argv = SH("echo file; echo err >&2"), .output_fd = fd});
    struct slice bytes;
    assert_int_equal(result.output.len, 0);
    assert_string_equal(result.errors.at, "err\n");
    assert_true(file_read(path, 100, &arena, &bytes, &err));
    assert_string_equal(bytes.at, "file\n");
    unlink(path);
}

static void *run_some(void *context)
{
    size_t *right = context;
    for (int i = 0; i < 20; i++) {
        CLEANUP_ARENA struct arena own;
        arena_init(&own, 1 << 20);
        struct error failed = {0};
        struct process_result result;
        if (process_run(
                &(struct process_options){.argv = SH("cat; exit 4"), .input = SLICE("mine")}, &own,
                &result, &failed) &&
            result.exit_code == 4 && slice_equal_str(result.output, "mine"))
            ++*right;
    }
    return NULL;
}

static void threads_run_at_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    size_t right[4] = {0};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_some, &right[i]), 0);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(right[i], 20);
    }
}

static void the_child_has_the_usual_signals(void **state)
{
    (void)state;
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    struct process_result result = run((struct process_options){.argv = SH("kill -PIPE $$")});
    signal(SIGPIPE, before);
    assert_int_equal(result.signal, SIGPIPE);
}

static void a_budget_that_is_spent_is_an_error(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena little;
    struct process_result result;
    arena_init(&little, 256 << 10);
    struct process_options options = {.argv = SH("yes"), .output_max = 4 << 20};
    assert_false(process_run(&options, &little, &result, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

static void a_server_is_started_looked_at_and_stopped(void **state)
{
    (void)state;
    struct process_child child = {0};
    int code = -1;
    process_stop(&child);
    assert_true(
        process_start(&(struct process_options){.argv = SH("sleep 600 & wait")}, &child, &err));
    assert_false(process_ended(&child, &code));
    pid_t group = child.id;
    process_stop(&child);
    assert_int_equal(child.id, 0);
    assert_int_equal(kill(group, 0), -1);
    assert_true(process_start(&(struct process_options){.argv = SH("exit 9")}, &child, &err));
    while (!process_ended(&child, &code))
        usleep(1000);
    assert_int_equal(code, 9);
    assert_false(process_start(
        &(struct process_options){.argv = (const char *const[]){"plimsoll-none", NULL}}, &child,
        &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

static void *interrupt_soon(void *context)
{
    (void)context;
    usleep(200000);
    kill(getpid(), SIGTERM);
    return NULL;
}

/* The last test of the group: a caught signal stays caught. */
static void a_caught_signal_ends_the_child_and_what_takes_down_still_runs(void **state)
{
    (void)state;
    pthread_t thread;
    struct process_result result;
    struct process_options options = {.argv = SH("sleep 600")};
    process_catch_signals();
    pthread_create(&thread, NULL, interrupt_soon, NULL);
    assert_false(process_run(&options, &arena, &result, &err));
    pthread_join(thread, NULL);
    assert_non_null(strstr(err.text, "interrupted"));
    assert_int_equal(process_signal_caught(), SIGTERM);
    assert_false(process_run(&options, &arena, &result, &err)); /* nor does another start */
    result = run((struct process_options){.argv = SH("echo down"), .despite_signals = true});
    assert_string_equal(result.output.at, "down\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_errors_and_exit_code_come_apart),
        cmocka_unit_test(a_program_that_is_not_there_is_not_found),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
        cmocka_unit_test(relative_folders_of_path_are_not_looked_into),
        cmocka_unit_test(input_is_given_also_to_who_does_not_read_it),
        cmocka_unit_test(the_last_bytes_are_kept),
        cmocka_unit_test(lines_come_as_they_are_written),
        cmocka_unit_test(time_ends_the_whole_group),
        cmocka_unit_test(who_ignores_sigterm_is_killed),
        cmocka_unit_test(what_is_left_behind_is_not_waited_for),
        cmocka_unit_test(environment_is_added_replaced_and_removed),
        cmocka_unit_test(no_descriptor_of_ours_is_inherited),
        cmocka_unit_test(output_goes_into_a_file_when_told),
        cmocka_unit_test(threads_run_at_once),
        cmocka_unit_test(the_child_has_the_usual_signals),
        cmocka_unit_test(a_budget_that_is_spent_is_an_error),
        cmocka_unit_test(a_server_is_started_looked_at_and_stopped),
        cmocka_unit_test(a_caught_signal_ends_the_child_and_what_takes_down_still_runs),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
