/* The table of formats, and words that they share; see write.h. */
#include "ship/audit/write.h"

#include <errno.h>
#include <inttypes.h>

#include "base/clock.h"

const struct audit_format audit_formats[] = {
    {"table", "for people at a terminal", audit_write_table},
    {"json", "docs/schema/image-audit.json", audit_write_json},
    {"markdown", "for an issue or a wiki page", audit_write_markdown},
    {"html", "one page with charts, nothing from elsewhere", audit_write_html},
    {"mail", "a message with text and html, for sendmail -t", audit_write_mail},
    {"guide", "the CRITICAL findings as the guide's scripts/audit-images.sh prints them",
     audit_write_guide},
    {NULL, NULL, NULL},
};

#define WRITE_ARENA ((size_t)512 << 20)

bool audit_write(const char *format, const struct audit *audit,
                 const struct audit_write_options *options, FILE *file, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, WRITE_ARENA);
    for (const struct audit_format *row = audit_formats; row->name; row++) {
        if (!slice_equal_str(slice_str(format), row->name))
            continue;
        errno = 0;
        if (!row->write(audit, options, &arena, file, err))
            return false;
        return (fflush(file) == 0 && !ferror(file)) ||
               error_errno(err, "writing the audit as %s", row->name);
    }
    return error_set(err, ERROR_USAGE, "there is no format %s", format);
}

struct slice audit_date(int64_t when, struct arena *arena)
{
    enum { DATE = 10 };
    return slice_upto(clock_format(when, arena), DATE);
}

struct slice audit_counts_text(const size_t by_severity[AUDIT_SEVERITIES], struct arena *arena)
{
    struct slice text = {"", 0};
    for (size_t i = AUDIT_SEVERITIES; i-- > 0;)
        if (by_severity[i])
            arena_list(arena, &text, ", ", "%zu %s", by_severity[i],
                       severity_name((enum severity)i));
    return text.len ? text : SLICE("nothing");
}

struct slice audit_sum_text(const struct audit *audit, struct arena *arena)
{
    struct slice counts = audit_counts_text(audit->by_severity, arena);
    struct slice text =
        arena_printf(arena, "%.*s; %zu overdue, %zu new, %zu gone, %zu excepted, %zu to rebuild",
                     SLICE_ARG(counts), audit->overdue, audit->new_count, audit->gone_count,
                     audit->excepted, audit->rebuilds);
    if (audit->exploited)
        text = arena_printf(arena, "%.*s; %zu known to be exploited", SLICE_ARG(text),
                            audit->exploited);
    if (audit->failed)
        text =
            arena_printf(arena, "%.*s; %zu could not be audited", SLICE_ARG(text), audit->failed);
    return text;
}

struct slice audit_rebuild_text(const struct audit_repository *repository)
{
    if (repository->base.state == AUDIT_BASE_MOVED)
        return SLICE("base moved");
    return repository->update_count ? SLICE("updates mend") : SLICE("");
}

struct slice audit_exception_text(const struct audit_exception *exception, struct arena *arena)
{
    return exception->package.len ? arena_printf(arena, "%.*s %.*s", SLICE_ARG(exception->id),
                                                 SLICE_ARG(exception->package))
                                  : exception->id;
}

struct slice audit_due_text(const struct audit *audit, const struct audit_finding *finding,
                            struct arena *arena)
{
    if (finding->due == AUDIT_NEVER)
        return SLICE("no deadline");
    struct slice date = audit_date(finding->due, arena);
    int64_t days = clock_days(finding->due, audit->when);
    if (!finding->overdue)
        return arena_printf(arena, "due %.*s", SLICE_ARG(date));
    if (days == 0)
        return SLICE("due now");
    return arena_printf(arena, "overdue since %.*s (%" PRId64 " day%s)", SLICE_ARG(date), days,
                        days == 1 ? "" : "s");
}

struct slice audit_base_text(const struct audit_repository *repository, struct arena *arena)
{
    const struct audit_base *base = &repository->base;
    if (base->state == AUDIT_BASE_MOVED)
        return arena_printf(arena, "base %.*s moved (%.*s now): rebuild with --pull",
                            SLICE_ARG(base->name), SLICE_ARG(audit_short_digest(base->digest)));
    if (base->state == AUDIT_BASE_UNREACHABLE)
        return arena_printf(arena, "base %.*s cannot be asked for: %.*s", SLICE_ARG(base->name),
                            SLICE_ARG(base->text));
    return (struct slice){"", 0};
}

struct slice audit_update_text(const struct audit_update *update, struct arena *arena)
{
    return arena_printf(arena, "%.*s %.*s → %.*s mends %zu%s", SLICE_ARG(update->names),
                        SLICE_ARG(update->from), SLICE_ARG(update->to), update->mends,
                        update->in_base ? " (came with the base)" : "");
}

struct slice audit_expiry_text(const struct audit_exception *exception, struct arena *arena)
{
    int64_t days = exception->days_left;
    if (days < 0)
        return arena_printf(arena, "expired %" PRId64 " day%s ago (%.*s)", -days,
                            days == -1 ? "" : "s", SLICE_ARG(exception->expires));
    if (days == 0)
        return arena_printf(arena, "ends today (%.*s)", SLICE_ARG(exception->expires));
    return arena_printf(arena, "ends in %" PRId64 " day%s (%.*s)", days, days == 1 ? "" : "s",
                        SLICE_ARG(exception->expires));
}

struct slice audit_short_digest(struct slice digest)
{
    enum { SHORT = sizeof "sha256:" - 1 + 12 };
    return slice_upto(digest, SHORT);
}
