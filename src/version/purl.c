#include "version/purl.h"

#include "base/ascii.h"

enum { PURL_LENGTH_MAX = 65536, QUALIFIERS_MAX = 100 };

/* What the type definitions say of case. Go's says lower case too; modules differ by case in the
   Go world (github.com/Masterminds/semver), and so do the advisories, so it is not followed. */
static const struct rule {
    const char *type;
    bool lower_namespace, lower_name, dashes; /* dashes: "_" in names is "-" */
} rules[] = {
    {"alpm", true, true, false},      {"apk", true, true, false},
    {"bitbucket", true, true, false}, {"bitnami", false, true, false},
    {"composer", true, true, false},  {"deb", true, true, false},
    {"github", true, true, false},    {"hex", true, true, false},
    {"luarocks", true, true, false},  {"npm", true, true, false},
    {"oci", false, true, false},      {"pub", false, true, true},
    {"pypi", false, true, true},      {"rpm", true, false, false},
    {"qpkg", true, false, false},
};

static const struct rule *find_rule(struct slice type)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (slice_equal_str(type, rules[i].type))
            return &rules[i];
    return NULL;
}

/* ---- pieces ---- */

static struct slice lower(struct slice s, bool dashes, struct arena *arena)
{
    char *copy = arena_alloc(arena, s.len + 1);
    for (size_t i = 0; copy && i < s.len; i++)
        copy[i] = dashes && s.at[i] == '_' ? '-' : ascii_lower(s.at[i]);
    return (struct slice){copy, copy ? s.len : 0};
}

static int hex_value(char c)
{
    c = ascii_lower(c);
    return ascii_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A percent sign without two hex digits stands for itself. */
static bool decode(struct slice s, struct arena *arena, struct slice *decoded, struct error *err)
{
    char *copy = arena_alloc(arena, s.len + 1);
    size_t len = 0;
    if (!copy)
        return arena_error(err);
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        int high = c == '%' && i + 2 < s.len ? hex_value(s.at[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s.at[i + 2]) : -1;
        if (low >= 0) {
            c = (char)(high * 16 + low);
            i += 2;
        }
        if ((unsigned char)c < ' ' || c == 0x7f)
            return error_set(err, ERROR_FORMAT, "a control character in a package URL");
        copy[len++] = c;
    }
    *decoded = slice_of(copy, len);
    return true;
}

static bool is_dots(struct slice s)
{
    return slice_equal_str(s, ".") || slice_equal_str(s, "..");
}

/* Segments decoded and joined by single slashes; in a subpath, "." and ".." are dropped. */
static bool decode_path(struct slice path, bool subpath, struct arena *arena, struct slice *decoded,
                        struct error *err)
{
    char *joined = arena_alloc(arena, path.len + 1); /* decoding never lengthens */
    size_t len = 0;
    if (!joined)
        return arena_error(err);
    while (path.len) {
        struct slice segment;
        if (!decode(slice_cut(&path, '/'), arena, &segment, err))
            return false;
        if (slice_find(segment, '/') < segment.len)
            return error_set(err, ERROR_FORMAT, "an encoded slash in a path");
        if (segment.len == 0 || (subpath && is_dots(segment)))
            continue;
        if (len)
            joined[len++] = '/';
        memcpy(joined + len, segment.at, segment.len);
        len += segment.len;
    }
    *decoded = slice_of(joined, len);
    return true;
}

/* Letters, digits, and the marks; begins with a letter. */
static bool is_word(struct slice s, const char *marks)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_alnum(s.at[i]) && (s.at[i] == '\0' || !strchr(marks, s.at[i])))
            return false;
    return s.len && ascii_alpha(s.at[0]);
}

/* ---- parsing, from the right to the left as the specification says ---- */

/* Cuts "mark and all behind" off the end of *rest, and returns what was behind. */
static struct slice cut_last(struct slice *rest, char mark)
{
    size_t at = slice_find_last(*rest, mark);
    struct slice behind = slice_from(*rest, at + 1);
    *rest = slice_upto(*rest, at);
    return behind;
}

