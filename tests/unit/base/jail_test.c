#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/jail.h"
#include "base/jail_filter.h"
#include "base/threads.h"

#include "test.h"

/* Runs `what` in a jailed child; its wait status. The child exits with what `what` returns. */
static int jailed(int (*what)(void))
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct error err;
        struct jail_options options = {.memory = 256 << 20};
        if (!jail_enter(&options, &err)) {
            fprintf(stderr, "%s\n", err.text);
            _exit(99);
        }
        _exit(what());
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static bool exited(int status, int code)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/* Killed by the filter, or refused by it in a build with sanitizers (returns 0 then). */
static void assert_stopped(int status)
{
    if (WIFSIGNALED(status))
        assert_int_equal(WTERMSIG(status), SIGSYS);
    else
        assert_true(exited(status, 0));
}

static int open_a_file(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0;
}

static int write_a_file(void)
{
    return open("/tmp/plimsoll-jail", O_WRONLY | O_CREAT, 0600) >= 0;
}

static int make_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static int fork_a_child(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0;
}

static int run_a_program(void)
{
    execl("/bin/true", "true", NULL);
    return 0;
}

static int signal_the_parent(void)
{
    return kill(getppid(), 0) == 0;
}

static int run_code_from_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

static int unlink_a_file(void)
{
    return unlink("/tmp/plimsoll-jail-absent") == 0 || errno == ENOENT;
}

static void nothing_outside_can_be_reached(void **state)
{
    (void)state;
    assert_true(exited(jailed(write_a_file), 0));
    assert_true(exited(jailed(open_a_file), 0));
    assert_stopped(jailed(make_a_socket));
    assert_stopped(jailed(fork_a_child));
    assert_stopped(jailed(run_a_program));
    assert_stopped(jailed(signal_the_parent));
    assert_stopped(jailed(run_code_from_memory));
    assert_stopped(jailed(unlink_a_file));
}

static int handed;

static int read_what_was_handed_over(void)
{
    char bytes[16];
    size_t got;
    struct error err;
    void *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, handed, 0);
    return file_pread(handed, bytes, sizeof bytes, 0, &got, &err) && got == sizeof bytes &&
                   map != MAP_FAILED && lseek(handed, 0, SEEK_END) > 0
               ? 7
               : 0;
}

static void allocate(void *context, size_t index)
{
    (void)context;
    char *memory = malloc(1 << 20);
    if (!memory)
        abort();
    memset(memory, (int)index, 1 << 20);
    __asm__ volatile("" : : "r"(memory) : "memory");
    free(memory);
}

static void *other_thread(void *argument)
{
    allocate(NULL, 1);
    return argument;
}

static int start_threads(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, other_thread, NULL) != 0)
        return 1;
    pthread_join(thread, NULL);
    threads_run(64, allocate, NULL);
    struct error err;
    return clock_now() > 0 && error_set(&err, ERROR_IO, "x") ? 1 : 7;
}

static int take_too_much(void)
{
    /* volatile: or the compiler leaves the allocation out. */
    void *volatile memory = malloc(1u << 30);
    return memory ? 1 : 7;
}

static int abort_itself(void)
{
    abort();
}

static void its_own_work_can_be_done(void **state)
{
    (void)state;
    handed = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    assert_true(exited(jailed(read_what_was_handed_over), 7));
    assert_true(exited(jailed(start_threads), 7));
    int aborted = jailed(abort_itself);
    assert_true(WIFSIGNALED(aborted) && WTERMSIG(aborted) == SIGABRT);
    close(handed);
}

static void memory_has_a_limit(void **state)
{
    (void)state;
    if (JAIL_SANITIZED)
        skip();
    assert_true(exited(jailed(take_too_much), 7));
}

static int enter_twice(void)
{
    return 7;
}

