#include "image/layer.h"

#include "image/path.h"
#include "image/tar.h"

enum { HEAD = 4096, WINDOW = 64 * 1024, ROOM_BESIDE = 1024 * 1024 };

/*
 * A layer that holds a sparse gigabyte of zeros is odd but honest, and DEFLATE cannot do better
 * than 1032:1; so the ratio counts only from 2 GiB on, and what is stopped has cost about a second.
 */
const struct layer_limits layer_limits_default = {
    .size_max = 128ull << 30,
    .ratio_after = 2ull << 30,
    .ratio_max = 200,
    .entries_max = 2000000,
    .path_max = 8192,
    .whole_max = 64 * 1024 * 1024,
    .window_max = 128 * 1024 * 1024,
};

struct walk {
    struct tar tar;
    const struct layer_limits *limits;
    const struct layer_visitor *visitor;
    void *context;
    struct arena paths; /* reset for each entry */
    struct arena whole; /* reset for each file that is gathered */
};

/* Tells whiteouts; true when it was one, or a file of aufs that means nothing here. */
static bool take_whiteout(struct walk *walk, struct slice path)
{
    struct slice base = path_base(path), folder = path_folder(path);
    if (!slice_starts(base, SLICE(".wh.")))
        return slice_starts(path, SLICE(".wh..wh."));
    if (slice_equal(base, SLICE(".wh..wh..opq"))) {
        walk->visitor->removal(walk->context, folder, true);
        return true;
    }
    struct slice name = slice_from(base, 4);
    /* Names that would mean the folder itself are refused by engines. */
    if (slice_starts(name, SLICE(".wh.")) || name.len == 0 || slice_equal(name, SLICE(".")) ||
        slice_equal(name, SLICE("..")))
        return true;
    struct slice gone = name;
    if (folder.len)
        gone = arena_printf(&walk->paths, "%.*s/%.*s", SLICE_ARG(folder), SLICE_ARG(name));
    if (gone.at)
        walk->visitor->removal(walk->context, gone, false);
    return true;
}

/* Copies the member's content to `to`, which is all zeros, until `len` bytes of it are there. */
static bool gather(struct walk *walk, char *to, size_t start, size_t len, struct error *err)
{
    struct slice piece;
    uint64_t offset = start;
    while (offset < len) {
        if (!tar_piece(&walk->tar, len - (size_t)offset, &offset, &piece, err))
            return false;
        if (piece.len == 0)
            break;
        if (offset > len || piece.len > len - offset)
            return error_set(err, ERROR_FORMAT, "a sparse file larger than it says");
        memcpy(to + offset, piece.at, piece.len);
        offset += piece.len;
    }
    return true;
}

static bool give_whole(struct walk *walk, const struct tar_entry *entry, struct error *err)
{
    struct slice piece = {0};
    uint64_t offset = 0;
    if (entry->size > walk->limits->whole_max) {
        walk->visitor->end(walk->context, false);
        return true;
    }
    if (!tar_piece(&walk->tar, 0, &offset, &piece, err))
        return false;
    if (piece.len < entry->size) { /* not all in one piece */
        char *all;
        arena_reset(&walk->whole);
        if (!(all = arena_alloc(&walk->whole, (size_t)entry->size)))
            return arena_error(err);
        if (offset > entry->size || piece.len > entry->size - offset)
            return error_set(err, ERROR_FORMAT, "a sparse file larger than it says");
        if (piece.len)
            memcpy(all + offset, piece.at, piece.len);
        if (!gather(walk, all, (size_t)offset + piece.len, (size_t)entry->size, err))
            return false;
        piece = slice_of(all, (size_t)entry->size);
    }
    walk->visitor->bytes(walk->context, 0, piece);
    walk->visitor->end(walk->context, true);
    return true;
}

/* Leaves out a range that the visitor does not want; true in *left_out when it did. */
static bool leave_out(struct walk *walk, const struct tar_entry *entry, bool *left_out,
                      struct error *err)
{
    uint64_t left = walk->tar.content, len = left < WINDOW ? left : WINDOW;
    *left_out = len && !entry->sparse && walk->visitor->wants && stream_seeks(walk->tar.stream) &&
                !walk->visitor->wants(walk->context, walk->tar.logical, len);
    return !*left_out || tar_skip(&walk->tar, len, err);
}

