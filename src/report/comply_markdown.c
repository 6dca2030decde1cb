/* A checklist for a pull request or a wiki page; words from images and files are escaped. */
#include "report/comply_report.h"
#include "report/markdown_text.h"

void comply_write_markdown(const struct comply *comply, FILE *file)
{
    for (const char *const *list = comply_lists; *list; list++) {
        size_t missing, all;
        comply_count(comply, *list, &missing, &all);
        if (!all)
            continue;
        fprintf(file, "## %s\n\n", comply_list_title(*list));
        for (size_t i = 0; i < comply->count; i++) {
            const struct comply_row *row = &comply->rows[i];
            if (strcmp(row->rule->list, *list) != 0)
                continue;
            fprintf(file, "- [%c] **%s%s%s**", row->state == COMPLY_PASS ? 'x' : ' ',
                    row->rule->section, *row->rule->section ? " " : "", row->rule->title);
            fprintf(file, row->state == COMPLY_OPEN ? " (not answered yet)\\\n  " : "\\\n  ");
            markdown_put(file, row->how);
            if (row->todo.len) {
                fputs("\\\n  *To do:* ", file);
                markdown_put(file, row->todo);
            }
            fputc('\n', file);
        }
        fputc('\n', file);
    }
    for (size_t i = 0; i < comply->note_count; i++) {
        fputs("> ", file);
        markdown_put(file, comply->notes[i]);
        fputc('\n', file);
    }
}
