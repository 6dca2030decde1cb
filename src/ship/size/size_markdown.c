/* For a pull request or a wiki page; words from images are escaped. */
#include "report/markdown_text.h"
#include "ship/size/size_report.h"

static void put_more(FILE *file, size_t top, size_t all)
{
    if (all > top)
        fprintf(file, "\n… and %zu more.\n", all - top);
}

static void put_layers(FILE *file, const struct size_result *result)
{
    fputs("\n| layer | stored | unpacked | unseen | made by |\n|--:|--:|--:|--:|---|\n", file);
    for (size_t i = 0; i < result->layer_count; i++) {
        const struct size_layer *layer = &result->layers[i];
        fprintf(file, "| %zu | %s ", i + 1, size_text(layer->stored).at);
        fprintf(file, "| %s ", size_text(layer->unpacked).at);
        fprintf(file, "| %s | ", layer->hidden ? size_text(layer->hidden).at : "-");
        markdown_put(file, slice_upto(size_instruction(layer->layer->created_by), 200));
        fputs(" |\n", file);
    }
}

static void put_folders(FILE *file, const struct size_result *result, size_t top)
{
    fputs("\n| folder | size | files |\n|---|--:|--:|\n", file);
    for (size_t i = 0; i < top && i < result->folder_count; i++) {
        fputs("| ", file);
        markdown_put(file, result->folders[i]->path);
        fprintf(file, " | %s | %llu |\n", size_text(result->folders[i]->bytes).at,
                (unsigned long long)result->folders[i]->files);
    }
    put_more(file, top, result->folder_count);
}

static void put_files(FILE *file, const struct size_result *result, size_t top)
{
    fputs("\n| file | size | layer |\n|---|--:|---|\n", file);
    for (size_t i = 0; i < top && i < result->largest_count; i++) {
        const struct size_file *each = result->largest[i];
        fputs("| ", file);
        markdown_put(file, each->path);
        fprintf(file, " | %s | %zu", size_text(each->size).at, each->layer + 1);
        if (each->fate)
            fprintf(file, ", unseen since %zu", each->by + 1);
        fputs(" |\n", file);
    }
    put_more(file, top, result->largest_count);
}

static void put_packages(FILE *file, const struct size_result *result, size_t top)
{
    if (!result->package_count)
        return;
    fputs("\n| package | size |\n|---|--:|\n", file);
    for (size_t i = 0; i < top && i < result->package_count; i++) {
        fputs("| ", file);
        markdown_put(file, result->packages[i]->name);
        fputc(' ', file);
        markdown_put(file, result->packages[i]->version);
        fprintf(file, " | %s |\n", size_text(result->packages[i]->bytes).at);
    }
    put_more(file, top, result->package_count);
}

static void put_waste(FILE *file, const struct size_result *result, size_t top)
{
    const struct waste *waste = &result->waste;
    fprintf(file, "\n## What need not be there: %s\n", size_text(waste->bytes).at);
    if (waste->count)
        fputs("\n| what | size | files | advice |\n|---|--:|--:|---|\n", file);
    for (size_t i = 0; i < top && i < waste->count; i++) {
        const struct waste_row *row = &waste->rows[i];
        const struct waste_kind_facts *facts = &waste_kinds[row->kind];
        struct slice label = size_waste_label(row);
        fprintf(file, "| %s%s", facts->title, label.len ? ": " : "");
        markdown_put(file, label);
        fprintf(file, " | %s | %llu | **%s**: ", size_text(row->bytes).at,
                (unsigned long long)row->files, guide_advice_text(facts->guide));
        markdown_put(file, slice_str(facts->advice));
        fputs(" |\n", file);
    }
    put_more(file, top, waste->count);
    if (result->multi_stage)
        fprintf(file, "\nA multi-stage build would save %s unpacked, ",
                size_text(result->multi_stage).at);
    if (result->multi_stage)
        fprintf(file, "about %s of the pull.\n", size_text(result->multi_stage_stored).at);
    struct size_compression made;
    if (size_compression(result, &made)) {
        fprintf(file, "\nWith zstd instead of %s it would be about %s", made.now,
                size_text(made.estimate).at);
        fprintf(file, " instead of %s (estimate from samples).\n", size_text(made.stored).at);
    }
}

bool size_write_markdown(const struct size_result *result,
                         const struct size_report_options *options, FILE *file, struct error *err)
{
    const struct image *image = &result->image;
    fputs("# Size of ", file);
    markdown_put(file, image->tag.len ? image->tag : image->name);
    fprintf(file, "\n\n**%s** %s, ", size_text(result->stored).at,
            result->compressed ? "to pull" : "stored without compression");
    fprintf(file, "**%s** unpacked, ", size_text(result->unpacked).at);
    fprintf(file, "%s of it seen (%.0f %%).\n", size_text(result->visible).at,
            100 * size_efficiency(result));
    struct size_limit limits[SIZE_LIMITS];
    size_limits(result, &options->budget, limits);
    for (size_t i = 0; i < SIZE_LIMITS; i++)
        if (limits[i].budget)
            fprintf(file, "\nBudget of %s %s: %s.\n", size_text(limits[i].budget).at,
                    limits[i].what, size_is_over(&limits[i]) ? "**exceeded**" : "kept");
    put_layers(file, result);
    put_folders(file, result, options->top);
    put_files(file, result, options->top);
    put_packages(file, result, options->top);
    put_waste(file, result, options->top);
    for (size_t i = 0; i < result->note_count; i++) {
        fputs("\n> ", file);
        markdown_put(file, result->notes[i].text);
        fputc('\n', file);
    }
    return !ferror(file) || error_errno(err, "writing the report");
}
