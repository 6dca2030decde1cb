/* An audit at a terminal: a line a repository, and below it what wants somebody's hands. */
#include "base/clock.h"
#include "report/summary.h"
#include "report/table_groups.h"
#include "report/table_parts.h"
#include "ship/audit/write.h"

enum {
    INDENT = 2,
    NAME_MOST = 44,
    IMAGE_MOST = 24,
    NUMBER = 6,
    GAP = 2,
    REBUILD = 12,
    NUMBERS = 8,
    NARROW_IMAGE = 12,
    LIST_MOST = 20, /* lines of one list without --full */
};

struct table {
    struct line line;
    const struct audit *audit;
    const struct audit_write_options *options;
    struct arena *arena;
    unsigned image, numbers; /* columns */
    bool narrow;             /* names have lines of their own */
};

static void styled(struct table *table, enum terminal_style style, struct slice text)
{
    if (table->options->plain)
        line_put(&table->line, text);
    else
        line_styled(&table->line, style, text);
}

static void heading(struct table *table, const char *text)
{
    line_end(&table->line);
    styled(table, STYLE_BOLD, slice_str(text));
    line_end(&table->line);
}

/* ---- a line a repository ---- */

static struct slice image_text(const struct audit_repository *repository)
{
    return repository->tag.len ? repository->tag : audit_short_digest(repository->digest);
}

static void measure(struct table *table)
{
    unsigned name = sizeof "REPOSITORY", image = sizeof "IMAGE";
    for (size_t i = 0; i < table->audit->count; i++) {
        const struct audit_repository *repository = &table->audit->repositories[i];
        unsigned a = terminal_columns(repository->name);
        unsigned b = terminal_columns(image_text(repository));
        name = a > name ? a : name;
        image = b > image ? b : image;
    }
    name = name > NAME_MOST ? NAME_MOST : name;
    image = image > IMAGE_MOST ? IMAGE_MOST : image;
    table->image = name + GAP;
    table->numbers = table->image + image + GAP;
    table->narrow =
        table->line.width && table->numbers + NUMBERS * NUMBER + REBUILD > table->line.width;
    if (table->narrow) {
        table->image = INDENT;
        table->numbers = INDENT + (image > NARROW_IMAGE ? NARROW_IMAGE : image) + GAP;
    }
}

/* To the column of the image: on the same line, or on one of its own. */
static void to_image(struct table *table)
{
    if (table->narrow)
        line_end(&table->line);
    line_pad(&table->line, table->image);
}

static void put_number(struct table *table, unsigned place, size_t number,
                       enum terminal_style style)
{
    line_pad(&table->line, table->numbers + place * NUMBER);
    struct slice text = arena_printf(table->arena, "%4zu", number);
    styled(table, number ? style : STYLE_DIM, text);
}

static struct slice rebuild_text(const struct audit_repository *repository)
{
    if (repository->base.state == AUDIT_BASE_MOVED)
        return SLICE("base moved");
    return repository->update_count ? SLICE("updates mend") : SLICE("");
}

static void put_repository(struct table *table, const struct audit_repository *repository)
{
    struct line *line = &table->line;
    struct slice name = repository->name;
    if (terminal_columns(name) > NAME_MOST && !table->options->all && !table->narrow)
        name = repository->shown;
    styled(table, STYLE_BOLD, name);
    to_image(table);
    struct slice image = image_text(repository);
    line_put(line, table->narrow ? slice_upto(image, NARROW_IMAGE) : image);
    if (repository->error.len) {
        line_pad(line, table->numbers);
        styled(table, STYLE_RED, SLICE("could not be audited"));
        line_end(line);
        line_print(line, "  ");
        line_wrap(line, INDENT, repository->error);
        return;
    }
    unsigned place = 0;
    for (int i = SEVERITY_CRITICAL; i >= SEVERITY_LOW; i--)
        put_number(table, place++, repository->by_severity[i],
                   table_severity_style((enum severity)i));
    put_number(table, place++,
               repository->by_severity[SEVERITY_NEGLIGIBLE] +
                   repository->by_severity[SEVERITY_UNKNOWN],
               STYLE_PLAIN);
    put_number(table, place++, repository->new_count, STYLE_YELLOW);
    put_number(table, place++, repository->gone_count, STYLE_GREEN);
    put_number(table, place++, repository->overdue, STYLE_RED);
    struct slice rebuild = rebuild_text(repository);
    if (rebuild.len)
        line_pad(line, table->numbers + place * NUMBER);
    line_put(line, rebuild);
    line_end(line);
}

