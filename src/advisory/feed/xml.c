#include "advisory/feed/xml.h"

#include "base/ascii.h"

/* Steps over "<!--…-->" and its like; false when `rest` does not begin with `opening`. *cut: it
   begins so and never ends. */
static bool skip_section(struct slice *rest, struct slice opening, struct slice closing, bool *cut)
{
    if (!slice_starts(*rest, opening))
        return false;
    struct slice inside = slice_from(*rest, opening.len);
    size_t end = slice_search(inside, closing);
    *cut = end == inside.len;
    *rest = slice_from(inside, end + closing.len);
    return true;
}

static bool skip_special(struct slice *rest, bool *cut)
{
    return skip_section(rest, SLICE("<!--"), SLICE("-->"), cut) ||
           skip_section(rest, SLICE("<![CDATA["), SLICE("]]>"), cut) ||
           skip_section(rest, SLICE("<?"), SLICE("?>"), cut) ||
           skip_section(rest, SLICE("<!"), SLICE(">"), cut);
}

/* The end of a tag: the first ">" outside quotes. */
static size_t tag_end(struct slice text)
{
    char quote = '\0';
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            return i;
    }
    return text.len;
}

bool xml_next(struct slice *rest, struct xml_tag *tag, struct error *err)
{
    bool cut = false;
    do {
        *rest = slice_from(*rest, slice_find(*rest, '<'));
    } while (!cut && rest->len && skip_special(rest, &cut));
    if (rest->len == 0 && !cut) {
        err->kind = ERROR_NONE;
        return false;
    }
    struct slice inside = slice_from(*rest, 1);
    size_t end = cut ? inside.len : tag_end(inside);
    if (end == inside.len)
        return error_set(err, ERROR_FORMAT, "the XML ends inside a tag or comment");
    *rest = slice_from(inside, end + 1);
    inside.len = end;
    if (end && inside.at[end - 1] == '/')
        inside.len--;
    size_t name = 0;
    while (name < inside.len && !ascii_space(inside.at[name]))
        name++;
    *tag = (struct xml_tag){slice_upto(inside, name), slice_from(inside, name)};
    return true;
}

static bool cut_attribute(struct slice *rest, struct slice *name, struct slice *value)
{
    *rest = slice_trim(*rest);
    size_t equals = slice_find(*rest, '=');
    *name = slice_trim(slice_upto(*rest, equals));
    struct slice behind = slice_trim(slice_from(*rest, equals + 1));
    if (behind.len == 0 || (behind.at[0] != '"' && behind.at[0] != '\''))
        return false;
    char quote = behind.at[0];
    behind = slice_from(behind, 1);
    *value = slice_cut(&behind, quote);
    *rest = behind;
    return true;
}

/* Writes what an entity ("amp", "#233", "#xe9") stands for; 0 when it is not known. */
static size_t decode_entity(struct slice entity, char to[1])
{
    static const struct {
        const char *name;
        char c;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    uint64_t number;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_equal_str(entity, known[i].name)) {
            to[0] = known[i].c;
            return 1;
        }
    if (entity.len > 1 && entity.at[0] == '#' && slice_u64(slice_from(entity, 1), &number) &&
        number >= ' ' && number < 0x7f) {
        to[0] = (char)number;
        return 1;
    }
    return 0;
}

static bool decode(struct slice text, struct arena *arena, struct slice *value)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    if (!to)
        return false;
    while (text.len) {
        size_t end = text.at[0] == '&' ? slice_find(text, ';') : text.len;
        if (end < text.len && decode_entity(slice_from(slice_upto(text, end), 1), to + len)) {
            len++;
            text = slice_from(text, end + 1);
            continue;
        }
        to[len++] = text.at[0];
        text = slice_from(text, 1);
    }
    *value = slice_of(to, len);
    return true;
}

bool xml_attribute(const struct xml_tag *tag, const char *name, struct arena *arena,
                   struct slice *value)
{
    struct slice rest = tag->attributes, found, text;
    *value = (struct slice){0};
    while (cut_attribute(&rest, &found, &text))
        if (slice_equal_str(found, name))
            return decode(text, arena, value);
    return true;
}
