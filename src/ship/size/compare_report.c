/* What grew, as a table, JSON (docs/schema/size-compare.json) and Markdown. */
#include "base/json.h"
#include "report/markdown_text.h"
#include "report/table_parts.h"
#include "ship/size/compare.h"
#include "ship/size/size_report.h"

static struct slice image_name(const struct size_result *result)
{
    return result->image.tag.len ? result->image.tag : result->image.name;
}

/* "+1.2 MB". */
static struct size_text delta_text(uint64_t before, uint64_t after)
{
    bool grew = after >= before;
    struct size_text size = size_text(grew ? after - before : before - after), text;
    snprintf(text.at, sizeof text.at, "%s%.20s", after == before ? "" : grew ? "+" : "-", size.at);
    return text;
}

/* "-8.1 MB (-26 %)". */
static struct size_text total_text(uint64_t before, uint64_t after)
{
    struct size_text delta = delta_text(before, after), text;
    if (!before || before == after)
        return delta;
    double percent = 100 * ((double)after - (double)before) / (double)before;
    snprintf(text.at, sizeof text.at, "%.12s (%+.0f %%)", delta.at,
             percent > 9999 ? 9999 : percent);
    return text;
}

/* ---- table ---- */

static void put_total(struct line *line, const char *what, uint64_t before, uint64_t after)
{
    line_print(line, "  %-10s%10s  → ", what, size_text(before).at);
    line_print(line, "%10s  ", size_text(after).at);
    line_styled(line,
                after > before   ? STYLE_RED
                : after < before ? STYLE_GREEN
                                 : STYLE_PLAIN,
                slice_str(total_text(before, after).at));
    line_end(line);
}

static void put_changes(struct line *line, const char *title, const struct size_changes *changes,
                        size_t top)
{
    line_end(line);
    line_styled(line, STYLE_BOLD, slice_str(title));
    line_print(line, changes->count ? "" : ": none");
    line_end(line);
    for (size_t i = 0; i < top && i < changes->count; i++) {
        const struct size_change *each = &changes->list[i];
        line_print(line, "  ");
        line_styled(line, each->after > each->before ? STYLE_RED : STYLE_GREEN,
                    slice_str(delta_text(each->before, each->after).at));
        line_pad(line, 14);
        line_print(line, "%s  ", !each->before ? "new    " : !each->after ? "gone   " : "changed");
        if (each->layer_before || each->layer_after)
            line_print(line, "layer %zu  ",
                       each->layer_after ? each->layer_after : each->layer_before);
        line_put(line, each->name);
        if (each->detail.len) {
            line_print(line, "  ");
            line_put(line, each->detail);
        }
        line_end(line);
    }
    if (changes->count > top) {
        line_print(line, "  … and %zu more (--top)", changes->count - top);
        line_end(line);
    }
}

bool size_comparison_table(const struct size_comparison *comparison,
                           const struct size_comparison_options *options, FILE *file,
                           struct error *err)
{
    struct line line = {file, options->width ? options->width : terminal_width(file), 0};
    const struct size_result *before = comparison->before, *after = comparison->after;
    line_styled(&line, STYLE_BOLD, image_name(before));
    line_print(&line, " → ");
    line_styled(&line, STYLE_BOLD, image_name(after));
    line_end(&line);
    put_total(&line, "to pull", before->stored, after->stored);
    put_total(&line, "unpacked", before->unpacked, after->unpacked);
    put_total(&line, "seen", before->visible, after->visible);
    put_total(&line, "waste", before->waste.bytes, after->waste.bytes);
    if (comparison->layers_shared)
        line_print(&line, "  %zu layer%s in both (%s): not pulled again", comparison->layers_shared,
                   comparison->layers_shared == 1 ? "" : "s",
                   size_text(comparison->stored_shared).at);
    else
        line_print(&line, "  no layer is in both: all of it is pulled");
    line_end(&line);
    put_changes(&line, "Layers", &comparison->layers, options->top);
    put_changes(&line, "Packages", &comparison->packages, options->top);
    put_changes(&line, "Files", &comparison->files, options->top);
    return !ferror(file) || error_errno(err, "writing the report");
}

