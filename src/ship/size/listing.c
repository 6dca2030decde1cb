/* See listing.h. One function a record both writes and reads it, so that the two cannot differ. */
#include "ship/size/listing.h"

#include <endian.h>

#define LISTING_MAGIC 0x5a495350u /* "PSIZ" */
enum { LISTING_VERSION = 1 };

struct codec {
    bool reading, bad;
    char *at; /* in the record */
    char *pool;
    size_t pool_len;  /* bytes that are there (reading) */
    size_t pool_used; /* bytes that were put there (writing) */
};

static void code32(struct codec *codec, uint32_t *value)
{
    uint32_t little = htole32(*value);
    if (codec->reading) {
        memcpy(&little, codec->at, sizeof little);
        *value = le32toh(little);
    } else {
        memcpy(codec->at, &little, sizeof little);
    }
    codec->at += sizeof little;
}

static void code64(struct codec *codec, uint64_t *value)
{
    uint64_t little = htole64(*value);
    if (codec->reading) {
        memcpy(&little, codec->at, sizeof little);
        *value = le64toh(little);
    } else {
        memcpy(codec->at, &little, sizeof little);
    }
    codec->at += sizeof little;
}

static void code_text(struct codec *codec, struct slice *text)
{
    uint32_t offset = (uint32_t)codec->pool_used, len = (uint32_t)text->len;
    code32(codec, &offset);
    code32(codec, &len);
    if (!codec->reading) {
        if (len)
            memcpy(codec->pool + offset, text->at, len);
        codec->pool_used += len;
        return;
    }
    if ((uint64_t)offset + len > codec->pool_len)
        codec->bad = true;
    else
        *text = (struct slice){len ? codec->pool + offset : "", len};
}

static void code_entry(struct codec *codec, void *record)
{
    struct listing_entry *entry = record;
    code_text(codec, &entry->path);
    code_text(codec, &entry->link);
    code64(codec, &entry->size);
    code64(codec, &entry->hash);
    code64(codec, &entry->debug);
    code32(codec, &entry->type);
    codec->bad |= entry->type < LISTING_FILE || entry->type > LISTING_OTHER ||
                  entry->debug > entry->size || entry->size > LISTING_FILE_MAX;
}

static void code_removal(struct codec *codec, void *record)
{
    struct listing_removal *removal = record;
    code_text(codec, &removal->path);
    code32(codec, &removal->opaque);
    codec->bad |= removal->opaque > 1;
}

static void code_package(struct codec *codec, void *record)
{
    struct listing_package *package = record;
    code_text(codec, &package->manager);
    code_text(codec, &package->name);
    code_text(codec, &package->version);
    code_text(codec, &package->folder);
    code64(codec, &package->declared);
    code32(codec, &package->build_only);
    codec->bad |= package->build_only > 1;
}

static void code_owned(struct codec *codec, void *record)
{
    struct listing_owned *owned = record;
    code64(codec, &owned->key);
    code32(codec, &owned->package);
}

static void code_rest(struct codec *codec, void *record)
{
    struct listing_rest *rest = record;
    code_text(codec, &rest->folder);
    code64(codec, &rest->files);
    code64(codec, &rest->bytes);
    codec->bad |= rest->bytes > LISTING_LAYER_MAX || rest->files > LISTING_LAYER_MAX;
}

#define LISTING_TEXT 8 /* bytes of a reference into the pool */
static const struct section {
    size_t items, count; /* offsets in struct listing */
    size_t size;         /* of a record in memory */
    size_t coded;        /* and encoded */
    size_t most;
    void (*code)(struct codec *codec, void *record);
} sections[] = {
    {offsetof(struct listing, list), offsetof(struct listing, count), sizeof(struct listing_entry),
     2 * LISTING_TEXT + 28, LISTING_ENTRIES_MAX, code_entry},
    {offsetof(struct listing, removals), offsetof(struct listing, removal_count),
     sizeof(struct listing_removal), LISTING_TEXT + 4, LISTING_REMOVALS_MAX, code_removal},
    {offsetof(struct listing, packages), offsetof(struct listing, package_count),
     sizeof(struct listing_package), 4 * LISTING_TEXT + 12, LISTING_PACKAGES_MAX, code_package},
    {offsetof(struct listing, owned), offsetof(struct listing, owned_count),
     sizeof(struct listing_owned), 12, LISTING_OWNED_MAX, code_owned},
    {offsetof(struct listing, rests), offsetof(struct listing, rest_count),
     sizeof(struct listing_rest), LISTING_TEXT + 16, LISTING_RESTS_MAX, code_rest},
};
enum { SECTIONS = sizeof sections / sizeof *sections, NUMBERS = 9 };
#define HEADER_BYTES ((size_t)8 + 8 * NUMBERS + LISTING_TEXT + 8 * SECTIONS)

