#pragma once
/*
 * Words to the person at the terminal, on standard error. Only cli and registry call this;
 * libraries return errors and notes. Untrusted text is escaped (terminal.h).
 */
#include "base/error.h"

/* "plimsoll: text"; warnings "plimsoll: warning: text". Coloured on a terminal. */
__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_warning(const char *format, ...);
/* Only with --verbose. */
__attribute__((format(printf, 1, 2))) void log_info(const char *format, ...);
void log_set_verbose(bool verbose);
void log_set_quiet(bool quiet); /* warnings and progress are not shown */
