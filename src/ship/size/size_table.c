/* For people at a terminal: bars, then lists, then what to do about it. */
#include <stdlib.h>

#include "report/table_parts.h"
#include "ship/size/size_report.h"

enum { BAR = 16, INDENT = 2 };

/* A bar of eighths of a column. */
static void put_bar(struct line *line, uint64_t part, uint64_t whole, enum terminal_style style)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    unsigned filled = whole ? (unsigned)((double)part / (double)whole * BAR * 8 + 0.5) : 0;
    if (filled > BAR * 8)
        filled = BAR * 8;
    if (part && !filled)
        filled = 1; /* little, and not nothing */
    unsigned columns = filled / 8 + (filled % 8 ? 1 : 0);
    char text[BAR * 4 + 8] = "";
    size_t len = 0;
    for (unsigned i = 0; i < filled / 8; i++, len += 3)
        memcpy(text + len, "█", 3);
    if (filled % 8) {
        memcpy(text + len, eighths[filled % 8], 3);
        len += 3;
    }
    line_styled(line, style, slice_of(text, len));
    line_print(line, "%*s", (int)(BAR - columns), "");
}

static void put_size(struct line *line, uint64_t bytes)
{
    line_print(line, "%10s", size_text(bytes).at);
}

static void put_title(struct line *line, const char *title)
{
    line_end(line);
    line_styled(line, STYLE_BOLD, slice_str(title));
    line_end(line);
}

static void put_more(struct line *line, size_t shown, size_t all)
{
    if (shown >= all)
        return;
    line_print(line, "%*s", INDENT, "");
    line_styled(line, STYLE_DIM, SLICE("… and "));
    line_print(line, "%zu more (--top)", all - shown);
    line_end(line);
}

static void put_image(struct line *line, const struct size_result *result)
{
    const struct image *image = &result->image;
    line_styled(line, STYLE_BOLD, image->tag.len ? image->tag : image->name);
    if (image->os.len) {
        line_print(line, "  ");
        line_put(line, image->os);
        line_print(line, "/");
        line_put(line, image->architecture);
    }
    line_end(line);
    char text[200];
    snprintf(
        text, sizeof text, "%s %s, %s unpacked, %s of it seen (%.0f %%); %zu layer%s",
        size_text(result->stored).at, result->compressed ? "to pull" : "as stored, not compressed",
        size_text(result->unpacked).at, size_text(result->visible).at,
        100 * size_efficiency(result), result->layer_count, result->layer_count == 1 ? "" : "s");
    line_wrap(line, INDENT, slice_str(text));
    if (!result->compressed && result->gzip) {
        line_print(line, "  a registry would hold about %s with gzip (estimate)",
                   size_text(result->gzip).at);
        line_end(line);
    }
}

static void put_budget(struct line *line, const struct size_result *result,
                       const struct size_budget *budget)
{
    struct size_limit limits[SIZE_LIMITS];
    size_limits(result, budget, limits);
    for (size_t i = 0; i < SIZE_LIMITS; i++) {
        const struct size_limit *limit = &limits[i];
        bool over = size_is_over(limit);
        uint64_t apart = over ? limit->size - limit->budget : limit->budget - limit->size;
        char text[60];
        if (!limit->budget)
            continue;
        snprintf(text, sizeof text, "%s%s", over ? "over it by " : "kept, left ",
                 size_text(apart).at);
        line_print(line, "  budget of %s %s: ", size_text(limit->budget).at, limit->what);
        line_styled(line, over ? STYLE_RED : STYLE_GREEN, slice_str(text));
        line_end(line);
    }
}

static void put_layers(struct line *line, const struct size_result *result)
{
    uint64_t most = 1;
    for (size_t i = 0; i < result->layer_count; i++)
        if (result->layers[i].stored > most)
            most = result->layers[i].stored;
    put_title(line, "Layers");
    line_print(line, "%*s     stored   unpacked   unseen  made by", INDENT + 4 + BAR, "");
    line_end(line);
    for (size_t i = 0; i < result->layer_count; i++) {
        const struct size_layer *layer = &result->layers[i];
        struct slice made_by = size_instruction(layer->layer->created_by);
        line_print(line, "  %2zu  ", i + 1);
        put_bar(line, layer->stored, most, STYLE_BLUE);
        put_size(line, layer->stored);
        line_print(line, " ");
        put_size(line, layer->unpacked);
        line_print(line, "%9s  ", layer->hidden ? size_text(layer->hidden).at : "-");
        line_put(line, made_by.len ? made_by : SLICE("(no history)"));
        line_end(line);
    }
}

