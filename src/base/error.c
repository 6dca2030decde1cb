#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void replace_control_characters(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err->kind = kind;
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    replace_control_characters(err->text);
    return false;
}

bool error_add(struct error *err, const char *format, ...)
{
    char old[sizeof err->text];
    memcpy(old, err->text, sizeof old);
    va_list args;
    va_start(args, format);
    int used = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof err->text)
        snprintf(err->text + used, sizeof err->text - (size_t)used, ": %.*s",
                 (int)(sizeof err->text - (size_t)used), old);
    replace_control_characters(err->text);
    return false;
}

bool error_errno(struct error *err, const char *format, ...)
{
    int number = errno;
    char reason[200];
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    char what[sizeof err->text];
    memcpy(what, err->text, sizeof what);
    bool full = number == ENOSPC || number == EDQUOT;
    enum error_kind kind = full ? ERROR_FULL : number == ENOENT ? ERROR_NOT_FOUND : ERROR_IO;
    return error_set(err, kind, "%.700s: %s%s", what, strerror_r(number, reason, sizeof reason),
                     full ? " (make room, then run it again)" : "");
}

int error_exit_code(enum error_kind kind)
{
    if (kind == ERROR_NONE)
        return 0;
    return kind == ERROR_USAGE ? 2 : 3;
}
