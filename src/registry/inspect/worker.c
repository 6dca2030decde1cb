/* See nursery.h: the server's side of one worker. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "registry/inspect/nursery.h"
#include "registry/inspect/nursery_parts.h"

enum { ANSWERS_PIPE_SIZE = 1 << 20, FAREWELL_MS = 2000 };

static bool worker_send(const struct worker_order *order, int life, int answers, struct error *err)
{
    struct nursery_order text = {NURSERY_MAGIC, order->tick >= 0, order->size};
    const int fds[ORDER_FDS] = {life, order->file, answers, order->tick};
    size_t count = order->tick >= 0 ? ORDER_FDS : ORDER_TICK;
    struct iovec part = {&text, sizeof text};
    union nursery_rights rights = {{0}};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = rights.room,
                             .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr){CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(head), fds, count * sizeof(int));
    if (nursery_socket() < 0)
        return error_set(err, ERROR_INTERNAL, "there is no nursery for workers");
    ssize_t sent;
    do {
        sent = sendmsg(nursery_socket(), &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)sizeof text || error_errno(err, "asking for a worker");
}

bool worker_start(struct worker *worker, const struct worker_order *order, struct error *err)
{
    int life[2], answers[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, life) != 0)
        return error_errno(err, "asking for a worker");
    if (pipe2(answers, O_CLOEXEC) != 0) {
        error_errno(err, "asking for a worker");
        close(life[0]);
        close(life[1]);
        return false;
    }
    (void)fcntl(answers[1], F_SETPIPE_SZ, ANSWERS_PIPE_SIZE); /* smaller is slower, no more */
    bool sent = worker_send(order, life[1], answers[1], err);
    close(life[1]);
    close(answers[1]);
    *worker = (struct worker){life[0], answers[0]};
    if (sent)
        return true;
    close(life[0]);
    close(answers[0]);
    *worker = (struct worker){-1, -1};
    return false;
}

void worker_kill(const struct worker *worker)
{
    if (worker->life >= 0)
        shutdown(worker->life, SHUT_RDWR);
}

static void worker_explain(int status, struct error *err)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        error_set(err, ERROR_INTERNAL, "the reading process was stopped by its jail");
    else if (WIFSIGNALED(status))
        error_set(err, ERROR_INTERNAL, "the reading process died of signal %d (%s)",
                  WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        error_set(err, ERROR_INTERNAL, "the reading process ended early, with status %d",
                  WEXITSTATUS(status));
}

/* What the nursery said of its end; false: it said nothing and is gone itself. */
static bool worker_farewell(const struct worker *worker, struct error *err)
{
    struct nursery_saying saying;
    struct pollfd polled = {.fd = worker->life, .events = POLLIN};
    while (poll(&polled, 1, FAREWELL_MS) > 0) {
        if (recv(worker->life, &saying, sizeof saying, 0) != (ssize_t)sizeof saying)
            return false;
        if (saying.word == NURSERY_ENDED)
            worker_explain(saying.value, err);
        if (saying.word == NURSERY_REFUSES) {
            errno = saying.value;
            error_errno(err, "starting the reading process");
        }
        if (saying.word != NURSERY_STARTED)
            break;
    }
    return true;
}

bool worker_done(struct worker *worker, struct error *err)
{
    bool told = !err || worker->life < 0 || worker_farewell(worker, err);
    file_close_fd(&worker->life);
    file_close_fd(&worker->answers);
    *worker = (struct worker){-1, -1};
    return told;
}

int worker_reopen(int file, struct error *err)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return file_open(path, err);
}
