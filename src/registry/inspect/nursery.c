/* See nursery.h: the process that forks workers, and the guard that forks that one. Each has one
   thread, no file of its own, and does nothing but wait. */
#include "registry/inspect/nursery.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "registry/inspect/inspect.h"
#include "registry/inspect/nursery_parts.h"
#include "scan/child.h"

enum {
    NURSERY_WORKERS_MAX = 256,
    GUARD_PAUSE_MS = 10,    /* before the first one that follows another; doubled each time, */
    GUARD_PAUSE_MAX = 5000, /* up to this, */
    GUARD_LIFE_SECONDS = 60 /* until one has lived for so long */
};

struct nursery_child {
    pid_t pid;
    int life;
};

struct nursery {
    int orders, signals;
    struct nursery_child children[NURSERY_WORKERS_MAX];
    size_t count;
};

static struct {
    int orders;
    pid_t pid;
} started = {-1, -1};

int nursery_socket(void)
{
    return started.orders;
}

pid_t nursery_guard_process(void)
{
    return started.pid;
}

static void nursery_tell(int life, enum nursery_word word, int value)
{
    struct nursery_saying saying = {word, value};
    (void)send(life, &saying, sizeof saying, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* In the worker. Never returns. A nursery that was killed before its death could be told of takes
   the worker along all the same. */
static void nursery_be_worker(pid_t nursery, const struct nursery_order *order, const int *fds)
{
    struct layer layer = {.size = order->size, .fd = fds[ORDER_FILE]};
    struct image image = {.kind = "blob"};
    struct child_layer child = {.image = &image,
                                .layer = &layer,
                                .fd = fds[ORDER_FILE],
                                .grows = order->grows,
                                .tick = fds[ORDER_TICK]};
    struct child_job job = {&child, 1, fds[ORDER_ANSWERS], false};
    sigset_t none;
    sigemptyset(&none);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != nursery)
        _exit(1);
    file_close_others(fds + ORDER_FILE, ORDER_FDS - ORDER_FILE);
    sigprocmask(SIG_SETMASK, &none, NULL);
    child_main(&job);
    _exit(0);
}

static void nursery_hatch(struct nursery *nursery, const struct nursery_order *order, int *fds)
{
    pid_t pid = -1, own = getpid();
    errno = EAGAIN;
    if (nursery->count < NURSERY_WORKERS_MAX)
        pid = fork();
    if (pid == 0)
        nursery_be_worker(own, order, fds);
    if (pid < 0) {
        nursery_tell(fds[ORDER_LIFE], NURSERY_REFUSES, errno);
        return;
    }
    nursery_tell(fds[ORDER_LIFE], NURSERY_STARTED, pid);
    nursery->children[nursery->count++] = (struct nursery_child){pid, fds[ORDER_LIFE]};
    fds[ORDER_LIFE] = -1;
}

/* The descriptors of a message; -1 where there is none. */
static size_t nursery_take_fds(struct msghdr *message, int *fds)
{
    size_t count = 0;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        size_t here = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < here && count < ORDER_FDS; i++)
            memcpy(&fds[count++], CMSG_DATA(part) + i * sizeof(int), sizeof(int));
    }
    return count;
}

/* False: the server is gone. */
static bool nursery_listen(struct nursery *nursery)
{
    struct nursery_order order;
    int fds[ORDER_FDS] = {-1, -1, -1, -1};
    struct iovec text = {&order, sizeof order};
    union nursery_rights rights;
    struct msghdr message = {.msg_iov = &text,
                             .msg_iovlen = 1,
                             .msg_control = rights.room,
                             .msg_controllen = sizeof rights.room};
    ssize_t got = recvmsg(nursery->orders, &message, MSG_CMSG_CLOEXEC);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
        return false;
    if (got < 0)
        return true;
    size_t count = nursery_take_fds(&message, fds);
    if (got == (ssize_t)sizeof order && order.magic == NURSERY_MAGIC &&
        count == (order.grows ? ORDER_FDS : ORDER_TICK))
        nursery_hatch(nursery, &order, fds);
    for (size_t i = 0; i < ORDER_FDS; i++)
        file_close_fd(&fds[i]);
    return true;
}

