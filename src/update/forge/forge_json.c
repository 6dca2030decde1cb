/* The forges' documents, by the paths of values in them. jansson refuses what is deeper than 2048.
 */
#include "base/utf8.h"
#include "update/forge/forge_parts.h"

enum { ITEMS_MAX = 10000, MESSAGE_MAX = 300 };

json_t *forge_json_text(struct slice text)
{
    json_t *value = json_stringn(text.at ? text.at : "", text.len);
    if (value || !text.len)
        return value;
    char *clean = malloc(text.len);
    size_t length = 0;
    for (struct slice rest = text; clean && rest.len;) {
        uint32_t code;
        const char *from = rest.at;
        bool fine = utf8_cut(&rest, &code);
        memcpy(clean + length, fine ? from : "?", fine ? (size_t)(rest.at - from) : 1);
        length += fine ? (size_t)(rest.at - from) : 1;
    }
    value = clean ? json_stringn(clean, length) : NULL;
    free(clean);
    return value;
}

json_t *forge_json_one(const char *name, json_t *value)
{
    json_t *object = json_object();
    json_object_set_new(object, name, value);
    return object;
}

static const json_t *value_at(const json_t *value, const char *path)
{
    struct slice rest = slice_str(path);
    while (value && rest.len) {
        char name[64];
        struct slice part = slice_cut(&rest, '.');
        snprintf(name, sizeof name, "%.*s", SLICE_ARG(part));
        value = json_object_get(value, name);
    }
    return path ? value : NULL;
}

static bool take_text(const json_t *item, const char *path, struct arena *arena, struct slice *text,
                      struct error *err)
{
    const json_t *value = value_at(item, path);
    *text = arena_copy(arena, slice_of(json_string_value(value), json_string_length(value)));
    return text->at || arena_error(err);
}

static bool same_value(const json_t *item, const char *one, const char *other)
{
    const json_t *a = value_at(item, one), *b = value_at(item, other);
    return a && b && !json_is_null(a) && json_equal(a, b);
}

static bool take_item(const struct forge_fields *fields, const json_t *object, struct arena *arena,
                      struct forge_item *item, struct error *err)
{
    const json_t *number = value_at(object, fields->number);
    if (!json_is_integer(number) || json_integer_value(number) <= 0)
        return error_set(err, ERROR_FORMAT, "the forge's answer has no \"%s\"", fields->number);
    item->number = (uint64_t)json_integer_value(number);
    item->same_repository = same_value(object, fields->from, fields->to);
    return take_text(object, fields->title, arena, &item->title, err) &&
           take_text(object, fields->body, arena, &item->body, err) &&
           take_text(object, fields->url, arena, &item->url, err) &&
           take_text(object, fields->author, arena, &item->author, err) &&
           take_text(object, fields->branch, arena, &item->branch, err) &&
           take_text(object, fields->base, arena, &item->base, err);
}

static json_t *load(struct slice document, struct error *err)
{
    json_error_t why;
    json_t *root = json_loadb(document.at ? document.at : "", document.len, 0, &why);
    if (!root)
        error_set(err, ERROR_FORMAT,
                  "the forge's answer is no JSON (line %d: %s): is --forge-url "
                  "the base of its API?",
                  why.line, why.text);
    return root;
}

bool forge_read_item(const struct forge_fields *fields, struct slice document, struct arena *arena,
                     struct forge_item *item, struct error *err)
{
    struct forge_item made = {0};
    json_t *root = load(document, err);
    bool fine = root && take_item(fields, root, arena, &made, err);
    json_decref(root);
    if (fine)
        *item = made;
    return fine;
}

/* `<https://…&page=3>; rel="next", <…>; rel="last"` (RFC 8288) */
static bool has_next(const struct http_headers *headers)
{
    struct slice link = http_header_get(headers, "Link");
    return slice_search(link, SLICE("rel=\"next\"")) < link.len;
}

static bool take_page(const struct forge_fields *fields, const json_t *items, struct arena *arena,
                      struct forge_items *list, struct error *err)
{
    size_t index;
    json_t *object;
    json_array_foreach(items, index, object)
    {
        struct forge_item item = {0};
        const json_t *pull = value_at(object, fields->is_pull);
        if (pull && !json_is_null(pull))
            continue;
        if (!take_item(fields, object, arena, &item, err))
            return false;
        if (list->count >= ITEMS_MAX)
            return error_set(err, ERROR_LIMIT, "over %d are open: too many", ITEMS_MAX);
        if (!ARENA_PUSH(arena, list->items, list->count, list->room, item))
            return arena_error(err);
    }
    return true;
}

bool forge_read_page(const struct forge_fields *fields, struct slice document,
                     const struct http_headers *headers, struct arena *arena,
                     struct forge_items *list, bool *more, struct error *err)
{
    json_t *root = load(document, err);
    if (!root)
        return false;
    const json_t *items = fields->list ? value_at(root, fields->list) : root;
    bool fine = json_is_array(items);
    if (!fine)
        error_set(err, ERROR_FORMAT,
                  "the forge's answer is no list: is --forge-url the base of "
                  "its API?");
    const json_t *next = value_at(root, fields->next);
    *more = fields->next ? json_is_string(next) : has_next(headers);
    fine = fine && take_page(fields, items, arena, list, err);
    json_decref(root);
    return fine;
}

/* ---- errors ---- */

static struct slice add_words(struct slice text, const json_t *value, struct arena *arena)
{
    struct slice more = slice_of(json_string_value(value), json_string_length(value));
    more = slice_upto(more, MESSAGE_MAX);
    if (!more.len || text.len > MESSAGE_MAX)
        return text;
    return arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(text), text.len ? "; " : "",
                        SLICE_ARG(more));
}

/* The texts of a value, however it nests them: "…", ["…"], {"title": ["…"]}. */
static struct slice add_value(struct slice text, const json_t *value, unsigned depth,
                              struct arena *arena)
{
    const char *name;
    size_t index;
    json_t *inner;
    if (depth > 4)
        return text;
    if (json_is_array(value)) {
        json_array_foreach(value, index, inner) text = add_value(text, inner, depth + 1, arena);
    } else if (json_is_object(value)) {
        if (json_is_string(json_object_get(value, "message")))
            return add_words(text, json_object_get(value, "message"), arena);
        json_object_foreach((json_t *)value, name, inner) text =
            add_value(text, inner, depth + 1, arena);
    }
    return add_words(text, value, arena);
}

struct slice forge_read_message(struct slice document, struct arena *arena)
{
    static const char *const names[] = {"message", "error", "error_description", "errors"};
    struct slice text = {"", 0};
    json_t *root = json_loadb(document.at ? document.at : "", document.len, 0, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        text = add_value(text, json_object_get(root, names[i]), 0, arena);
    json_decref(root);
    return text.at ? text : (struct slice){"", 0};
}
