/*
 * Reads an analysis from bytes (the form: analysis_form.h) that a subverted parser may have
 * written: every count is checked against the bytes that are there before anything is allocated for
 * it.
 */
#include <endian.h>

#include "catalog/analysis_form.h"
#include "catalog/secret.h"

struct reader {
    struct slice rest; /* behind the header: records, pool, paths */
    struct slice pool;
    uint64_t counts[FORM_SECTIONS];
    uint64_t owned, written;
};

static uint32_t get32(const char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

static uint64_t get64(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return le64toh(value);
}

static bool malformed(struct error *err, const char *what)
{
    return error_set(err, ERROR_FORMAT, "not an analysis of a layer: %s", what);
}

/* Cuts count * size bytes off the front of *rest. */
static bool take(struct slice *rest, uint64_t count, size_t size, struct slice *piece)
{
    uint64_t bytes;
    if (__builtin_mul_overflow(count, (uint64_t)size, &bytes) || bytes > rest->len)
        return false;
    *piece = slice_upto(*rest, (size_t)bytes);
    *rest = slice_from(*rest, (size_t)bytes);
    return true;
}

static bool get_string(struct slice pool, const char *at, struct slice *text)
{
    uint64_t offset = get32(at), len = get32(at + 4);
    if (offset + len > pool.len)
        return false;
    *text = (struct slice){pool.len ? pool.at + offset : "", (size_t)len};
    return true;
}

static bool get_record(struct slice pool, const struct form_shape *shape, const char *from,
                       char *record)
{
    uint32_t flag = get32(from);
    if (flag < shape->flag_least || flag > shape->flag_most || get32(from + 4) != 0)
        return false;
    if (shape->flag_size == sizeof flag)
        memcpy(record + shape->flag_at, &flag, sizeof flag);
    else if (shape->flag_size == 1)
        record[shape->flag_at] = (char)flag;
    for (size_t i = 0; i < shape->column_count; i++) {
        struct slice text;
        if (!get_string(pool, from + 8 + 8 * i, &text))
            return false;
        memcpy(record + shape->columns[i], &text, sizeof text);
    }
    return true;
}

/* The records of a section; NULL is a fine answer for none of them. */
static bool get_section(const struct reader *reader, int section, struct slice encoded,
                        struct arena *arena, void **records, struct error *err)
{
    const struct form_shape *shape = &form_shapes[section];
    size_t count = (size_t)reader->counts[section], step = form_record_size(shape);
    char *made = count ? arena_array(arena, count, shape->size) : NULL;
    if (count && !made)
        return arena_error(err);
    for (size_t i = 0; i < count; i++)
        if (!get_record(reader->pool, shape, encoded.at + i * step, made + i * shape->size))
            return malformed(err, "a record refers outside");
    *records = made;
    return true;
}

static bool ascending(const uint64_t *hashes, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (hashes[i - 1] >= hashes[i])
            return false;
    return true;
}

/* A slice of the encoded bytes where the machine can read it as it stands. */
static bool get_paths(struct slice encoded, struct arena *arena, struct path_set *set,
                      struct error *err)
{
    size_t count = encoded.len / 8;
    const uint64_t *hashes = (const uint64_t *)(const void *)encoded.at;
    bool as_it_stands =
        (uintptr_t)encoded.at % _Alignof(uint64_t) == 0 && __BYTE_ORDER == __LITTLE_ENDIAN;
    if (count && !as_it_stands) {
        uint64_t *copy = arena_array(arena, count, sizeof *copy);
        if (!copy)
            return arena_error(err);
        for (size_t i = 0; i < count; i++)
            copy[i] = get64(encoded.at + 8 * i);
        hashes = copy;
    }
    if (!ascending(hashes, count))
        return malformed(err, "paths that are not sorted");
    *set = (struct path_set){count ? hashes : NULL, count};
    return true;
}

static bool read_header(struct slice bytes, struct reader *reader, struct analysis *analysis,
                        struct error *err)
{
    if (bytes.len < HEADER_BYTES || get32(bytes.at + HEADER_MAGIC) != FORM_MAGIC)
        return malformed(err, "another kind of data");
    if (get32(bytes.at + HEADER_VERSION) != ANALYSIS_VERSION)
        return malformed(err, "of another version");
    if (get32(bytes.at + HEADER_PARTIAL) > 1)
        return malformed(err, "an unknown mark");
    analysis->partial = get32(bytes.at + HEADER_PARTIAL) == 1;
    analysis->entries = get64(bytes.at + HEADER_ENTRIES);
    analysis->size = get64(bytes.at + HEADER_SIZE);
    reader->owned = get64(bytes.at + HEADER_OWNED);
    reader->written = get64(bytes.at + HEADER_WRITTEN);
    for (int s = 0; s < FORM_SECTIONS; s++)
        reader->counts[s] = get64(bytes.at + HEADER_COUNTS + 8 * s);
    reader->rest = slice_from(bytes, HEADER_BYTES);
    return true;
}

static bool get_sections(struct reader *reader, const struct slice encoded[FORM_SECTIONS],
                         struct arena *arena, struct analysis *analysis, struct error *err)
{
    void *records[FORM_SECTIONS];
    for (int s = 0; s < FORM_SECTIONS; s++)
        if (!get_section(reader, s, encoded[s], arena, &records[s], err))
            return false;
    analysis->packages = records[FORM_PACKAGES];
    analysis->distributions = records[FORM_DISTRIBUTIONS];
    analysis->removals = records[FORM_REMOVALS];
    analysis->notes = records[FORM_NOTES];
    analysis->databases = records[FORM_DATABASES];
    analysis->observations = records[FORM_OBSERVATIONS];
    analysis->package_count = analysis->package_room = (size_t)reader->counts[FORM_PACKAGES];
    analysis->distribution_count = analysis->distribution_room =
        (size_t)reader->counts[FORM_DISTRIBUTIONS];
    analysis->removal_count = analysis->removal_room = (size_t)reader->counts[FORM_REMOVALS];
    analysis->note_count = analysis->note_room = (size_t)reader->counts[FORM_NOTES];
    analysis->database_count = analysis->database_room = (size_t)reader->counts[FORM_DATABASES];
    analysis->observation_count = analysis->observation_room =
        (size_t)reader->counts[FORM_OBSERVATIONS];
    analysis->secrets = records[FORM_SECRETS];
    analysis->secret_count = analysis->secret_room = (size_t)reader->counts[FORM_SECRETS];
    return true;
}

/* A subverted child must not get a value out as a hint, nor a kind that nobody knows. */
static bool check_secrets(const struct analysis *analysis, struct error *err)
{
    for (size_t i = 0; i < analysis->secret_count; i++)
        if (!secret_kind_find(analysis->secrets[i].kind) ||
            !secret_hint_is_masked(analysis->secrets[i].hint))
            return malformed(err, "a secret of no known kind, or not masked");
    return true;
}

bool analysis_decode(struct slice bytes, struct arena *arena, struct analysis *analysis,
                     struct error *err)
{
    struct analysis made = {0};
    struct reader reader = {0};
    struct slice encoded[FORM_SECTIONS], padding, owned, written;
    if (!read_header(bytes, &reader, &made, err))
        return false;
    for (int s = 0; s < FORM_SECTIONS; s++)
        if (!take(&reader.rest, reader.counts[s], form_record_size(&form_shapes[s]), &encoded[s]))
            return malformed(err, "cut off in its records");
    uint64_t pool = get64(bytes.at + HEADER_POOL);
    if (!take(&reader.rest, pool, 1, &reader.pool) || !take(&reader.rest, -pool & 7, 1, &padding) ||
        !take(&reader.rest, reader.owned, 8, &owned) ||
        !take(&reader.rest, reader.written, 8, &written) || reader.rest.len != 0)
        return malformed(err, "its parts do not make up its size");
    if (!get_string(reader.pool, bytes.at + HEADER_DIFF_ID, &made.diff_id))
        return malformed(err, "its digest refers outside");
    if (!get_sections(&reader, encoded, arena, &made, err) || !check_secrets(&made, err) ||
        !get_paths(owned, arena, &made.owned, err) ||
        !get_paths(written, arena, &made.written, err))
        return false;
    *analysis = made;
    return true;
}
