#pragma once
/*
 * A scan's result made by hand, with one of each thing that reports must tell: two packages of one
 * source, a program compiled from source, a vulnerability that is exploited, suppressed findings,
 * one of the baseline, one that will not be fixed, and text of others that wants to be an escape
 * sequence, Markdown, HTML or the end of a JSON string.
 */
#include "scan/result.h"

/* The same memory each time, written anew; change it as the test wants. */
struct scan_result *sample_result(void);
/* A result without findings or packages. */
struct scan_result *sample_empty(void);

/* The report's text, to be freed with free(). width 0: lines are not cut. Fails the test when the
   report cannot be written. */
char *sample_report(const struct scan_result *result, const char *format, unsigned width, bool all);
/* Fails the test when `text` differs from tests/data/report/`name`, and leaves it beside that file
   as `name`.got. With PLIMSOLL_GOLDEN=write set, the file is written instead. */
void sample_compare(const char *name, const char *text);