static void put_files(struct line *line, const struct size_result *result, size_t top)
{
    size_t i;
    put_title(line, "Largest files");
    for (i = 0; i < top && i < result->largest_count; i++) {
        const struct size_file *file = result->largest[i];
        line_print(line, "  ");
        put_bar(line, file->size, result->largest[0]->size, STYLE_BLUE);
        put_size(line, file->size);
        line_print(line, "  layer %-2zu ", file->layer + 1);
        line_put(line, file->path);
        if (file->fate) {
            char fate[60];
            snprintf(fate, sizeof fate, " (%s in layer %zu)",
                     file->fate == FATE_DELETED ? "deleted" : "replaced", file->by + 1);
            line_styled(line, STYLE_YELLOW, slice_str(fate));
        }
        line_end(line);
    }
    put_more(line, i, result->largest_count);
}

static void put_folders(struct line *line, const struct size_result *result, size_t top)
{
    size_t i;
    put_title(line, "Largest folders");
    for (i = 0; i < top && i < result->folder_count; i++) {
        const struct size_node *node = result->folders[i];
        line_print(line, "  ");
        put_bar(line, node->bytes, result->visible, STYLE_BLUE);
        put_size(line, node->bytes);
        line_print(line, "  %7llu file%s  ", (unsigned long long)node->files,
                   node->files == 1 ? " " : "s");
        line_put(line, node->path);
        line_end(line);
    }
    put_more(line, i, result->folder_count);
}

static void put_packages(struct line *line, const struct size_result *result, size_t top,
                         struct arena *arena)
{
    size_t i;
    if (!result->package_count)
        return;
    put_title(line, "Largest packages");
    for (i = 0; i < top && i < result->package_count; i++) {
        const struct size_package *package = result->packages[i];
        const struct size_package *first = result->packages[0];
        line_print(line, "  ");
        put_bar(line, package->bytes + package->hidden, first->bytes + first->hidden, STYLE_BLUE);
        put_size(line, package->bytes);
        line_print(line, "  %-4.*s ", SLICE_ARG(package->manager));
        line_put(line, size_package_text(package, arena));
        if (package->hidden)
            line_print(line, " (and %s unseen)", size_text(package->hidden).at);
        line_end(line);
    }
    put_more(line, i, result->package_count);
}

static void put_row(struct line *line, const struct waste_row *row, uint64_t most)
{
    struct slice label = size_waste_label(row);
    line_print(line, "  ");
    put_bar(line, row->bytes, most, STYLE_YELLOW);
    put_size(line, row->bytes);
    line_print(line, "  %s%s", waste_kinds[row->kind].title, label.len ? ": " : "");
    line_put(line, label);
    line_print(line, " (%llu file%s", (unsigned long long)row->files, row->files == 1 ? "" : "s");
    line_print(line, row->samples[0].len ? ", such as " : "");
    line_put(line, row->samples[0]);
    line_print(line, ")");
    line_end(line);
}

static void put_waste(struct line *line, const struct size_result *result, size_t top)
{
    const struct waste *waste = &result->waste;
    size_t i;
    if (!waste->count) {
        put_title(line, "Nothing in it seems to be waste");
        return;
    }
    put_title(line, "What need not be there");
    line_print(line, "  %s in all, about %s of what is pulled", size_text(waste->bytes).at,
               size_text(waste->stored).at);
    line_end(line);
    for (i = 0; i < top && i < waste->count; i++)
        put_row(line, &waste->rows[i], waste->rows[0].bytes);
    put_more(line, i, waste->count);
}