/* Keeps the qualifiers sorted; they are few. */
static bool insert_qualifier(struct purl *purl, struct purl_qualifier qualifier, struct error *err)
{
    size_t at = purl->qualifier_count;
    while (at && slice_compare(purl->qualifiers[at - 1].name, qualifier.name) > 0)
        at--;
    if (at && slice_equal(purl->qualifiers[at - 1].name, qualifier.name))
        return error_set(err, ERROR_FORMAT, "the qualifier %.*s stands twice",
                         SLICE_ARG(qualifier.name));
    if (purl->qualifier_count == QUALIFIERS_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d qualifiers", QUALIFIERS_MAX);
    memmove(purl->qualifiers + at + 1, purl->qualifiers + at,
            (purl->qualifier_count - at) * sizeof qualifier);
    purl->qualifiers[at] = qualifier;
    purl->qualifier_count++;
    return true;
}

static bool parse_qualifiers(struct slice text, struct arena *arena, struct purl *purl,
                             struct error *err)
{
    if (text.len == 0)
        return true;
    purl->qualifiers = arena_array(arena, QUALIFIERS_MAX, sizeof *purl->qualifiers);
    if (!purl->qualifiers)
        return arena_error(err);
    while (text.len) {
        struct slice value = slice_cut(&text, '&');
        struct purl_qualifier qualifier = {.name = slice_cut(&value, '=')};
        if (qualifier.name.len == 0 && value.len == 0)
            continue;
        if (!is_word(qualifier.name, ".-_"))
            return error_set(err, ERROR_FORMAT, "a qualifier's name is not a word");
        qualifier.name = lower(qualifier.name, false, arena);
        if (!qualifier.name.at)
            return arena_error(err);
        if (!decode(value, arena, &qualifier.value, err) ||
            (qualifier.value.len && !insert_qualifier(purl, qualifier, err)))
            return false;
    }
    return true;
}

/* The version stands behind the last "@", unless that begins a segment before the name (a scope of
   npm's). */
static struct slice cut_version(struct slice *rest)
{
    size_t at = slice_find_last(*rest, '@');
    bool first = at == 0 || (at < rest->len && rest->at[at - 1] == '/');
    struct slice behind = slice_from(*rest, at);
    if (at == rest->len || (first && slice_find(behind, '/') < behind.len))
        return (struct slice){0};
    return cut_last(rest, '@');
}

static bool normalize(struct purl *purl, struct arena *arena, struct error *err)
{
    const struct rule *rule = find_rule(purl->type);
    if (rule && rule->lower_namespace)
        purl->namespace = lower(purl->namespace, false, arena);
    if (rule && rule->lower_name)
        purl->name = lower(purl->name, rule->dashes, arena);
    return (purl->name.at && (!rule || !rule->lower_namespace || purl->namespace.at)) ||
           arena_error(err);
}

static bool parse_path(struct slice rest, struct arena *arena, struct purl *purl, struct error *err)
{
    while (rest.len && rest.at[0] == '/')
        rest = slice_from(rest, 1);
    struct slice type = slice_cut(&rest, '/');
    if (!is_word(type, ".+-"))
        return error_set(err, ERROR_FORMAT, "no type, as in pkg:apk/alpine/openssl");
    purl->type = lower(type, false, arena);
    if (!purl->type.at)
        return arena_error(err);
    struct slice version = cut_version(&rest);
    while (rest.len && rest.at[rest.len - 1] == '/')
        rest.len--;
    size_t slash = slice_find_last(rest, '/');
    struct slice name = slash < rest.len ? slice_from(rest, slash + 1) : rest;
    struct slice namespace = slash < rest.len ? slice_upto(rest, slash) : (struct slice){0};
    if (!decode(version, arena, &purl->version, err) || !decode(name, arena, &purl->name, err) ||
        !decode_path(namespace, false, arena, &purl->namespace, err))
        return false;
    if (purl->name.len == 0)
        return error_set(err, ERROR_FORMAT, "no name, as in pkg:apk/alpine/openssl");
    return normalize(purl, arena, err);
}

bool purl_parse(struct slice text, struct arena *arena, struct purl *purl, struct error *err)
{
    struct slice rest = slice_trim(text);
    struct purl parsed = {0};
    if (rest.len > PURL_LENGTH_MAX)
        return error_set(err, ERROR_LIMIT, "a package URL of more than %d bytes", PURL_LENGTH_MAX);
    if (!slice_equal_nocase(slice_upto(rest, 4), SLICE("pkg:")))
        return error_set(err, ERROR_FORMAT, "a package URL begins with pkg:");
    rest = slice_from(rest, 4);
    struct slice subpath = cut_last(&rest, '#'), qualifiers = cut_last(&rest, '?');
    if (!parse_path(rest, arena, &parsed, err) ||
        !parse_qualifiers(qualifiers, arena, &parsed, err) ||
        !decode_path(subpath, true, arena, &parsed.subpath, err))
        return false;
    *purl = parsed;
    return true;
}

struct slice purl_qualifier(const struct purl *purl, const char *name)
{
    for (size_t i = 0; i < purl->qualifier_count; i++)
        if (slice_equal_str(purl->qualifiers[i].name, name))
            return purl->qualifiers[i].value;
    return (struct slice){0};
}

/* ---- formatting: a pass that counts, one that writes ---- */

struct output {
    char *at; /* NULL: only count */
    size_t len;
};

static void put(struct output *out, char c)
{
    if (out->at)
        out->at[out->len] = c;
    out->len++;
}

static void put_text(struct output *out, const char *text)
{
    for (; *text; text++)
        put(out, *text);
}

/* All but letters, digits, . - _ ~ : and `plain` is encoded. */
static void put_encoded(struct output *out, struct slice s, char plain)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (ascii_alnum(c) || ascii_among(c, ".-_~:") || (plain && c == plain)) {
            put(out, c);
        } else {
            put(out, '%');
            put(out, hex[(unsigned char)c >> 4]);
            put(out, hex[(unsigned char)c & 15]);
        }
    }
}