static void code_header(struct codec *codec, struct listing *listing, uint64_t *counts)
{
    uint32_t magic = LISTING_MAGIC, version = LISTING_VERSION;
    uint64_t *numbers[NUMBERS] = {
        &listing->files,       &listing->bytes,   &listing->entries,
        &listing->size,        &listing->sampled, &listing->sample_deflate,
        &listing->sample_zstd, &listing->partial, &listing->compression,
    };
    code32(codec, &magic);
    code32(codec, &version);
    codec->bad |= magic != LISTING_MAGIC || version != LISTING_VERSION;
    for (size_t i = 0; i < NUMBERS; i++)
        code64(codec, numbers[i]);
    for (size_t i = 0; i < SECTIONS; i++)
        code64(codec, &counts[i]);
    code_text(codec, &listing->problem);
    for (size_t i = 0; i < NUMBERS; i++)
        codec->bad |= *numbers[i] > LISTING_LAYER_MAX;
    codec->bad |= listing->partial > 1 || listing->compression > 3 ||
                  listing->sample_deflate > 2 * listing->sampled + 1024 ||
                  listing->sample_zstd > 2 * listing->sampled + 1024;
}

static void *section_items(const struct section *section, const struct listing *listing)
{
    void *items;
    memcpy(&items, (const char *)listing + section->items, sizeof items);
    return items;
}

static size_t section_count(const struct section *section, const struct listing *listing)
{
    size_t count;
    memcpy(&count, (const char *)listing + section->count, sizeof count);
    return count;
}

static size_t pool_size(const struct listing *listing)
{
    size_t size = listing->problem.len;
    for (size_t i = 0; i < listing->count; i++)
        size += listing->list[i].path.len + listing->list[i].link.len;
    for (size_t i = 0; i < listing->removal_count; i++)
        size += listing->removals[i].path.len;
    for (size_t i = 0; i < listing->package_count; i++)
        size += listing->packages[i].manager.len + listing->packages[i].name.len +
                listing->packages[i].version.len + listing->packages[i].folder.len;
    for (size_t i = 0; i < listing->rest_count; i++)
        size += listing->rests[i].folder.len;
    return size;
}

bool listing_encode(const struct listing *listing, struct arena *arena, struct slice *bytes,
                    struct error *err)
{
    uint64_t counts[SECTIONS];
    size_t size = HEADER_BYTES, pool = pool_size(listing);
    for (size_t i = 0; i < SECTIONS; i++) {
        counts[i] = section_count(&sections[i], listing);
        size += counts[i] * sections[i].coded;
    }
    char *at = pool < UINT32_MAX ? arena_alloc(arena, size + pool) : NULL;
    if (!at)
        return arena_error(err);
    struct codec codec = {.at = at, .pool = at + size};
    struct listing copy = *listing;
    code_header(&codec, &copy, counts);
    for (size_t i = 0; i < SECTIONS; i++)
        for (size_t r = 0; r < counts[i]; r++)
            sections[i].code(&codec,
                             (char *)section_items(&sections[i], listing) + r * sections[i].size);
    *bytes = slice_of(at, size + pool);
    return true;
}

static bool malformed(struct error *err, const char *what)
{
    return error_set(err, ERROR_FORMAT, "not a listing of a layer: %s", what);
}

static bool decode_section(const struct section *section, struct codec *codec, size_t count,
                           struct arena *arena, struct listing *listing, struct error *err)
{
    char *items = arena_array(arena, count + 1, section->size);
    if (!items)
        return arena_error(err);
    for (size_t r = 0; r < count && !codec->bad; r++)
        section->code(codec, items + r * section->size);
    memcpy((char *)listing + section->items, &items, sizeof items);
    memcpy((char *)listing + section->count, &count, sizeof count);
    return !codec->bad || malformed(err, "a record refers outside");
}

static bool decode_sections(struct codec *codec, const uint64_t *counts, size_t left,
                            struct arena *arena, struct listing *listing, struct error *err)
{
    size_t size = 0;
    for (size_t i = 0; i < SECTIONS; i++) {
        if (counts[i] > sections[i].most)
            return malformed(err, "too many records");
        size += counts[i] * sections[i].coded;
    }
    if (size > left)
        return malformed(err, "cut short");
    codec->pool = codec->at + size;
    codec->pool_len = left - size;
    for (size_t i = 0; i < SECTIONS; i++)
        if (!decode_section(&sections[i], codec, (size_t)counts[i], arena, listing, err))
            return false;
    for (size_t i = 0; i < listing->owned_count; i++)
        if (listing->owned[i].package >= listing->package_count)
            return malformed(err, "a file of no package");
    return true;
}

bool listing_decode(struct slice bytes, struct arena *arena, struct listing *listing,
                    struct error *err)
{
    uint64_t counts[SECTIONS];
    *listing = (struct listing){0};
    if (bytes.len < HEADER_BYTES)
        return malformed(err, "cut short");
    struct codec codec = {.reading = true, .at = (char *)(uintptr_t)bytes.at, .pool_len = SIZE_MAX};
    char *problem = codec.at + HEADER_BYTES - LISTING_TEXT;
    codec.pool = codec.at; /* its one text is read again below, where the pool is known */
    code_header(&codec, listing, counts);
    listing->problem = (struct slice){NULL, 0};
    if (codec.bad)
        return malformed(err, "another kind of data");
    if (!decode_sections(&codec, counts, bytes.len - HEADER_BYTES, arena, listing, err))
        return false;
    codec.at = problem;
    code_text(&codec, &listing->problem);
    return !codec.bad || malformed(err, "a record refers outside");
}
