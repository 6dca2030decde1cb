#include "advisory/feed/zip.h"

#include <libdeflate.h>

enum {
    END_SIZE = 22,
    END_COMMENT_MAX = 65535,
    END64_SIZE = 56,
    LOCATOR_SIZE = 20,
    ENTRY_SIZE = 46,
    HEADER_SIZE = 30,
    STORED = 0,
    DEFLATED = 8,
    EXTRA_ZIP64 = 1,
};

static uint64_t number_at(struct slice bytes, size_t at, unsigned size)
{
    uint64_t sum = 0;
    for (unsigned i = size; i-- > 0;)
        sum = sum << 8 | (unsigned char)bytes.at[at + i];
    return sum;
}

static bool damaged(struct error *err, const char *what)
{
    return error_set(err, ERROR_FORMAT, "not a whole zip archive: %s", what);
}

/* `size` bytes at `offset` that begin with the signature; empty when they are not there. */
static struct slice record_at(const struct zip *zip, uint64_t offset, size_t size,
                              const char signature[5])
{
    if (offset > zip->bytes.len || zip->bytes.len - offset < size)
        return (struct slice){0};
    struct slice record = slice_upto(slice_from(zip->bytes, (size_t)offset), size);
    return slice_starts(record, slice_of(signature, 4)) ? record : (struct slice){0};
}

/* The last record; a comment of up to 64 KiB may follow it. */
static bool find_end(const struct zip *zip, uint64_t *at, struct slice *end)
{
    for (size_t back = END_SIZE; back <= END_SIZE + END_COMMENT_MAX && back <= zip->bytes.len;
         back++) {
        *at = zip->bytes.len - back;
        *end = record_at(zip, *at, END_SIZE, "PK\5\6");
        if (end->len && number_at(*end, 20, 2) == back - END_SIZE)
            return true;
    }
    return false;
}

static void read_end64(struct zip *zip, uint64_t end_at)
{
    struct slice locator = end_at < LOCATOR_SIZE
                               ? (struct slice){0}
                               : record_at(zip, end_at - LOCATOR_SIZE, LOCATOR_SIZE, "PK\6\7");
    if (!locator.len)
        return;
    struct slice end = record_at(zip, number_at(locator, 8, 8), END64_SIZE, "PK\6\6");
    if (!end.len)
        return;
    zip->left = number_at(end, 32, 8);
    zip->next = number_at(end, 48, 8);
}

bool zip_open(struct zip *zip, struct slice bytes, struct error *err)
{
    struct slice end;
    uint64_t at;
    *zip = (struct zip){.bytes = bytes};
    if (!find_end(zip, &at, &end))
        return damaged(err, "its directory is missing");
    zip->left = number_at(end, 10, 2);
    zip->next = number_at(end, 16, 4);
    read_end64(zip, at);
    zip->inflater = libdeflate_alloc_decompressor();
    return zip->inflater || arena_error(err);
}

void zip_close(struct zip *zip)
{
    if (zip->inflater)
        libdeflate_free_decompressor(zip->inflater);
    zip->inflater = NULL;
}

/* Sizes that do not fit into 32 bits stand in an extra field, in this order. */
static void read_extra(struct slice extra, struct zip_member *member)
{
    while (extra.len >= 4) {
        uint64_t id = number_at(extra, 0, 2), len = number_at(extra, 2, 2);
        struct slice field = slice_upto(slice_from(extra, 4), (size_t)len);
        extra = slice_from(extra, 4 + (size_t)len);
        if (id != EXTRA_ZIP64)
            continue;
        uint64_t *const numbers[] = {&member->size, &member->stored, &member->header};
        for (unsigned i = 0; i < 3; i++)
            if (*numbers[i] == UINT32_MAX && field.len >= 8) {
                *numbers[i] = number_at(field, 0, 8);
                field = slice_from(field, 8);
            }
    }
}

bool zip_next(struct zip *zip, struct zip_member *member, struct error *err)
{
    err->kind = ERROR_NONE;
    if (zip->left == 0)
        return false;
    struct slice entry = record_at(zip, zip->next, ENTRY_SIZE, "PK\1\2");
    if (!entry.len)
        return damaged(err, "its directory is damaged");
    size_t name = (size_t)number_at(entry, 28, 2), extra = (size_t)number_at(entry, 30, 2);
    struct slice behind = slice_from(zip->bytes, (size_t)zip->next + ENTRY_SIZE);
    if (behind.len < name + extra)
        return damaged(err, "its directory is damaged");
    *member = (struct zip_member){
        .name = slice_upto(behind, name),
        .method = (unsigned)number_at(entry, 10, 2),
        .crc = (uint32_t)number_at(entry, 16, 4),
        .stored = number_at(entry, 20, 4),
        .size = number_at(entry, 24, 4),
        .header = number_at(entry, 42, 4),
    };
    read_extra(slice_upto(slice_from(behind, name), extra), member);
    zip->next += ENTRY_SIZE + name + extra + number_at(entry, 32, 2);
    zip->left--;
    return true;
}

bool zip_read(struct zip *zip, const struct zip_member *member, size_t limit, struct arena *arena,
              struct slice *content, struct error *err)
{
    struct slice header = record_at(zip, member->header, HEADER_SIZE, "PK\3\4");
    if (!header.len)
        return damaged(err, "a member is missing");
    uint64_t start =
        member->header + HEADER_SIZE + number_at(header, 26, 2) + number_at(header, 28, 2);
    if (start > zip->bytes.len || zip->bytes.len - start < member->stored)
        return damaged(err, "a member is cut");
    if (member->size > limit)
        return error_set(err, ERROR_LIMIT, "a member of %llu bytes is over the limit",
                         (unsigned long long)member->size);
    struct slice stored = slice_upto(slice_from(zip->bytes, (size_t)start), (size_t)member->stored);
    size_t size = (size_t)member->size;
    char *to = arena_alloc(arena, size + 1);
    if (!to)
        return arena_error(err);
    if (member->method == STORED && stored.len == size)
        memcpy(to, stored.at, size);
    else if (member->method != DEFLATED ||
             libdeflate_deflate_decompress(zip->inflater, stored.at, stored.len, to, size, NULL) !=
                 LIBDEFLATE_SUCCESS)
        return damaged(err, "a member cannot be inflated");
    if (libdeflate_crc32(0, to, size) != member->crc)
        return damaged(err, "a member's checksum is wrong");
    *content = slice_of(to, size);
    return true;
}
