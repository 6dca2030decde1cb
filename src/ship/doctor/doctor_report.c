#include "ship/doctor/doctor_report.h"

#include "base/json.h"
#include "report/table_parts.h"

enum { COLUMN_TEXT = 8 };

static const struct {
    const char *word, *name;
    enum terminal_style style;
} states[] = {
    [DOCTOR_OK] = {"ok", "ok", STYLE_GREEN},
    [DOCTOR_WARNING] = {"warn", "warning", STYLE_YELLOW},
    [DOCTOR_FAILED] = {"FAIL", "failed", STYLE_RED},
    [DOCTOR_SKIPPED] = {"-", "skipped", STYLE_DIM},
    [DOCTOR_ABSENT] = {"", "not-applicable", STYLE_DIM},
};

static void put_fix(struct line *line, struct slice fix)
{
    while (fix.len) {
        struct slice command = slice_cut_line(&fix);
        unsigned width = line->width;
        line_print(line, "%*s$ ", COLUMN_TEXT, "");
        line->width = 0; /* a command is taken over whole */
        line_put(line, command);
        line->width = width;
        line_end(line);
    }
}

static void put_row(struct line *line, const struct doctor_row *row)
{
    line_styled(line, states[row->state].style, slice_str(states[row->state].word));
    line_pad(line, COLUMN_TEXT);
    line_print(line, "%s", row->check->title);
    line_end(line);
    if (row->seen.len)
        line_wrap(line, COLUMN_TEXT, row->seen);
    put_fix(line, row->fix);
}

static bool is_skipped_as(const struct doctor_row *row, const struct doctor_row *other)
{
    return row->state == DOCTOR_SKIPPED && other->state == DOCTOR_SKIPPED &&
           slice_equal(row->seen, other->seen);
}

/* Rows that were skipped for one reason, from `first` on, are told together. */
static size_t put_skipped(struct line *line, const struct doctor_result *result, size_t first)
{
    const struct doctor_row *row = &result->rows[first];
    size_t at = first + 1;
    line_styled(line, states[row->state].style, slice_str(states[row->state].word));
    line_pad(line, COLUMN_TEXT);
    line_print(line, "%s", row->check->title);
    for (; at < result->count; at++) {
        const struct doctor_row *next = &result->rows[at];
        char text[200];
        if (next->state != DOCTOR_ABSENT && !is_skipped_as(row, next))
            break;
        if (next->state == DOCTOR_ABSENT)
            continue;
        line_print(line, ",");
        snprintf(text, sizeof text, " %s", next->check->title);
        line_piece(line, COLUMN_TEXT, STYLE_PLAIN, slice_str(text));
    }
    line_end(line);
    line_wrap(line, COLUMN_TEXT, row->seen);
    return at - 1;
}

void doctor_write_table(const struct doctor_result *result, unsigned width, FILE *file)
{
    struct line line = {file, width ? width : terminal_width(file), 0};
    for (size_t i = 0; i < result->count; i++)
        if (result->rows[i].state == DOCTOR_SKIPPED)
            i = put_skipped(&line, result, i);
        else if (result->rows[i].state != DOCTOR_ABSENT)
            put_row(&line, &result->rows[i]);
    line_end(&line);
    if (result->failed)
        line_styled(&line, STYLE_RED, SLICE("not well"));
    else
        line_styled(&line, STYLE_GREEN, SLICE("well"));
    line_print(&line, ": %zu failed, %zu warning%s", result->failed, result->warnings,
               result->warnings == 1 ? "" : "s");
    line_end(&line);
}

static void put_fix_json(struct json_writer *json, struct slice fix)
{
    json_name(json, "fix");
    json_begin_array(json);
    while (fix.len)
        json_put_string(json, slice_cut_line(&fix));
    json_end_array(json);
}

void doctor_write_json(const struct doctor_result *result, FILE *file)
{
    struct json_writer json;
    json_writer_init(&json, file, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/doctor/1"));
    json_field(&json, "kind", result->kind);
    json_field_text(&json, "target", result->target);
    json_field_int(&json, "failed", (int64_t)result->failed);
    json_field_int(&json, "warnings", (int64_t)result->warnings);
    json_name(&json, "checks");
    json_begin_array(&json);
    for (size_t i = 0; i < result->count; i++) {
        const struct doctor_row *row = &result->rows[i];
        json_begin_object(&json);
        json_field(&json, "name", slice_str(row->check->name));
        json_field(&json, "title", slice_str(row->check->title));
        json_field(&json, "state", slice_str(states[row->state].name));
        json_field_text(&json, "seen", row->seen);
        put_fix_json(&json, row->fix);
        json_field_number(&json, "seconds", row->seconds);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    fputc('\n', file);
}
