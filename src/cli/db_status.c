/* `db status`: one row a feed. */
#include "advisory/record.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/terminal.h"
#include "cli/db.h"

enum { FIELD_NAME, FIELD_DATE, FIELD_AGE, FIELD_RECORDS, FIELD_SOURCE, FIELDS, OLD_DAYS = 7 };

static int64_t age_in_days(const struct feed_status *feed)
{
    return feed->updated_epoch ? clock_days((int64_t)feed->updated_epoch, clock_now()) : -1;
}

static struct slice age_text(const struct feed_status *feed, struct arena *arena)
{
    int64_t days = age_in_days(feed);
    if (days < 0)
        return SLICE("never");
    if (days == 0)
        return SLICE("today");
    return arena_printf(arena, "%lld day%s ago", (long long)days, days == 1 ? "" : "s");
}

static void fill_row(const struct feed_status *feed, struct slice row[FIELDS], struct arena *arena)
{
    row[FIELD_NAME] = feed->name;
    row[FIELD_DATE] = feed->date;
    row[FIELD_AGE] = age_text(feed, arena);
    row[FIELD_RECORDS] = arena_printf(arena, "%llu", (unsigned long long)feed->records);
    row[FIELD_SOURCE] = feed->source;
}

static void print_row(struct slice row[FIELDS], const unsigned width[FIELDS], bool old)
{
    for (unsigned i = 0; i < FIELDS; i++) {
        int padding = (int)(width[i] - terminal_columns(row[i]));
        if (i == FIELD_RECORDS)
            printf("%*s", padding, "");
        if (i == FIELD_AGE && old)
            terminal_style(stdout, STYLE_YELLOW);
        terminal_put(stdout, row[i]);
        if (i == FIELD_AGE && old)
            terminal_style(stdout, STYLE_PLAIN);
        if (i + 1 < FIELDS)
            printf("%*s  ", i == FIELD_RECORDS ? 0 : padding, "");
    }
    putchar('\n');
}

static bool print_table(const struct feed_status *feeds, size_t count, struct arena *arena,
                        struct error *err)
{
    struct slice head[FIELDS] = {SLICE("FEED"), SLICE("DATA OF"), SLICE("LOOKED"), SLICE("RECORDS"),
                                 SLICE("SOURCE")};
    unsigned width[FIELDS] = {0};
    struct slice(*rows)[FIELDS] = arena_array(arena, count, sizeof *rows);
    if (!rows)
        return arena_error(err);
    for (unsigned f = 0; f < FIELDS; f++)
        width[f] = terminal_columns(head[f]);
    for (size_t i = 0; i < count; i++) {
        fill_row(&feeds[i], rows[i], arena);
        for (unsigned f = 0; f < FIELDS; f++)
            if (terminal_columns(rows[i][f]) > width[f])
                width[f] = terminal_columns(rows[i][f]);
    }
    terminal_style(stdout, STYLE_BOLD);
    print_row(head, width, false);
    terminal_style(stdout, STYLE_PLAIN);
    for (size_t i = 0; i < count; i++) {
        print_row(rows[i], width, age_in_days(&feeds[i]) > OLD_DAYS);
        if (feeds[i].error.len == 0)
            continue;
        terminal_style(stdout, STYLE_RED);
        fputs("  last update failed: ", stdout);
        terminal_put(stdout, feeds[i].error);
        terminal_style(stdout, STYLE_PLAIN);
        putchar('\n');
    }
    return true;
}

static void print_json(const char *folder, bool starter, const struct feed_status *feeds,
                       size_t count)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field_int(&json, "schemaVersion", 1);
    json_field(&json, "folder", slice_str(folder));
    json_field_int(&json, "format", STORE_FORMAT);
    json_field_bool(&json, "starter", starter);
    json_name(&json, "feeds");
    json_begin_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(&json);
        json_field(&json, "name", feeds[i].name);
        json_field_text(&json, "date", feeds[i].date);
        json_field_text(&json, "updated", feeds[i].updated);
        json_field_int(&json, "records", (int64_t)feeds[i].records);
        json_field_text(&json, "source", feeds[i].source);
        json_field_text(&json, "error", feeds[i].error);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    putchar('\n');
}

static bool print_status(struct invocation *call, struct store_reader *reader, struct error *err)
{
    const char *folder = option_text(call, "db");
    bool starter = store_reader_is_starter(reader);
    struct feed_status *feeds;
    size_t count;
    if (!store_feeds(reader, call->arena, &feeds, &count, err))
        return false;
    if (slice_equal_str(slice_str(option_text(call, "format")), "json")) {
        print_json(folder, starter, feeds, count);
        return true;
    }
    if (starter)
        printf("No feed has reached %s yet: this is the starter database of the program.\n"
               "plimsoll db update makes a full one.\n\n",
               folder);
    return print_table(feeds, count, call->arena, err);
}

bool db_status_run(struct invocation *call, struct error *err)
{
    struct store_reader *reader;
    if (!store_reader_open(&reader, option_text(call, "db"), err))
        return false;
    bool ok = print_status(call, reader, err);
    store_reader_close(reader);
    return ok;
}
