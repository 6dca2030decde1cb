/* Pinned packages: judging them, and writing what came of it. */
#include "base/json.h"
#include "base/terminal.h"
#include "cli/update_call.h"
#include "report/markdown_text.h"
#include "scan/pipeline.h"

enum { PATIENCE = 10, COLUMNS = 5 };

static bool is_wanted(const struct invocation *call)
{
    return option_value(call, "pins")->source == SOURCE_NONE || option_flag(call, "pins");
}

/* The os-release of an image whose name does not tell its release. */
static bool look_into(void *context, struct slice image, struct arena *arena,
                      struct distribution *distribution, struct error *err)
{
    struct invocation *call = context;
    CLEANUP_ARENA struct arena scratch;
    CLEANUP_SCAN struct scan scan = {0};
    const char *name = arena_string(arena, image);
    struct scan_options options = {
        .input = name,
        .source = {.platform = slice_str(option_text(call, "platform")),
                   .plain_http = option_flag(call, "plain-http"),
                   .insecure = option_flag(call, "insecure"),
                   .offline = option_flag(call, "offline"),
                   .patience = PATIENCE},
        .without_match = true,
        .cache = option_text(call, "cache"),
    };
    arena_init(&scratch, (size_t)1 << 30);
    progress_show("reading %s", name ? name : "");
    if (!name)
        return arena_error(err);
    if (!scan_run(&scan, &options, &scratch, err))
        return false;
    const struct distribution *found = &scan.result.distribution;
    *distribution = (struct distribution){.id = arena_copy(arena, found->id),
                                          .version_id = arena_copy(arena, found->version_id),
                                          .codename = arena_copy(arena, found->codename)};
    return (distribution->id.at && distribution->version_id.at && distribution->codename.at) ||
           arena_error(err);
}

/* Rows point to their changes: the array moves. */
static bool add_changes(struct invocation *call, struct bases_result *result,
                        const struct pins_result *pins, struct error *err)
{
    size_t count = result->change_count + pins->change_count;
    struct update_change *all = arena_array(call->arena, count + 1, sizeof *all);
    if (!all)
        return arena_error(err);
    for (size_t i = 0; i < count; i++)
        all[i] =
            i < result->change_count ? result->changes[i] : pins->changes[i - result->change_count];
    for (size_t i = 0; i < result->row_count; i++)
        if (result->rows[i].change)
            result->rows[i].change = all + (result->rows[i].change - result->changes);
    result->changes = all;
    result->change_count = count;
    result->change_room = count;
    return true;
}

bool update_pins_judge(struct invocation *call, struct bases_result *result,
                       struct pins_result *pins, struct error *err)
{
    const char *cache = option_text(call, "cache");
    struct pins_options options = {
        .keep_in = cache && *cache ? arena_printf(call->arena, "%s/packages", cache).at : NULL,
        .offline = option_flag(call, "offline"),
        .store = option_text(call, "db"),
        .look = option_flag(call, "offline") ? NULL : look_into,
        .context = call,
    };
    *pins = (struct pins_result){0};
    result->base_change_count = result->change_count;
    if (!is_wanted(call) || !result->pins.count)
        return true;
    progress_show("asking for packages");
    return pins_judge(&result->pins, &options, call->arena, pins, err) &&
           add_changes(call, result, pins, err);
}

/* ---- table ---- */

static bool fill(const struct pin_row *row, struct arena *arena, struct slice cells[COLUMNS])
{
    cells[0] = arena_printf(arena, "%.*s:%u", SLICE_ARG(row->pin->path), row->pin->line);
    cells[1] = row->pin->name;
    cells[2] = row->pin->version;
    cells[3] = row->state == PIN_CURRENT ? SLICE("current")
               : row->state == PIN_LEFT  ? SLICE("-")
                                         : row->newest;
    cells[4] = row->why;
    if (row->state == PIN_LEFT)
        cells[4] = arena_printf(arena, "left alone: %.*s", SLICE_ARG(row->why));
    return cells[0].at && (row->state != PIN_LEFT || cells[4].at);
}

