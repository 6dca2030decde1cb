#include "update/pins/pin_index.h"

#include "image/compression.h"
#include "image/tar.h"
#include "version/version.h"

#define INDEX_SIZE_MAX ((uint64_t)1 << 30) /* inflated; Debian's main is some 60 MB */

void pin_index_init(struct pin_index *index, enum package_type type, struct arena *arena)
{
    *index = (struct pin_index){.type = type, .arena = arena};
    table_init(&index->wanted, arena);
}

bool pin_index_want(struct pin_index *index, struct slice name, struct error *err)
{
    if (table_get(&index->wanted, name))
        return true;
    struct indexed *indexed = arena_new(index->arena, struct indexed);
    if (!indexed || !table_put(&index->wanted, name, indexed))
        return arena_error(err);
    indexed->name = name;
    return true;
}

const struct indexed *pin_index_find(const struct pin_index *index, struct slice name)
{
    return table_get(&index->wanted, name);
}

/* ---- one package ---- */

static bool is_newer(enum package_type type, struct slice version, struct slice than)
{
    int order;
    const struct version_scheme *scheme = type == PACKAGE_APK ? &version_apk : &version_deb;
    if (!version_valid(scheme, version))
        return false;
    return !than.len || (version_compare(scheme, version, than, &order) && order > 0);
}

static bool keep(struct pin_index *index, struct indexed *indexed, struct slice version,
                 struct error *err)
{
    struct slice source = slice_str(index->source), copy;
    if (indexed->count >= PIN_VERSIONS_MAX)
        return true;
    copy = arena_copy(index->arena, version);
    if (!copy.at ||
        !ARENA_PUSH(index->arena, indexed->versions, indexed->count, indexed->room, copy))
        return arena_error(err);
    if (!is_newer(index->type, version, indexed->newest))
        return true;
    /* Debian: "Source: curl (7.88.1-10)" when the version is another. */
    source = slice_upto(source, slice_find(source, ' '));
    indexed->newest = copy;
    indexed->source = arena_copy(index->arena, source.len ? source : indexed->name);
    return indexed->source.at || arena_error(err);
}

static bool end_stanza(struct pin_index *index, struct error *err)
{
    struct slice name = slice_str(index->name), version = slice_str(index->version);
    struct indexed *indexed = name.len ? table_get(&index->wanted, name) : NULL;
    if (indexed && version.len && !keep(index, indexed, version, err))
        return false;
    index->name[0] = index->version[0] = index->source[0] = '\0';
    return true;
}

/* ---- lines ---- */

static void take(char *to, size_t room, struct slice value)
{
    value = slice_trim(value);
    if (value.len >= room || memchr(value.at ? value.at : "", '\0', value.len))
        value.len = 0;
    memcpy(to, value.at ? value.at : "", value.len);
    to[value.len] = '\0';
}

static void take_field(struct pin_index *index, struct slice line)
{
    static const char *const fields[][3] = {{"P", "V", "o"}, {"Package", "Version", "Source"}};
    const char *const *names = fields[index->type == PACKAGE_DEB];
    struct slice value = line, name = slice_cut(&value, ':');
    if (slice_equal_str(name, names[0]))
        take(index->name, sizeof index->name, value);
    else if (slice_equal_str(name, names[1]))
        take(index->version, sizeof index->version, value);
    else if (slice_equal_str(name, names[2]))
        take(index->source, sizeof index->source, value);
}

static bool end_line(struct pin_index *index, struct error *err)
{
    struct slice line = slice_of(index->line, index->length);
    bool too_long = index->too_long;
    index->length = 0;
    index->too_long = false;
    if (slice_ends(line, SLICE("\r")))
        line.len--;
    if (too_long)
        return true;
    if (!line.len)
        return end_stanza(index, err);
    take_field(index, line);
    return true;
}

bool pin_index_feed(struct pin_index *index, struct slice piece, struct error *err)
{
    while (piece.len) {
        size_t length = slice_find(piece, '\n');
        bool whole = length < piece.len;
        if (length > sizeof index->line - index->length)
            index->too_long = true;
        if (!index->too_long) {
            memcpy(index->line + index->length, piece.at, length);
            index->length += length;
        }
        piece = slice_from(piece, whole ? length + 1 : length);
        if (whole && !end_line(index, err))
            return false;
    }
    return true;
}

bool pin_index_end(struct pin_index *index, struct error *err)
{
    return end_line(index, err) && end_stanza(index, err);
}

/* ---- files ---- */

static bool feed_stream(struct pin_index *index, struct stream *stream, struct error *err)
{
    uint64_t total = 0;
    for (;;) {
        struct slice piece;
        if (!stream_next(stream, &piece, err))
            return false;
        if (!piece.len)
            return pin_index_end(index, err);
        total += piece.len;
        if (total > INDEX_SIZE_MAX)
            return error_set(err, ERROR_LIMIT, "the list of packages is over 1 GiB");
        if (!pin_index_feed(index, piece, err))
            return false;
    }
}

static bool feed_entry(struct pin_index *index, struct tar *tar, struct error *err)
{
    for (;;) {
        uint64_t offset;
        struct slice piece;
        if (!tar_piece(tar, 0, &offset, &piece, err))
            return false;
        if (!piece.len)
            return pin_index_end(index, err);
        if (!pin_index_feed(index, piece, err))
            return false;
    }
}

/* A signature's tar without an end, and behind it one with the file APKINDEX. */
static bool feed_tar(struct pin_index *index, struct stream *stream, struct error *err)
{
    struct tar tar;
    struct tar_entry entry;
    struct tar_limits limits = tar_limits_default;
    bool found = false, fine = true;
    limits.content_max = INDEX_SIZE_MAX;
    err->kind = ERROR_NONE;
    tar_init(&tar, stream, &limits);
    while (fine && tar_next(&tar, &entry, err))
        if (entry.type == TAR_FILE && slice_equal_str(entry.path, "APKINDEX")) {
            found = true;
            fine = feed_entry(index, &tar, err);
        }
    fine = fine && err->kind == ERROR_NONE;
    tar_done(&tar);
    return fine && (found || error_set(err, ERROR_FORMAT, "there is no APKINDEX in it"));
}

bool pin_index_read(struct pin_index *index, struct slice bytes, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    struct stream *inner, *stream;
    arena_init(&arena, 64 << 20);
    inner = stream_of_memory(&arena, bytes, err);
    stream = inner ? stream_of_gzip(&arena, inner, err) : NULL;
    if (!stream)
        return false;
    bool fine =
        index->type == PACKAGE_APK ? feed_tar(index, stream, err) : feed_stream(index, stream, err);
    stream_close(stream);
    return fine;
}
