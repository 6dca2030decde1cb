#pragma once
/*
 * The access log: one JSON object a line and finished request. Lines are gathered and written by a
 * thread of its own several times a second, so that a request waits for no disk; when the disk
 * cannot follow, lines are dropped and counted in the next one ("dropped"). A file that was moved
 * away (logrotate) is made anew. Any thread may call.
 */
#include "net/server.h"

struct access_log;

/* "-": standard error; a file (appended to). */
bool access_log_open(struct access_log **log, const char *path, struct error *err);
/* Writes what is left. Accepts NULL. */
void access_log_close(struct access_log *log);
/* From the handler's end(): the request's headers can still be read. */
void access_log_add(struct access_log *log, const struct server_request *request, int status,
                    uint64_t sent, double seconds);

/* Of one whose headers cannot be read. */
void access_log_refused(struct access_log *log, const struct server_request *request, int status);

/* The line of that request, in `to` (room for ACCESS_LINE_MAX); its length. For tests. */
enum { ACCESS_LINE_MAX = 12 * 1024 }; /* all parts escaped, at their longest, fit */
size_t access_log_line(const struct server_request *request, struct slice agent, int status,
                       uint64_t sent, double seconds, int64_t now, char *to);
