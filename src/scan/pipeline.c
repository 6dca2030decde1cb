/* See pipeline.h. */
#include "scan/pipeline.h"

#include "base/clock.h"
#include "scan/merge.h"
#include "scan/pipeline_parts.h"

struct slice scan_layer_note(const struct layer *layer, size_t index, struct slice text,
                             struct arena *arena)
{
    const char *name = layer->digest.text[0] ? layer->digest.text : layer->diff_id.text;
    return arena_printf(arena, "layer %zu%s%.19s%s: %.*s", index + 1, name[0] ? " (" : "", name,
                        name[0] ? "…)" : "", SLICE_ARG(text));
}

static bool scan_note_of_layer(struct scan *scan, const struct image *image, size_t index,
                               const struct note *note)
{
    return scan_note(scan, note->path,
                     scan_layer_note(&image->layers[index], index, note->text, scan->arena));
}

static bool scan_merge_image(struct scan *scan, const struct image *image, struct scan_image *made,
                             struct error *err)
{
    struct merge_result merged;
    const struct analysis **layers =
        arena_array(scan->arena, image->layer_count, sizeof(const struct analysis *));
    if (!layers)
        return arena_error(err);
    for (size_t i = 0; i < image->layer_count; i++)
        layers[i] = layer_set_get(&scan->layers, image, &image->layers[i]);
    if (!merge_layers(layers, image->layer_count, scan->arena, &merged, err))
        return error_add(err, "putting the layers together");
    *made = (struct scan_image){image,         merged.distribution,  merged.packages,
                                merged.layers, merged.package_count, NULL};
    made->observations = merged.observations;
    made->observation_count = merged.observation_count;
    made->secrets = merged.secrets;
    made->secret_count = merged.secret_count;
    scan->result.partial |= merged.partial;
    for (size_t i = 0; i < merged.note_count; i++)
        if (!scan_note_of_layer(scan, image, merged.note_layers[i], &merged.notes[i]))
            return arena_error(err);
    return true;
}

static bool scan_read_layers(struct scan *scan, const struct scan_options *options,
                             struct error *err)
{
    struct broker_options broker = options->broker;
    broker.secrets = options->secrets;
    struct layer_set_options set = {&broker,
                                    options->cache != NULL,
                                    {options->cache, options->cache_limit, 0, options->secrets}};
    if (!layer_set_read(&scan->layers, scan->list.images, scan->list.count, &set, scan->arena, err))
        return false;
    for (size_t i = 0; i < scan->layers.note_count; i++)
        if (!scan_note(scan, scan->layers.notes[i].path, scan->layers.notes[i].text))
            return arena_error(err);
    scan->images = arena_array(scan->arena, scan->list.count, sizeof *scan->images);
    if (!scan->images)
        return arena_error(err);
    for (size_t i = 0; i < scan->list.count; i++, scan->image_count++)
        if (!scan_merge_image(scan, &scan->list.images[i], &scan->images[i], err))
            return false;
    return true;
}

static bool scan_read_input(struct scan *scan, const struct scan_options *options,
                            struct error *err)
{
    if (options->purl_count)
        return scan_read_purls(scan, options, err);
    if (!source_open(options->input, &options->source, scan->arena, &scan->list, err))
        return false;
    if (!scan->list.count)
        return error_set(err, ERROR_NOT_FOUND, "%s: there is no image in it", options->input);
    const struct image *image = &scan->list.images[0];
    if (strcmp(image->kind, "sbom") == 0)
        return scan_read_sbom(scan, image, options, err) || error_add(err, "%s", options->input);
    scan->result.image = *image;
    return scan_read_layers(scan, options, err);
}

static bool scan_apply_exceptions(struct scan *scan, const struct scan_options *options,
                                  struct error *err)
{
    if (!options->exceptions || options->without_match)
        return true;
    if (!exceptions_load(options->exceptions, scan->arena, &scan->exceptions, err))
        return false;
    int64_t now = clock_now();
    exceptions_apply(&scan->exceptions, now, &scan->result);
    return exceptions_notes(&scan->exceptions, now, scan->result.image.name, options->secrets,
                            scan->arena, &scan->result.notes, &scan->result.note_count,
                            &scan->note_room) ||
           arena_error(err);
}

bool scan_run(struct scan *scan, const struct scan_options *options, struct arena *arena,
              struct error *err)
{
    *scan = (struct scan){.arena = arena};
    double begun = clock_monotonic();
    scan->result.started = clock_format(clock_now(), arena);
    /* The store comes first: a wrong one is told before minutes of work. Opening costs nothing. */
    if (!options->without_match && !store_reader_open(&scan->store, options->store, err))
        return false;
    if (!scan_read_input(scan, options, err) || (options->secrets && !scan_secrets(scan, err)) ||
        !scan_assemble(scan, err))
        return false;
    if (scan->store && !scan_note_database(scan, err))
        return false;
    if (!scan_apply_exceptions(scan, options, err))
        return false;
    scan->result.seconds = clock_monotonic() - begun;
    return true;
}

void scan_done(struct scan *scan)
{
    if (scan->store)
        store_reader_close(scan->store);
    scan->store = NULL;
    layer_set_close(&scan->layers);
    source_close(&scan->list);
    scan->list = (struct image_list){NULL};
}
