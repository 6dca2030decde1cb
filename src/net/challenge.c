#include "net/challenge.h"

#include "base/ascii.h"

static bool is_token(char c)
{
    return ascii_alnum(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token68(char c)
{
    return ascii_alnum(c) || (c != '\0' && strchr("-._~+/", c));
}

static void skip(struct slice *rest, const char *set)
{
    while (rest->len && rest->at[0] && strchr(set, rest->at[0]))
        *rest = slice_from(*rest, 1);
}

static struct slice cut_while(struct slice *rest, bool (*is)(char))
{
    size_t len = 0;
    while (len < rest->len && is(rest->at[len]))
        len++;
    struct slice piece = slice_upto(*rest, len);
    *rest = slice_from(*rest, len);
    return piece;
}

/* What stands behind an opening quote, without its back-slashes. */
static bool cut_quoted(struct slice *rest, struct arena *arena, struct slice *value,
                       struct error *err)
{
    char *to = arena_alloc(arena, rest->len + 1);
    size_t len = 0, i = 0;
    if (!to)
        return arena_error(err);
    while (i < rest->len && rest->at[i] != '"') {
        if (rest->at[i] == '\\' && i + 1 < rest->len)
            i++;
        to[len++] = rest->at[i++];
    }
    if (i == rest->len)
        return error_set(err, ERROR_FORMAT, "WWW-Authenticate: a quote without its end");
    *rest = slice_from(*rest, i + 1);
    *value = slice_of(to, len);
    return true;
}

static bool cut_value(struct slice *rest, struct arena *arena, struct slice *value,
                      struct error *err)
{
    skip(rest, " \t");
    if (rest->len && rest->at[0] == '"') {
        *rest = slice_from(*rest, 1);
        return cut_quoted(rest, arena, value, err);
    }
    *value = cut_while(rest, is_token);
    return true;
}

static void set_parameter(struct challenge *challenge, struct slice name, struct slice value)
{
    struct slice *field = slice_equal_nocase(name, SLICE("realm"))     ? &challenge->realm
                          : slice_equal_nocase(name, SLICE("service")) ? &challenge->service
                          : slice_equal_nocase(name, SLICE("scope"))   ? &challenge->scope
                          : slice_equal_nocase(name, SLICE("error"))   ? &challenge->error
                                                                       : NULL;
    if (field && field->len == 0)
        *field = value;
}

static enum challenge_scheme scheme_of(struct slice name)
{
    if (slice_equal_nocase(name, SLICE("bearer")))
        return CHALLENGE_BEARER;
    return slice_equal_nocase(name, SLICE("basic")) ? CHALLENGE_BASIC : CHALLENGE_OTHER;
}

/* Negotiate and its like have a lump of base64 in place of parameters: leaves it out. */
static void skip_token68(struct slice *rest)
{
    struct slice ahead = *rest;
    cut_while(&ahead, is_token68);
    skip(&ahead, "="); /* its padding; "name=value" goes on behind it */
    skip(&ahead, " \t");
    if (ahead.len == 0 || ahead.at[0] == ',')
        *rest = ahead;
}

bool challenges_parse(struct slice value, struct arena *arena, struct challenges *challenges,
                      struct error *err)
{
    struct slice rest = arena_copy(arena, value);
    struct challenge *current = NULL;
    if (!rest.at)
        return arena_error(err);
    for (skip(&rest, " \t,"); rest.len; skip(&rest, " \t,")) {
        struct slice name = cut_while(&rest, is_token), text;
        skip(&rest, " \t");
        if (name.len == 0)
            return error_set(err, ERROR_FORMAT, "WWW-Authenticate: not a challenge");
        if (rest.len && rest.at[0] == '=') {
            rest = slice_from(rest, 1);
            if (!cut_value(&rest, arena, &text, err))
                return false;
            if (current)
                set_parameter(current, name, text);
            continue;
        }
        if (challenges->count == CHALLENGES_MAX)
            return true;
        current = &challenges->items[challenges->count++];
        *current = (struct challenge){.scheme = scheme_of(name)};
        skip_token68(&rest);
    }
    return true;
}

void challenges_of(const struct http_headers *headers, struct arena *arena,
                   struct challenges *challenges)
{
    struct error ignored = {0};
    for (size_t i = 0; i < headers->count; i++)
        if (slice_equal_nocase(headers->items[i].name, SLICE("WWW-Authenticate")))
            challenges_parse(headers->items[i].value, arena, challenges, &ignored);
}

const struct challenge *challenges_find(const struct challenges *challenges,
                                        enum challenge_scheme scheme)
{
    for (size_t i = 0; i < challenges->count; i++)
        if (challenges->items[i].scheme == scheme)
            return &challenges->items[i];
    return NULL;
}
