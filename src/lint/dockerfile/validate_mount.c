/*
 * RUN --mount and --device: fields between commas, in CSV's quotes. A mount's values are looked at
 * as BuildKit does once variables are expanded; where one could be changed by that (a $, a quote,
 * an escape in it) nothing is said of what comes behind it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "lint/dockerfile/parse.h"

/* Cuts a field off `*rest`; *more: a comma stood behind it. False for broken quotes. */
static bool cut_field(struct slice *rest, struct arena *arena, struct slice *field, bool *more)
{
    size_t comma = slice_find(*rest, ',');
    if (!rest->len || rest->at[0] != '"') {
        *field = slice_upto(*rest, comma);
        *more = comma < rest->len;
        *rest = slice_from(*rest, comma + 1);
        return slice_find(*field, '"') == field->len;
    }
    char *text = arena_alloc(arena, rest->len);
    size_t len = 0, i = 1;
    for (; text && i < rest->len; i++) {
        bool quote = rest->at[i] == '"';
        if (quote && (i + 1 == rest->len || rest->at[i + 1] != '"'))
            break;
        i += quote;
        text[len++] = rest->at[i];
    }
    if (!text || i >= rest->len)
        return false;
    *field = slice_of(text, len);
    *rest = slice_from(*rest, i + 1);
    *more = rest->len && rest->at[0] == ',';
    if (rest->len && !*more)
        return false;
    *rest = slice_from(*rest, 1);
    return true;
}

static struct slice broken(const char *example, struct arena *arena)
{
    return arena_printf(arena, "fields are missing or badly quoted; write %s", example);
}

struct mount {
    struct slice type;
    bool has_from, has_source, has_target, has_id, has_sharing, has_mode, has_uid, has_gid;
    struct slice problem; /* what is wrong as soon as values are known; the first */
    bool unknown;         /* a value has variables, quotes or escapes */
    struct arena *arena;
};

static bool is_type(const struct mount *mount, const char *type)
{
    return slice_equal_str(mount->type, type);
}

__attribute__((format(printf, 2, 3))) static void complain(struct mount *mount, const char *format,
                                                           ...)
{
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!mount->problem.len)
        mount->problem = arena_copy(mount->arena, slice_str(text));
}

static bool in_words(struct slice words, struct slice word)
{
    for (struct slice rest = words; rest.len;)
        if (slice_equal_nocase(slice_cut(&rest, ' '), word))
            return true;
    return false;
}

/* Go's strconv.ParseBool. */
static bool is_boolean(struct slice text)
{
    static const char *const words[] = {"1", "t", "T", "true",  "TRUE",  "True",
                                        "0", "f", "F", "false", "FALSE", "False"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal_str(text, words[i]))
            return true;
    return false;
}

static bool is_octal(struct slice text)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '7' || value > UINT32_MAX)
            return false;
        value = value * 8 + (uint64_t)(text.at[i] - '0');
    }
    return text.len && value <= UINT32_MAX;
}

/* "64m", "1.5 GiB": a number and one of b k m g t p, with b or ib behind it (docker/go-units). */
static bool is_size(struct slice text)
{
    char number[40];
    size_t len = text.len;
    while (len && !ascii_digit(text.at[len - 1]) && text.at[len - 1] != '.' &&
           text.at[len - 1] != ' ')
        len--;
    struct slice suffix = slice_from(text, len);
    if (len && text.at[len - 1] == ' ')
        len--;
    if (!len || len >= sizeof number || !strchr("0123456789.+", text.at[0]))
        return false;
    memcpy(number, text.at, len);
    number[len] = 0;
    char *end;
    if (strspn(number, "0123456789.+-eE") != len || strtod(number, &end) < 0 || *end)
        return false;
    if (!suffix.len || slice_equal_nocase(suffix, SLICE("b")))
        return true;
    struct slice rest = slice_from(suffix, 1);
    return strchr("kmgtp", ascii_lower(suffix.at[0])) && suffix.at[0] &&
           (!rest.len || slice_equal_nocase(rest, SLICE("b")) ||
            slice_equal_nocase(rest, SLICE("ib")));
}

static void take_type(struct mount *mount, struct slice value)
{
    static const char *const types[] = {"bind", "cache", "tmpfs", "secret", "ssh"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_equal_nocase(value, slice_str(types[i]))) {
            mount->type = slice_str(types[i]);
            return;
        }
    complain(mount, "--mount has no type \"%.*s\"; there are bind, cache, tmpfs, secret and ssh",
             SLICE_ARG(value));
}

static void take_number(struct mount *mount, struct slice key, struct slice value)
{
    uint64_t number;
    bool mode = slice_equal_nocase(key, SLICE("mode"));
    bool fits = mode ? is_octal(value) : slice_u64(value, &number) && number <= UINT32_MAX;
    if (!fits)
        complain(mount, "--mount: %.*s=%.*s is no %s", SLICE_ARG(key), SLICE_ARG(value),
                 mode ? "octal mode, as 0755" : "number");
    mount->has_mode |= mode;
    mount->has_uid |= slice_equal_nocase(key, SLICE("uid"));
    mount->has_gid |= slice_equal_nocase(key, SLICE("gid"));
}

