#include "image/tar.h"

#include "image/tar_parts.h"

/*
 * A path that no Linux system could make is no path; 1 MiB of extension is what other readers take,
 * too. Two million members: the largest images known have one, and what is kept of each entry
 * counts.
 */
const struct tar_limits tar_limits_default = {
    .path_max = 8192,
    .extension_max = 1024 * 1024,
    .entries_max = 2000000,
    .sparse_max = 100000,
    .content_max = 1ull << 40,
};

enum { SCRATCH_MAX = 16 * 1024 * 1024 };

/* What stands before a member and belongs to it. */
struct extensions {
    struct tar_pax pax;
    struct slice long_name, long_link;
};

void tar_init(struct tar *tar, struct stream *stream, const struct tar_limits *limits)
{
    *tar = (struct tar){.stream = stream, .limits = limits ? limits : &tar_limits_default};
    arena_init(&tar->scratch, SCRATCH_MAX);
}

void tar_done(struct tar *tar)
{
    arena_done(&tar->scratch);
}

static bool cut_short(const struct tar *tar, struct error *err)
{
    return error_set(err, ERROR_FORMAT, "the tar ends too early, at byte %llu",
                     (unsigned long long)tar->stream->position);
}

static bool skip_bytes(struct tar *tar, uint64_t count, struct error *err)
{
    uint64_t skipped = 0;
    if (count && !stream_skip(tar->stream, count, &skipped, err))
        return false;
    return skipped == count || cut_short(tar, err);
}

/* The padding may be missing at the archive's very end; the content may not. */
static bool finish_member(struct tar *tar, struct error *err)
{
    uint64_t left = tar->content, padding = tar->padding, skipped;
    tar->content = tar->padding = 0;
    tar->sparse = false;
    tar->extents = NULL;
    tar->extent_count = tar->extent_room = tar->extent_at = 0;
    tar->extent_done = tar->logical = 0;
    return skip_bytes(tar, left, err) && stream_skip(tar->stream, padding, &skipped, err);
}

static bool all_zero(const char *block)
{
    for (size_t i = 0; i < TAR_BLOCK; i++)
        if (block[i])
            return false;
    return true;
}

/* The next header block. Two blocks of zeros, or the stream's end in front of a header, are the
 * end. */
static bool next_block(struct tar *tar, char block[TAR_BLOCK], struct error *err)
{
    for (unsigned zeros = 0; !tar->ended; zeros++) {
        size_t got;
        if (!stream_read(tar->stream, block, TAR_BLOCK, &got, err))
            return false;
        if (got == 0) {
            tar->ended = true;
        } else if (got < TAR_BLOCK) {
            return cut_short(tar, err);
        } else if (!all_zero(block)) {
            return zeros == 0 || error_set(err, ERROR_FORMAT,
                                           "a lone block of zeros in the tar, before byte %llu",
                                           (unsigned long long)tar->stream->position - TAR_BLOCK);
        } else if (zeros == 1) {
            tar->ended = true;
        }
    }
    return true;
}