static void ordinary_users_can_enter(void **state)
{
    (void)state;
    if (getuid() != 0)
        skip(); /* then all the others showed it */
    pid_t child = fork();
    if (child == 0)
        _exit(setgid(65534) == 0 && setuid(65534) == 0 && exited(jailed(enter_twice), 7) ? 7 : 1);
    int status;
    waitpid(child, &status, 0);
    assert_true(exited(status, 7));
}

static void tells_what_is_missing(void **state)
{
    (void)state;
    const char *missing = jail_missing();
    if (missing)
        print_message("on this kernel: %s\n", missing);
}

static void is_quick(void **state)
{
    (void)state;
    double best = 1;
    for (int i = 0; i < 20; i++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            struct error err;
            clock_t start = clock(); /* work, not time: a busy machine changes nothing */
            jail_enter(&(struct jail_options){.memory = 256 << 20}, &err);
            double took = (double)(clock() - start) / CLOCKS_PER_SEC;
            _exit(write(ends[1], &took, sizeof took) != sizeof took);
        }
        double took;
        assert_int_equal(read(ends[0], &took, sizeof took), sizeof took);
        waitpid(child, NULL, 0);
        close(ends[0]);
        close(ends[1]);
        best = took < best ? took : best;
    }
    print_message("entering takes %.3f ms\n", best * 1e3);
    assert_true(best < (JAIL_SANITIZED ? 0.1 : 0.005));
}

static char folder_path[] = "/tmp/plimsoll-jail-XXXXXX";

/* Bit 0: its file cannot be read; 1: a file elsewhere can; 2: a file can be made. */
static int use_the_folder(int folder)
{
    int inside = openat(folder, "file", O_RDONLY | O_CLOEXEC);
    int outside = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    int escaped = openat(folder, "../../etc/passwd", O_RDONLY | O_CLOEXEC);
    int again = fcntl(folder, F_DUPFD_CLOEXEC, 3);
    return (inside < 0 || again < 0) | (outside >= 0 || escaped >= 0) << 1;
}

static void a_folder_can_be_read_and_nothing_beside_it(void **state)
{
    (void)state;
    struct error err;
    assert_non_null(mkdtemp(folder_path));
    int folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int file = openat(folder, "file", O_WRONLY | O_CREAT, 0600);
    close(file);
    pid_t child = fork();
    if (child == 0) {
        struct jail_options options = {.memory = 256 << 20, .with_folder = true, .folder = folder};
        _exit(jail_enter(&options, &err) ? use_the_folder(folder) : 99);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    unlinkat(folder, "file", 0);
    close(folder);
    rmdir(folder_path);
    if (exited(status, 2) && jail_missing())
        skip(); /* no Landlock here: seccomp cannot tell paths */
    assert_true(exited(status, 0));
}

static const char *password; /* where it stands in the environment */

/* How many of its letters are still there. */
static int letters_left(void)
{
    int left = getenv("PLIMSOLL_REGISTRY_PASSWORD") != NULL;
    for (int i = 0; i < 6; i++)
        left += password[i] != 0;
    return left;
}

static void the_environment_is_wiped(void **state)
{
    (void)state;
    static char variable[] = "PLIMSOLL_REGISTRY_PASSWORD=secret";
    assert_int_equal(putenv(variable), 0); /* this very memory becomes part of it */
    password = getenv("PLIMSOLL_REGISTRY_PASSWORD");
    assert_ptr_equal(password, strchr(variable, '=') + 1);
    assert_int_equal(letters_left(), 7);
    assert_true(exited(jailed(letters_left), 0));
    assert_string_equal(password, "secret"); /* ours is not theirs */
    assert_int_equal(unsetenv("PLIMSOLL_REGISTRY_PASSWORD"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_outside_can_be_reached),
        cmocka_unit_test(its_own_work_can_be_done),
        cmocka_unit_test(a_folder_can_be_read_and_nothing_beside_it),
        cmocka_unit_test(memory_has_a_limit),
        cmocka_unit_test(ordinary_users_can_enter),
        cmocka_unit_test(tells_what_is_missing),
        cmocka_unit_test(the_environment_is_wiped),
        cmocka_unit_test(is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