static void put_repositories(struct table *table)
{
    static const char *const names[] = {"CRIT", "HIGH", " MED", " LOW",   "REST",
                                        " NEW", "GONE", "OVER", "REBUILD"};
    struct line *line = &table->line;
    measure(table);
    line_put(line, SLICE("REPOSITORY"));
    to_image(table);
    line_put(line, SLICE("IMAGE"));
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        line_pad(line, table->numbers + i * NUMBER);
        line_put(line, slice_str(names[i]));
    }
    line_end(line);
    for (size_t i = 0; i < table->audit->count; i++)
        put_repository(table, &table->audit->repositories[i]);
}

/* ---- lists ---- */

static void put_finding(struct table *table, const struct audit_repository *repository,
                        const struct audit_finding *finding)
{
    struct line *line = &table->line;
    line_pad(line, INDENT);
    styled(table, table_severity_style(finding->severity),
           slice_str(severity_label(finding->severity)));
    line_pad(line, TABLE_COLUMN_ID);
    line_put(line, finding->id);
    line_print(line, "  ");
    line_put(line, finding->package);
    line_print(line, " ");
    line_put(line, finding->version);
    if (finding->fixed.len) {
        line_print(line, " → ");
        line_put(line, finding->fixed);
    }
    line_print(line, "  ");
    line_put(line, audit_due_text(table->audit, finding, table->arena));
    if (finding->kev)
        line_print(line, "  exploited");
    line_print(line, "  ");
    line_put(line, repository->shown);
    line_end(line);
}

static bool is_overdue(const struct audit_finding *finding)
{
    return finding->overdue;
}

/* Those overdue have been told of already. */
static bool is_new(const struct audit_finding *finding)
{
    return finding->is_new && !finding->overdue && !finding->excepted;
}

static void put_findings(struct table *table, const char *title,
                         bool (*wanted)(const struct audit_finding *finding))
{
    size_t put = 0, more = 0;
    for (size_t i = 0; i < table->audit->count; i++) {
        const struct audit_repository *repository = &table->audit->repositories[i];
        for (size_t j = 0; j < repository->finding_count; j++) {
            if (!wanted(&repository->findings[j]))
                continue;
            if (!put)
                heading(table, title);
            if (put < LIST_MOST || table->options->all) {
                put_finding(table, repository, &repository->findings[j]);
                put++;
            } else
                more++;
        }
    }
    if (more) {
        line_print(&table->line, "  and %zu more (--full shows them)", more);
        line_end(&table->line);
    }
}

static void put_gone(struct table *table)
{
    size_t put = 0;
    if (table->audit->gone_count)
        heading(table, "Gone");
    for (size_t i = 0; i < table->audit->count; i++) {
        const struct audit_repository *repository = &table->audit->repositories[i];
        for (size_t j = 0; j < repository->gone_count; j++) {
            const struct audit_gone *gone = &repository->gone[j];
            if (put++ >= LIST_MOST && !table->options->all)
                continue;
            line_pad(&table->line, INDENT);
            line_print(&table->line, "%s", severity_label(gone->severity));
            line_pad(&table->line, TABLE_COLUMN_ID);
            line_put(&table->line, gone->id);
            line_print(&table->line, "  ");
            line_put(&table->line, gone->package);
            line_print(&table->line, "  ");
            line_put(&table->line, repository->shown);
            line_end(&table->line);
        }
    }
    if (put > LIST_MOST && !table->options->all) {
        line_print(&table->line, "  and %zu more (--full shows them)", put - LIST_MOST);
        line_end(&table->line);
    }
}