/* ---- JSON ---- */

static void put_uint(struct json_writer *json, const char *name, uint64_t value)
{
    json_field_int(json, name, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

static void put_side(struct json_writer *json, const char *name, const struct size_result *result)
{
    json_name(json, name);
    json_begin_object(json);
    json_field(json, "name", image_name(result));
    put_uint(json, "stored", result->stored);
    put_uint(json, "unpacked", result->unpacked);
    put_uint(json, "visible", result->visible);
    put_uint(json, "waste", result->waste.bytes);
    json_end_object(json);
}

static void put_json_changes(struct json_writer *json, const char *name,
                             const struct size_changes *changes, size_t top)
{
    json_name(json, name);
    json_begin_array(json);
    for (size_t i = 0; i < top && i < changes->count; i++) {
        const struct size_change *each = &changes->list[i];
        json_begin_object(json);
        json_field(json, "name", each->name);
        json_field_text(json, "detail", each->detail);
        put_uint(json, "before", each->before);
        put_uint(json, "after", each->after);
        if (each->layer_before)
            json_field_int(json, "layer_before", (int64_t)each->layer_before);
        if (each->layer_after)
            json_field_int(json, "layer_after", (int64_t)each->layer_after);
        json_end_object(json);
    }
    json_end_array(json);
}

bool size_comparison_json(const struct size_comparison *comparison,
                          const struct size_comparison_options *options, FILE *file,
                          struct error *err)
{
    struct json_writer json;
    json_writer_init(&json, file, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/size-compare/1"));
    put_side(&json, "before", comparison->before);
    put_side(&json, "after", comparison->after);
    json_field_int(&json, "layers_shared", (int64_t)comparison->layers_shared);
    put_uint(&json, "stored_shared", comparison->stored_shared);
    put_json_changes(&json, "layers", &comparison->layers, options->top);
    put_json_changes(&json, "packages", &comparison->packages, options->top);
    put_json_changes(&json, "files", &comparison->files, options->top);
    json_end_object(&json);
    fputc('\n', file);
    return !ferror(file) || error_errno(err, "writing the report");
}

/* ---- Markdown ---- */

static void put_markdown_changes(FILE *file, const char *title, const struct size_changes *changes,
                                 size_t top)
{
    if (changes->count)
        fprintf(file, "\n| %s | before | after | |\n|---|--:|--:|--:|\n", title);
    for (size_t i = 0; i < top && i < changes->count; i++) {
        const struct size_change *each = &changes->list[i];
        fputs("| ", file);
        markdown_put(file, slice_upto(each->name, 200));
        fputc(' ', file);
        markdown_put(file, each->detail);
        fprintf(file, " | %s ", each->before ? size_text(each->before).at : "-");
        fprintf(file, "| %s ", each->after ? size_text(each->after).at : "-");
        fprintf(file, "| %s |\n", delta_text(each->before, each->after).at);
    }
    if (changes->count > top)
        fprintf(file, "\n… and %zu more.\n", changes->count - top);
}

bool size_comparison_markdown(const struct size_comparison *comparison,
                              const struct size_comparison_options *options, FILE *file,
                              struct error *err)
{
    const struct size_result *before = comparison->before, *after = comparison->after;
    fputs("# Size: ", file);
    markdown_put(file, image_name(before));
    fputs(" → ", file);
    markdown_put(file, image_name(after));
    fprintf(file, "\n\n%s to pull, ", size_text(after->stored).at);
    fprintf(file, "**%s**; ", total_text(before->stored, after->stored).at);
    fprintf(file, "%s unpacked, ", size_text(after->unpacked).at);
    fprintf(file, "**%s**.\n", total_text(before->unpacked, after->unpacked).at);
    put_markdown_changes(file, "layer", &comparison->layers, options->top);
    put_markdown_changes(file, "package", &comparison->packages, options->top);
    put_markdown_changes(file, "file", &comparison->files, options->top);
    return !ferror(file) || error_errno(err, "writing the report");
}
