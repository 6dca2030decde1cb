#pragma once
/*
 * The memory of audits: a file of JSON, a line an audit, oldest first.
 *
 *     {"schema":"plimsoll/audit-history/1","time":"2026-11-23T10:00:00Z","repositories":[
 *       {"name":"127.0.0.1:5000/app","tag":"latest","digest":"sha256:…","overdue":1,
 *        "counts":{"high":1},"findings":[
 *          {"id":"CVE-…","package":"openssl","severity":"high","first_seen":"2026-…Z"}]},
 *       {"name":"…","unchanged":true, …},      the findings of the last line that has some
 *       {"name":"…","error":"…"}]}
 *
 * An audit is one write at the end, synced, under a lock of the file: a killed audit leaves no line
 * or a line without an end, which the next one notes and cuts off. Lines that are none are passed
 * over with a note. A line of a later version is ERROR_UNSUPPORTED, and a file without any of ours
 * ERROR_FORMAT: somebody else's is not written to. It is read with limits: it may lie in a shared
 * folder.
 */
#include <stdio.h>

#include "base/table.h"
#include "ship/audit/audit.h"

enum {
    HISTORY_SIZE_MAX = 256 << 20,
    HISTORY_FINDINGS_MAX = 200000, /* of one repository */
    HISTORY_AUDITS_MAX = 100000,
};

struct history_finding {
    struct slice id, package;
    enum severity severity;
    int64_t first_seen;
    bool excepted;
    bool present; /* at the last audit */
    bool before;  /* at the audit that is compared with */
};

struct history_repository {
    struct slice name, digest;
    int64_t audited;       /* the last time that went well */
    int64_t compared;      /* the audit that is compared with */
    struct table findings; /* history_key → struct history_finding */
};

/* One repository at one audit. */
struct history_point {
    int64_t when;
    struct slice name;
    size_t by_severity[AUDIT_SEVERITIES];
    size_t overdue;
};

struct history {
    struct arena *arena;
    struct table repositories; /* by name → struct history_repository */
    struct history_point *points;
    size_t point_count, point_room;
    size_t audits;
    int64_t last;      /* time of the last audit; 0: none */
    size_t bad_lines;  /* passed over */
    size_t bad_line;   /* the first of them, from 1 */
    bool truncated;    /* the last line has no end */
    size_t whole_size; /* bytes up to the end of the last whole line */
};

/* `since`: what is compared with is the last audit of each repository up to then (its first where
   all are later); AUDIT_NEVER: the last. Strings are slices of `bytes` or in `arena`. */
bool history_parse(struct slice bytes, int64_t since, struct arena *arena, struct history *history,
                   struct error *err);
/* "CVE-…\nopenssl": what tells findings of a repository apart; not the version, so that a new one
   which mends nothing does not set the clock back. `at` NULL: no memory. */
struct slice history_key(struct slice id, struct slice package, struct arena *arena);
/* NULL when there is none. */
const struct history_repository *history_find(const struct history *history, struct slice name);

/* The line of an audit, with its end. */
void history_put(const struct audit *audit, struct arena *arena, FILE *file);

/* The file, locked against other audits until history_close. */
struct history_file {
    int fd; /* -1: none */
    const char *path;
};
/* Makes file and folders where they are not there. ERROR_BUSY: another audit has it. */
bool history_open(struct history_file *file, const char *path, struct error *err);
bool history_read(const struct history_file *file, int64_t since, struct arena *arena,
                  struct history *history, struct error *err);
/* Cuts off a line without an end, appends the audit's, and syncs. */
bool history_append(const struct history_file *file, const struct history *history,
                    const struct audit *audit, struct arena *arena, struct error *err);
void history_close(struct history_file *file);
#define CLEANUP_HISTORY __attribute__((cleanup(history_close)))
