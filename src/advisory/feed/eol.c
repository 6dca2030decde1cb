/*
 * End-of-life dates of endoflife.date, in its two forms: the repository's Markdown files with a
 * head of YAML (in a tar), and the API's JSON. A product is known by its name and by its other
 * names
 * ("alpine-linux", "alpine"), all of which become keys.
 * https://endoflife.date/docs/api/v1/ and https://github.com/endoflife-date/endoflife.date
 */
#include "advisory/feed/feed.h"
#include "advisory/feed/window.h"
#include "base/json.h"
#include "base/yaml.h"
#include "image/tar.h"

enum { NAMES_MAX = 32, FILE_MAX = 1024 * 1024, DOCUMENT_MAX = 256 * 1024 * 1024 };

struct product {
    struct slice names[NAMES_MAX];
    size_t count;
};

static void add_name(struct product *product, struct slice name)
{
    if (slice_starts(name, SLICE("/")))
        name = slice_from(name, 1);
    if (name.len && product->count < NAMES_MAX)
        product->names[product->count++] = name;
}

static bool put_cycle(const struct product *product, struct slice cycle, struct slice date,
                      struct feed_sink *sink, struct error *err)
{
    char room[STORE_KEY_MAX];
    struct slice key;
    if (date.len == 0)
        return true;
    for (size_t i = 0; i < product->count; i++)
        if (affected_key(product->names[i], cycle, room, &key) &&
            !sink_row(sink, SINK_EOL, key, date, err))
            return false;
    return true;
}

/* What stands between the first two lines of "---". */
static bool find_head(struct slice text, struct slice *head)
{
    if (!slice_equal_str(slice_cut_line(&text), "---"))
        return false;
    size_t end = slice_search(text, SLICE("\n---"));
    *head = slice_upto(text, end + 1);
    return end < text.len;
}

/* "products/alpine-linux.md" → "alpine-linux" */
static struct slice stem_of(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    struct slice name = slash < path.len ? slice_from(path, slash + 1) : path;
    return slice_upto(name, slice_find_last(name, '.'));
}

static bool read_markdown(struct slice path, struct slice text, struct arena *arena,
                          struct feed_sink *sink, struct error *err)
{
    struct slice head;
    struct yaml_node *root;
    struct product product = {0};
    if (!find_head(text, &head))
        return true;
    if (!yaml_read(head, arena, &root, err))
        return error_add(err, "%.*s", SLICE_ARG(path));
    add_name(&product, stem_of(path));
    add_name(&product, yaml_text(root, "permalink"));
    const struct yaml_node *others = yaml_get(root, "alternate_urls");
    for (size_t i = 0; others && others->kind == YAML_LIST && i < others->count; i++)
        add_name(&product, others->items[i]->text);
    const struct yaml_node *releases = yaml_get(root, "releases");
    for (size_t i = 0; releases && releases->kind == YAML_LIST && i < releases->count; i++)
        if (!put_cycle(&product, yaml_text(releases->items[i], "releaseCycle"),
                       yaml_text(releases->items[i], "eol"), sink, err))
            return false;
    return true;
}

static bool read_member(struct tar *tar, const struct tar_entry *entry, struct arena *arena,
                        struct feed_sink *sink, struct error *err)
{
    struct slice path = arena_copy(arena, entry->path), piece;
    size_t size = (size_t)entry->size, len = 0;
    char *text = arena_alloc(arena, size + 1);
    uint64_t offset;
    if (!path.at || !text)
        return arena_error(err);
    do {
        if (!tar_piece(tar, 0, &offset, &piece, err))
            return false;
        if (piece.len > size - len)
            return error_set(err, ERROR_FORMAT, "a file is larger than it says");
        if (piece.len)
            memcpy(text + len, piece.at, piece.len);
        len += piece.len;
    } while (piece.len);
    return read_markdown(path, slice_of(text, len), arena, sink, err);
}

static bool read_tar(struct stream *stream, struct feed_sink *sink, struct error *err)
{
    CLEANUP_ARENA struct arena scratch;
    struct tar tar;
    struct tar_entry entry;
    bool ok = true;
    arena_init(&scratch, 64 * 1024 * 1024);
    tar_init(&tar, stream, NULL);
    err->kind = ERROR_NONE;
    while (ok && tar_next(&tar, &entry, err)) {
        arena_reset(&scratch);
        if (entry.type == TAR_FILE && entry.size <= FILE_MAX &&
            slice_ends(entry.path, SLICE(".md")))
            ok = read_member(&tar, &entry, &scratch, sink, err);
    }
    tar_done(&tar);
    return ok && err->kind == ERROR_NONE;
}

static bool read_release(struct json_reader *json, const struct product *product,
                         struct feed_sink *sink, struct error *err)
{
    struct slice member, cycle = {0}, date = {0};
    bool ended = false;
    if (!json_enter_object(json))
        return true;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "name"))
            json_string(json, &cycle);
        else if (slice_equal_str(member, "eolFrom"))
            json_string(json, &date);
        else if (slice_equal_str(member, "isEol"))
            json_bool(json, &ended);
    }
    if (date.len == 0)
        date = ended ? SLICE("true") : SLICE("false");
    return put_cycle(product, cycle, date, sink, err);
}

/* The names stand before the releases in the API's answers. */
static bool read_product(struct json_reader *json, struct feed_sink *sink, struct error *err)
{
    struct slice member, text;
    struct product product = {0};
    if (!json_enter_object(json))
        return true;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "name")) {
            json_string(json, &text);
            add_name(&product, text);
        } else if (slice_equal_str(member, "aliases") && json_enter_array(json)) {
            while (json_more(json)) {
                json_string(json, &text);
                add_name(&product, text);
            }
        } else if (slice_equal_str(member, "releases") && json_enter_array(json)) {
            while (json_more(json))
                if (!read_release(json, &product, sink, err))
                    return false;
        }
    }
    return true;
}

static bool read_api(struct slice text, struct arena *arena, struct feed_sink *sink,
                     struct error *err)
{
    struct json_reader json;
    struct slice member, date;
    bool ok = true;
    json_reader_init(&json, text, arena);
    json_enter_object(&json);
    while (ok && json_member(&json, &member)) {
        if (slice_equal_str(member, "last_modified") || slice_equal_str(member, "generated_at")) {
            json_string(&json, &date);
            ok = sink_date(sink, date, err);
        } else if (slice_equal_str(member, "result") && json_enter_array(&json)) {
            while (ok && json_more(&json))
                ok = read_product(&json, sink, err);
        }
    }
    return ok && json_finish(&json, err);
}

bool eol_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    CLEANUP_WINDOW struct window window = {0};
    struct slice first, text;
    if (!window_open(&window, input, err) || !stream_peek(window.stream, 1, &first, err))
        return false;
    bool api = slice_equal_str(first, "{");
    if (api && (!stream_read_all(window.stream, DOCUMENT_MAX, input->arena, &text, err) ||
                !read_api(text, input->arena, sink, err)))
        return false;
    if (!api && !read_tar(window.stream, sink, err))
        return false;
    return sink->count[SINK_EOL] || error_set(err, ERROR_FORMAT, "there are no dates in it");
}
