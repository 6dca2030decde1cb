#include "registry/core/failure.h"

#include <stdarg.h>
#include <stdio.h>

static void replace_control_characters(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

bool failure_set(struct failure *failure, enum failure_reason reason, const char *format, ...)
{
    va_list arguments;
    *failure = (struct failure){.reason = reason};
    va_start(arguments, format);
    vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    replace_control_characters(failure->text);
    return false;
}

bool failure_of(struct failure *failure, const struct error *err)
{
    struct error inside = *err; /* may be failure->inside itself */
    if (inside.kind == ERROR_BUSY) {
        failure_set(failure, FAILURE_BUSY, "the registry is busy, try again");
        failure->retry_seconds = 1;
    } else if (inside.kind == ERROR_FULL) {
        failure_set(failure, FAILURE_FULL, "no space is left on the registry's disk");
    } else {
        failure_set(failure, FAILURE_INTERNAL, "something went wrong inside the registry");
    }
    failure->inside = inside;
    return false;
}