static void put_rebuild(struct table *table, const struct audit_repository *repository)
{
    struct line *line = &table->line;
    struct slice base = audit_base_text(repository, table->arena);
    line_pad(line, INDENT);
    styled(table, STYLE_BOLD, repository->shown);
    if (base.len) {
        line_print(line, ": ");
        line_put(line, base);
    }
    line_end(line);
    for (size_t i = 0; i < repository->update_count; i++) {
        if (i == LIST_MOST && !table->options->all) {
            line_print(line, "    and %zu more", repository->update_count - i);
            line_end(line);
            return;
        }
        line_pad(line, INDENT + INDENT);
        line_put(line, audit_update_text(&repository->updates[i], table->arena));
        line_end(line);
    }
}

static void put_rebuilds(struct table *table)
{
    if (table->audit->rebuilds)
        heading(table, "Rebuild");
    for (size_t i = 0; i < table->audit->count; i++)
        if (audit_rebuild(&table->audit->repositories[i]))
            put_rebuild(table, &table->audit->repositories[i]);
}

static void put_exceptions(struct table *table)
{
    struct line *line = &table->line;
    if (table->audit->exception_count)
        heading(table, "Exceptions that end");
    for (size_t i = 0; i < table->audit->exception_count; i++) {
        const struct audit_exception *exception = &table->audit->exceptions[i];
        line_pad(line, INDENT);
        line_put(line, exception->id);
        line_print(line, " ");
        line_put(line, exception->package);
        line_print(line, "  ");
        styled(table, exception->days_left < 0 ? STYLE_RED : STYLE_YELLOW,
               audit_expiry_text(exception, table->arena));
        if (exception->owner.len) {
            line_print(line, "  ");
            line_put(line, exception->owner);
        }
        line_end(line);
    }
}

static void put_notes(struct table *table)
{
    const struct audit *audit = table->audit;
    bool any = audit->note_count > 0;
    for (size_t i = 0; i < audit->count; i++)
        any |= audit->repositories[i].note_count > 0;
    if (any)
        heading(table, "Notes");
    for (size_t i = 0; i < audit->note_count; i++)
        line_wrap(&table->line, INDENT, audit->notes[i]);
    for (size_t i = 0; i < audit->count; i++)
        for (size_t j = 0; j < audit->repositories[i].note_count; j++)
            line_wrap(&table->line, INDENT,
                      arena_printf(table->arena, "%.*s: %.*s",
                                   SLICE_ARG(audit->repositories[i].shown),
                                   SLICE_ARG(audit->repositories[i].notes[j])));
}

static void put_head(struct table *table)
{
    const struct audit *audit = table->audit;
    struct line *line = &table->line;
    line_print(line, "Audit of %zu %s, ", audit->count,
               audit->count == 1 ? "repository" : "repositories");
    line_put(line, clock_format(audit->when, table->arena));
    if (audit->previous) {
        line_print(line, ", the last one ");
        line_put(line, audit_date(audit->previous, table->arena));
    } else
        line_print(line, audit->history.len ? ", the first one" : ", without a history");
    if (audit->database.len) {
        line_print(line, ", advisories of ");
        line_put(line, slice_upto(audit->database, sizeof "2026-11-23" - 1));
    }
    line_end(line);
    line_end(line);
}

static void put_sum(struct table *table)
{
    const struct audit *audit = table->audit;
    line_end(&table->line);
    line_put(&table->line, audit_counts_text(audit->by_severity, table->arena));
    line_print(&table->line, "; %zu overdue, %zu new, %zu gone, %zu excepted, %zu to rebuild",
               audit->overdue, audit->new_count, audit->gone_count, audit->excepted,
               audit->rebuilds);
    if (audit->failed)
        line_print(&table->line, "; %zu could not be audited", audit->failed);
    line_end(&table->line);
}

bool audit_write_table(const struct audit *audit, const struct audit_write_options *options,
                       struct arena *arena, FILE *file, struct error *err)
{
    (void)err;
    struct table table = {.line = {.file = file, .width = options->width},
                          .audit = audit,
                          .options = options,
                          .arena = arena};
    put_head(&table);
    put_repositories(&table);
    put_findings(&table, "Overdue", is_overdue);
    put_findings(&table, "New", is_new);
    put_gone(&table);
    put_rebuilds(&table);
    put_exceptions(&table);
    put_notes(&table);
    put_sum(&table);
    return true;
}