static void nursery_reap(struct nursery *nursery)
{
    struct signalfd_siginfo info;
    int status;
    pid_t pid;
    while (read(nursery->signals, &info, sizeof info) > 0)
        ;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < nursery->count; i++)
            if (nursery->children[i].pid == pid) {
                nursery_tell(nursery->children[i].life, NURSERY_ENDED, status);
                file_close_fd(&nursery->children[i].life);
                nursery->children[i--] = nursery->children[--nursery->count];
            }
}

static void nursery_run(struct nursery *nursery)
{
    static struct pollfd polled[NURSERY_WORKERS_MAX + 2];
    for (;;) {
        polled[0] = (struct pollfd){.fd = nursery->orders, .events = POLLIN};
        polled[1] = (struct pollfd){.fd = nursery->signals, .events = POLLIN};
        for (size_t i = 0; i < nursery->count; i++)
            polled[i + 2] = (struct pollfd){.fd = nursery->children[i].life, .events = POLLRDHUP};
        if (poll(polled, nursery->count + 2, -1) < 0)
            continue;
        for (size_t i = 0; i < nursery->count; i++)
            if (polled[i + 2].revents) /* nobody wants it any more */
                kill(nursery->children[i].pid, SIGKILL);
        if (polled[1].revents)
            nursery_reap(nursery);
        if (polled[0].revents && !nursery_listen(nursery))
            return;
    }
}

/* Workers have no business at the terminal; standard error stays for the sanitizers. */
static void nursery_mute(void)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0)
        return;
    dup2(nothing, 0);
    dup2(nothing, 1);
    if (nothing > 2)
        close(nothing);
}

/* In the nursery. Never returns. */
static void nursery_be(int orders)
{
    static struct nursery nursery;
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_SETMASK, &children, NULL);
    prctl(PR_SET_NAME, "nursery");
    nursery.orders = orders;
    nursery.signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    if (nursery.signals >= 0)
        nursery_run(&nursery);
    _exit(1);
}

/* Whether the server is gone, waiting at most so long for it. */
static bool guard_is_over(int orders, int milliseconds)
{
    struct pollfd polled = {.fd = orders, .events = POLLRDHUP};
    return poll(&polled, 1, milliseconds) > 0 && polled.revents;
}

/* Until this nursery has ended. */
static void guard_watch(pid_t nursery)
{
    while (waitpid(nursery, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* In the guard: one nursery after the other, with the same socket, so that orders nobody took yet
   are taken by the next. Never returns. */
static void guard_run(int orders)
{
    int pause = GUARD_PAUSE_MS;
    for (;;) {
        double born = clock_monotonic();
        pid_t nursery = fork();
        if (nursery == 0)
            nursery_be(orders);
        if (nursery > 0)
            guard_watch(nursery);
        if (clock_monotonic() - born > GUARD_LIFE_SECONDS)
            pause = GUARD_PAUSE_MS;
        if (guard_is_over(orders, pause))
            _exit(0);
        pause = pause * 2 < GUARD_PAUSE_MAX ? pause * 2 : GUARD_PAUSE_MAX;
    }
}

/* Signals of the terminal are the server's business: guard, nursery and workers end when it does.
   What is set here holds for those that are forked from it. */
static void guard_be(int orders)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};
    sigset_t none;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_NAME, "nursery-guard");
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    file_close_others(&orders, 1);
    nursery_mute();
    guard_run(orders);
}

void inspect_nursery_stop(void)
{
    if (started.pid < 0)
        return;
    close(started.orders);
    while (waitpid(started.pid, NULL, 0) < 0 && errno == EINTR)
        ;
    started.orders = -1;
    started.pid = -1;
}

bool inspect_nursery_start(struct error *err)
{
    int ends[2];
    if (started.pid > 0)
        return true;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return error_errno(err, "starting the nursery");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        guard_be(ends[1]);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return error_errno(err, "starting the nursery");
    }
    started.orders = ends[0];
    started.pid = pid;
    return true;
}
