#include "image/select.h"

#include <stdio.h>
#include <unistd.h>

#include "image/reference.h"

enum { NESTING_MAX = 3 };

bool select_path(const char *name, const struct source_options *options, struct arena *arena,
                 const char **path, struct slice *tag, struct error *err)
{
    struct slice whole = slice_str(name), front = whole;
    *tag = options->tag;
    for (;;) {
        char *text = arena_string(arena, front);
        if (!text)
            return arena_error(err);
        if (access(text, F_OK) == 0) {
            if (tag->len == 0)
                *tag = slice_from(whole, front.len + 1);
            *path = text;
            return true;
        }
        size_t colon = slice_find_last(front, ':');
        if (colon == front.len || colon == 0)
            break;
        front = slice_upto(front, colon);
    }
    return error_set(err, ERROR_NOT_FOUND, "%s: no such file or folder", name);
}

static bool same_reference(struct slice a, struct slice b)
{
    CLEANUP_ARENA struct arena arena;
    struct reference first, second;
    struct error err;
    arena_init(&arena, 64 * 1024);
    return reference_parse(a, &arena, &first, &err) && reference_parse(b, &arena, &second, &err) &&
           slice_equal(first.host, second.host) &&
           slice_equal(first.repository, second.repository) && slice_equal(first.tag, second.tag) &&
           slice_equal(first.digest, second.digest);
}

bool select_name_fits(struct slice want, struct slice have)
{
    if (slice_equal(want, have))
        return true;
    size_t colon = slice_find_last(have, ':');
    if (colon < have.len && slice_equal(slice_from(have, colon + 1), want))
        return true;
    return same_reference(want, have);
}

bool select_refuse(struct slice want, const struct slice *names, size_t count, struct error *err)
{
    char list[600] = "";
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        int more = snprintf(list + len, sizeof list - len, "%s%.*s", len ? ", " : "",
                            SLICE_ARG(slice_upto(names[i], 150)));
        if (more < 0 || (size_t)more >= sizeof list - len)
            break;
        if (names[i].len)
            len += (size_t)more;
    }
    list[len] = 0;
    const char *all = len ? list : "none with a name";
    if (want.len)
        return error_set(err, ERROR_NOT_FOUND, "no image \"%.*s\" in it; there is: %s",
                         SLICE_ARG(slice_upto(want, 200)), all);
    if (count == 0)
        return error_set(err, ERROR_NOT_FOUND, "there is no image in it");
    return error_set(err, ERROR_USAGE, "%zu images are in it, name one behind the path: %s", count,
                     all);
}

static bool expand(const struct descriptor *from, const struct digest *index, unsigned depth,
                   manifest_fetch fetch, void *context, struct arena *arena,
                   struct candidate_list *list, struct error *err)
{
    struct slice bytes;
    struct manifest manifest;
    struct candidate candidate = {*from, *index};
    if (from->attestation)
        return true;
    if (!manifest_is_index(from->media_type)) {
        if (list->count >= MANIFEST_LAYERS_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d images", MANIFEST_LAYERS_MAX);
        return ARENA_PUSH(arena, list->items, list->count, list->room, candidate) ||
               arena_error(err);
    }
    if (depth >= NESTING_MAX)
        return error_set(err, ERROR_LIMIT, "indexes nested deeper than %d", NESTING_MAX);
    if (!fetch(context, from, &bytes, err) ||
        !manifest_parse(bytes, from->media_type, arena, &manifest, err))
        return error_add(err, "index %s", from->digest.text);
    for (size_t i = 0; i < manifest.manifest_count; i++)
        if (!expand(&manifest.manifests[i], depth ? index : &from->digest, depth + 1, fetch,
                    context, arena, list, err))
            return false;
    return true;
}

bool select_expand(const struct descriptor *from, manifest_fetch fetch, void *context,
                   struct arena *arena, struct candidate_list *list, struct error *err)
{
    static const struct digest none;
    return expand(from, &none, 0, fetch, context, arena, list, err);
}

bool select_platform(const struct source_options *options, struct arena *arena,
                     struct candidate_list *list, struct error *err)
{
    struct platform want = platform_host();
    if (list->count == 0)
        return error_set(err, ERROR_NOT_FOUND, "there is no image in it");
    if (options->all_platforms || (list->count == 1 && options->platform.len == 0))
        return true;
    if (options->platform.len && !platform_parse(options->platform, &want, err))
        return false;
    struct manifest index = {.manifest_count = list->count};
    index.manifests = arena_array(arena, list->count, sizeof *index.manifests);
    if (!index.manifests)
        return arena_error(err);
    for (size_t i = 0; i < list->count; i++)
        index.manifests[i] = list->items[i].manifest;
    const struct descriptor *best = manifest_choose(&index, &want, err);
    if (!best)
        return false;
    list->items[0] = list->items[best - index.manifests];
    list->count = 1;
    return true;
}
