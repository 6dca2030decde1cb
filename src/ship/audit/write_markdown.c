/* An audit for an issue, a chat or a wiki page; words of others are escaped. */
#include "base/clock.h"
#include "report/markdown_text.h"
#include "report/summary.h"
#include "ship/audit/write.h"

enum { LIST_MOST = 50 };

struct writing {
    FILE *file;
    struct arena *arena;
    const struct audit *audit;
    bool all;
};

static void put_repositories(struct writing *to)
{
    fputs("| repository | image | critical | high | medium | low | new | gone | overdue | rebuild "
          "|\n|---|---|--:|--:|--:|--:|--:|--:|--:|---|\n",
          to->file);
    for (size_t i = 0; i < to->audit->count; i++) {
        const struct audit_repository *repository = &to->audit->repositories[i];
        fputs("| ", to->file);
        markdown_put(to->file, repository->name);
        fputs(" | ", to->file);
        markdown_put(to->file, repository->tag.len ? repository->tag
                                                   : audit_short_digest(repository->digest));
        if (repository->error.len) {
            fputs(" | could not be audited: ", to->file);
            markdown_put(to->file, repository->error);
            fputs(" | | | | | | | |\n", to->file);
            continue;
        }
        for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_LOW; severity--)
            fprintf(to->file, " | %zu", repository->by_severity[severity]);
        struct slice rebuild = audit_rebuild_text(repository);
        fprintf(to->file, " | %zu | %zu | %zu | %.*s |\n", repository->new_count,
                repository->gone_count, repository->overdue, SLICE_ARG(rebuild));
    }
}

static void put_finding(struct writing *to, const struct audit_row *row)
{
    const struct audit_finding *finding = row->finding;
    fprintf(to->file, "- **%s** ", severity_label(finding->severity));
    markdown_put(to->file, finding->id);
    fputs(finding->kev ? " (known to be exploited) in " : " in ", to->file);
    markdown_put(to->file, finding->package);
    fputc(' ', to->file);
    markdown_put(to->file, finding->version);
    if (finding->fixed.len) {
        fputs(" → ", to->file);
        markdown_put(to->file, finding->fixed);
    }
    fputs(", ", to->file);
    markdown_put(to->file, row->repository->shown);
    fputs(": ", to->file);
    markdown_put(to->file, audit_due_text(to->audit, finding, to->arena));
    fputc('\n', to->file);
}

static bool put_findings(struct writing *to, const char *title,
                         bool (*wanted)(const struct audit_finding *finding), struct error *err)
{
    struct audit_rows rows;
    if (!audit_rows(to->audit, wanted, to->arena, &rows, err))
        return false;
    if (rows.count)
        fprintf(to->file, "\n### %s\n\n", title);
    size_t shown = rows.count > LIST_MOST && !to->all ? LIST_MOST : rows.count;
    for (size_t i = 0; i < shown; i++)
        put_finding(to, &rows.list[i]);
    if (shown < rows.count)
        fprintf(to->file, "- and %zu more\n", rows.count - shown);
    return true;
}

static void put_gone(struct writing *to)
{
    size_t put = 0;
    if (to->audit->gone_count)
        fputs("\n### Gone\n\n", to->file);
    for (size_t i = 0; i < to->audit->count; i++) {
        const struct audit_repository *repository = &to->audit->repositories[i];
        for (size_t j = 0; j < repository->gone_count; j++) {
            if (put++ >= LIST_MOST && !to->all)
                continue;
            fprintf(to->file, "- %s ", severity_label(repository->gone[j].severity));
            markdown_put(to->file, repository->gone[j].id);
            fputs(" in ", to->file);
            markdown_put(to->file, repository->gone[j].package);
            fputs(", ", to->file);
            markdown_put(to->file, repository->shown);
            fputc('\n', to->file);
        }
    }
    if (put > LIST_MOST && !to->all)
        fprintf(to->file, "- and %zu more\n", put - LIST_MOST);
}

static void put_rebuilds(struct writing *to)
{
    if (to->audit->rebuilds)
        fputs("\n### Rebuild\n\n", to->file);
    for (size_t i = 0; i < to->audit->count; i++) {
        const struct audit_repository *repository = &to->audit->repositories[i];
        if (!audit_rebuild(repository))
            continue;
        struct slice base = audit_base_text(repository, to->arena);
        fputs("- ", to->file);
        markdown_put(to->file, repository->shown);
        fputs(base.len ? ": " : "", to->file);
        markdown_put(to->file, base);
        fputc('\n', to->file);
        for (size_t j = 0; j < repository->update_count && (j < LIST_MOST || to->all); j++) {
            fputs("  - ", to->file);
            markdown_put(to->file, audit_update_text(&repository->updates[j], to->arena));
            fputc('\n', to->file);
        }
    }
}

static void put_exceptions(struct writing *to)
{
    if (to->audit->exception_count)
        fputs("\n### Exceptions that end\n\n", to->file);
    for (size_t i = 0; i < to->audit->exception_count; i++) {
        const struct audit_exception *exception = &to->audit->exceptions[i];
        fputs("- ", to->file);
        markdown_put(to->file, audit_exception_text(exception, to->arena));
        fputs(": ", to->file);
        markdown_put(to->file, audit_expiry_text(exception, to->arena));
        fputs(exception->owner.len ? ", " : "", to->file);
        markdown_put(to->file, exception->owner);
        fputc('\n', to->file);
    }
}

static bool put_notes(struct writing *to, struct error *err)
{
    struct audit_notes notes;
    if (!audit_notes(to->audit, to->arena, &notes, err))
        return false;
    for (size_t i = 0; i < notes.count; i++) {
        fputs("\n> ", to->file);
        markdown_put(to->file, notes.list[i]);
        fputc('\n', to->file);
    }
    return true;
}

bool audit_write_markdown(const struct audit *audit, const struct audit_write_options *options,
                          struct arena *arena, FILE *file, struct error *err)
{
    struct writing to = {file, arena, audit, options->all};
    struct slice when = clock_format(audit->when, arena);
    struct slice sum = audit_sum_text(audit, arena);
    struct slice tail = sum, head = slice_upto(sum, slice_find(sum, ';'));
    tail = slice_from(sum, head.len);
    fprintf(file, "## Image audit, %.*s\n\n**%.*s**%.*s\n\n", SLICE_ARG(when), SLICE_ARG(head),
            SLICE_ARG(tail));
    put_repositories(&to);
    if (!put_findings(&to, "Overdue", audit_is_overdue, err) ||
        !put_findings(&to, "New", audit_is_new, err))
        return false;
    put_gone(&to);
    put_rebuilds(&to);
    put_exceptions(&to);
    return put_notes(&to, err);
}
