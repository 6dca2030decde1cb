#include "ship/push/referrer.h"

#include <stdlib.h>

#include "image/document.h"
#include "image/manifest.h"

enum { LIST_TRIES = 4 };

#define OCI        "application/vnd.oci."
#define EMPTY_TYPE OCI "empty.v1+json"
#define INDEX_TYPE OCI "image.index.v1+json"
#define OWN_TYPE   OCI "image.manifest.v1+json"

static const struct slice empty_config = {"{}", 2};

/* ---- the artifact ---- */

static bool read_memory(void *context, uint64_t offset, void *to, size_t len, size_t *got,
                        struct error *err)
{
    const struct slice *bytes = context;
    struct slice part = slice_upto(slice_from(*bytes, offset), len);
    (void)err;
    memcpy(to, part.at, part.len);
    *got = part.len;
    return true;
}

static bool put_blob(const struct registry_link *link, struct slice bytes, struct arena *arena,
                     struct error *err)
{
    struct digest digest;
    bool has;
    struct registry_blob_source source = {&bytes, read_memory, bytes.len};
    sha256_of(bytes, &digest);
    if (!registry_blob_has(link, &digest, &has, arena, err))
        return false;
    return has || registry_blob_send(link, &digest, &source, NULL, err);
}

static json_t *descriptor_of(struct slice type, const struct digest *digest, size_t size)
{
    return json_pack("{s:s%,s:s,s:I}", "mediaType", type.at ? type.at : "", type.len, "digest",
                     digest->text, "size", (json_int_t)size);
}

static json_t *described(struct slice type, struct slice bytes)
{
    struct digest digest;
    sha256_of(bytes, &digest);
    return descriptor_of(type, &digest, bytes.len);
}

static bool dump(json_t *document, struct arena *arena, struct slice *text, struct error *err)
{
    char *made = document ? json_dumps(document, JSON_COMPACT) : NULL;
    json_decref(document);
    *text = made ? arena_copy(arena, slice_str(made)) : (struct slice){0};
    free(made);
    return text->at || error_set(err, ERROR_LIMIT, "an artifact's manifest cannot be written");
}

static bool make_manifest(const struct registry_manifest *subject, const struct referrer *referrer,
                          struct arena *arena, struct slice *bytes, struct error *err)
{
    json_t *made = json_object();
    json_t *layers = json_array();
    json_object_set_new(made, "schemaVersion", json_integer(2));
    json_object_set_new(made, "mediaType", json_string(OWN_TYPE));
    json_object_set_new(made, "artifactType", json_stringn(referrer->type.at, referrer->type.len));
    json_object_set_new(made, "config", described(SLICE(EMPTY_TYPE), empty_config));
    json_array_append_new(layers, described(referrer->type, referrer->bytes));
    json_object_set_new(made, "layers", layers);
    json_object_set_new(made, "subject",
                        descriptor_of(subject->media_type, &subject->digest, subject->bytes.len));
    return dump(made, arena, bytes, err);
}

/* ---- the list under a tag ---- */

bool referrer_list_add(struct slice index, struct slice descriptor, const struct digest *digest,
                       struct arena *arena, struct slice *made, struct error *err)
{
    struct slice fresh =
        SLICE("{\"schemaVersion\":2,\"mediaType\":\"" INDEX_TYPE "\",\"manifests\":[]}");
    CLEANUP_JSON json_t *list = document_parse(index.len ? index : fresh, err);
    CLEANUP_JSON json_t *added = list ? document_parse(descriptor, err) : NULL;
    json_t *entries = json_object_get(list, "manifests");
    if (!list || !added)
        return error_add(err, "the list of referrers");
    if (!json_is_array(entries) || json_array_size(entries) > MANIFEST_LAYERS_MAX)
        return error_set(err, ERROR_FORMAT, "the tag of referrers is no index");
    for (size_t i = 0; i < json_array_size(entries); i++)
        if (slice_equal(document_view(json_object_get(json_array_get(entries, i), "digest")),
                        digest_slice(digest))) {
            *made = index;
            return true;
        }
    json_array_append(entries, added);
    return dump(json_incref(list), arena, made, err);
}

