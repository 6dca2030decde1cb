#include "image/archive_stream.h"

#include "image/document.h"
#include "image/path.h"

enum { DOCUMENTS_MAX = 1000, LINKS_MAX = 20000 };

void archive_stream_init(struct archive_stream *archive, struct stream *stream, struct arena *arena)
{
    *archive = (struct archive_stream){.arena = arena};
    tar_init(&archive->tar, stream, NULL);
    table_init(&archive->documents, arena);
    table_init(&archive->links, arena);
}

void archive_stream_done(struct archive_stream *archive)
{
    tar_done(&archive->tar);
}

static bool keep(struct archive_stream *archive, struct table *table, struct slice name,
                 struct slice value, struct error *err)
{
    struct slice key = arena_copy(archive->arena, name);
    struct slice *kept = arena_new(archive->arena, struct slice);
    if (!key.at || !kept)
        return arena_error(err);
    *kept = value;
    return table_put(table, key, kept) || arena_error(err);
}

static bool keep_document(struct archive_stream *archive, const struct tar_entry *entry,
                          struct error *err)
{
    uint64_t offset;
    struct slice bytes;
    if (archive->documents.count >= DOCUMENTS_MAX)
        return error_set(err, ERROR_LIMIT, "over %d documents in an archive", DOCUMENTS_MAX);
    char *to = arena_alloc(archive->arena, (size_t)entry->size + 1);
    size_t len = 0;
    if (!to)
        return arena_error(err);
    struct slice name = arena_copy(archive->arena, entry->path);
    if (!name.at)
        return arena_error(err);
    do {
        if (!tar_piece(&archive->tar, 0, &offset, &bytes, err))
            return false;
        if (bytes.len > entry->size - len)
            return error_set(err, ERROR_FORMAT, "a document longer than its size");
        if (bytes.len)
            memcpy(to + len, bytes.at, bytes.len);
        len += bytes.len;
    } while (bytes.len);
    return keep(archive, &archive->documents, name, slice_of(to, len), err);
}

/* Links are written relative to their own folder ("../<hex>/layer.tar"), hard links to the root. */
static bool keep_link(struct archive_stream *archive, const struct tar_entry *entry,
                      struct error *err)
{
    size_t slash = slice_find_last(entry->path, '/');
    bool relative = entry->type == TAR_SYMLINK && slash < entry->path.len;
    struct slice folder = relative ? slice_upto(entry->path, slash + 1) : (struct slice){"", 0};
    struct slice joined =
        arena_printf(archive->arena, "%.*s%.*s", SLICE_ARG(folder), SLICE_ARG(entry->link));
    if (!joined.at)
        return arena_error(err);
    if (archive->links.count >= LINKS_MAX)
        return error_set(err, ERROR_LIMIT, "over %d links in an archive", LINKS_MAX);
    struct slice target = path_clean(archive->arena, joined);
    return target.at ? keep(archive, &archive->links, entry->path, target, err) : arena_error(err);
}

static bool is_layer_name(struct slice name)
{
    return slice_ends(name, SLICE(".tar")) || slice_starts(name, SLICE("blobs/")) ||
           slice_ends(name, SLICE(".tar.gz"));
}

/* Documents are found by what they are: a blob's name does not tell, and its first byte does (a
   tar begins with a path, compressed data with its mark). */
static bool is_document(struct archive_stream *archive, const struct tar_entry *entry, bool *yes,
                        struct error *err)
{
    struct slice head = {0};
    *yes = slice_ends(entry->path, SLICE(".json"));
    if (*yes || !slice_starts(entry->path, SLICE("blobs/")) || entry->size == 0)
        return true;
    if (!stream_peek(archive->tar.stream, 1, &head, err))
        return false;
    *yes = head.len && head.at[0] == '{';
    return true;
}

bool archive_stream_next(struct archive_stream *archive, struct archive_member *member,
                         struct error *err)
{
    struct tar_entry entry;
    while (tar_next(&archive->tar, &entry, err)) {
        bool document;
        entry.path = path_clean(archive->arena, entry.path);
        if (!entry.path.at)
            return arena_error(err);
        if (entry.type == TAR_SYMLINK || entry.type == TAR_HARDLINK) {
            if (!keep_link(archive, &entry, err))
                return false;
            continue;
        }
        if (entry.type != TAR_FILE || entry.sparse)
            continue;
        if (!is_document(archive, &entry, &document, err))
            return false;
        if (document && entry.size <= DOCUMENT_MAX && !keep_document(archive, &entry, err))
            return error_add(err, "reading an archive");
        if (document || !is_layer_name(entry.path))
            continue;
        *member = (struct archive_member){entry.path, entry.size};
        return true;
    }
    return err->kind != ERROR_NONE && error_add(err, "reading an archive");
}

bool archive_stream_piece(struct archive_stream *archive, struct slice *bytes, struct error *err)
{
    uint64_t offset;
    return tar_piece(&archive->tar, 0, &offset, bytes, err);
}

bool archive_stream_digest(struct slice name, struct digest *digest)
{
    struct error ignored;
    char text[sizeof digest->text] = "sha256:";
    struct slice hex = slice_from(name, slice_find_last(name, '/') + 1);
    if (slice_find_last(name, '/') == name.len)
        hex = name;
    if (slice_ends(hex, SLICE(".tar")))
        hex.len -= 4;
    else if (!slice_starts(name, SLICE("blobs/sha256/")))
        return false;
    if (hex.len != 64)
        return false;
    memcpy(text + 7, hex.at, 64);
    return digest_parse(digest, slice_of(text, 71), &ignored);
}

static struct slice resolve(const struct archive_stream *archive, struct slice name)
{
    for (int depth = 0; depth < 8; depth++) {
        const struct slice *target = table_get(&archive->links, name);
        if (!target)
            break;
        name = *target;
    }
    return name;
}

static bool has_tag(const json_t *image, struct slice tag)
{
    size_t i;
    json_t *each;
    json_array_foreach(json_object_get(image, "RepoTags"), i,
                       each) if (slice_equal(document_view(each), tag)) return true;
    return false;
}

static const json_t *choose(const json_t *document, struct slice tag)
{
    size_t i;
    json_t *each;
    json_array_foreach(document, i, each) if (tag.len && has_tag(each, tag)) return each;
    return json_array_size(document) == 1 ? json_array_get(document, 0) : NULL;
}

bool archive_stream_layers(const struct archive_stream *archive, struct slice tag,
                           struct arena *arena, struct slice **names, size_t *count,
                           struct error *err)
{
    const struct slice *bytes = table_get(&archive->documents, SLICE("manifest.json"));
    if (!bytes)
        return error_set(err, ERROR_FORMAT, "no manifest.json in the archive");
    CLEANUP_JSON json_t *document = document_parse(*bytes, err);
    if (!document)
        return error_add(err, "manifest.json");
    const json_t *image = choose(document, tag);
    struct slice *list;
    size_t size;
    if (!image)
        return error_set(err, ERROR_NOT_FOUND, "manifest.json knows no \"%.*s\"", SLICE_ARG(tag));
    if (!document_texts(json_object_get(image, "Layers"), arena, &list, &size))
        return arena_error(err);
    for (size_t i = 0; i < size; i++)
        list[i] = resolve(archive, path_clean(arena, list[i]));
    *names = list;
    *count = size;
    return true;
}
