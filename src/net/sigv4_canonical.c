/*
 * The canonical request, to the rules of "Create a signed AWS API request" (IAM user guide):
 *   METHOD \n path \n query \n name:value \n … \n \n names \n hash of the body
 * The path is normalized and encoded once more as it stands (S3: taken as it is); names and values
 * of the query are decoded and encoded in the one way, and sorted by it.
 */
#include <stdlib.h>

#include "base/ascii.h"
#include "net/sigv4_parts.h"

struct text {
    char *at;
    size_t len, room;
};

/* The canonical request is at most three times as long as what it is made of, and some. */
static bool text_init(struct text *text, size_t raw, struct arena *arena, struct error *err)
{
    text->len = 0;
    text->room = raw < SIZE_MAX / 4 ? 3 * raw + 16 : 0;
    text->at = text->room ? arena_alloc(arena, text->room) : NULL;
    return text->at || arena_error(err);
}

static void put(struct text *text, struct slice s)
{
    if (s.len <= text->room - text->len && s.len) {
        memcpy(text->at + text->len, s.at, s.len);
        text->len += s.len;
    }
}

static void put_char(struct text *text, char c)
{
    put(text, slice_of(&c, 1));
}

static struct slice text_slice(const struct text *text)
{
    return slice_of(text->at, text->len);
}

