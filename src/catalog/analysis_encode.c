/* Writes an analysis as bytes (the form: analysis_form.h). */
#include <endian.h>

#include "catalog/analysis_form.h"

/* Where the next record and the next string go. The room for strings was measured before. */
struct writer {
    char *start, *record, *pool;
    size_t pool_used;
};

static void put32(char *to, uint32_t value)
{
    value = htole32(value);
    memcpy(to, &value, sizeof value);
}

static void put64(char *to, uint64_t value)
{
    value = htole64(value);
    memcpy(to, &value, sizeof value);
}

static struct slice column(const void *record, const struct form_shape *shape, size_t index)
{
    return *(const struct slice *)(const void *)((const char *)record + shape->columns[index]);
}

static void put_string(struct writer *writer, char *to, struct slice text)
{
    put32(to, text.len ? (uint32_t)writer->pool_used : 0);
    put32(to + 4, (uint32_t)text.len);
    if (text.len)
        memcpy(writer->pool + writer->pool_used, text.at, text.len);
    writer->pool_used += text.len;
}

/* Databases repeat themselves (path, architecture; the source is the name): a column that equals
   the one above, or one before it in its own record, refers to the same bytes. */
static const char *find_same(const void *record, const void *above, const struct form_shape *shape,
                             size_t index, const char *encoded)
{
    struct slice text = column(record, shape, index);
    for (size_t i = 0; i < index; i++)
        if (slice_equal(text, column(record, shape, i)))
            return encoded + 8 + 8 * i;
    if (above && slice_equal(text, column(above, shape, index)))
        return encoded - form_record_size(shape) + 8 + 8 * index;
    return NULL;
}

static void put_record(struct writer *writer, const struct form_shape *shape, const void *record,
                       const void *above)
{
    uint32_t flag = 0;
    const char *flag_at = (const char *)record + shape->flag_at;
    if (shape->flag_size == sizeof flag)
        memcpy(&flag, flag_at, sizeof flag);
    else if (shape->flag_size == 1)
        flag = *(const bool *)flag_at;
    put32(writer->record, flag);
    put32(writer->record + 4, 0);
    for (size_t i = 0; i < shape->column_count; i++) {
        char *to = writer->record + 8 + 8 * i;
        const char *same = find_same(record, above, shape, i, writer->record);
        if (same)
            memcpy(to, same, 8);
        else
            put_string(writer, to, column(record, shape, i));
    }
    writer->record += form_record_size(shape);
}

struct section {
    const char *records;
    size_t count;
};

static void list_sections(const struct analysis *a, struct section sections[FORM_SECTIONS])
{
    sections[FORM_PACKAGES] = (struct section){(const char *)a->packages, a->package_count};
    sections[FORM_DISTRIBUTIONS] =
        (struct section){(const char *)a->distributions, a->distribution_count};
    sections[FORM_REMOVALS] = (struct section){(const char *)a->removals, a->removal_count};
    sections[FORM_NOTES] = (struct section){(const char *)a->notes, a->note_count};
    sections[FORM_DATABASES] = (struct section){(const char *)a->databases, a->database_count};
    sections[FORM_OBSERVATIONS] =
        (struct section){(const char *)a->observations, a->observation_count};
    sections[FORM_SECRETS] = (struct section){(const char *)a->secrets, a->secret_count};
}

/* The most that strings can take; false when that cannot be addressed. */
static bool measure_pool(const struct analysis *analysis,
                         const struct section sections[FORM_SECTIONS], size_t *pool)
{
    uint64_t sum = analysis->diff_id.len;
    for (int s = 0; s < FORM_SECTIONS; s++)
        for (size_t i = 0; i < sections[s].count; i++)
            for (size_t c = 0; c < form_shapes[s].column_count; c++)
                sum +=
                    column(sections[s].records + i * form_shapes[s].size, &form_shapes[s], c).len;
    *pool = (size_t)sum;
    return sum < UINT32_MAX;
}

static void put_header(char *start, const struct analysis *analysis,
                       const struct section sections[FORM_SECTIONS], size_t pool)
{
    put32(start + HEADER_MAGIC, FORM_MAGIC);
    put32(start + HEADER_VERSION, ANALYSIS_VERSION);
    put32(start + HEADER_PARTIAL, analysis->partial);
    put64(start + HEADER_ENTRIES, analysis->entries);
    put64(start + HEADER_SIZE, analysis->size);
    put64(start + HEADER_OWNED, analysis->owned.count);
    put64(start + HEADER_WRITTEN, analysis->written.count);
    put64(start + HEADER_POOL, pool);
    for (int s = 0; s < FORM_SECTIONS; s++)
        put64(start + HEADER_COUNTS + 8 * s, sections[s].count);
}

static char *put_paths(char *to, struct path_set set)
{
    for (size_t i = 0; i < set.count; i++, to += 8)
        put64(to, set.hashes[i]);
    return to;
}

static size_t round_up(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

bool analysis_encode(const struct analysis *analysis, struct arena *arena, struct slice *bytes,
                     struct error *err)
{
    struct section sections[FORM_SECTIONS];
    list_sections(analysis, sections);
    size_t pool, records = 0;
    if (!measure_pool(analysis, sections, &pool))
        return error_set(err, ERROR_LIMIT, "more than 4 GiB of package names in a layer");
    for (int s = 0; s < FORM_SECTIONS; s++)
        records += sections[s].count * form_record_size(&form_shapes[s]);
    size_t paths = 8 * (analysis->owned.count + analysis->written.count);
    char *start = arena_alloc(arena, HEADER_BYTES + records + round_up(pool) + paths);
    if (!start)
        return arena_error(err);
    struct writer writer = {start, start + HEADER_BYTES, start + HEADER_BYTES + records, 0};
    put_string(&writer, start + HEADER_DIFF_ID, analysis->diff_id);
    for (int s = 0; s < FORM_SECTIONS; s++)
        for (size_t i = 0; i < sections[s].count; i++) {
            const char *record = sections[s].records + i * form_shapes[s].size;
            put_record(&writer, &form_shapes[s], record, i ? record - form_shapes[s].size : NULL);
        }
    put_header(start, analysis, sections, writer.pool_used);
    char *end = writer.pool + round_up(writer.pool_used);
    memset(writer.pool + writer.pool_used, 0, round_up(writer.pool_used) - writer.pool_used);
    end = put_paths(put_paths(end, analysis->owned), analysis->written);
    *bytes = slice_of(start, (size_t)(end - start));
    return true;
}