static bool describe(const struct referrer *referrer, struct slice manifest, struct arena *arena,
                     struct slice *text, struct error *err)
{
    json_t *made = described(SLICE(OWN_TYPE), manifest);
    json_object_set_new(made, "artifactType", json_stringn(referrer->type.at, referrer->type.len));
    return dump(made, arena, text, err);
}

/* One try: read, add, put, if nobody was in between. */
static bool add_once(const struct registry_link *link, struct slice tag, struct slice descriptor,
                     const struct digest *digest, struct arena *arena, struct error *err)
{
    struct registry_manifest list = {0}, made = {.media_type = SLICE(INDEX_TYPE)};
    if (!registry_manifest_get(link, tag, arena, &list, err)) {
        if (err->kind != ERROR_NOT_FOUND)
            return false;
        *err = (struct error){0};
    }
    if (!referrer_list_add(list.bytes, descriptor, digest, arena, &made.bytes, err))
        return false;
    if (made.bytes.at == list.bytes.at)
        return true;
    return registry_manifest_put(link, tag, &made, &list.digest, NULL, arena, err);
}

static bool add_to_list(const struct registry_link *link, const struct registry_manifest *subject,
                        struct slice descriptor, const struct digest *digest, struct arena *arena,
                        struct error *err)
{
    struct slice tag =
        arena_printf(arena, "sha256-%s", subject->digest.text + sizeof "sha256:" - 1);
    if (!tag.at)
        return arena_error(err);
    for (unsigned tries = 1;; tries++) {
        if (add_once(link, tag, descriptor, digest, arena, err))
            return true;
        if (err->kind != ERROR_BUSY || tries == LIST_TRIES)
            return error_add(err, "the referrers of %s", subject->digest.text);
        *err = (struct error){0};
    }
}

static bool put_artifact(const struct registry_link *link, const struct registry_manifest *manifest,
                         bool *keeps_list, struct referrer_result *result, struct arena *arena,
                         struct error *err)
{
    struct registry_manifest head;
    struct error ignored = {0};
    result->digest = manifest->digest;
    result->was_there =
        registry_manifest_head(link, digest_slice(&manifest->digest), arena, &head, &ignored);
    /* Put in any case: only the answer tells whether the registry keeps the list. */
    return registry_manifest_put(link, digest_slice(&manifest->digest), manifest, NULL, keeps_list,
                                 arena, err);
}

bool referrer_attach(struct destination *destination, const struct registry_manifest *subject,
                     const struct referrer *referrer, struct arena *arena,
                     struct referrer_result *result, struct error *err)
{
    CLEANUP_LINK struct registry_link link = destination_link(destination);
    struct registry_manifest manifest = {.media_type = SLICE(OWN_TYPE)};
    struct slice descriptor;
    bool keeps_list = false;
    *result = (struct referrer_result){0};
    if (referrer->bytes.len > REFERRER_MAX)
        return error_set(err, ERROR_LIMIT, "over %d bytes to attach", REFERRER_MAX);
    if (!make_manifest(subject, referrer, arena, &manifest.bytes, err))
        return false;
    sha256_of(manifest.bytes, &manifest.digest);
    if (!put_blob(&link, empty_config, arena, err) ||
        !put_blob(&link, referrer->bytes, arena, err) ||
        !put_artifact(&link, &manifest, &keeps_list, result, arena, err))
        return error_add(err, "attaching to %s", subject->digest.text);
    result->by_tag = !keeps_list;
    return keeps_list || (describe(referrer, manifest.bytes, arena, &descriptor, err) &&
                          add_to_list(&link, subject, descriptor, &manifest.digest, arena, err));
}

/* ---- what it is ---- */

struct slice referrer_type_of(struct slice bytes)
{
    struct error ignored;
    CLEANUP_JSON json_t *document = document_parse_large(bytes, REFERRER_MAX, &ignored);
    struct slice schema = document_view(json_object_get(document, "schema"));
    if (slice_equal_str(document_view(json_object_get(document, "bomFormat")), "CycloneDX"))
        return SLICE("application/vnd.cyclonedx+json");
    if (json_object_get(document, "spdxVersion"))
        return SLICE("application/spdx+json");
    if (json_is_array(json_object_get(document, "runs")))
        return SLICE("application/sarif+json");
    if (slice_starts(schema, SLICE("plimsoll/scan/")))
        return SLICE("application/vnd.plimsoll.scan.v1+json");
    return (struct slice){"", 0};
}
