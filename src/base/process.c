/*
 * The child's input is a memory file: there is no pipe to be written to while it is read from, and
 * no SIGPIPE when nobody reads it.
 *
 * The end of a child is seen by its pidfd, not by the end of its output: a server that it leaves
 * behind may hold that open for ever. It stays unreaped until its group has been dealt with, so
 * that the group's number cannot be somebody else's meanwhile.
 */
#include "base/process_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum {
    OUTPUT_DEFAULT = 64 * 1024,
    WATCH_MS = 50, /* how often a child is looked at where there are no pidfds */
    DRAIN_MS = 50, /* how long output may pause after the child's end */
    DRAIN_ALL_MS = 1000,
};

/* One of the two streams: the last `max` bytes of it, and the line that is not complete yet. */
struct tail {
    int fd; /* -1: at its end */
    char *bytes;
    size_t len, room, max;
    bool cut;
    size_t line_len;
    char line[PROCESS_LINE_MAX];
};

struct child {
    const struct process_options *options;
    struct arena *arena;
    pid_t id;
    int pidfd; /* -1: this kernel has none */
    struct tail output, errors;
    double deadline; /* 0: none */
    double kill_at;  /* when SIGTERM has been sent: when SIGKILL will be; else 0 */
    bool killed, timed_out, interrupted;
};

static atomic_int caught;
static int caught_pipe[2] = {-1, -1};

static void signal_catch(int number)
{
    int before = errno, none = 0;
    atomic_compare_exchange_strong(&caught, &none, number);
    ssize_t ignored = write(caught_pipe[1], "", 1);
    (void)ignored;
    errno = before;
}

