/* `db update` and `db import`: what is told while it runs and at the end. */
#include "advisory/update.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/db.h"

struct telling {
    size_t started, ended;
    char running[200]; /* the feed that began last */
};

static const char *outcome_word(enum update_outcome outcome)
{
    static const char *const words[] = {[UPDATE_STARTED] = "reading",
                                        [UPDATE_DONE] = "updated",
                                        [UPDATE_UNCHANGED] = "unchanged",
                                        [UPDATE_ABSENT] = "not there",
                                        [UPDATE_FAILED] = "FAILED"};
    return words[outcome];
}

static void show_progress(void *context, const struct update_feed *feed)
{
    struct telling *telling = context;
    if (feed->outcome == UPDATE_STARTED) {
        telling->started++;
        snprintf(telling->running, sizeof telling->running, "%.*s", SLICE_ARG(feed->name));
    } else {
        telling->ended++;
        log_info("%.*s: %s", SLICE_ARG(feed->name), outcome_word(feed->outcome));
    }
    progress_show("updating: %zu feeds done, reading %s", telling->ended, telling->running);
}

static void show_feed(const struct update_feed *feed, int width)
{
    enum terminal_style style = feed->outcome == UPDATE_FAILED ? STYLE_RED
                                : feed->outcome == UPDATE_DONE ? STYLE_GREEN
                                                               : STYLE_DIM;
    terminal_put(stdout, feed->name);
    printf("%*s  ", width - (int)terminal_columns(feed->name), "");
    terminal_style(stdout, style);
    printf("%-9s", outcome_word(feed->outcome));
    terminal_style(stdout, STYLE_PLAIN);
    if (feed->outcome != UPDATE_FAILED)
        printf("  %9llu records  ", (unsigned long long)feed->records);
    if (feed->outcome != UPDATE_FAILED)
        terminal_put(stdout, feed->date);
    putchar('\n');
}

/* One line: a mirror need not have all feeds, but what it lacks is not to be missed in silence. */
static void show_absent(const struct update_result *result)
{
    if (!result->absent_count)
        return;
    printf("the mirror does not have: ");
    for (size_t i = 0; i < result->absent_count; i++) {
        const struct update_feed *feed = &result->absent[i];
        printf("%s", i ? ", " : "");
        terminal_put(stdout, feed->name);
        printf("%s", feed->had_data ? " (its old data stays)" : "");
    }
    putchar('\n');
}

static bool show_result(struct invocation *call, const struct update_result *result, double seconds,
                        bool from_upstream, struct error *err)
{
    int width = 4;
    progress_clear();
    for (size_t i = 0; i < result->count; i++)
        if ((int)terminal_columns(result->feeds[i].name) > width)
            width = (int)terminal_columns(result->feeds[i].name);
    for (size_t i = 0; i < result->count; i++)
        show_feed(&result->feeds[i], width);
    show_absent(result);
    printf("%zu feeds in %.1f s, database in %s\n", result->count, seconds,
           option_text(call, "db"));
    for (size_t i = 0; i < result->count; i++)
        if (result->feeds[i].outcome == UPDATE_FAILED)
            log_error("%.*s: %s%s", SLICE_ARG(result->feeds[i].name), result->feeds[i].error.text,
                      result->feeds[i].had_data ? "; its old data stays" : "");
    if (result->failed && result->failed == result->count && from_upstream)
        return error_set(err, ERROR_IO,
                         "no feed could be fetched; where upstream is not to be reached, "
                         "--mirror URL|DIR reads a copy of the feeds");
    if (result->failed)
        return error_set(err, ERROR_IO, "%zu of %zu feeds could not be updated", result->failed,
                         result->count);
    return result->count || error_set(err, ERROR_NOT_FOUND,
                                      "there is no feed to read: a mirror has folders such as "
                                      "alpine, osv, kev");
}

static bool take_words(struct invocation *call, const char *name, struct slice **words,
                       size_t *count, struct error *err)
{
    const struct option_value *value = option_value(call, name);
    *words = arena_array(call->arena, value->count, sizeof **words);
    if (!*words)
        return arena_error(err);
    for (size_t i = 0; i < value->count; i++)
        (*words)[i] = slice_str(value->items[i]);
    *count = value->count;
    return true;
}

bool db_update_run(struct invocation *call, struct error *err)
{
    struct telling telling = {0};
    struct update_options options = {.folder = option_text(call, "db"),
                                     .mirror = slice_str(option_text(call, "mirror")),
                                     .force = option_flag(call, "force"),
                                     .progress = show_progress,
                                     .context = &telling};
    struct update_result result;
    double start = clock_monotonic();
    if (!take_words(call, "only", &options.only, &options.only_count, err) ||
        !take_words(call, "except", &options.except, &options.except_count, err))
        return false;
    bool ok = update_run(&options, call->arena, &result, err);
    progress_clear();
    return ok &&
           show_result(call, &result, clock_monotonic() - start, options.mirror.len == 0, err);
}

bool db_import_run(struct invocation *call, struct error *err)
{
    struct telling telling = {0};
    struct update_options options = {.folder = option_text(call, "db"),
                                     .force = true,
                                     .progress = show_progress,
                                     .context = &telling};
    struct update_result result;
    double start = clock_monotonic();
    bool ok = update_import(&options, slice_str(call->operands[0]), call->operands + 1,
                            call->operand_count - 1, call->arena, &result, err);
    progress_clear();
    return ok && show_result(call, &result, clock_monotonic() - start, false, err);
}