/* The qualifier that follows `last` in order of names; NULL at the end. */
static const struct purl_qualifier *next_qualifier(const struct purl *purl,
                                                   const struct purl_qualifier *last)
{
    const struct purl_qualifier *next = NULL;
    for (size_t i = 0; i < purl->qualifier_count; i++) {
        const struct purl_qualifier *one = &purl->qualifiers[i];
        if (one->value.len && (!last || slice_compare(one->name, last->name) > 0) &&
            (!next || slice_compare(one->name, next->name) < 0))
            next = one;
    }
    return next;
}

static void write_purl(const struct purl *purl, struct output *out)
{
    put_text(out, "pkg:");
    put_encoded(out, purl->type, '+');
    put(out, '/');
    if (purl->namespace.len) {
        put_encoded(out, purl->namespace, '/');
        put(out, '/');
    }
    put_encoded(out, purl->name, '\0');
    if (purl->version.len) {
        put(out, '@');
        put_encoded(out, purl->version, '\0');
    }
    char mark = '?';
    const struct purl_qualifier *one = NULL;
    while ((one = next_qualifier(purl, one))) {
        put(out, mark);
        put_encoded(out, one->name, '\0');
        put(out, '=');
        put_encoded(out, one->value, '/');
        mark = '&';
    }
    if (purl->subpath.len) {
        put(out, '#');
        put_encoded(out, purl->subpath, '/');
    }
}

struct slice purl_format(const struct purl *purl, struct arena *arena)
{
    struct purl normal = *purl;
    struct error err;
    normal.type = lower(purl->type, false, arena);
    struct output out = {0};
    if (!normal.type.at || !normalize(&normal, arena, &err))
        return (struct slice){0};
    write_purl(&normal, &out);
    out.at = arena_alloc(arena, out.len + 1);
    size_t len = out.len;
    out.len = 0;
    if (out.at)
        write_purl(&normal, &out);
    return (struct slice){out.at, out.at ? len : 0};
}