static void take_switch(struct mount *mount, struct slice key, struct slice value, bool has_value)
{
    bool required = slice_equal_nocase(key, SLICE("required"));
    if (required && !is_type(mount, "secret") && !is_type(mount, "ssh"))
        complain(mount, "--mount: required is for secret and ssh, not for %.*s",
                 SLICE_ARG(mount->type));
    else if (has_value && !is_boolean(value))
        complain(mount, "--mount: %.*s is true or false, not \"%.*s\"", SLICE_ARG(key),
                 SLICE_ARG(value));
}

static void take_field(struct mount *mount, struct slice key, struct slice value, bool has_value)
{
    if (in_words(SLICE("readonly ro readwrite rw required"), key)) {
        take_switch(mount, key, value, has_value);
    } else if (!has_value) {
        complain(mount, "--mount: \"%.*s\" is no key=value", SLICE_ARG(key));
    } else if (in_words(SLICE("type"), key)) {
        take_type(mount, value);
    } else if (in_words(SLICE("mode uid gid"), key)) {
        take_number(mount, key, value);
    } else if (in_words(SLICE("sharing"), key)) {
        mount->has_sharing = true;
        if (!in_words(SLICE("shared private locked"), value))
            complain(mount, "--mount: sharing is shared, private or locked, not \"%.*s\"",
                     SLICE_ARG(value));
    } else if (in_words(SLICE("size"), key)) {
        if (!is_type(mount, "tmpfs"))
            complain(mount, "--mount: size is for tmpfs, not for %.*s", SLICE_ARG(mount->type));
        else if (!is_size(value))
            complain(mount, "--mount: size=%.*s is no size", SLICE_ARG(value));
    } else if (in_words(SLICE("source src target dst destination from id"), key)) {
        bool there = value.len != 0;
        mount->has_from = in_words(SLICE("from"), key) ? there : mount->has_from;
        mount->has_id = in_words(SLICE("id"), key) ? there : mount->has_id;
        mount->has_source = in_words(SLICE("source src"), key) ? there : mount->has_source;
        mount->has_target =
            in_words(SLICE("target dst destination"), key) ? there : mount->has_target;
    } else if (!in_words(SLICE("env"), key)) {
        complain(mount, "--mount has no key \"%.*s\"", SLICE_ARG(key));
    }
}

/* What does not go together. */
static void check_whole(struct mount *mount)
{
    bool secret = is_type(mount, "secret");
    bool owned = secret || is_type(mount, "ssh") || is_type(mount, "cache");
    if (!owned && (mount->has_mode || mount->has_uid || mount->has_gid))
        complain(mount, "--mount: mode, uid and gid are for secret, ssh and cache, not for %.*s",
                 SLICE_ARG(mount->type));
    if (secret && mount->has_from)
        complain(mount, "--mount: a secret has no from");
    if (secret && !mount->has_source && !mount->has_target && !mount->has_id)
        complain(mount, "--mount: a secret needs an id, a source or a target");
    if (secret && mount->has_source && mount->has_id)
        complain(mount, "--mount: a secret has an id or a source, not both");
    if (mount->has_sharing && !is_type(mount, "cache"))
        complain(mount, "--mount: sharing is for cache, not for %.*s", SLICE_ARG(mount->type));
}

static bool may_change(struct slice value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] && strchr("$'\"\\`<", value.at[i]))
            return true;
    return false;
}

struct slice validate_mount(struct slice value, struct arena *arena)
{
    struct mount mount = {.type = SLICE("bind"), .arena = arena};
    if (!value.len)
        return broken("--mount=type=cache,target=/root/.cache", arena);
    for (bool more = true; more;) {
        struct slice field, key;
        if (!cut_field(&value, arena, &field, &more))
            return broken("--mount=type=cache,target=/root/.cache", arena);
        size_t equals = slice_find(field, '=');
        bool has_value = equals < field.len;
        key = slice_upto(field, equals);
        field = slice_from(field, equals + 1);
        size_t dollar = slice_find(field, '$');
        if (has_value && slice_equal_nocase(key, SLICE("from")) && dollar + 1 < field.len)
            return SLICE("--mount: from takes no variable; name a stage for it: FROM $IMAGE AS x");
        mount.unknown |= may_change(field) && !mount.problem.len;
        take_field(&mount, key, field, has_value);
    }
    check_whole(&mount);
    return mount.unknown || !mount.problem.len ? SLICE("") : mount.problem;
}

static struct slice check_device(struct slice key, struct slice value, bool has_value,
                                 struct slice whole, bool *named, struct arena *arena)
{
    if (slice_equal_nocase(key, SLICE("required")))
        return !has_value || is_boolean(value)
                   ? SLICE("")
                   : arena_printf(arena, "--device: required is true or false, not \"%.*s\"",
                                  SLICE_ARG(value));
    bool name = has_value && slice_equal_nocase(key, SLICE("name"));
    if (*named)
        return name ? SLICE("--device has two names")
                    : arena_printf(arena, "--device has no key \"%.*s\"", SLICE_ARG(key));
    *named = (name ? value : whole).len != 0;
    return SLICE("");
}

struct slice validate_device(struct slice value, struct arena *arena)
{
    bool named = false;
    if (!value.len)
        return broken("--device=vendor.com/gpu", arena);
    for (bool more = true; more;) {
        struct slice field;
        if (!cut_field(&value, arena, &field, &more))
            return broken("--device=vendor.com/gpu", arena);
        size_t equals = slice_find(field, '=');
        struct slice problem =
            check_device(slice_upto(field, equals), slice_from(field, equals + 1),
                         equals < field.len, field, &named, arena);
        if (problem.len || !problem.at)
            return problem;
    }
    return SLICE("");
}
