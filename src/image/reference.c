#include "image/reference.h"

#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"

enum { TAG_MAX = 128, NAME_MAX_LENGTH = 255 };

static bool lower_or_digit(char c)
{
    return ascii_digit(c) || (c >= 'a' && c <= 'z');
}

/* Length of the separator at the beginning: ".", "_", "__" or any number of "-"; 0 for none. */
static size_t separator_length(struct slice s)
{
    size_t dashes = 0;
    while (dashes < s.len && s.at[dashes] == '-')
        dashes++;
    if (dashes)
        return dashes;
    if (slice_starts(s, SLICE("__")))
        return 2;
    return s.len && (s.at[0] == '.' || s.at[0] == '_');
}

/* One part of a repository: lower-case words with separators between them. */
static bool component_valid(struct slice part)
{
    for (;;) {
        size_t word = 0;
        while (word < part.len && lower_or_digit(part.at[word]))
            word++;
        if (word == 0)
            return false;
        part = slice_from(part, word);
        if (part.len == 0)
            return true;
        size_t separator = separator_length(part);
        if (separator == 0)
            return false;
        part = slice_from(part, separator);
    }
}

static bool repository_valid(struct slice repository)
{
    if (repository.len == 0 || repository.at[repository.len - 1] == '/')
        return false;
    while (repository.len)
        if (!component_valid(slice_cut(&repository, '/')))
            return false;
    return true;
}

static bool tag_valid(struct slice tag)
{
    if (tag.len == 0 || tag.len > TAG_MAX || tag.at[0] == '.' || tag.at[0] == '-')
        return false;
    for (size_t i = 0; i < tag.len; i++)
        if (!ascii_alnum(tag.at[i]) && !memchr("_.-", tag.at[i], 3))
            return false;
    return true;
}

static bool host_name_valid(struct slice name)
{
    if (slice_starts(name, SLICE("["))) { /* IPv6 */
        for (size_t i = 1; i + 1 < name.len; i++)
            if (!ascii_alnum(name.at[i]) && name.at[i] != ':' && name.at[i] != '.')
                return false;
        return name.len > 2 && name.at[name.len - 1] == ']';
    }
    if (name.len == 0 || name.at[0] == '.' || name.at[name.len - 1] == '.' || name.at[0] == '-')
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_alnum(name.at[i]) && name.at[i] != '.' && name.at[i] != '-')
            return false;
    return slice_search(name, SLICE("..")) == name.len;
}

static bool host_valid(struct slice host)
{
    size_t colon = slice_find_last(host, ':'), bracket = slice_find_last(host, ']');
    if (colon < host.len && (bracket == host.len || bracket < colon)) {
        uint64_t port;
        if (!slice_u64(slice_from(host, colon + 1), &port) || port == 0 || port > 65535)
            return false;
        host = slice_upto(host, colon);
    }
    return host_name_valid(host);
}

/* The first part of a name is a host when no repository of docker.io could be called so. */
static bool looks_like_host(struct slice first)
{
    if (slice_equal(first, SLICE("localhost")))
        return true;
    for (size_t i = 0; i < first.len; i++)
        if (first.at[i] == '.' || first.at[i] == ':' || (first.at[i] >= 'A' && first.at[i] <= 'Z'))
            return true;
    return false;
}

static bool split_host(struct slice name, struct arena *arena, struct reference *out)
{
    size_t slash = slice_find(name, '/');
    out->host = SLICE("docker.io");
    out->repository = name;
    if (slash < name.len && looks_like_host(slice_upto(name, slash))) {
        out->host = slice_upto(name, slash);
        out->repository = slice_from(name, slash + 1);
    }
    if (slice_equal(out->host, SLICE("index.docker.io")))
        out->host = SLICE("docker.io");
    if (!slice_equal(out->host, SLICE("docker.io")) || out->repository.len == 0 ||
        slice_find(out->repository, '/') < out->repository.len)
        return true;
    out->repository = arena_printf(arena, "library/%.*s", SLICE_ARG(out->repository));
    return out->repository.at != NULL;
}

