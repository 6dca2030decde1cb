#include "base/log.h"

#include <stdarg.h>

#include "base/terminal.h"

static bool verbose, quiet;

void log_set_verbose(bool on)
{
    verbose = on;
}

void log_set_quiet(bool on)
{
    quiet = on;
    progress_set_quiet(on);
}

static void say(const char *label, enum terminal_style style, const char *format, va_list args)
{
    char text[2000];
    int len = vsnprintf(text, sizeof text, format, args);
    if (len < 0)
        return;
    progress_clear();
    flockfile(stderr);
    fputs("plimsoll: ", stderr);
    terminal_style(stderr, style);
    fputs(label, stderr);
    terminal_put(stderr, slice_of(text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1));
    terminal_style(stderr, STYLE_PLAIN);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void log_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say("", STYLE_RED, format, args);
    va_end(args);
}

void log_warning(const char *format, ...)
{
    if (quiet)
        return;
    va_list args;
    va_start(args, format);
    say("warning: ", STYLE_YELLOW, format, args);
    va_end(args);
}

void log_info(const char *format, ...)
{
    if (!verbose)
        return;
    va_list args;
    va_start(args, format);
    say("", STYLE_DIM, format, args);
    va_end(args);
}
