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
        fprintf(to->file, " | %zu | %zu | %zu | %s |\n", repository->new_count,
                repository->gone_count, repository->overdue,
                repository->base.state == AUDIT_BASE_MOVED ? "base moved"
                : repository->update_count                 ? "updates mend"
                                                           : "");
    }
}

static void put_finding(struct writing *to, const struct audit_repository *repository,
                        const struct audit_finding *finding)
{
    fprintf(to->file, "- **%s** ", severity_label(finding->severity));
    markdown_put(to->file, finding->id);
    fputs(" in ", to->file);
    markdown_put(to->file, finding->package);
    fputc(' ', to->file);
    markdown_put(to->file, finding->version);
    if (finding->fixed.len) {
        fputs(" → ", to->file);
        markdown_put(to->file, finding->fixed);
    }
    fputs(", ", to->file);
    markdown_put(to->file, repository->shown);
    fputs(": ", to->file);
    markdown_put(to->file, audit_due_text(to->audit, finding, to->arena));
    fputc('\n', to->file);
}

/* Those overdue, or those that are new and not overdue. */
static void put_findings(struct writing *to, const char *title, bool overdue)
{
    size_t put = 0;
    for (size_t i = 0; i < to->audit->count; i++) {
        const struct audit_repository *repository = &to->audit->repositories[i];
        for (size_t j = 0; j < repository->finding_count; j++) {
            const struct audit_finding *finding = &repository->findings[j];
            bool wanted = overdue ? finding->overdue
                                  : finding->is_new && !finding->overdue && !finding->excepted;
            if (!wanted)
                continue;
            if (!put++)
                fprintf(to->file, "\n### %s\n\n", title);
            if (put <= LIST_MOST || to->all)
                put_finding(to, repository, finding);
        }
    }
    if (put > LIST_MOST && !to->all)
        fprintf(to->file, "- and %zu more\n", put - LIST_MOST);
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
        markdown_put(to->file, exception->id);
        fputc(' ', to->file);
        markdown_put(to->file, exception->package);
        fputs(": ", to->file);
        markdown_put(to->file, audit_expiry_text(exception, to->arena));
        fputs(exception->owner.len ? ", " : "", to->file);
        markdown_put(to->file, exception->owner);
        fputc('\n', to->file);
    }
}

static void put_notes(struct writing *to)
{
    const struct audit *audit = to->audit;
    fputc('\n', to->file);
    for (size_t i = 0; i < audit->note_count; i++) {
        fputs("> ", to->file);
        markdown_put(to->file, audit->notes[i]);
        fputs("\n\n", to->file);
    }
    for (size_t i = 0; i < audit->count; i++)
        for (size_t j = 0; j < audit->repositories[i].note_count; j++) {
            fputs("> ", to->file);
            markdown_put(to->file, audit->repositories[i].shown);
            fputs(": ", to->file);
            markdown_put(to->file, audit->repositories[i].notes[j]);
            fputs("\n\n", to->file);
        }
}

bool audit_write_markdown(const struct audit *audit, const struct audit_write_options *options,
                          struct arena *arena, FILE *file, struct error *err)
{
    (void)err;
    struct writing to = {file, arena, audit, options->all};
    struct slice when = clock_format(audit->when, arena);
    struct slice counts = audit_counts_text(audit->by_severity, arena);
    fprintf(file,
            "## Image audit, %.*s\n\n**%.*s**; %zu overdue, %zu new, %zu gone, %zu to rebuild",
            SLICE_ARG(when), SLICE_ARG(counts), audit->overdue, audit->new_count, audit->gone_count,
            audit->rebuilds);
    if (audit->failed)
        fprintf(file, "; %zu could not be audited", audit->failed);
    fputs("\n\n", file);
    put_repositories(&to);
    put_findings(&to, "Overdue", true);
    put_findings(&to, "New", false);
    put_gone(&to);
    put_rebuilds(&to);
    put_exceptions(&to);
    put_notes(&to);
    return true;
}
