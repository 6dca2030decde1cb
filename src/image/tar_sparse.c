/* Maps of sparse members: the pieces that are stored; all between them is zeros. Forms: GNU tar's
 * manual, "Storing Sparse Files". */
#include "image/tar_parts.h"

enum { OLD_MAP_AT = 386, OLD_PIECES = 4, OLD_MORE_AT = 482, OLD_REAL_SIZE_AT = 483 };
enum { MORE_PIECES = 21, MORE_MORE_AT = 504, PIECE = 24, NUMBER = 12, DIGITS_MAX = 20 };

bool tar_sparse_add(struct tar *tar, uint64_t offset, uint64_t size, struct error *err)
{
    struct tar_extent extent = {offset, size};
    uint64_t end;
    if (tar->extent_count >= tar->limits->sparse_max)
        return error_set(err, ERROR_LIMIT, "a sparse file of more than %zu pieces",
                         tar->limits->sparse_max);
    if (__builtin_add_overflow(offset, size, &end) || end > INT64_MAX)
        return error_set(err, ERROR_FORMAT, "a sparse file with an absurd piece");
    if (tar->extent_count) {
        const struct tar_extent *last = &tar->extents[tar->extent_count - 1];
        if (offset < last->offset + last->size)
            return error_set(err, ERROR_FORMAT, "a sparse file whose pieces overlap");
    }
    return ARENA_PUSH(&tar->scratch, tar->extents, tar->extent_count, tar->extent_room, extent) ||
           arena_error(err);
}

/* `count` pairs of 12-byte numbers; an empty one ends them. */
static bool add_pairs(struct tar *tar, const char *at, unsigned count, struct error *err)
{
    for (unsigned i = 0; i < count; i++, at += PIECE) {
        uint64_t offset, size;
        if (at[0] == 0)
            return true;
        if (!tar_number(at, NUMBER, &offset) || !tar_number(at + NUMBER, NUMBER, &size))
            return error_set(err, ERROR_FORMAT, "a sparse file with a bad map");
        if (!tar_sparse_add(tar, offset, size, err))
            return false;
    }
    return true;
}

bool tar_sparse_old(struct tar *tar, const char block[TAR_BLOCK], uint64_t *real_size,
                    struct error *err)
{
    char more[TAR_BLOCK];
    bool goes_on = block[OLD_MORE_AT] != 0;
    if (!tar_number(block + OLD_REAL_SIZE_AT, NUMBER, real_size))
        return error_set(err, ERROR_FORMAT, "a sparse file of absurd size");
    if (!add_pairs(tar, block + OLD_MAP_AT, OLD_PIECES, err))
        return false;
    while (goes_on) {
        size_t got;
        if (!stream_read(tar->stream, more, sizeof more, &got, err))
            return false;
        if (got < sizeof more)
            return error_set(err, ERROR_FORMAT, "the tar ends in a sparse file's map");
        size_t before = tar->extent_count;
        if (!add_pairs(tar, more, MORE_PIECES, err))
            return false;
        goes_on = more[MORE_MORE_AT] != 0;
        if (goes_on && tar->extent_count == before)
            return error_set(err, ERROR_FORMAT, "a sparse file with an empty map block");
    }
    return true;
}

bool tar_sparse_text(struct tar *tar, struct slice map, struct error *err)
{
    while (map.len) {
        uint64_t offset, size;
        struct slice first = slice_cut(&map, ','), second = slice_cut(&map, ',');
        if (!slice_u64(first, &offset) || !slice_u64(second, &size))
            return error_set(err, ERROR_FORMAT, "a sparse file with a bad map");
        if (!tar_sparse_add(tar, offset, size, err))
            return false;
    }
    return true;
}

/* Lines of decimal digits out of content that is read block by block. */
struct lines {
    struct tar *tar;
    char block[TAR_BLOCK];
    size_t at, len;
};

static bool read_byte(struct lines *lines, char *c, struct error *err)
{
    if (lines->at == lines->len) {
        if (lines->tar->content < TAR_BLOCK)
            return error_set(err, ERROR_FORMAT, "a sparse file shorter than its map");
        if (!stream_read(lines->tar->stream, lines->block, TAR_BLOCK, &lines->len, err))
            return false;
        if (lines->len < TAR_BLOCK)
            return error_set(err, ERROR_FORMAT, "the tar ends in a sparse file's map");
        lines->tar->content -= TAR_BLOCK;
        lines->at = 0;
    }
    *c = lines->block[lines->at++];
    return true;
}

static bool read_line(struct lines *lines, uint64_t *value, struct error *err)
{
    char digits[DIGITS_MAX];
    size_t len = 0;
    for (;;) {
        char c = 0;
        if (!read_byte(lines, &c, err))
            return false;
        if (c == '\n')
            break;
        if (len == sizeof digits)
            return error_set(err, ERROR_FORMAT, "a sparse file with a bad map");
        digits[len++] = c;
    }
    if (!slice_u64(slice_of(digits, len), value))
        return error_set(err, ERROR_FORMAT, "a sparse file with a bad map");
    return true;
}

bool tar_sparse_content(struct tar *tar, struct error *err)
{
    struct lines lines = {.tar = tar};
    uint64_t count;
    if (!read_line(&lines, &count, err))
        return false;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t offset, size;
        if (!read_line(&lines, &offset, err) || !read_line(&lines, &size, err) ||
            !tar_sparse_add(tar, offset, size, err))
            return false;
    }
    return true;
}

bool tar_sparse_check(const struct tar *tar, uint64_t real_size, struct error *err)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < tar->extent_count; i++) {
        sum += tar->extents[i].size;
        if (tar->extents[i].offset + tar->extents[i].size > real_size || sum > tar->content)
            return error_set(err, ERROR_FORMAT, "a sparse file whose map does not fit its size");
    }
    return true;
}