static bool is_unreserved(char c)
{
    return ascii_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void put_encoded(struct text *text, char c)
{
    static const char digits[] = "0123456789ABCDEF";
    if (is_unreserved(c)) {
        put_char(text, c);
        return;
    }
    char code[3] = {'%', digits[(unsigned char)c >> 4], digits[c & 15]};
    put(text, slice_of(code, sizeof code));
}

static int hex_value(char c)
{
    if (ascii_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes what is percent-encoded and encodes it again, so that %7e and ~ are the same. */
static void put_recoded(struct text *text, struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        int high = i + 2 < s.len && s.at[i] == '%' ? hex_value(s.at[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s.at[i + 2]) : -1;
        if (low >= 0)
            i += 2;
        put_encoded(text, (char)(low >= 0 ? high << 4 | low : s.at[i]));
    }
}

/* Path segments without ".", ".." and empty ones: AWS drops doubled slashes, too. */
static bool segments(struct slice path, struct arena *arena, struct slice **list, size_t *count,
                     struct error *err)
{
    size_t room = 0;
    *list = NULL;
    *count = 0;
    while (path.len) {
        struct slice segment = slice_cut(&path, '/');
        if (slice_equal_str(segment, "..")) {
            *count -= *count > 0;
            continue;
        }
        if (segment.len == 0 || slice_equal_str(segment, "."))
            continue;
        if (!ARENA_PUSH(arena, *list, *count, room, segment))
            return arena_error(err);
    }
    return true;
}

static bool canonical_path(struct slice path, bool s3, struct arena *arena, struct slice *out,
                           struct error *err)
{
    struct text text;
    struct slice *list;
    size_t count;
    if (s3) {
        *out = path.len ? path : SLICE("/");
        return true;
    }
    if (!segments(path, arena, &list, &count, err) || !text_init(&text, path.len, arena, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        put_char(&text, '/');
        for (size_t j = 0; j < list[i].len; j++)
            put_encoded(&text, list[i].at[j]);
    }
    if (count == 0 || slice_ends(path, SLICE("/")))
        put_char(&text, '/');
    *out = text_slice(&text);
    return true;
}

struct parameter {
    struct slice name, value;
};

static int compare_parameters(const void *a, const void *b)
{
    const struct parameter *left = a, *right = b;
    int order = slice_compare(left->name, right->name);
    return order ? order : slice_compare(left->value, right->value);
}

static bool recode(struct slice raw, struct arena *arena, struct slice *out, struct error *err)
{
    struct text text;
    if (!text_init(&text, raw.len, arena, err))
        return false;
    put_recoded(&text, raw);
    *out = text_slice(&text);
    return true;
}

static bool parameters(struct slice query, struct arena *arena, struct parameter **list,
                       size_t *count, struct error *err)
{
    size_t room = 0;
    *list = NULL;
    *count = 0;
    while (query.len) {
        struct slice value = slice_cut(&query, '&'), name = slice_cut(&value, '=');
        struct parameter parameter;
        if (!recode(name, arena, &parameter.name, err) ||
            !recode(value, arena, &parameter.value, err))
            return false;
        if (slice_equal_str(parameter.name, "X-Amz-Signature"))
            continue;
        if (!ARENA_PUSH(arena, *list, *count, room, parameter))
            return arena_error(err);
    }
    if (*count > 1)
        qsort(*list, *count, sizeof **list, compare_parameters);
    return true;
}

static bool canonical_query(struct slice query, struct arena *arena, struct slice *out,
                            struct error *err)
{
    struct text text;
    struct parameter *list;
    size_t count;
    if (!parameters(query, arena, &list, &count, err) ||
        !text_init(&text, query.len + count, arena, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (i)
            put_char(&text, '&');
        put(&text, list[i].name);
        put_char(&text, '=');
        put(&text, list[i].value);
    }
    *out = text_slice(&text);
    return true;
}

/* Trimmed, runs of blanks inside as one. */
static void put_value(struct text *text, struct slice value)
{
    bool blank = false;
    value = slice_trim(value);
    for (size_t i = 0; i < value.len; i++) {
        if (ascii_space(value.at[i])) {
            blank = true;
            continue;
        }
        if (blank)
            put_char(text, ' ');
        blank = false;
        put_char(text, value.at[i]);
    }
}

static bool put_header(struct text *text, const struct http_headers *headers, struct slice name)
{
    bool found = false;
    put(text, name);
    put_char(text, ':');
    for (size_t i = 0; i < headers->count; i++) {
        if (!slice_equal_nocase(headers->items[i].name, name))
            continue;
        if (found)
            put_char(text, ',');
        found = true;
        put_value(text, headers->items[i].value);
    }
    put_char(text, '\n');
    return found;
}

static bool canonical_headers(const struct http_headers *headers, struct slice names,
                              struct arena *arena, struct slice *out, struct error *err)
{
    struct text text;
    size_t raw = 4 * names.len, count = 0;
    for (size_t i = 0; i < headers->count; i++)
        raw += headers->items[i].value.len + 2;
    if (!text_init(&text, raw, arena, err))
        return false;
    while (names.len) {
        struct slice name = slice_cut(&names, ';');
        if (++count > SIGV4_SIGNED_HEADERS_MAX)
            return error_set(err, ERROR_LIMIT, "over %d signed headers", SIGV4_SIGNED_HEADERS_MAX);
        if (!put_header(&text, headers, name))
            return error_set(err, ERROR_FORMAT, "the signed header %.*s is not in the request",
                             SLICE_ARG(slice_upto(name, 80)));
    }
    *out = text_slice(&text);
    return true;
}

bool sigv4_canonical(const struct sigv4_request *request, struct slice signed_headers,
                     struct slice payload_hash, bool s3, struct arena *arena, struct slice *out,
                     struct error *err)
{
    struct slice path, query, headers;
    struct text text;
    if (!canonical_path(request->path, s3, arena, &path, err) ||
        !canonical_query(request->query, arena, &query, err) ||
        !canonical_headers(request->headers, signed_headers, arena, &headers, err) ||
        !text_init(&text,
                   request->method.len + path.len + query.len + headers.len + signed_headers.len +
                       payload_hash.len,
                   arena, err))
        return false;
    const struct slice lines[] = {request->method, path, query, headers, signed_headers};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        put(&text, lines[i]);
        put_char(&text, '\n');
    }
    put(&text, payload_hash);
    *out = text_slice(&text);
    return true;
}