static enum terminal_style style_of(const struct pin_row *row)
{
    static const enum terminal_style styles[] = {[PIN_CURRENT] = STYLE_DIM,
                                                 [PIN_BEHIND] = STYLE_GREEN,
                                                 [PIN_GONE] = STYLE_RED,
                                                 [PIN_LEFT] = STYLE_YELLOW};
    return row->mended_count ? STYLE_RED : styles[row->state];
}

static void put_summary(const struct pins_result *pins)
{
    printf("\n%zu pinned package%s: %zu behind, %zu gone, %zu vulnerable", pins->count,
           pins->count == 1 ? "" : "s", pins->behind, pins->gone, pins->vulnerable);
    if (pins->left)
        printf(", %zu left alone", pins->left);
    printf("; %u list%s asked for\n", pins->requests, pins->requests == 1 ? "" : "s");
}

bool update_pins_table(const struct pins_result *pins, struct arena *arena, struct error *err)
{
    static const char *const titles[COLUMNS] = {"FILE", "PACKAGE", "PINNED", "NEWEST", "WHY"};
    struct slice(*rows)[COLUMNS] = arena_array(arena, pins->count + 1, sizeof *rows);
    unsigned widths[COLUMNS] = {0};
    if (!rows)
        return arena_error(err);
    if (!pins->rows || !pins->count)
        return true;
    for (size_t i = 0; i < COLUMNS; i++)
        rows[0][i] = slice_str(titles[i]);
    for (size_t i = 0; i < pins->count; i++)
        if (!fill(&pins->rows[i], arena, rows[i + 1]))
            return arena_error(err);
    for (size_t i = 0; i <= pins->count; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            if (terminal_columns(rows[i][j]) > widths[j])
                widths[j] = terminal_columns(rows[i][j]);
    putchar('\n');
    for (size_t i = 0; i <= pins->count; i++)
        update_put_cells(rows[i], widths, COLUMNS, i ? style_of(&pins->rows[i - 1]) : STYLE_PLAIN);
    put_summary(pins);
    return true;
}

/* ---- markdown, JSON ---- */

void update_pins_markdown(const struct pins_result *pins)
{
    if (!pins->rows || !pins->count)
        return;
    printf(
        "\n## Pinned packages\n\n| file | package | pinned | newest | |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < pins->count; i++) {
        const struct pin_row *row = &pins->rows[i];
        printf("| ");
        markdown_put(stdout, row->pin->path);
        printf(" line %u | ", row->pin->line);
        markdown_put(stdout, row->pin->name);
        printf(" | ");
        markdown_put(stdout, row->pin->version);
        printf(" | ");
        markdown_put(stdout, row->newest);
        printf(" | %s", pin_state_name(row->state));
        printf(row->why.len ? ": " : "");
        markdown_put(stdout, row->why);
        printf(" |\n");
    }
}

static void put_json_row(struct json_writer *json, const struct pin_row *row)
{
    json_begin_object(json);
    json_field(json, "file", row->pin->path);
    json_field_int(json, "line", row->pin->line);
    json_field(json, "manager", row->pin->type == PACKAGE_APK ? SLICE("apk") : SLICE("apt"));
    json_field(json, "name", row->pin->name);
    json_field(json, "version", row->pin->version);
    json_field_text(json, "base", row->pin->base);
    json_field_text(json, "release", row->release);
    json_field_text(json, "newest", row->newest);
    json_field(json, "state", slice_str(pin_state_name(row->state)));
    json_field_strings(json, "mends", row->mended, row->mended_count);
    json_field_text(json, "why", row->why);
    json_end_object(json);
}

void update_pins_json(struct json_writer *json, const struct pins_result *pins)
{
    json_name(json, "packages");
    json_begin_array(json);
    for (size_t i = 0; pins->rows && i < pins->count; i++)
        put_json_row(json, &pins->rows[i]);
    json_end_array(json);
}
