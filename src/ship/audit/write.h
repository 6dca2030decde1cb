#pragma once
/*
 * An audit, written for somebody: one table of formats (write.c), a file each. Nothing here changes
 * the audit or writes anywhere but to `file`. Any thread may call.
 */
#include <stdio.h>

#include "ship/audit/audit.h"

struct audit_write_options {
    unsigned width;              /* of the table, in columns; 0: lines are not cut */
    bool all;                    /* table, markdown: every finding has its line */
    bool plain;                  /* no colour, whatever the terminal */
    size_t rows;                 /* html: of each list at most; 0: all */
    struct slice mail_from;      /* "Audit <audit@example.com>"; empty: left to sendmail */
    const struct slice *mail_to; /* addresses */
    size_t mail_to_count;
};

struct audit_format {
    const char *name;        /* "html"; what --format takes */
    const char *description; /* for --help */
    bool (*write)(const struct audit *audit, const struct audit_write_options *options,
                  struct arena *arena, FILE *file, struct error *err);
};

/* Ends with a row without a name. */
extern const struct audit_format audit_formats[];
/* Writes and flushes. ERROR_IO, ERROR_FULL when the file did not take all of it. */
bool audit_write(const char *format, const struct audit *audit,
                 const struct audit_write_options *options, FILE *file, struct error *err);

#define AUDIT_WRITER(name)                                                                         \
    bool audit_write_##name(const struct audit *audit, const struct audit_write_options *options,  \
                            struct arena *arena, FILE *file, struct error *err)
AUDIT_WRITER(table);
AUDIT_WRITER(json);
AUDIT_WRITER(markdown);
AUDIT_WRITER(html);
AUDIT_WRITER(mail);
AUDIT_WRITER(guide);

/* write_mail.c. ERROR_USAGE: no mail address, or characters that no header may have. */
bool audit_mail_check(struct slice address, struct error *err);
/* write_html_charts.c */
void audit_put_charts(const struct audit *audit, struct arena *arena, FILE *file);

/* ---- lists that the formats share (write_lists.c) ---- */

struct audit_row {
    const struct audit_repository *repository;
    const struct audit_finding *finding;
};

struct audit_rows {
    struct audit_row *list;
    size_t count;
};

bool audit_is_overdue(const struct audit_finding *finding);
/* And not overdue: those have been told of already. */
bool audit_is_new(const struct audit_finding *finding);
/* The findings of all repositories that are wanted, the most urgent first: known to be exploited,
   then by severity, then by deadline. */
bool audit_rows(const struct audit *audit, bool (*wanted)(const struct audit_finding *finding),
                struct arena *arena, struct audit_rows *rows, struct error *err);

struct audit_notes {
    struct slice *list;
    size_t count;
};
/* Of the audit and of its repositories; what several have is told once. */
bool audit_notes(const struct audit *audit, struct arena *arena, struct audit_notes *notes,
                 struct error *err);

/* ---- words that the formats share (write.c) ---- */

/* "1 critical, 3 high; 2 overdue, 0 new, …": the sums of the audit. */
struct slice audit_sum_text(const struct audit *audit, struct arena *arena);
/* "base moved", "updates mend"; empty: nothing is to be built again. */
struct slice audit_rebuild_text(const struct audit_repository *repository);
/* "CVE-2024-1111 zlib", or the first alone. */
struct slice audit_exception_text(const struct audit_exception *exception, struct arena *arena);

/* "1 critical, 3 high, 2 low", or "nothing". */
struct slice audit_counts_text(const size_t by_severity[AUDIT_SEVERITIES], struct arena *arena);
/* "2026-11-23" */
struct slice audit_date(int64_t when, struct arena *arena);
/* "due 2026-11-30", "overdue since 2026-11-01 (22 days)", "no deadline" */
struct slice audit_due_text(const struct audit *audit, const struct audit_finding *finding,
                            struct arena *arena);
/* What is to be done about the image: "base haproxy:3.3.1-alpine moved: rebuild with --pull"; empty
   when nothing is. */
struct slice audit_base_text(const struct audit_repository *repository, struct arena *arena);
/* "openssl 1.1.1s-r0 → 1.1.1t-r0 mends 2 (came with the base)" */
struct slice audit_update_text(const struct audit_update *update, struct arena *arena);
/* "expired 3 days ago (2026-11-20)", "ends in 5 days (2026-11-28)" */
struct slice audit_expiry_text(const struct audit_exception *exception, struct arena *arena);
/* "sha256:0123456789ab" */
struct slice audit_short_digest(struct slice digest);
