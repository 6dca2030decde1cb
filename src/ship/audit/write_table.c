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
    IMAGE_LEAST = 16,
    NARROW_NAME = 16, /* columns of a name that are too few beside its numbers */
    LIST_MOST = 20,   /* lines of one list without --full */
    UPDATES_MOST = 5, /* and of one repository's updates */
    PACKAGE_MOST = 50,
    EXPLOITED = 9, /* the word */
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

/* Its name, or where that is longer than its column the part behind the registry. */
static struct slice name_text(const struct table *table, const struct audit_repository *repository)
{
    bool fits = table->narrow || terminal_columns(repository->name) <= table->image - GAP;
    return fits || table->options->all ? repository->name : repository->shown;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static void measure(struct table *table)
{
    unsigned name = sizeof "REPOSITORY", image = sizeof "IMAGE", width = table->line.width;
    for (size_t i = 0; i < table->audit->count; i++) {
        const struct audit_repository *repository = &table->audit->repositories[i];
        unsigned a = terminal_columns(repository->name);
        unsigned b = terminal_columns(image_text(repository));
        name = a > name ? a : name;
        image = b > image ? b : image;
    }
    unsigned fixed = 2 * GAP + NUMBERS * NUMBER + REBUILD;
    name = least(name, NAME_MOST);
    image = least(image, IMAGE_MOST);
    if (width && fixed + name + image > width)
        image =
            least(image, width > fixed + name + IMAGE_LEAST ? width - fixed - name : IMAGE_LEAST);
    table->narrow = width && width < fixed + image + least(name, NARROW_NAME);
    if (width && !table->narrow)
        name = least(name, width - fixed - image);
    table->image = name + GAP;
    table->numbers = table->image + image + GAP;
    if (table->narrow) {
        table->image = INDENT;
        table->numbers = INDENT + image + GAP;
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

static void put_repository(struct table *table, const struct audit_repository *repository)
{
    struct line *line = &table->line;
    bool cut = line->width && !table->narrow;
    struct slice name = name_text(table, repository);
    styled(table, STYLE_BOLD, cut ? line_fitted(name, table->image - GAP, table->arena) : name);
    to_image(table);
    struct slice image = image_text(repository);
    unsigned room = table->numbers - table->image - GAP;
    line_put(line, line->width ? line_fitted(image, room, table->arena) : image);
    if (repository->error.len) {
        line_pad(line, table->numbers);
        styled(table, STYLE_RED, SLICE("could not be audited"));
        line_end(line);
        line_wrap(line, 2 * INDENT, repository->error);
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
    struct slice rebuild = audit_rebuild_text(repository);
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

static size_t least_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void put_more(struct table *table, unsigned indent, size_t more)
{
    if (!more)
        return;
    line_print(&table->line, "%*sand %zu more (--full shows them)", (int)indent, "", more);
    line_end(&table->line);
}

/* Columns of a list, as wide as what it shows. */
struct list {
    unsigned id, due, package;
    bool exploited; /* one is known to be: the others leave room for the word */
    bool two_lines; /* the package has one of its own */
};

/* "8 days late", "due now", "due 2026-11-30". */
static struct slice due_text(struct table *table, const struct audit_finding *finding)
{
    int64_t days = finding->overdue ? clock_days(finding->due, table->audit->when) : 0;
    if (!days)
        return audit_due_text(table->audit, finding, table->arena);
    return arena_printf(table->arena, "%lld day%s late", (long long)days, days == 1 ? "" : "s");
}

static struct slice package_text(struct table *table, const struct audit_finding *finding)
{
    return arena_printf(table->arena, "%.*s %.*s%s%.*s", SLICE_ARG(finding->package),
                        SLICE_ARG(finding->version), finding->fixed.len ? " → " : "",
                        SLICE_ARG(finding->fixed));
}

static void widen(unsigned *column, struct slice text)
{
    unsigned columns = terminal_columns(text);
    *column = columns > *column ? columns : *column;
}

static struct list measure_list(struct table *table, const struct audit_rows *rows, size_t shown)
{
    struct list list = {0};
    unsigned repository = 0, width = table->line.width;
    for (size_t i = 0; i < shown; i++) {
        const struct audit_finding *finding = rows->list[i].finding;
        widen(&list.id, finding->id);
        widen(&list.due, due_text(table, finding));
        widen(&list.package, package_text(table, finding));
        widen(&repository, rows->list[i].repository->shown);
        list.exploited |= finding->kev;
    }
    list.package = least(list.package, PACKAGE_MOST);
    unsigned all = TABLE_COLUMN_ID + list.id + list.due + list.package + 3 * GAP +
                   (list.exploited ? EXPLOITED + GAP : 0);
    list.two_lines = width && all + least(repository, NARROW_NAME) > width;
    return list;
}

static void put_finding(struct table *table, const struct list *list, const struct audit_row *row)
{
    struct line *line = &table->line;
    const struct audit_finding *finding = row->finding;
    unsigned at = TABLE_COLUMN_ID + list->id + GAP;
    struct slice package = package_text(table, finding);
    line_pad(line, INDENT);
    styled(table, table_severity_style(finding->severity),
           slice_str(severity_label(finding->severity)));
    line_pad(line, TABLE_COLUMN_ID);
    line_put(line, finding->id);
    line_pad(line, at);
    line_put(line, due_text(table, finding));
    line_pad(line, at += list->due + GAP);
    if (finding->kev)
        styled(table, STYLE_RED, SLICE("exploited"));
    if (list->exploited)
        line_pad(line, at += EXPLOITED + GAP);
    if (!list->two_lines) {
        line_put(line, package);
        line_pad(line, at + list->package + GAP);
    }
    line_put(line, row->repository->shown);
    line_end(line);
    if (list->two_lines)
        line_wrap(line, TABLE_COLUMN_ID, package);
}

static bool put_findings(struct table *table, const char *title,
                         bool (*wanted)(const struct audit_finding *finding), struct error *err)
{
    struct audit_rows rows;
    if (!audit_rows(table->audit, wanted, table->arena, &rows, err))
        return false;
    size_t shown = table->options->all ? rows.count : least_size(rows.count, LIST_MOST);
    struct list list = measure_list(table, &rows, shown);
    if (rows.count)
        heading(table, title);
    for (size_t i = 0; i < shown; i++)
        put_finding(table, &list, &rows.list[i]);
    put_more(table, INDENT, rows.count - shown);
    return true;
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
    put_more(table, INDENT, put > LIST_MOST && !table->options->all ? put - LIST_MOST : 0);
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
    size_t shown = table->options->all ? repository->update_count
                                       : least_size(repository->update_count, UPDATES_MOST);
    for (size_t i = 0; i < shown; i++) {
        line_pad(line, INDENT + INDENT);
        line_put(line, audit_update_text(&repository->updates[i], table->arena));
        line_end(line);
    }
    put_more(table, INDENT + INDENT, repository->update_count - shown);
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
        line_put(line, audit_exception_text(exception, table->arena));
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

static bool put_notes(struct table *table, struct error *err)
{
    struct audit_notes notes;
    if (!audit_notes(table->audit, table->arena, &notes, err))
        return false;
    if (notes.count)
        heading(table, "Notes");
    for (size_t i = 0; i < notes.count; i++)
        line_wrap(&table->line, INDENT, notes.list[i]);
    return true;
}

static void put_head(struct table *table)
{
    const struct audit *audit = table->audit;
    struct arena *arena = table->arena;
    struct slice before = audit->history.len ? SLICE("the first one") : SLICE("without a history");
    if (audit->previous)
        before =
            arena_printf(arena, "the last one %.*s", SLICE_ARG(audit_date(audit->previous, arena)));
    struct slice text =
        arena_printf(arena, "Audit of %zu %s, %.*s, %.*s", audit->count,
                     audit->count == 1 ? "repository" : "repositories",
                     SLICE_ARG(clock_format(audit->when, arena)), SLICE_ARG(before));
    if (audit->database.len)
        text = arena_printf(arena, "%.*s, advisories of %.*s", SLICE_ARG(text),
                            SLICE_ARG(slice_upto(audit->database, sizeof "2026-11-23" - 1)));
    line_wrap(&table->line, 0, text);
    line_end(&table->line);
}

static void put_sum(struct table *table)
{
    line_end(&table->line);
    line_wrap(&table->line, 0, audit_sum_text(table->audit, table->arena));
}

bool audit_write_table(const struct audit *audit, const struct audit_write_options *options,
                       struct arena *arena, FILE *file, struct error *err)
{
    struct table table = {.line = {.file = file, .width = options->width},
                          .audit = audit,
                          .options = options,
                          .arena = arena};
    put_head(&table);
    put_repositories(&table);
    if (!put_findings(&table, "Overdue", audit_is_overdue, err) ||
        !put_findings(&table, "New", audit_is_new, err))
        return false;
    put_gone(&table);
    put_rebuilds(&table);
    put_exceptions(&table);
    if (!put_notes(&table, err))
        return false;
    put_sum(&table);
    return true;
}
