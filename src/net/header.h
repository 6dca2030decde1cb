#pragma once
/*
 * HTTP header lines: a list of name and value in an arena, the few values that are read here
 * (status line, Retry-After, dates, Content-Range). Input is hostile. Any thread may call.
 */
#include <time.h>

#include "base/arena.h"

struct http_header {
    struct slice name, value;
};

struct http_headers {
    struct http_header *items;
    size_t count, room;
};

enum { HTTP_HEADERS_MAX = 200, HTTP_HEADER_BYTES_MAX = 128 * 1024 };

/* Adds a header; strings are not copied. Refuses line breaks and NUL (header injection). */
bool http_headers_add(struct http_headers *headers, struct slice name, struct slice value,
                      struct arena *arena, struct error *err);
/* Adds a line as it came, "Name: value\r\n"; copies it. A line without a colon is ignored. */
bool http_headers_add_line(struct http_headers *headers, struct slice line, struct arena *arena,
                           struct error *err);
/* The first of that name (case does not matter), empty when there is none. */
struct slice http_header_get(const struct http_headers *headers, const char *name);

/* "HTTP/1.1 404 Not Found" → 404; 0 when the line is no status line. */
int http_status_of_line(struct slice line);

/* One of RFC 9110's dates in its usual form, "Sun, 06 Nov 1994 08:49:37 GMT". */
bool http_date_parse(struct slice text, time_t *when);
/* Retry-After: seconds or a date; seconds from `now`, at most a day; false when it is neither. */
bool http_retry_after(struct slice value, time_t now, unsigned *seconds);

/* "bytes 100-199/1000" → first 100; false when it is something else. */
bool http_content_range_start(struct slice value, uint64_t *first);
