/* Below the table of `plimsoll update`: why each tag was or was not taken, and what changes bring.
 */
#include "base/table.h"
#include "cli/update_call.h"
#include "report/table_groups.h"
#include "report/table_parts.h"

enum {
    INDENT = 2,
    GAP = 2,
    FEW = 3,        /* tags of one reason that have a line each */
    TAG_MOST = 32,  /* columns of a tag beside its reason */
    NAME_MOST = 40, /* and of a name beside its versions */
    SHOWN = 20,     /* lines of one list */
};

/* ---- --why ---- */

/* Tags that were judged by one reason, in the order of the list. */
struct reason {
    enum tag_verdict verdict;
    struct slice text;
    size_t *tags;
    size_t count, room;
};

/* Once for each image, tag and policy. */
static bool is_repeated(const struct bases_result *result, size_t index)
{
    const struct bases_row *row = &result->rows[index];
    for (size_t i = 0; i < index; i++) {
        const struct bases_row *other = &result->rows[i];
        if (other->image == row->image && other->policy == row->policy &&
            slice_equal(other->now, row->now) && slice_equal(other->suffix, row->suffix))
            return true;
    }
    return false;
}

static bool gather(const struct choose_request *request, const struct choice *choice,
                   struct arena *arena, struct table *reasons)
{
    table_init(reasons, arena);
    for (size_t i = 0; i < request->count; i++) {
        struct slice text = tag_verdict_text(request, choice, i, arena);
        struct reason *reason = text.at ? table_get(reasons, text) : NULL;
        if (text.at && !reason) {
            reason = arena_new(arena, struct reason);
            if (!reason || !table_put(reasons, text, reason))
                return false;
            *reason = (struct reason){.verdict = choice->verdicts[i], .text = text};
        }
        if (!reason || !ARENA_PUSH(arena, reason->tags, reason->count, reason->room, i))
            return false;
    }
    return true;
}

/* Beside what stands on the line already, or below it where there is no room. */
static void put_reason(struct line *line, unsigned column, struct slice text)
{
    unsigned from = line->at < column ? column : line->at + 1;
    if (line->width && from + terminal_columns(text) > line->width) {
        line_end(line);
        line_wrap(line, 2 * INDENT, text);
        return;
    }
    line_pad(line, column);
    line_put(line, text);
    line_end(line);
}

static void put_few(struct line *line, const struct choose_request *request,
                    const struct reason *reason, unsigned column)
{
    for (size_t i = 0; i < reason->count; i++) {
        line_print(line, "%*s", INDENT, "");
        line_styled(line, reason->verdict == VERDICT_CHOSEN ? STYLE_GREEN : STYLE_PLAIN,
                    request->tags[reason->tags[i]].name);
        put_reason(line, column, reason->text);
    }
}

static void put_many(struct line *line, const struct choose_request *request,
                     const struct reason *reason, unsigned column, struct arena *arena)
{
    line_print(line, "%*s%zu tags", INDENT, "", reason->count);
    put_reason(line, column, reason->text);
    line_print(line, "%*s", 2 * INDENT, "");
    for (size_t i = 0; i < reason->count; i++) {
        struct slice name = request->tags[reason->tags[i]].name;
        line_piece(line, 2 * INDENT, STYLE_DIM,
                   i ? arena_printf(arena, " %.*s", SLICE_ARG(name)) : name);
    }
    line_end(line);
}

static unsigned reason_column(const struct choose_request *request, const struct table *reasons)
{
    unsigned column = sizeof "9999 tags" - 1;
    for (size_t i = 0; i < reasons->count; i++) {
        const struct reason *reason = reasons->entries[i].value;
        for (size_t j = 0; reason->count <= FEW && j < reason->count; j++) {
            unsigned columns = terminal_columns(request->tags[reason->tags[j]].name);
            if (columns > column)
                column = columns > TAG_MOST ? TAG_MOST : columns;
        }
    }
    return INDENT + column + GAP;
}

