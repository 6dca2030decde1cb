/* See manifest_plain.h. */
#include "image/manifest_plain.h"

/* As Go folds: ASCII's case, and the two letters beyond ASCII whose other case is ASCII's. */
static bool folds_to(struct slice member, const char *name)
{
    size_t at = 0;
    for (; *name; name++) {
        struct slice rest = slice_from(member, at);
        char low = (char)(*name | 0x20);
        bool letter = low >= 'a' && low <= 'z';
        if (rest.len && (rest.at[0] == *name || (letter && (rest.at[0] | 0x20) == low)))
            at++;
        else if (low == 's' && slice_starts(rest, SLICE("\u017f")))
            at += 2;
        else if (low == 'k' && slice_starts(rest, SLICE("\u212a")))
            at += 3;
        else
            return false;
    }
    return at == member.len;
}

static bool members_plain(const json_t *object, const char *const *names, struct error *err)
{
    json_t *members = (json_t *)(uintptr_t)object; /* only read */
    for (void *at = json_object_iter(members); at; at = json_object_iter_next(members, at)) {
        struct slice member = slice_of(json_object_iter_key(at), json_object_iter_key_len(at));
        for (size_t i = 0; names[i]; i++)
            if (folds_to(member, names[i]) && !slice_equal_str(member, names[i]))
                return error_set(err, ERROR_FORMAT,
                                 "a member \"%.*s\", which others would take for \"%s\"",
                                 SLICE_ARG(member), names[i]);
    }
    return true;
}

static bool descriptor_plain(const json_t *descriptor, struct error *err)
{
    static const char *const members[] = {"mediaType",    "digest",      "size",
                                          "urls",         "data",        "platform",
                                          "artifactType", "annotations", NULL};
    static const char *const platform[] = {"architecture", "os",          "variant",
                                           "os.version",   "os.features", NULL};
    return members_plain(descriptor, members, err) &&
           members_plain(json_object_get(descriptor, "platform"), platform, err);
}

bool manifest_plain(const json_t *document, struct error *err)
{
    static const char *const members[] = {
        "schemaVersion", "mediaType",   "artifactType", "config",  "layers", "manifests",
        "subject",       "annotations", "fsLayers",     "history", NULL};
    static const char *const lists[] = {"layers", "manifests", NULL};
    if (!members_plain(document, members, err) ||
        !descriptor_plain(json_object_get(document, "config"), err) ||
        !descriptor_plain(json_object_get(document, "subject"), err))
        return false;
    for (size_t i = 0; lists[i]; i++) {
        const json_t *list = json_object_get(document, lists[i]);
        for (size_t at = 0; at < json_array_size(list); at++)
            if (!descriptor_plain(json_array_get(list, at), err))
                return error_add(err, "%s, entry %zu", lists[i], at);
    }
    return true;
}