/* Cuts "@digest" and ":tag" off the end of *name. */
static bool split_tag(struct slice *name, struct reference *out, struct error *err)
{
    size_t at = slice_find(*name, '@');
    if (at < name->len) {
        struct digest digest;
        out->digest = slice_from(*name, at + 1);
        *name = slice_upto(*name, at);
        if (!digest_parse(&digest, out->digest, err)) {
            err->kind = ERROR_USAGE;
            return false;
        }
    }
    size_t colon = slice_find_last(*name, ':'), slash = slice_find_last(*name, '/');
    if (colon < name->len && (slash == name->len || slash < colon)) {
        out->tag = slice_from(*name, colon + 1);
        *name = slice_upto(*name, colon);
        if (!tag_valid(out->tag))
            return error_set(err, ERROR_USAGE, "\"%.*s\" is no tag: letters, digits, _ . - only",
                             SLICE_ARG(slice_upto(out->tag, 200)));
    } else if (out->digest.len == 0) {
        out->tag = SLICE("latest");
    }
    return true;
}

static bool all_of(struct slice text, const char *characters)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(characters, text.at[i]))
            return false;
    return text.len > 0;
}

/* "127.0.0.1:5000", "localhost:5000": nobody calls an image of Docker Hub so. */
static bool is_registry_alone(struct slice name, const struct reference *reference)
{
    size_t dots = 0;
    for (size_t i = 0; i < name.len; i++)
        dots += name.at[i] == '.';
    bool host = slice_equal(name, SLICE("localhost")) || (dots == 3 && all_of(name, ".0123456789"));
    return host && all_of(reference->tag, "0123456789");
}

bool reference_parse(struct slice text, struct arena *arena, struct reference *reference,
                     struct error *err)
{
    struct reference out = {0};
    struct slice name = text;
    if (!split_tag(&name, &out, err))
        return error_add(err, "image name \"%.*s\"", SLICE_ARG(slice_upto(text, 300)));
    if (is_registry_alone(name, &out))
        return error_set(err, ERROR_USAGE, "%.*s is a registry; which image of it? %.*s/NAME:TAG",
                         SLICE_ARG(slice_upto(text, 300)), SLICE_ARG(slice_upto(text, 300)));
    if (!split_host(name, arena, &out))
        return arena_error(err);
    const char *wrong = NULL;
    if (name.len == 0)
        wrong = "it is empty";
    else if (out.repository.len > NAME_MAX_LENGTH)
        wrong = "it has more than 255 characters";
    else if (!host_valid(out.host))
        wrong = "its host is none";
    else if (!repository_valid(out.repository))
        wrong = "a repository has lower-case letters and digits, with . _ - between them";
    if (wrong)
        return error_set(err, ERROR_USAGE, "image name \"%.*s\": %s",
                         SLICE_ARG(slice_upto(text, 300)), wrong);
    *reference = out;
    return true;
}

static struct slice join(struct slice name, const struct reference *reference, struct arena *arena)
{
    return arena_printf(arena, "%.*s%s%.*s%s%.*s", SLICE_ARG(name), reference->tag.len ? ":" : "",
                        SLICE_ARG(reference->tag), reference->digest.len ? "@" : "",
                        SLICE_ARG(reference->digest));
}

struct slice reference_text(const struct reference *reference, struct arena *arena)
{
    struct slice name = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(reference->host),
                                     SLICE_ARG(reference->repository));
    return name.at ? join(name, reference, arena) : name;
}

struct slice reference_short(const struct reference *reference, struct arena *arena)
{
    if (!slice_equal(reference->host, SLICE("docker.io")))
        return reference_text(reference, arena);
    struct slice name = reference->repository;
    if (slice_starts(name, SLICE("library/")))
        name = slice_from(name, 8);
    return join(name, reference, arena);
}
