/* The result of `plimsoll update` as a table. */
#include "base/terminal.h"
#include "cli/update_call.h"

enum { COLUMNS = 6, DIGEST_SHOWN = 19 };

static const char *const titles[COLUMNS] = {"FILE", "IMAGE", "NOW", "NEWEST", "POLICY", "WHY"};

static struct slice shorten(struct slice text)
{
    return slice_starts(text, SLICE("sha256:")) ? slice_upto(text, DIGEST_SHOWN) : text;
}

static struct slice newest_of(const struct bases_row *row)
{
    bool newer = row->state == BASES_NEWER || row->state == BASES_LEFT;
    if (!newer)
        return row->state == BASES_CURRENT ? SLICE("current") : SLICE("-");
    if (row->newest.len)
        return row->newest;
    return row->new_digest.len ? shorten(row->new_digest) : SLICE("-");
}

static struct slice why_of(const struct bases_row *row, struct arena *arena)
{
    struct slice why = row->why;
    if (row->state == BASES_LEFT)
        why = arena_printf(arena, "left alone: %.*s", SLICE_ARG(why));
    return row->also.len ? arena_printf(arena, "%.*s; %.*s", SLICE_ARG(why), SLICE_ARG(row->also))
                         : why;
}

static bool fill(const struct bases_row *row, struct arena *arena, struct slice cells[COLUMNS])
{
    cells[0] = arena_printf(arena, "%.*s:%u", SLICE_ARG(row->place->path), row->place->line);
    cells[1] = row->image ? row->image->name : row->place->text;
    cells[2] = row->image ? shorten(row->now) : SLICE("-");
    cells[3] = newest_of(row);
    cells[4] = slice_str(update_policy_name(row->policy));
    cells[5] = why_of(row, arena);
    return cells[0].at && cells[5].at;
}

static void measure(const struct slice cells[COLUMNS], unsigned widths[COLUMNS])
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (terminal_columns(cells[i]) > widths[i])
            widths[i] = terminal_columns(cells[i]);
}

static enum terminal_style style_of(const struct bases_row *row)
{
    if (row->state == BASES_NEWER)
        return STYLE_GREEN;
    return row->state == BASES_LEFT || row->state == BASES_UNKNOWN ? STYLE_YELLOW : STYLE_DIM;
}

static void put_summary(const struct bases_result *result)
{
    printf("\n%zu file%s, %zu image%s: %zu newer", result->files, result->files == 1 ? "" : "s",
           result->image_count, result->image_count == 1 ? "" : "s", result->newer);
    if (result->left)
        printf(", %zu left alone", result->left);
    if (result->unknown)
        printf(", %zu not known", result->unknown);
    if (result->written)
        printf("; %zu file%s written", result->written, result->written == 1 ? "" : "s");
    printf("; %u request%s in %.1f s\n", result->requests, result->requests == 1 ? "" : "s",
           result->seconds);
}

bool update_write_table(const struct bases_result *result, bool why, struct arena *arena,
                        struct error *err)
{
    unsigned widths[COLUMNS] = {0};
    struct slice head[COLUMNS], cells[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++)
        head[i] = slice_str(titles[i]);
    measure(head, widths);
    for (size_t i = 0; i < result->row_count; i++) {
        if (!fill(&result->rows[i], arena, cells))
            return arena_error(err);
        measure(cells, widths);
    }
    if (result->row_count)
        update_put_cells(head, widths, COLUMNS, STYLE_PLAIN);
    for (size_t i = 0; i < result->row_count; i++) {
        if (!fill(&result->rows[i], arena, cells))
            return arena_error(err);
        update_put_cells(cells, widths, COLUMNS, style_of(&result->rows[i]));
    }
    if ((why && !update_put_tags(result, arena, err)) || !update_put_brings(result, arena, err))
        return false;
    put_summary(result);
    return true;
}
