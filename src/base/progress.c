/* The progress line of terminal.h. */
#include <pthread.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/terminal.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static double started, shown_at;
static bool shown, quiet;

void progress_set_quiet(bool on)
{
    quiet = on;
}

/* Nothing in the first half second, then at most ten times a second. */
static bool due(double now)
{
    if (started == 0)
        started = now;
    return now - started > 0.5 && (!shown || now - shown_at > 0.1);
}

static void show(const char *text, size_t len)
{
    unsigned width = terminal_width(stderr);
    struct slice line = slice_of(text, len);
    while (width && terminal_columns(line) >= width)
        line.len--;
    fputs("\r\x1b[2K", stderr);
    terminal_put(stderr, line);
    fflush(stderr);
}

void progress_show(const char *format, ...)
{
    char text[300];
    double now = clock_monotonic();
    if (quiet || !isatty(STDERR_FILENO))
        return;
    pthread_mutex_lock(&mutex);
    if (due(now)) {
        va_list args;
        va_start(args, format);
        int len = vsnprintf(text, sizeof text, format, args);
        va_end(args);
        if (len > 0)
            show(text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
        shown = true;
        shown_at = now;
    }
    pthread_mutex_unlock(&mutex);
}

void progress_clear(void)
{
    pthread_mutex_lock(&mutex);
    if (shown) {
        fputs("\r\x1b[2K", stderr);
        fflush(stderr);
    }
    shown = false;
    pthread_mutex_unlock(&mutex);
}