static void put_duplicates(struct line *line, const struct size_result *result, size_t top)
{
    const struct waste *waste = &result->waste;
    if (!waste->duplicate_count)
        return;
    put_title(line, "The same content more than once");
    for (size_t i = 0; i < top && i < waste->duplicate_count; i++) {
        const struct waste_duplicate *each = &waste->duplicates[i];
        line_print(line, "  %4zu ×", each->copies);
        put_size(line, each->size);
        for (size_t p = 0; p < WASTE_SAMPLES && p < each->copies; p++) {
            line_print(line, "  ");
            line_put(line, each->paths[p]);
            line_print(line, " (layer %zu)", each->layers[p] + 1);
        }
        line_end(line);
    }
    put_more(line, top, waste->duplicate_count);
}

struct kind_bytes {
    enum waste_kind kind;
    uint64_t bytes;
};

static int by_bytes(const void *a, const void *b)
{
    const struct kind_bytes *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

/* Each kind's advice, what gains most first. */
static void put_advice_of_kinds(struct line *line, const struct size_result *result)
{
    enum { ADVICE_INDENT = INDENT + 12 };
    struct kind_bytes kinds[WASTE_KINDS];
    for (int kind = 0; kind < WASTE_KINDS; kind++)
        kinds[kind] = (struct kind_bytes){(enum waste_kind)kind, result->waste.kinds[kind]};
    kinds[WASTE_NONE].bytes = 0;
    qsort(kinds, WASTE_KINDS, sizeof *kinds, by_bytes);
    for (size_t i = 0; i < WASTE_KINDS && kinds[i].bytes; i++) {
        const struct waste_kind_facts *facts = &waste_kinds[kinds[i].kind];
        char text[500];
        line_print(line, "  ");
        put_size(line, kinds[i].bytes);
        line_print(line, "  %s", facts->title);
        line_end(line);
        snprintf(text, sizeof text, "%s: %s", guide_advice_text(facts->guide), facts->advice);
        line_wrap(line, ADVICE_INDENT, slice_str(text));
    }
}

static void put_advice(struct line *line, const struct size_result *result)
{
    put_title(line, "What would help");
    put_advice_of_kinds(line, result);
    if (result->multi_stage) {
        line_print(line, "  a multi-stage build: %s less unpacked, about %s less to pull",
                   size_text(result->multi_stage).at, size_text(result->multi_stage_stored).at);
        line_end(line);
    }
    struct size_compression made;
    if (size_compression(result, &made)) {
        char text[300];
        snprintf(text, sizeof text,
                 "zstd instead of %s: about %s instead of %s to pull (estimate: %s of samples "
                 "compressed with zstd level 9): buildx build --output "
                 "type=image,compression=zstd,compression-level=9,force-compression=true",
                 made.now, size_text(made.estimate).at, size_text(made.stored).at,
                 size_text(made.sampled).at);
        line_wrap(line, INDENT, slice_str(text));
    } else if (!result->waste.count) {
        line_print(line, "  nothing that is seen from here");
        line_end(line);
    }
}

static void put_notes(struct line *line, const struct size_result *result)
{
    if (result->rest_files) {
        line_end(line);
        line_print(line, "note: %llu more files (%s) were only counted: a layer has too many",
                   (unsigned long long)result->rest_files, size_text(result->rest_bytes).at);
        line_end(line);
    }
    for (size_t i = 0; i < result->note_count; i++) {
        line_styled(line, STYLE_YELLOW, SLICE("note: "));
        line_put(line, result->notes[i].text);
        line_end(line);
    }
}

bool size_write_table(const struct size_result *result, const struct size_report_options *options,
                      FILE *file, struct error *err)
{
    struct line line = {file, options->width ? options->width : terminal_width(file), 0};
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)64 << 20);
    put_image(&line, result);
    put_budget(&line, result, &options->budget);
    put_layers(&line, result);
    put_folders(&line, result, options->top);
    put_files(&line, result, options->top);
    put_packages(&line, result, options->top, &arena);
    put_waste(&line, result, options->top);
    put_duplicates(&line, result, options->top);
    put_advice(&line, result);
    put_notes(&line, result);
    return !ferror(file) || error_errno(err, "writing the report");
}