static uint64_t padding_of(uint64_t size)
{
    return (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
}

/* The content of an extension member, in the scratch arena. */
static bool read_extension(struct tar *tar, uint64_t size, struct slice *bytes, struct error *err)
{
    if (size > tar->limits->extension_max)
        return error_set(err, ERROR_LIMIT, "a tar extension header of %llu bytes",
                         (unsigned long long)size);
    char *text = arena_alloc(&tar->scratch, (size_t)size + 1);
    size_t got;
    if (!text)
        return arena_error(err);
    if (!stream_read(tar->stream, text, (size_t)size, &got, err))
        return false;
    if (got < size)
        return cut_short(tar, err);
    *bytes = slice_of(text, got);
    return skip_bytes(tar, padding_of(size), err);
}

static bool read_long(struct tar *tar, uint64_t size, struct slice *text, struct error *err)
{
    if (!read_extension(tar, size, text, err))
        return false;
    *text = slice_upto(*text, slice_find(*text, 0));
    return true;
}

/* True when the header was one of an extension, which is read then. */
static bool take_extension(struct tar *tar, const struct tar_header *header,
                           struct extensions *before, bool *taken, struct error *err)
{
    struct slice records;
    *taken = true;
    switch (header->type) {
    case 'x':
    case 'X': /* Solaris */
        return read_extension(tar, header->size, &records, err) &&
               tar_pax_parse(tar, records, &before->pax, err);
    case 'L':
        return read_long(tar, header->size, &before->long_name, err);
    case 'K':
        return read_long(tar, header->size, &before->long_link, err);
    case 'g': /* Global headers: container engines ignore them, and what is installed counts. */
    case 'V': /* a volume's label */
        return read_extension(tar, header->size, &records, err);
    default:
        *taken = false;
        return true;
    }
}

static enum tar_type type_of(const struct tar_header *header)
{
    switch (header->type) {
    case 0: /* v7 had no type for folders. */
        return slice_ends(header->path, SLICE("/")) ? TAR_FOLDER : TAR_FILE;
    case '0':
    case '7': /* contiguous */
    case 'S':
        return TAR_FILE;
    case '1':
        return TAR_HARDLINK;
    case '2':
        return TAR_SYMLINK;
    case '3':
        return TAR_CHARACTER_DEVICE;
    case '4':
        return TAR_BLOCK_DEVICE;
    case '5':
        return TAR_FOLDER;
    case '6':
        return TAR_FIFO;
    default:
        return TAR_OTHER;
    }
}

/* Settles the map and the real size of a member that may be sparse. */
static bool read_sparse(struct tar *tar, const struct tar_header *header, const char *block,
                        const struct tar_pax *pax, uint64_t *real_size, struct error *err)
{
    if (header->type == 'S' && header->gnu) {
        tar->sparse = true;
        if (!tar_sparse_old(tar, block, real_size, err))
            return false;
    } else if (pax->set & PAX_SPARSE_MAJOR && pax->sparse_major == 1 && pax->sparse_minor == 0) {
        tar->sparse = true;
        if (!tar_sparse_content(tar, err))
            return false;
    } else if (pax->set & PAX_SPARSE_MAP) {
        tar->sparse = true;
        if (!tar_sparse_text(tar, pax->sparse_map, err))
            return false;
    } else if (pax->set & PAX_SPARSE_BLOCKS) {
        tar->sparse = true;
    }
    if (tar->sparse && pax->set & PAX_REAL_SIZE)
        *real_size = pax->real_size;
    return !tar->sparse || tar_sparse_check(tar, *real_size, err);
}

static bool start_content(struct tar *tar, struct tar_header *header, const char *block,
                          const struct tar_pax *pax, struct tar_entry *out, struct error *err)
{
    bool has_content = out->type == TAR_FILE || out->type == TAR_OTHER;
    tar->content = has_content ? header->size : 0;
    tar->padding = padding_of(tar->content);
    out->size = tar->content;
    if (out->type == TAR_FILE && !read_sparse(tar, header, block, pax, &out->size, err))
        return false;
    out->sparse = tar->sparse;
    out->stored = tar->content;
    out->offset = tar->stream->position;
    if (out->size > tar->limits->content_max || out->stored > tar->limits->content_max)
        return error_set(err, ERROR_LIMIT, "%.*s has %llu bytes",
                         SLICE_ARG(slice_upto(out->path, 200)), (unsigned long long)out->size);
    return true;
}

static bool start_member(struct tar *tar, struct tar_header *header, const char *block,
                         const struct extensions *before, struct tar_entry *entry,
                         struct error *err)
{
    struct tar_entry out = {0};
    tar_pax_apply(&before->pax, header);
    if (before->long_name.len)
        header->path = before->long_name;
    if (before->long_link.len)
        header->link = before->long_link;
    if (header->path.len > tar->limits->path_max || header->link.len > tar->limits->path_max)
        return error_set(err, ERROR_LIMIT, "a path of more than %zu bytes: %.*s…",
                         tar->limits->path_max, SLICE_ARG(slice_upto(header->path, 100)));
    out.type = type_of(header);
    out.path = header->path;
    out.link = header->link;
    out.uid = header->uid;
    out.gid = header->gid;
    out.mtime = header->mtime;
    out.mode = header->mode;
    if (!start_content(tar, header, block, &before->pax, &out, err))
        return false;
    *entry = out;
    return true;
}

static bool count_entry(struct tar *tar, struct error *err)
{
    if (++tar->entries > tar->limits->entries_max)
        return error_set(err, ERROR_LIMIT, "the tar has more than %llu entries",
                         (unsigned long long)tar->limits->entries_max);
    return true;
}

bool tar_next(struct tar *tar, struct tar_entry *entry, struct error *err)
{
    struct extensions before = {0};
    char block[TAR_BLOCK];
    bool extension = true;
    err->kind = ERROR_NONE;
    if (!finish_member(tar, err))
        return false;
    arena_reset(&tar->scratch);
    while (extension) {
        struct tar_header header;
        uint64_t at = tar->stream->position;
        if (!next_block(tar, block, err) || tar->ended)
            return false;
        if (!count_entry(tar, err) || !tar_header_parse(block, at, &tar->scratch, &header, err) ||
            !take_extension(tar, &header, &before, &extension, err))
            return false;
        if (!extension && !start_member(tar, &header, block, &before, entry, err))
            return error_add(err, "tar header at byte %llu", (unsigned long long)at);
    }
    return true;
}

bool tar_piece(struct tar *tar, size_t most, uint64_t *offset, struct slice *bytes,
               struct error *err)
{
    uint64_t left = tar->content;
    while (tar->sparse && tar->extent_at < tar->extent_count &&
           tar->extent_done == tar->extents[tar->extent_at].size) {
        tar->extent_at++;
        tar->extent_done = 0;
    }
    if (tar->sparse)
        left = tar->extent_at < tar->extent_count
                   ? tar->extents[tar->extent_at].size - tar->extent_done
                   : 0;
    if (left == 0) {
        *bytes = (struct slice){0};
        return true;
    }
    size_t take = left < SIZE_MAX ? (size_t)left : SIZE_MAX;
    if (!stream_take(tar->stream, most && most < take ? most : take, bytes, err))
        return false;
    if (bytes->len == 0)
        return cut_short(tar, err);
    *offset = tar->sparse ? tar->extents[tar->extent_at].offset + tar->extent_done : tar->logical;
    tar->extent_done += bytes->len;
    tar->logical += bytes->len;
    tar->content -= bytes->len;
    return true;
}

bool tar_skip(struct tar *tar, uint64_t count, struct error *err)
{
    if (count > tar->content)
        count = tar->content;
    tar->content -= count;
    tar->logical += count;
    return skip_bytes(tar, count, err);
}
