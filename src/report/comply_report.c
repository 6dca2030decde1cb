#include "report/comply_report.h"

#include "report/table_parts.h"

const struct comply_form comply_forms[] = {
    {"table", comply_write_table},
    {"json", comply_write_json},
    {"markdown", comply_write_markdown},
    {"html", comply_write_html},
    {NULL, NULL},
};

const char *const comply_lists[] = {"guide", "cis", NULL};

const char *comply_list_title(const char *list)
{
    return *list == 'g' ? "Image compliance checklist"
                        : "CIS Docker Benchmark, section 4: images and build files";
}

void comply_count(const struct comply *comply, const char *list, size_t *missing, size_t *all)
{
    *missing = *all = 0;
    for (size_t i = 0; i < comply->count; i++) {
        const struct comply_row *row = &comply->rows[i];
        if (strcmp(row->rule->list, list) != 0)
            continue;
        ++*all;
        *missing += row->state == COMPLY_FAIL || row->state == COMPLY_OPEN;
    }
}

static void put_state(FILE *file, enum comply_state state)
{
    static const struct {
        const char *word;
        enum terminal_style style;
    } states[] = {
        {"pass", STYLE_GREEN}, {"FAIL", STYLE_RED}, {"open", STYLE_YELLOW}, {"n/a ", STYLE_DIM}};
    terminal_style(file, states[state].style);
    fputs(states[state].word, file);
    terminal_style(file, STYLE_PLAIN);
}

static void put_row(struct line *line, const struct comply_row *row)
{
    fputs("  ", line->file);
    put_state(line->file, row->state);
    fprintf(line->file, "  %s%s%s\n", row->rule->section, *row->rule->section ? " " : "",
            row->rule->title);
    line->at = 0;
    line_wrap(line, 8, row->how);
    if (!row->todo.len)
        return;
    fputs("        to do:\n", line->file);
    line_wrap(line, 10, row->todo);
}

void comply_write_table(const struct comply *comply, FILE *file)
{
    struct line line = {file, terminal_width(file), 0};
    size_t missing, all;
    for (const char *const *list = comply_lists; *list; list++) {
        comply_count(comply, *list, &missing, &all);
        if (!all)
            continue;
        terminal_style(file, STYLE_BOLD);
        fprintf(file, "%s", comply_list_title(*list));
        terminal_style(file, STYLE_PLAIN);
        fprintf(file, ": %zu of %zu\n", all - missing, all);
        for (size_t i = 0; i < comply->count; i++)
            if (strcmp(comply->rows[i].rule->list, *list) == 0)
                put_row(&line, &comply->rows[i]);
        fputc('\n', file);
    }
    for (size_t i = 0; i < comply->note_count; i++) {
        fputs("note: ", file);
        terminal_put(file, comply->notes[i]);
        fputc('\n', file);
    }
    missing = comply_missing(comply);
    fprintf(file, missing ? "%zu rows are missing.\n" : "Every row is proven.\n", missing);
}
