/* See sarif_text.h. */
#include "report/sarif_text.h"

#include "base/ascii.h"

/* Titles come from feeds. In a message "[text](target)" would be a link and "{0}" an argument
   (§3.11.5, §3.11.6); an added space, or the doubled brace, makes them text. */
struct slice sarif_plain(struct slice text, struct arena *arena)
{
    char *out = text.len < SIZE_MAX / 2 ? arena_alloc(arena, 2 * text.len + 1) : NULL;
    size_t len = 0;
    for (size_t i = 0; out && i < text.len; i++) {
        char c = text.at[i];
        out[len++] = c;
        if (c == '{' || c == '}')
            out[len++] = c;
        else if (c == ']' && i + 1 < text.len && text.at[i + 1] == '(')
            out[len++] = ' ';
    }
    return (struct slice){out, len};
}

struct slice sarif_markdown(struct slice text, struct arena *arena)
{
    char *out = text.len < SIZE_MAX / 2 ? arena_alloc(arena, 2 * text.len + 1) : NULL;
    size_t len = 0;
    for (size_t i = 0; out && i < text.len; i++) {
        if (ascii_among(text.at[i], "\\`*_{}[]()#+!|<>&~@"))
            out[len++] = '\\';
        out[len++] = text.at[i] == '\n' || text.at[i] == '\r' ? ' ' : text.at[i];
    }
    return (struct slice){out, len};
}

/* RFC 3986: what is not unreserved is quoted, also ":" so that a first part is no scheme. */
struct slice sarif_uri(struct slice path, struct arena *arena)
{
    static const char hex[] = "0123456789ABCDEF";
    char *out = path.len < SIZE_MAX / 4 ? arena_alloc(arena, 3 * path.len + 1) : NULL;
    size_t len = 0;
    for (size_t i = 0; out && i < path.len; i++) {
        unsigned char c = (unsigned char)path.at[i];
        if (ascii_alnum((char)c) || (c && strchr("-._~/", c))) {
            out[len++] = (char)c;
            continue;
        }
        out[len++] = '%';
        out[len++] = hex[c >> 4];
        out[len++] = hex[c & 15];
    }
    return (struct slice){out, len};
}

bool sarif_is_web(struct slice url)
{
    if (!slice_starts(url, SLICE("https://")) && !slice_starts(url, SLICE("http://")))
        return false;
    for (size_t i = 0; i < url.len; i++)
        if (url.at[i] <= ' ' || url.at[i] > '~' || strchr("<>\"\\^`{|}", url.at[i]))
            return false;
    return true;
}

void sarif_put_text(struct json_writer *json, const char *name, struct slice text)
{
    json_name(json, name);
    json_begin_object(json);
    json_field(json, "text", text);
    json_end_object(json);
}
