#include "update/tag_page.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "base/json.h"
#include "image/registry_write.h"
#include "registry/core/scope.h"

static const struct slice head = SLICE("plimsoll tag page 1");

enum { FIELD_MAX = 16 * 1024, TIME_MAX = 64 };

/* ---- kept ---- */

struct slice tag_page_text(const struct tag_page *page, struct arena *arena)
{
    return arena_printf(arena,
                        "%.*s\nurl: %.*s\netag: %.*s\nmodified: %.*s\nlink: %.*s\nat: "
                        "%.*s\n\n%.*s",
                        SLICE_ARG(head), SLICE_ARG(page->url), SLICE_ARG(page->etag),
                        SLICE_ARG(page->modified), SLICE_ARG(page->link), SLICE_ARG(page->at),
                        SLICE_ARG(page->body));
}

static struct slice cut_line(struct slice *rest)
{
    return slice_cut(rest, '\n');
}

static bool cut_field(struct slice *rest, const char *name, struct slice *value)
{
    struct slice line = cut_line(rest), prefix = slice_str(name);
    if (!slice_starts(line, prefix) || line.len > FIELD_MAX)
        return false;
    *value = slice_from(line, prefix.len);
    return true;
}

bool tag_page_parse(struct slice bytes, struct slice url, struct tag_page *page)
{
    struct tag_page found = {0};
    struct slice rest = bytes;
    if (!slice_equal(cut_line(&rest), head) || !cut_field(&rest, "url: ", &found.url) ||
        !cut_field(&rest, "etag: ", &found.etag) ||
        !cut_field(&rest, "modified: ", &found.modified) ||
        !cut_field(&rest, "link: ", &found.link) || !cut_field(&rest, "at: ", &found.at) ||
        !slice_starts(rest, SLICE("\n")) || !slice_equal(found.url, url))
        return false;
    found.body = slice_from(rest, 1);
    *page = found;
    return true;
}

/* ---- what it says ---- */

bool tag_collection_full(const struct tag_collection *collection)
{
    size_t most = collection->most && collection->most < TAG_LIST_TAGS_MAX ? collection->most
                                                                           : TAG_LIST_TAGS_MAX;
    return collection->listing->count >= most;
}

static bool copy(struct arena *arena, struct slice from, struct slice *to)
{
    *to = from.len ? arena_copy(arena, from) : (struct slice){0};
    return !from.len || to->at;
}

static bool add(struct tag_collection *collection, const struct listed_tag *found,
                struct error *err)
{
    struct tag_listing *listing = collection->listing;
    struct listed_tag tag = {.size = found->size};
    if (!tag_name_is_valid(found->name)) {
        listing->left_out++;
        return true;
    }
    if (tag_collection_full(collection))
        return true;
    return (copy(collection->arena, found->name, &tag.name) &&
            copy(collection->arena, found->updated, &tag.updated) &&
            copy(collection->arena, found->digest, &tag.digest) &&
            ARENA_PUSH(collection->arena, listing->tags, listing->count, collection->room, tag)) ||
           arena_error(err);
}

static bool is_time(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_among(text.at[i], "0123456789-:.TZ+"))
            return false;
    return text.len <= TIME_MAX;
}

/* A member that may be null or of another type: then it is as if it were not there. */
static struct slice text_or_nothing(struct json_reader *json)
{
    struct slice text = {0};
    return json_string(json, &text) ? text : (struct slice){0};
}

static void read_hub_tag(struct json_reader *json, struct listed_tag *tag)
{
    struct slice name;
    double size;
    struct digest digest;
    struct error ignored;
    while (json_member(json, &name)) {
        if (slice_equal_str(name, "name"))
            tag->name = text_or_nothing(json);
        else if (slice_equal_str(name, "last_updated"))
            tag->updated = text_or_nothing(json);
        else if (slice_equal_str(name, "digest"))
            tag->digest = text_or_nothing(json);
        else if (!slice_equal_str(name, "full_size"))
            json_skip(json);
        else if (json_number(json, &size) && size > 0 && size < 1e18)
            tag->size = (uint64_t)size;
    }
    if (!is_time(tag->updated))
        tag->updated = (struct slice){0};
    if (!digest_parse_any(&digest, tag->digest, &ignored))
        tag->digest = (struct slice){0};
}

static bool read_results(struct json_reader *json, struct tag_collection *collection,
                         struct error *err)
{
    if (!json_enter_array(json))
        return true; /* told by `results` */
    while (json_more(json)) {
        struct listed_tag tag = {0};
        if (!json_enter_object(json))
            continue;
        read_hub_tag(json, &tag);
        if (!add(collection, &tag, err))
            return false;
    }
    return true;
}

bool tag_page_read_hub(struct slice body, struct tag_collection *collection, struct slice *next,
                       struct error *err)
{
    struct json_reader json;
    struct slice name, found = {0};
    bool results = false;
    json_reader_init(&json, body, collection->arena);
    if (json_enter_object(&json))
        while (json_member(&json, &name)) {
            if (slice_equal_str(name, "next"))
                found = text_or_nothing(&json);
            else if (!slice_equal_str(name, "results"))
                json_skip(&json);
            else if (results = true, !read_results(&json, collection, err))
                return false;
        }
    if (!json_finish(&json, err))
        return false;
    *next = found;
    return results || error_set(err, ERROR_FORMAT, "no \"results\" in the answer");
}

bool tag_page_read_names(struct slice body, struct tag_collection *collection, struct error *err)
{
    struct registry_names names = {0};
    struct tag_listing *listing = collection->listing;
    if (!registry_tags_read(body, collection->arena, &names, err))
        return false;
    for (size_t i = 0; i < names.count && !tag_collection_full(collection); i++) {
        struct listed_tag tag = {.name = names.items[i]};
        if (!ARENA_PUSH(collection->arena, listing->tags, listing->count, collection->room, tag))
            return arena_error(err);
    }
    return true;
}

/* Whether parameters such as `; rel="next"` say so. */
static bool says_next(struct slice parameters)
{
    while (parameters.len) {
        struct slice parameter = slice_trim(slice_cut(&parameters, ';'));
        struct slice value = parameter, name = slice_trim(slice_cut(&value, '='));
        value = slice_trim(value);
        if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
            value = slice_upto(slice_from(value, 1), value.len - 2);
        if (slice_equal_nocase(name, SLICE("rel")) && slice_equal_nocase(value, SLICE("next")))
            return true;
    }
    return false;
}

struct slice tag_page_next_link(struct slice link)
{
    while (link.len) {
        size_t open = slice_find(link, '<');
        struct slice target = slice_from(link, open + 1);
        size_t close = slice_find(target, '>');
        if (open == link.len || close == target.len)
            break;
        link = slice_from(target, close + 1);
        target = slice_upto(target, close);
        struct slice parameters = slice_upto(link, slice_find(link, '<'));
        size_t comma = slice_find_last(parameters, ',');
        bool last = parameters.len == link.len;
        if (says_next(last ? parameters : slice_upto(parameters, comma)))
            return target;
        link = slice_from(link, parameters.len);
    }
    return (struct slice){0};
}
