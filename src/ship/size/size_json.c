/* docs/schema/size.json. */
#include "base/json.h"
#include "ship/size/size_report.h"

static void put_uint(struct json_writer *json, const char *name, uint64_t value)
{
    json_field_int(json, name, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

static void put_image(struct json_writer *json, const struct size_result *result,
                      struct arena *arena)
{
    const struct image *image = &result->image;
    json_name(json, "image");
    json_begin_object(json);
    json_field(json, "name", image->name);
    json_field(json, "kind", slice_str(image->kind));
    json_field_text(json, "tag", image->tag);
    json_field_text(json, "digest", digest_slice(&image->manifest_digest));
    if (image->os.len)
        json_field_text(json, "platform", image_platform(image, arena));
    json_end_object(json);
}

static void put_budget(struct json_writer *json, const struct size_result *result,
                       const struct size_budget *budget)
{
    struct size_limit limits[SIZE_LIMITS];
    bool any = false, over = false;
    size_limits(result, budget, limits);
    for (size_t i = 0; i < SIZE_LIMITS; i++) {
        if (limits[i].budget && !any) {
            json_name(json, "budget");
            json_begin_object(json);
            any = true;
        }
        if (limits[i].budget)
            put_uint(json, limits[i].name, limits[i].budget);
        over |= size_is_over(&limits[i]);
    }
    if (!any)
        return;
    json_field_bool(json, "over", over);
    json_end_object(json);
}

static void put_totals(struct json_writer *json, const struct size_result *result,
                       const struct size_budget *budget)
{
    put_uint(json, "stored", result->stored);
    put_uint(json, "unpacked", result->unpacked);
    put_uint(json, "visible", result->visible);
    json_field_number(json, "efficiency", (double)(int)(size_efficiency(result) * 1e4 + 0.5) / 1e4);
    put_uint(json, "tar", result->tar);
    json_field_bool(json, "compressed", result->compressed);
    put_budget(json, result, budget);
}

static void put_layers(struct json_writer *json, const struct size_result *result)
{
    static const char *const compressions[] = {"unknown", "none", "gzip", "zstd"};
    json_name(json, "layers");
    json_begin_array(json);
    for (size_t i = 0; i < result->layer_count; i++) {
        const struct size_layer *layer = &result->layers[i];
        const struct layer *from = layer->layer;
        json_begin_object(json);
        json_field_int(json, "index", (int64_t)i + 1);
        json_field_text(json, "digest", digest_slice(&from->digest));
        json_field_text(json, "created_by", size_instruction(from->created_by));
        put_uint(json, "stored", layer->stored);
        put_uint(json, "unpacked", layer->unpacked);
        put_uint(json, "tar", layer->tar);
        put_uint(json, "files", layer->files);
        put_uint(json, "unseen", layer->hidden);
        if (layer->listing)
            json_field(json, "compression", slice_str(compressions[layer->listing->compression]));
        json_field_bool(json, "read", layer->listing && !layer->listing->partial);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_package_name(struct json_writer *json, const struct size_package *package)
{
    json_field(json, "manager", package->manager);
    json_field(json, "name", package->name);
    json_field_text(json, "version", package->version);
}

static void put_files(struct json_writer *json, const struct size_result *result, size_t top)
{
    static const char *const fates[] = {"seen", "deleted", "overwritten", "copied"};
    json_name(json, "files");
    json_begin_array(json);
    for (size_t i = 0; i < top && i < result->largest_count; i++) {
        const struct size_file *file = result->largest[i];
        json_begin_object(json);
        json_field(json, "path", file->path);
        put_uint(json, "size", file->size);
        json_field_int(json, "layer", (int64_t)file->layer + 1);
        json_field(json, "fate", slice_str(fates[file->fate]));
        if (file->fate)
            json_field_int(json, "by", (int64_t)file->by + 1);
        if (file->kind)
            json_field(json, "waste", slice_str(waste_kinds[file->kind].name));
        if (file->debug)
            put_uint(json, "debug", file->debug);
        if (file->package) {
            json_name(json, "package");
            json_begin_object(json);
            put_package_name(json, file->package);
            json_end_object(json);
        }
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_folders(struct json_writer *json, const struct size_result *result, size_t top)
{
    json_name(json, "folders");
    json_begin_array(json);
    for (size_t i = 0; i < top && i < result->folder_count; i++) {
        json_begin_object(json);
        json_field(json, "path", result->folders[i]->path);
        put_uint(json, "size", result->folders[i]->bytes);
        put_uint(json, "files", result->folders[i]->files);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_packages(struct json_writer *json, const struct size_result *result, size_t top)
{
    json_name(json, "packages");
    json_begin_array(json);
    for (size_t i = 0; i < top && i < result->package_count; i++) {
        const struct size_package *package = result->packages[i];
        json_begin_object(json);
        put_package_name(json, package);
        json_field_text(json, "folder", package->folder);
        put_uint(json, "size", package->bytes);
        put_uint(json, "files", package->files);
        put_uint(json, "unseen", package->hidden);
        if (package->declared)
            put_uint(json, "declared", package->declared);
        if (package->build_only)
            json_field_bool(json, "development", true);
        if (package->layer != SIZE_MAX)
            json_field_int(json, "layer", (int64_t)package->layer + 1);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_row(struct json_writer *json, const struct waste_row *row)
{
    const struct waste_kind_facts *facts = &waste_kinds[row->kind];
    json_begin_object(json);
    json_field(json, "kind", slice_str(facts->name));
    json_field(json, "label", row->label);
    put_uint(json, "size", row->bytes);
    put_uint(json, "stored_estimate", row->stored);
    put_uint(json, "files", row->files);
    if (row->layer != SIZE_MAX)
        json_field_int(json, "layer", (int64_t)row->layer + 1);
    if (row->by != SIZE_MAX)
        json_field_int(json, "by", (int64_t)row->by + 1);
    json_field(json, "guide", slice_str(guide_advice_text(facts->guide)));
    json_field(json, "advice", slice_str(facts->advice));
    json_name(json, "samples");
    json_begin_array(json);
    for (size_t i = 0; i < WASTE_SAMPLES && row->samples[i].len; i++)
        json_put_string(json, row->samples[i]);
    json_end_array(json);
    json_end_object(json);
}

static void put_duplicates(struct json_writer *json, const struct waste *waste, size_t top)
{
    json_name(json, "duplicates");
    json_begin_array(json);
    for (size_t i = 0; i < top && i < waste->duplicate_count; i++) {
        const struct waste_duplicate *each = &waste->duplicates[i];
        json_begin_object(json);
        put_uint(json, "size", each->size);
        json_field_int(json, "copies", (int64_t)each->copies);
        json_name(json, "samples");
        json_begin_array(json);
        for (size_t p = 0; p < WASTE_SAMPLES && p < each->copies; p++) {
            json_begin_object(json);
            json_field(json, "path", each->paths[p]);
            json_field_int(json, "layer", (int64_t)each->layers[p] + 1);
            json_end_object(json);
        }
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_waste(struct json_writer *json, const struct size_result *result)
{
    const struct waste *waste = &result->waste;
    json_name(json, "waste");
    json_begin_object(json);
    put_uint(json, "size", waste->bytes);
    put_uint(json, "stored_estimate", waste->stored);
    json_name(json, "kinds");
    json_begin_object(json);
    for (int kind = WASTE_NONE + 1; kind < WASTE_KINDS; kind++)
        put_uint(json, waste_kinds[kind].name, waste->kinds[kind]);
    json_end_object(json);
    json_name(json, "rows");
    json_begin_array(json);
    for (size_t i = 0; i < waste->count; i++)
        put_row(json, &waste->rows[i]);
    json_end_array(json);
    json_end_object(json);
}

static void put_savings(struct json_writer *json, const struct size_result *result)
{
    struct size_compression made;
    json_name(json, "savings");
    json_begin_object(json);
    json_name(json, "multi_stage");
    json_begin_object(json);
    put_uint(json, "unpacked", result->multi_stage);
    put_uint(json, "stored_estimate", result->multi_stage_stored);
    json_end_object(json);
    if (size_compression(result, &made)) {
        json_name(json, "compression");
        json_begin_object(json);
        json_field(json, "now", slice_str(made.now));
        json_field(json, "better", slice_str(made.better));
        put_uint(json, "stored", made.stored);
        put_uint(json, "estimate", made.estimate);
        put_uint(json, "sampled", made.sampled);
        json_end_object(json);
    }
    json_end_object(json);
}

static void put_notes(struct json_writer *json, const struct size_result *result)
{
    json_name(json, "notes");
    json_begin_array(json);
    for (size_t i = 0; i < result->note_count; i++)
        json_put_string(json, result->notes[i].text);
    json_end_array(json);
    json_field_bool(json, "partial", result->partial);
    if (result->rest_files) {
        json_name(json, "not_listed");
        json_begin_object(json);
        put_uint(json, "files", result->rest_files);
        put_uint(json, "size", result->rest_bytes);
        json_end_object(json);
    }
}

bool size_write_json(const struct size_result *result, const struct size_report_options *options,
                     FILE *file, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct json_writer json;
    arena_init(&arena, (size_t)1 << 20);
    json_writer_init(&json, file, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/size/1"));
    put_image(&json, result, &arena);
    put_totals(&json, result, &options->budget);
    put_layers(&json, result);
    put_folders(&json, result, options->top);
    put_files(&json, result, options->top);
    put_packages(&json, result, options->top);
    put_waste(&json, result);
    put_duplicates(&json, &result->waste, options->top);
    put_savings(&json, result);
    put_notes(&json, result);
    json_end_object(&json);
    fputc('\n', file);
    return !ferror(file) || error_errno(err, "writing the report");
}