/* The first piece: long enough to tell what the file is. */
static bool give_head(struct walk *walk, const struct tar_entry *entry, bool *more,
                      struct error *err)
{
    struct slice piece;
    uint64_t offset = 0;
    char head[HEAD] = {0};
    size_t want = entry->size < HEAD ? (size_t)entry->size : HEAD;
    if (!tar_piece(&walk->tar, stream_seeks(walk->tar.stream) ? HEAD : 0, &offset, &piece, err))
        return false;
    if (piece.len < want && !entry->sparse) {
        memcpy(head, piece.at, piece.len);
        if (!gather(walk, head, piece.len, want, err))
            return false;
        piece = slice_of(head, want);
    }
    *more = piece.len && walk->visitor->bytes(walk->context, offset, piece);
    return true;
}

static bool give_pieces(struct walk *walk, const struct tar_entry *entry, struct error *err)
{
    bool more = false, left_out;
    if (!give_head(walk, entry, &more, err))
        return false;
    while (more) {
        struct slice piece;
        uint64_t offset;
        if (!leave_out(walk, entry, &left_out, err))
            return false;
        if (left_out)
            continue;
        if (!tar_piece(&walk->tar, stream_seeks(walk->tar.stream) ? WINDOW : 0, &offset, &piece,
                       err))
            return false;
        more = piece.len && walk->visitor->bytes(walk->context, offset, piece);
    }
    walk->visitor->end(walk->context, true);
    return true;
}

static bool describe(struct walk *walk, const struct tar_entry *from, struct slice path,
                     struct layer_entry *entry)
{
    static const enum layer_entry_type types[] = {
        [TAR_FILE] = ENTRY_FILE,           [TAR_HARDLINK] = ENTRY_HARDLINK,
        [TAR_SYMLINK] = ENTRY_SYMLINK,     [TAR_CHARACTER_DEVICE] = ENTRY_DEVICE,
        [TAR_BLOCK_DEVICE] = ENTRY_DEVICE, [TAR_FOLDER] = ENTRY_FOLDER,
        [TAR_FIFO] = ENTRY_FIFO,
    };
    *entry = (struct layer_entry){.type = types[from->type],
                                  .path = path,
                                  .size = from->size,
                                  .uid = from->uid,
                                  .gid = from->gid,
                                  .mtime = from->mtime,
                                  .mode = from->mode};
    if (from->type == TAR_SYMLINK)
        entry->link = from->link;
    else if (from->type == TAR_HARDLINK)
        entry->link = path_clean(&walk->paths, from->link);
    return from->type != TAR_HARDLINK || entry->link.at;
}

static bool visit(struct walk *walk, const struct tar_entry *from, struct error *err)
{
    struct layer_entry entry;
    arena_reset(&walk->paths);
    struct slice path = path_clean(&walk->paths, from->path);
    if (!path.at)
        return arena_error(err);
    if (from->type == TAR_OTHER || path.len == 0 || take_whiteout(walk, path))
        return true;
    if (!describe(walk, from, path, &entry))
        return arena_error(err);
    enum layer_want want = walk->visitor->entry(walk->context, &entry);
    if (entry.type != ENTRY_FILE || want == LAYER_NONE)
        return true;
    if (want == LAYER_WHOLE ? give_whole(walk, from, err) : give_pieces(walk, from, err))
        return true;
    return error_add(err, "%.*s", SLICE_ARG(slice_upto(path, 300)));
}

static bool walk_all(struct walk *walk, struct layer_summary *summary, struct error *err)
{
    struct tar_entry entry;
    while (tar_next(&walk->tar, &entry, err)) {
        summary->entries++;
        if (!visit(walk, &entry, err))
            return false;
        if (walk->tar.stream->position > walk->limits->size_max)
            return error_set(err, ERROR_LIMIT, "more than %llu bytes in the layer",
                             (unsigned long long)walk->limits->size_max);
    }
    return err->kind == ERROR_NONE;
}

bool layer_walk(struct stream *tar, const struct layer_limits *limits,
                const struct layer_visitor *visitor, void *context, struct layer_summary *summary,
                struct error *err)
{
    struct walk walk = {
        .limits = limits ? limits : &layer_limits_default, .visitor = visitor, .context = context};
    struct tar_limits tar_limits = tar_limits_default;
    tar_limits.entries_max = walk.limits->entries_max;
    tar_limits.path_max = walk.limits->path_max;
    tar_init(&walk.tar, tar, &tar_limits);
    arena_init(&walk.paths, ROOM_BESIDE + 8 * walk.limits->path_max);
    arena_init(&walk.whole, ROOM_BESIDE + walk.limits->whole_max);
    bool good = walk_all(&walk, summary, err);
    summary->size = tar->position;
    arena_done(&walk.whole);
    arena_done(&walk.paths);
    tar_done(&walk.tar);
    return good;
}
