#include "advisory/feed/window.h"

#include "image/compression.h"

enum {
    ELEMENT_MAX = 64 * 1024 * 1024, /* a line or an element */
    WINDOW_MAX = 128 * 1024 * 1024, /* of zstd */
    FIRST_ROOM = 256 * 1024,
    NAME_ROOM = 64,
    DEPTH_MAX = 200,
};

bool window_open(struct window *window, const struct feed_input *input, struct error *err)
{
    *window = (struct window){.arena = input->arena, .room = FIRST_ROOM};
    window->bytes = arena_alloc(input->arena, FIRST_ROOM);
    if (!window->bytes)
        return arena_error(err);
    enum layer_compression kind;
    struct stream *inner = stream_of_memory(input->arena, input->bytes, err);
    if (inner)
        window->stream = stream_of_compressed(input->arena, inner, WINDOW_MAX, &kind, err);
    if (inner && !window->stream)
        stream_close(inner);
    return window->stream != NULL;
}

void window_done(struct window *window)
{
    stream_close(window->stream);
    window->stream = NULL;
}

/* Room for at least one more byte: what was used is forgotten, or the buffer grows. */
static bool make_room(struct window *window, struct error *err)
{
    size_t kept = window->end - window->start;
    if (window->start >= window->room / 2) {
        memmove(window->bytes, window->bytes + window->start, kept);
    } else if (window->end == window->room) {
        if (window->room >= ELEMENT_MAX)
            return error_set(err, ERROR_LIMIT, "a line or record is larger than 64 MB");
        char *grown = arena_alloc(window->arena, window->room * 2);
        if (!grown)
            return arena_error(err);
        memcpy(grown, window->bytes + window->start, kept);
        window->bytes = grown;
        window->room *= 2;
    } else
        return true;
    window->start = 0;
    window->end = kept;
    return true;
}

/* Reads more bytes behind those that are there; window->ended when there are none. */
static bool read_more(struct window *window, struct error *err)
{
    size_t got;
    if (!make_room(window, err) || !stream_read(window->stream, window->bytes + window->end,
                                                window->room - window->end, &got, err))
        return false;
    window->end += got;
    window->ended = got == 0;
    return true;
}

static struct slice unread(const struct window *window)
{
    return slice_of(window->bytes + window->start, window->end - window->start);
}

bool window_line(struct window *window, struct slice *line, struct error *err)
{
    size_t searched = 0;
    for (;;) {
        struct slice text = unread(window);
        size_t end = searched + slice_find(slice_from(text, searched), '\n');
        if (end < text.len || (window->ended && text.len)) {
            *line = slice_cut_line(&text);
            window->start = window->end - text.len;
            return true;
        }
        err->kind = ERROR_NONE;
        if (window->ended)
            return false;
        searched = text.len;
        if (!read_more(window, err))
            return false;
    }
}

/* The next byte that is not white space, without using it up; '\0' at the end or on an error. */
static char peek(struct window *window, struct error *err)
{
    for (;;) {
        for (; window->start < window->end; window->start++) {
            char c = window->bytes[window->start];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
                return c;
        }
        if (window->ended || !read_more(window, err))
            return '\0';
    }
}

static bool cut_short(struct error *err)
{
    return err->kind ? false : error_set(err, ERROR_FORMAT, "the JSON document ends too early");
}

/* Takes one value, which begins at window->start, whole. A number or word ends before the next
   byte that cannot be in it. */
static bool take_value(struct window *window, struct slice *value, struct error *err)
{
    size_t at = 0;
    unsigned depth = 0;
    bool text = false, escaped = false;
    for (;; at++) {
        if (window->start + at == window->end) {
            if (window->ended || !read_more(window, err) || window->ended)
                return cut_short(err);
        }
        char c = window->bytes[window->start + at];
        if (text) {
            text = escaped || c != '"';
            escaped = !escaped && c == '\\';
            if (text || depth)
                continue;
            at++;
            break;
        }
        text = c == '"';
        if (c == '{' || c == '[')
            depth++;
        if (c == '}' || c == ']' || c == ',') {
            if (depth == 0)
                break;
            if (c != ',' && --depth == 0) {
                at++;
                break;
            }
        }
        if (depth > DEPTH_MAX)
            return error_set(err, ERROR_LIMIT, "the JSON is nested too deep");
    }
    *value = slice_of(window->bytes + window->start, at);
    window->start += at;
    return true;
}

static bool take(struct window *window, char c, struct error *err)
{
    if (peek(window, err) != c)
        return false;
    window->start++;
    return true;
}

/* A member's name into `room`; '"' and ':' used up. */
static bool take_name(struct window *window, char room[NAME_ROOM], struct error *err)
{
    struct slice name;
    if (peek(window, err) != '"')
        return cut_short(err);
    if (!take_value(window, &name, err))
        return false;
    size_t len = name.len - 2 < NAME_ROOM ? name.len - 2 : NAME_ROOM - 1;
    memcpy(room, name.at + 1, len);
    room[len] = '\0';
    return take(window, ':', err) || cut_short(err);
}

bool window_find_array(struct window *window, const char *const *names, const char **found,
                       struct error *err)
{
    char name[NAME_ROOM];
    struct slice value;
    err->kind = ERROR_NONE;
    if (!take(window, '{', err))
        return err->kind ? false : error_set(err, ERROR_FORMAT, "not a JSON object");
    while (peek(window, err) != '}') {
        if (!take_name(window, name, err))
            return false;
        for (const char *const *wanted = names; *wanted; wanted++)
            if (strcmp(name, *wanted) == 0 && take(window, '[', err)) {
                *found = *wanted;
                return true;
            }
        if (!peek(window, err) || !take_value(window, &value, err))
            return cut_short(err);
        take(window, ',', err);
    }
    return error_set(err, ERROR_FORMAT, "the document has no \"%s\"", names[0]);
}

/* Behind the array: the object's other members, and its end. */
static bool read_rest(struct window *window, struct error *err)
{
    char name[NAME_ROOM];
    struct slice value;
    while (take(window, ',', err))
        if (!take_name(window, name, err) || !peek(window, err) || !take_value(window, &value, err))
            return cut_short(err);
    return take(window, '}', err) || cut_short(err);
}

bool window_element(struct window *window, struct slice *element, struct error *err)
{
    err->kind = ERROR_NONE;
    for (;;) {
        take(window, ',', err);
        char c = peek(window, err);
        if (c == ']') {
            window->start++;
            read_rest(window, err);
            return false;
        }
        if (c == '\0' || !take_value(window, element, err))
            return cut_short(err);
        if (c == '{')
            return true;
        if (element->len == 0)
            return error_set(err, ERROR_FORMAT, "a JSON value was expected");
    }
}