/* What was nearly taken first. */
static bool put_tags(const struct bases_row *row, struct arena *arena)
{
    static const enum tag_verdict order[VERDICTS] = {
        VERDICT_CHOSEN,     VERDICT_IN_USE,       VERDICT_NOT_NEWEST, VERDICT_OVER_POLICY,
        VERDICT_OTHER_LINE, VERDICT_DISTRIBUTION, VERDICT_PRERELEASE, VERDICT_SAME,
        VERDICT_OLDER,      VERDICT_SUFFIX,       VERDICT_V,          VERDICT_DISTRIBUTION_OLDER,
        VERDICT_PARTS,      VERDICT_PREFIX,       VERDICT_DATE,       VERDICT_HASH,
        VERDICT_NAME};
    struct choose_request request = bases_request(row);
    struct line line = {.file = stdout, .width = terminal_width(stdout)};
    struct table reasons;
    if (!gather(&request, &row->choice, arena, &reasons))
        return false;
    line_end(&line);
    line_styled(&line, STYLE_BOLD,
                arena_printf(arena, "%.*s:%.*s", SLICE_ARG(row->image->name), SLICE_ARG(row->now)));
    line_print(&line, " (policy %s)", update_policy_name(row->policy));
    line_end(&line);
    unsigned column = reason_column(&request, &reasons);
    for (size_t at = 0; at < VERDICTS; at++)
        for (size_t i = 0; i < reasons.count; i++) {
            const struct reason *reason = reasons.entries[i].value;
            if (reason->verdict != order[at])
                continue;
            if (reason->count > FEW)
                put_many(&line, &request, reason, column, arena);
            else
                put_few(&line, &request, reason, column);
        }
    return true;
}

bool update_put_tags(const struct bases_result *result, struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < result->row_count; i++)
        if (result->rows[i].choice.verdicts && !is_repeated(result, i) &&
            !put_tags(&result->rows[i], arena))
            return arena_error(err);
    return true;
}

/* ---- what changes bring ---- */

static unsigned name_column(const struct brings_differences *list)
{
    unsigned most = 0;
    for (size_t i = 0; i < list->count && i < SHOWN; i++)
        if (terminal_columns(list->items[i].name) > most)
            most = terminal_columns(list->items[i].name);
    return INDENT + sizeof "setting" - 1 + GAP + (most > NAME_MOST ? NAME_MOST : most) + GAP;
}

static void put_versions(struct line *line, const struct brings_difference *one)
{
    line_put(line, one->before.len ? one->before : SLICE("-"));
    line_print(line, " → ");
    line_put(line, one->after.len ? one->after : SLICE("-"));
}

/* `title`: "new", "fixed": of vulnerabilities, whose versions are packages. */
static void put_differences(struct line *line, const char *title,
                            const struct brings_differences *list, bool severity)
{
    for (size_t i = 0; i < list->count && i < SHOWN; i++) {
        const struct brings_difference *one = &list->items[i];
        line_print(line, "%*s%s", INDENT, "", title);
        line_pad(line, INDENT + sizeof "setting" - 1 + GAP);
        line_put(line, one->name);
        line_pad(line, name_column(list));
        if (severity) {
            line_styled(line, table_severity_style(one->severity),
                        slice_str(severity_name(one->severity)));
            line_print(line, " in ");
            line_put(line, one->before.len ? one->before : one->after);
        } else {
            put_versions(line, one);
        }
        line_end(line);
    }
    if (list->count > SHOWN) {
        line_print(line, "%*s… and %zu more", INDENT, "", list->count - SHOWN);
        line_end(line);
    }
}

static struct slice shorten(struct slice text)
{
    enum { DIGEST_SHOWN = 19 };
    return slice_starts(text, SLICE("sha256:")) ? slice_upto(text, DIGEST_SHOWN) : text;
}

static bool put_brings(const struct update_change *change, const struct update_brings *brings,
                       struct arena *arena, struct error *err)
{
    struct line line = {.file = stdout, .width = terminal_width(stdout)};
    struct slice summary;
    if (!brings_summary(brings, arena, &summary, err))
        return false;
    line_end(&line);
    line_styled(&line, STYLE_BOLD, change->name);
    line_print(&line, " ");
    line_put(&line, shorten(change->from));
    line_print(&line, " → ");
    line_put(&line, shorten(change->to));
    line_end(&line);
    line_wrap(&line, INDENT, brings->looked ? summary : brings->why_not);
    put_differences(&line, "new", &brings->fresh, true);
    put_differences(&line, "fixed", &brings->fixed, true);
    put_differences(&line, "setting", &brings->settings, false);
    put_differences(&line, "package", &brings->packages, false);
    return true;
}

bool update_put_brings(const struct bases_result *result, struct arena *arena, struct error *err)
{
    for (size_t i = 0; result->brings && i < result->base_change_count; i++)
        if (!put_brings(&result->changes[i], &result->brings[i], arena, err))
            return false;
    return true;
}
