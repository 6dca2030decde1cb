/* The result of `plimsoll update` as Markdown, for pull requests and chat. */
#include "cli/update_call.h"
#include "report/markdown_text.h"

static void put_change(const struct update_change *change)
{
    printf("| ");
    markdown_put_code(stdout, change->name);
    printf(" | ");
    markdown_put_code(stdout, change->from);
    printf(" | ");
    markdown_put_code(stdout, change->to);
    printf(" | %s | ", change_level_name(change->level));
    for (size_t i = 0; i < change->edit_count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen = seen || slice_equal(change->edits[j].path, change->edits[i].path);
        if (seen)
            continue;
        printf("%s", i ? ", " : "");
        markdown_put_code(stdout, change->edits[i].path);
    }
    printf(" |\n");
}

static void put_left(const struct bases_row *row)
{
    printf("- ");
    markdown_put_code(stdout, row->place->path);
    printf(" line %u, ", row->place->line);
    markdown_put_code(stdout, row->place->text);
    printf(": ");
    markdown_put(stdout, row->why);
    printf("\n");
}

static void put_all_left(const struct bases_result *result)
{
    if (result->left + result->unknown)
        printf("\n### Left alone\n\n");
    for (size_t i = 0; i < result->row_count; i++)
        if (result->rows[i].state == BASES_LEFT || result->rows[i].state == BASES_UNKNOWN)
            put_left(&result->rows[i]);
}

bool update_write_markdown(const struct bases_result *result, struct arena *arena,
                           struct error *err)
{
    (void)arena;
    (void)err;
    printf("## Base images\n\n");
    if (!result->change_count)
        printf("Nothing newer.\n");
    else
        printf("| image | now | newest | step | files |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < result->change_count; i++)
        put_change(&result->changes[i]);
    for (size_t i = 0; i < result->change_count; i++)
        if (result->changes[i].summary.len) {
            printf("\n### ");
            markdown_put_code(stdout, result->changes[i].name);
            printf("\n\n");
            fwrite(result->changes[i].summary.at, 1, result->changes[i].summary.len, stdout);
        }
    put_all_left(result);
    return true;
}
