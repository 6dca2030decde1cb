#include "ship/size/size_report.h"

#include <inttypes.h>

const struct size_format size_formats[] = {
    {"table", size_write_table},
    {"json", size_write_json},
    {"html", size_write_html},
    {"markdown", size_write_markdown},
    {NULL, NULL},
};

struct size_text size_text(uint64_t bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    struct size_text text;
    double value = (double)bytes / 1000;
    size_t unit = 0;
    if (bytes < 1000) {
        snprintf(text.at, sizeof text.at, "%" PRIu64 " B", bytes);
        return text;
    }
    for (; value >= 999.95 && unit + 1 < sizeof units / sizeof *units; unit++)
        value /= 1000;
    snprintf(text.at, sizeof text.at, "%.1f %s", value, units[unit]);
    return text;
}

static bool unit_of(struct slice word, double *factor)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {
        {"", 1},
        {"b", 1},
        {"k", 1e3},
        {"kb", 1e3},
        {"kib", 1024},
        {"m", 1e6},
        {"mb", 1e6},
        {"mib", 1048576},
        {"g", 1e9},
        {"gb", 1e9},
        {"gib", 1073741824},
        {"t", 1e12},
        {"tb", 1e12},
        {"tib", 1099511627776},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (slice_equal_nocase(word, slice_str(units[i].name))) {
            *factor = units[i].factor;
            return true;
        }
    return false;
}

bool size_parse(struct slice text, uint64_t *bytes)
{
    size_t end = 0;
    double value, factor;
    text = slice_trim(text);
    while (end < text.len && ((text.at[end] >= '0' && text.at[end] <= '9') || text.at[end] == '.'))
        end++;
    if (!slice_double(slice_upto(text, end), &value) ||
        !unit_of(slice_trim(slice_from(text, end)), &factor) || value * factor >= 9e18)
        return false;
    *bytes = (uint64_t)(value * factor + 0.5);
    return true;
}

double size_efficiency(const struct size_result *result)
{
    return result->unpacked ? (double)result->visible / (double)result->unpacked : 1;
}

struct slice size_waste_label(const struct waste_row *row)
{
    bool said = slice_starts(slice_str(waste_kinds[row->kind].title), row->label);
    return said ? SLICE("") : row->label;
}

void size_limits(const struct size_result *result, const struct size_budget *budget,
                 struct size_limit limits[SIZE_LIMITS])
{
    limits[0] = (struct size_limit){"stored", "to pull", result->stored, budget->stored};
    limits[1] = (struct size_limit){"unpacked", "unpacked", result->unpacked, budget->unpacked};
    limits[2] = (struct size_limit){"waste", "of waste", result->waste.bytes, budget->waste};
}

bool size_is_over(const struct size_limit *limit)
{
    return limit->budget && limit->size > limit->budget;
}

bool size_compression(const struct size_result *result, struct size_compression *made)
{
    bool gzip = false, plain = false;
    *made = (struct size_compression){.stored = result->stored, .estimate = result->zstd};
    for (size_t i = 0; i < result->layer_count; i++) {
        const struct listing *listing = result->layers[i].listing;
        if (!listing)
            return false;
        made->sampled += listing->sampled;
        gzip |= listing->compression == COMPRESSION_GZIP;
        plain |= listing->compression == COMPRESSION_NONE && listing->size;
    }
    made->better = "zstd";
    made->now = gzip ? "gzip" : plain ? "no compression" : "zstd";
    return made->sampled && (gzip || plain) && made->estimate < made->stored - made->stored / 100;
}

struct slice size_package_text(const struct size_package *package, struct arena *arena)
{
    return package->version.len ? arena_printf(arena, "%.*s %.*s", SLICE_ARG(package->name),
                                               SLICE_ARG(package->version))
                                : package->name;
}
