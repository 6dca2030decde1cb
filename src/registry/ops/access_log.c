#include "registry/ops/access_log.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { LOG_BYTES = 256 * 1024, LOG_TARGET_MAX = 1024, LOG_AGENT_MAX = 200, LOG_WAIT_MS = 200 };

struct access_log {
    const char *path; /* NULL: standard error */
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    bool stopping;
    char *filling, *writing; /* LOG_BYTES each */
    size_t len;
    unsigned long long dropped;
};

/* A line that grows in a fixed room; what does not fit is left out, closing quotes are not. */
struct line {
    char *to;
    size_t len, room;
};

static void put(struct line *line, struct slice text)
{
    if (text.len > line->room - line->len)
        return;
    if (text.len)
        memcpy(line->to + line->len, text.at, text.len);
    line->len += text.len;
}

static void put_escaped(struct line *line, unsigned char c)
{
    char text[8];
    if (c == '\0') { /* which many readers of JSON do not take */
        put(line, SLICE("\\ufffd"));
        return;
    }
    int len = snprintf(text, sizeof text, c == '"' || c == '\\' ? "\\%c" : "\\u%04x", c);
    put(line, slice_of(text, (size_t)len));
}

/* Any bytes become plain ASCII: what is none is escaped as if it were Latin-1. Logs are read on
   terminals and by tools that know no better. */
static void put_text(struct line *line, const char *name, struct slice text, size_t max)
{
    text = slice_upto(text, max);
    put(line, slice_str(",\""));
    put(line, slice_str(name));
    put(line, SLICE("\":\""));
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
            put_escaped(line, c);
        else
            put(line, slice_of(&text.at[i], 1));
    }
    put(line, SLICE("\""));
}

__attribute__((format(printf, 2, 3))) static void put_format(struct line *line, const char *format,
                                                             ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put(line, slice_of(text, len > 0 && (size_t)len < sizeof text ? (size_t)len : 0));
}

size_t access_log_line(const struct server_request *request, struct slice agent, int status,
                       uint64_t sent, double seconds, int64_t now, char *to)
{
    struct line line = {to, 0, ACCESS_LINE_MAX - 8};
    time_t when = (time_t)now;
    struct tm parts;
    gmtime_r(&when, &parts);
    put_format(&line, "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02dZ\",\"id\":\"%s\"",
               parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
               parts.tm_sec, request->id);
    put_text(&line, "client", request->client, 64);
    if (request->proxy.len)
        put_text(&line, "proxy", request->proxy, 64);
    if (request->who.len)
        put_text(&line, "who", request->who, 256);
    put_text(&line, "method", request->method, 32);
    put_text(&line, "target", request->target, LOG_TARGET_MAX);
    put_format(&line, ",\"status\":%d,\"sent\":%llu,\"received\":%llu,\"seconds\":%.6f", status,
               (unsigned long long)sent, (unsigned long long)request->received, seconds);
    if (request->api)
        put_text(&line, "api", slice_str(request->api), 64);
    if (request->operation)
        put_text(&line, "operation", slice_str(request->operation), 64);
    if (agent.len)
        put_text(&line, "agent", agent, LOG_AGENT_MAX);
    if (request->broken)
        put(&line, SLICE(",\"broken\":true"));
    line.room = ACCESS_LINE_MAX;
    put(&line, SLICE("}\n"));
    return line.len;
}

/* A file that was moved away gets a successor. */
static void reopen(struct access_log *log)
{
    struct stat there, ours;
    if (!log->path || (stat(log->path, &there) == 0 && fstat(log->fd, &ours) == 0 &&
                       there.st_ino == ours.st_ino && there.st_dev == ours.st_dev))
        return;
    int fd = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0)
        return; /* the old one is written on */
    close(log->fd);
    log->fd = fd;
}

static void write_out(struct access_log *log, size_t len, unsigned long long dropped)
{
    struct error ignored = {0};
    char note[64];
    reopen(log);
    /* A log that cannot be written is no reason to serve nobody. */
    (void)file_write_fd(log->fd, log->writing, len, &ignored);
    if (dropped)
        (void)file_write_fd(log->fd, note,
                            (size_t)snprintf(note, sizeof note, "{\"dropped\":%llu}\n", dropped),
                            &ignored);
}

static void *write_all(void *context)
{
    struct access_log *log = context;
    bool stopping = false;
    while (!stopping) {
        struct timespec until = clock_after(LOG_WAIT_MS / 1e3);
        pthread_mutex_lock(&log->lock);
        while (!log->stopping && log->len < LOG_BYTES / 2 &&
               pthread_cond_clockwait(&log->filled, &log->lock, CLOCK_MONOTONIC, &until) == 0)
            ;
        char *full = log->filling;
        size_t len = log->len;
        unsigned long long dropped = log->dropped;
        log->filling = log->writing;
        log->writing = full;
        log->len = 0;
        log->dropped = 0;
        stopping = log->stopping;
        pthread_mutex_unlock(&log->lock);
        if (len || dropped)
            write_out(log, len, dropped);
    }
    return NULL;
}

static void add_line(struct access_log *log, const char *line, size_t len)
{
    pthread_mutex_lock(&log->lock);
    if (len > LOG_BYTES - log->len) {
        log->dropped++;
    } else {
        memcpy(log->filling + log->len, line, len);
        log->len += len;
    }
    if (log->len >= LOG_BYTES / 2)
        pthread_cond_signal(&log->filled);
    pthread_mutex_unlock(&log->lock);
}

void access_log_add(struct access_log *log, const struct server_request *request, int status,
                    uint64_t sent, double seconds)
{
    char line[ACCESS_LINE_MAX];
    add_line(log, line,
             access_log_line(request, server_header(request, "User-Agent"), status, sent, seconds,
                             (int64_t)time(NULL), line));
}

void access_log_refused(struct access_log *log, const struct server_request *request, int status)
{
    char line[ACCESS_LINE_MAX];
    add_line(log, line,
             access_log_line(request, SLICE(""), status, 0, clock_monotonic() - request->started,
                             (int64_t)time(NULL), line));
}

static bool start(struct access_log *log, struct error *err)
{
    log->fd = log->path ? open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640)
                        : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (log->fd < 0)
        return error_errno(err, "access log %s", log->path ? log->path : "on standard error");
    log->filling = malloc(LOG_BYTES);
    log->writing = malloc(LOG_BYTES);
    if (!log->filling || !log->writing)
        return arena_error(err);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    bool started = pthread_create(&log->thread, NULL, write_all, log) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started || error_set(err, ERROR_INTERNAL, "no thread can be started");
}

static void discard(struct access_log *log)
{
    file_close_fd(&log->fd);
    free(log->filling);
    free(log->writing);
    pthread_mutex_destroy(&log->lock);
    pthread_cond_destroy(&log->filled);
    free(log);
}

bool access_log_open(struct access_log **log, const char *path, struct error *err)
{
    struct access_log *made = calloc(1, sizeof *made);
    if (!made)
        return arena_error(err);
    made->path = strcmp(path, "-") == 0 ? NULL : path;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->filled, NULL);
    if (start(made, err)) {
        *log = made;
        return true;
    }
    discard(made);
    return false;
}

void access_log_close(struct access_log *log)
{
    if (!log)
        return;
    pthread_mutex_lock(&log->lock);
    log->stopping = true;
    pthread_cond_signal(&log->filled);
    pthread_mutex_unlock(&log->lock);
    pthread_join(log->thread, NULL);
    discard(log);
}