void process_catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    if (caught_pipe[0] >= 0 || pipe2(caught_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action = {.sa_handler = signal_catch}, before;
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

int process_signal_caught(void)
{
    return atomic_load(&caught);
}

static bool interrupted(const struct process_options *options, struct error *err)
{
    int number = options->despite_signals ? 0 : process_signal_caught();
    if (number)
        error_set(err, ERROR_IO, "%s: interrupted (%s)", options->argv[0], strsignal(number));
    return number != 0;
}

static void tail_init(struct tail *tail, size_t max)
{
    tail->fd = -1;
    tail->max = max ? max : OUTPUT_DEFAULT;
}

static bool child_start(struct child *child, struct error *err)
{
    const struct process_options *options = child->options;
    int output[2] = {-1, -1}, errors[2] = {-1, -1};
    CLEANUP_FD int input = process_open_input(options->input, err);
    bool started =
        input >= 0 && (options->output_fd > 0 || process_open_pipe(output, err)) &&
        process_open_pipe(errors, err) &&
        process_spawn(options, input, options->output_fd > 0 ? options->output_fd : output[1],
                      errors[1], child->arena, &child->id, err);
    file_close_fd(&output[1]);
    file_close_fd(&errors[1]);
    child->output.fd = output[0];
    child->errors.fd = errors[0];
    child->pidfd = started ? pidfd_open(child->id, 0) : -1;
    return started;
}

/* What a terminal would leave of a line: progress begins it anew with \r. */
static struct slice shown(struct slice line)
{
    while (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    for (size_t i = line.len; i > 0; i--)
        if (line.at[i - 1] == '\r')
            return slice_from(line, i);
    return line;
}

/* Lines without their \n or \r\n; a line that is too long in pieces. */
static void tail_lines(struct child *child, struct tail *tail, struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.at[i] != '\n')
            tail->line[tail->line_len++] = bytes.at[i];
        if (bytes.at[i] != '\n' && tail->line_len < sizeof tail->line)
            continue;
        struct slice line = shown(slice_of(tail->line, tail->line_len));
        tail->line_len = 0;
        child->options->line(child->options->context, tail == &child->errors, line);
    }
}

/* Keeps up to twice `max`, so that bytes are moved once for each `max` that come. */
static bool tail_add(struct tail *tail, struct slice bytes, struct arena *arena)
{
    if (tail->len + bytes.len > 2 * tail->max && tail->len > tail->max) {
        memmove(tail->bytes, tail->bytes + tail->len - tail->max, tail->max);
        tail->len = tail->max;
        tail->cut = true;
    }
    while (tail->room < tail->len + bytes.len + 1) {
        char *grown = arena_grow(arena, tail->bytes, tail->room, &tail->room, 1);
        if (!grown)
            return false;
        tail->bytes = grown;
    }
    memcpy(tail->bytes + tail->len, bytes.at, bytes.len);
    tail->len += bytes.len;
    return true;
}

static struct slice tail_rest(struct tail *tail)
{
    if (!tail->bytes)
        return SLICE("");
    size_t start = tail->len > tail->max ? tail->len - tail->max : 0;
    tail->cut = tail->cut || start > 0;
    tail->bytes[tail->len] = '\0';
    return slice_of(tail->bytes + start, tail->len - start);
}

static bool tail_read(struct child *child, struct tail *tail, struct error *err)
{
    char bytes[16384];
    ssize_t got = read(tail->fd, bytes, sizeof bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (got <= 0) {
        file_close_fd(&tail->fd);
        return true;
    }
    if (child->options->line)
        tail_lines(child, tail, slice_of(bytes, (size_t)got));
    return tail_add(tail, slice_of(bytes, (size_t)got), child->arena) || arena_error(err);
}

/* True when something was ready. Both streams, the child's end, and our signals. */
static bool child_poll(struct child *child, int milliseconds, bool *fine, struct error *err)
{
    struct pollfd ready[] = {{.fd = child->output.fd, .events = POLLIN},
                             {.fd = child->errors.fd, .events = POLLIN},
                             {.fd = child->pidfd, .events = POLLIN},
                             {.fd = -1, .events = POLLIN}};
    if (!child->interrupted && !child->options->despite_signals)
        ready[3].fd = caught_pipe[0];
    bool some = poll(ready, 4, milliseconds) > 0;
    if (some && ready[0].revents)
        *fine = tail_read(child, &child->output, err) && *fine;
    if (some && ready[1].revents)
        *fine = tail_read(child, &child->errors, err) && *fine;
    return some && (ready[0].revents || ready[1].revents);
}

/* Whether it has ended; it stays a zombie. */
static bool child_ended(const struct child *child)
{
    siginfo_t info = {.si_pid = 0};
    int got = waitid(P_PID, (id_t)child->id, &info, WEXITED | WNOHANG | WNOWAIT);
    return got == 0 ? info.si_pid != 0 : errno != EINTR;
}

static void child_terminate(struct child *child)
{
    if (child->kill_at > 0)
        return;
    kill(-child->id, SIGTERM);
    child->kill_at = clock_monotonic() + PROCESS_GRACE_SECONDS;
}

/* What time or a signal asks for. */
static void child_judge(struct child *child)
{
    double now = clock_monotonic();
    if (child->deadline > 0 && now >= child->deadline && child->kill_at == 0) {
        child->timed_out = true;
        child_terminate(child);
    }
    if (process_signal_caught() && !child->options->despite_signals) {
        child->interrupted = true;
        child_terminate(child);
    }
    if (child->kill_at > 0 && now >= child->kill_at && !child->killed) {
        child->killed = true;
        kill(-child->id, SIGKILL);
    }
}

static int child_patience(const struct child *child)
{
    double until = child->kill_at > 0 ? (child->killed ? 0 : child->kill_at) : child->deadline;
    double left = until > 0 ? (until - clock_monotonic()) * 1000 + 1 : 3600 * 1000;
    left = left < 0 ? 0 : left;
    return child->pidfd < 0 && left > WATCH_MS ? WATCH_MS : left > 3600000 ? 3600000 : (int)left;
}

/* What is in the pipes when it has ended. One that was told to end is given its grace for the rest
   of its group, which still holds them. */
static bool child_drain(struct child *child, struct error *err)
{
    bool fine = true;
    double until = clock_monotonic() + DRAIN_ALL_MS / 1000.0;
    if (child->kill_at > until && !child->killed)
        until = child->kill_at;
    file_close_fd(&child->pidfd);
    while ((child->output.fd >= 0 || child->errors.fd >= 0) && clock_monotonic() < until)
        if (!child_poll(child, DRAIN_MS, &fine, err) && child->kill_at == 0)
            break;
    if (child->kill_at > 0)
        kill(-child->id, SIGKILL);
    return fine;
}

static bool child_watch(struct child *child, struct error *err)
{
    bool fine = true;
    while (!child_ended(child)) {
        child_poll(child, child_patience(child), &fine, err);
        if (!fine) {
            kill(-child->id, SIGKILL);
            child->kill_at = clock_monotonic();
            child->killed = true;
        }
        child_judge(child);
    }
    return child_drain(child, err) && fine;
}

static int exit_code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int reap(pid_t id)
{
    int status = 0;
    pid_t got;
    while ((got = waitpid(id, &status, 0)) < 0 && errno == EINTR)
        ;
    return got < 0 ? 255 << 8 : status; /* somebody ignores SIGCHLD: we cannot know */
}

static void child_report(struct child *child, struct process_result *result, double began)
{
    struct tail *tails[] = {&child->output, &child->errors};
    for (size_t i = 0; i < 2; i++)
        if (tails[i]->line_len)
            child->options->line(child->options->context, i == 1,
                                 shown(slice_of(tails[i]->line, tails[i]->line_len)));
    int status = reap(child->id);
    *result = (struct process_result){.exit_code = exit_code_of(status),
                                      .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                                      .timed_out = child->timed_out,
                                      .output = tail_rest(&child->output),
                                      .errors = tail_rest(&child->errors),
                                      .seconds = clock_monotonic() - began};
    result->output_cut = child->output.cut || child->errors.cut;
}

static void child_close(struct child *child)
{
    file_close_fd(&child->output.fd);
    file_close_fd(&child->errors.fd);
    file_close_fd(&child->pidfd);
}

bool process_run(const struct process_options *options, struct arena *arena,
                 struct process_result *result, struct error *err)
{
    struct child *child = arena_new(arena, struct child);
    struct process_result found;
    double began = clock_monotonic();
    if (!child)
        return arena_error(err);
    if (interrupted(options, err))
        return false;
    *child = (struct child){.options = options, .arena = arena, .pidfd = -1};
    child->deadline = options->seconds ? began + options->seconds : 0;
    tail_init(&child->output, options->output_max);
    tail_init(&child->errors, options->output_max);
    bool started = child_start(child, err);
    bool fine = started && child_watch(child, err);
    if (started)
        child_report(child, &found, began);
    child_close(child);
    if (!fine || (child->interrupted && interrupted(options, err)))
        return false;
    *result = found;
    return true;
}

bool process_start(const struct process_options *options, struct process_child *child,
                   struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    pid_t id;
    if (interrupted(options, err))
        return false;
    CLEANUP_FD int input = process_open_input(options->input, err);
    CLEANUP_FD int nowhere = process_above_three(open("/dev/null", O_WRONLY | O_CLOEXEC));
    int output = options->output_fd > 0 ? options->output_fd : nowhere;
    if (input < 0)
        return false;
    if (output < 0)
        return error_errno(err, "opening /dev/null");
    if (!process_spawn(options, input, output, output, &arena, &id, err))
        return false;
    child->id = id;
    return true;
}

bool process_ended(struct process_child *child, int *exit_code)
{
    int status;
    if (!child->id || waitpid(child->id, &status, WNOHANG) != child->id)
        return false;
    *exit_code = exit_code_of(status);
    child->id = 0;
    return true;
}

void process_stop(struct process_child *child)
{
    struct child ending = {.id = child->id};
    double until = clock_monotonic() + PROCESS_GRACE_SECONDS;
    if (!child->id)
        return;
    kill(-child->id, SIGTERM);
    while (!child_ended(&ending) && clock_monotonic() < until)
        poll(NULL, 0, 10);
    kill(-child->id, SIGKILL); /* what is left of its group; it is not reaped yet */
    reap(child->id);
    child->id = 0;
}
