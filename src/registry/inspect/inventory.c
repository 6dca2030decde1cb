/* See inventory.h. */
#include "registry/inspect/inventory.h"

#include "scan/merge.h"
#include "scan/pipeline.h"

enum { HEAD_BYTES = 8, PACKAGES_MAX = 1 << 20 };

static bool inventory_notes(const struct image *image, const struct merge_result *merged,
                            struct arena *arena, struct inventory *inventory)
{
    struct note *notes = arena_array(arena, merged->note_count + 1, sizeof *notes);
    for (size_t i = 0; notes && i < merged->note_count; i++) {
        size_t layer = merged->note_layers[i];
        notes[i] =
            (struct note){merged->notes[i].path, scan_layer_note(&image->layers[layer], layer,
                                                                 merged->notes[i].text, arena)};
        if (!notes[i].text.at)
            return false;
    }
    inventory->notes = notes;
    inventory->note_count = merged->note_count;
    return notes != NULL;
}

bool inventory_merge(const struct image *image, const struct slice *encoded, struct arena *arena,
                     struct inventory *inventory, struct error *err)
{
    struct merge_result merged;
    size_t count = image->layer_count;
    const struct analysis **layers = arena_array(arena, count + 1, sizeof(const struct analysis *));
    struct analysis *decoded = arena_array(arena, count + 1, sizeof *decoded);
    if (!layers || !decoded)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        if (!encoded[i].len)
            continue;
        if (!analysis_decode(encoded[i], arena, &decoded[i], err))
            return error_add(err, "layer %s", image->layers[i].digest.text);
        layers[i] = &decoded[i];
    }
    if (!merge_layers(layers, count, arena, &merged, err))
        return error_add(err, "putting the layers together");
    *inventory = (struct inventory){.packages = merged.packages,
                                    .layers = merged.layers,
                                    .package_count = merged.package_count,
                                    .distribution = merged.distribution,
                                    .partial = merged.partial};
    return inventory_notes(image, &merged, arena, inventory) || arena_error(err);
}

bool inventory_encode(const struct inventory *inventory, struct arena *arena, struct slice *bytes,
                      struct error *err)
{
    struct distribution distribution = inventory->distribution;
    struct analysis analysis = {.packages = inventory->packages,
                                .package_count = inventory->package_count,
                                .distributions = &distribution,
                                .distribution_count = distribution.id.len != 0,
                                .notes = inventory->notes,
                                .note_count = inventory->note_count,
                                .partial = inventory->partial};
    struct slice encoded;
    if (!analysis_encode(&analysis, arena, &encoded, err))
        return false;
    uint32_t count = (uint32_t)inventory->package_count;
    size_t head = (HEAD_BYTES + (size_t)count * 4 + 7) / 8 * 8;
    char *at = arena_alloc(arena, head + encoded.len);
    if (!at)
        return arena_error(err);
    memcpy(at, "PLIN", 4);
    memcpy(at + 4, &count, 4);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t layer = (uint32_t)inventory->layers[i];
        memcpy(at + HEAD_BYTES + (size_t)i * 4, &layer, 4);
    }
    memcpy(at + head, encoded.at, encoded.len);
    *bytes = slice_of(at, head + encoded.len);
    return true;
}

static bool inventory_take_layers(struct slice bytes, uint32_t count, struct arena *arena,
                                  struct inventory *inventory)
{
    inventory->layers = arena_array(arena, (size_t)count + 1, sizeof *inventory->layers);
    for (uint32_t i = 0; inventory->layers && i < count; i++) {
        uint32_t layer;
        memcpy(&layer, bytes.at + HEAD_BYTES + (size_t)i * 4, 4);
        inventory->layers[i] = layer;
    }
    return inventory->layers != NULL;
}

bool inventory_decode(struct slice bytes, struct arena *arena, struct inventory *inventory,
                      struct error *err)
{
    struct inventory made = {NULL};
    struct analysis analysis;
    uint32_t count = 0;
    if (bytes.len >= HEAD_BYTES)
        memcpy(&count, bytes.at + 4, 4);
    size_t head = (HEAD_BYTES + (size_t)count * 4 + 7) / 8 * 8;
    if (bytes.len < HEAD_BYTES || memcmp(bytes.at, "PLIN", 4) != 0 || count > PACKAGES_MAX ||
        head > bytes.len)
        return error_set(err, ERROR_FORMAT, "not an inventory");
    if (!analysis_decode(slice_from(bytes, head), arena, &analysis, err))
        return error_add(err, "an inventory");
    if (analysis.package_count != count || analysis.distribution_count > 1)
        return error_set(err, ERROR_FORMAT, "an inventory that contradicts itself");
    if (!inventory_take_layers(bytes, count, arena, &made))
        return arena_error(err);
    made.packages = analysis.packages;
    made.package_count = count;
    if (analysis.distribution_count)
        made.distribution = analysis.distributions[0];
    made.notes = analysis.notes;
    made.note_count = analysis.note_count;
    made.partial = analysis.partial;
    *inventory = made;
    return true;
}
