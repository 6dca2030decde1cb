/*
 * A manifest's bytes to facts. OCI image specification 1.1 (manifest.md, image-index.md,
 * descriptor.md), Docker's image manifest v2 schema 2 and manifest list, the artifact manifest of
 * OCI 1.1's release candidates ("blobs"), and any other JSON object: of one whose type we do not
 * know, what looks like those members is taken as such, so that its blobs are kept.
 */
#include <stdarg.h>
#include <stdio.h>

#include "image/document.h"
#include "image/manifest.h"
#include "image/manifest_plain.h"
#include "registry/core/parts.h"

enum { ENTRIES_MAX = 10000, ANNOTATIONS_MAX = 1000, MEDIA_TYPE_MAX = 255 };

struct parsing {
    struct arena *arena;
    struct failure *failure;
};

__attribute__((format(printf, 2, 3))) static bool refuse(const struct parsing *parsing,
                                                         const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return failure_set(parsing->failure, FAILURE_MANIFEST_INVALID, "manifest invalid: %s", text);
}

static bool is_one_of(struct slice type, const char *const *types)
{
    for (; *types; types++)
        if (slice_equal_str(type, *types))
            return true;
    return false;
}

static const char *const image_types[] = {"application/vnd.oci.image.manifest.v1+json",
                                          "application/vnd.docker.distribution.manifest.v2+json",
                                          NULL};
static const char *const config_types[] = {"application/vnd.oci.image.config.v1+json",
                                           "application/vnd.docker.container.image.v1+json", NULL};
static const char *const old_types[] = {"application/vnd.docker.distribution.manifest.v1+json",
                                        "application/vnd.docker.distribution.manifest.v1+prettyjws",
                                        NULL};
/* Types that say nothing of what it is. */
static const char *const vague_types[] = {"application/json", "application/octet-stream",
                                          "text/plain", NULL};

bool manifest_type_is_manifest(struct slice media_type)
{
    return is_one_of(media_type, image_types) || manifest_is_index(media_type) ||
           slice_equal(media_type, SLICE("application/vnd.oci.artifact.manifest.v1+json"));
}

static bool config_is_image(struct slice media_type)
{
    return is_one_of(media_type, config_types);
}

static bool media_type_is_valid(struct slice type)
{
    for (size_t i = 0; i < type.len; i++)
        if (type.at[i] <= ' ' || type.at[i] > '~' || type.at[i] == '"' || type.at[i] == '\\')
            return false;
    return type.len <= MEDIA_TYPE_MAX && (!type.len || slice_find(type, '/') < type.len);
}

/* Becomes a header of answers and an argument of filters: so it is checked strictly. */
static bool read_type(const struct parsing *parsing, const json_t *object, const char *name,
                      struct slice *type)
{
    const json_t *value = json_object_get(object, name);
    if (value && !json_is_null(value) && !json_is_string(value))
        return refuse(parsing, "%s is not a text", name);
    if (!media_type_is_valid(document_view(value)))
        return refuse(parsing, "%s is no media type", name);
    return document_string(value, parsing->arena, type) || failure_memory(parsing->failure);
}

static bool read_short_text(const struct parsing *parsing, const json_t *object, const char *name,
                            struct slice *text)
{
    if (document_view(json_object_get(object, name)).len > MEDIA_TYPE_MAX)
        return refuse(parsing, "%s is longer than %d bytes", name, MEDIA_TYPE_MAX);
    return document_text(object, name, parsing->arena, text) || failure_memory(parsing->failure);
}

static bool read_platform(const struct parsing *parsing, const json_t *platform,
                          struct blob_reference *out)
{
    return read_short_text(parsing, platform, "os", &out->platform_os) &&
           read_short_text(parsing, platform, "architecture", &out->platform_architecture) &&
           read_short_text(parsing, platform, "variant", &out->platform_variant);
}

static bool read_descriptor(const struct parsing *parsing, const json_t *object, const char *where,
                            struct blob_reference *out)
{
    const json_t *size = json_object_get(object, "size");
    struct error err;
    *out = (struct blob_reference){0};
    if (!json_is_object(object))
        return refuse(parsing, "%s is no descriptor", where);
    if (!digest_parse_any(&out->digest, document_view(json_object_get(object, "digest")), &err))
        return refuse(parsing, "%s: %.200s", where, err.text);
    if (!json_is_integer(size) || json_integer_value(size) < 0)
        return refuse(parsing, "%s: the size of %s is no number from 0 on", where,
                      out->digest.text);
    out->size = (uint64_t)json_integer_value(size);
    /* Foreign layers lie elsewhere: the registry need not have them. */
    out->elsewhere = json_array_size(json_object_get(object, "urls")) > 0;
    return read_type(parsing, object, "mediaType", &out->media_type) &&
           read_type(parsing, object, "artifactType", &out->artifact_type) &&
           read_platform(parsing, json_object_get(object, "platform"), out);
}

static bool is_foreign(const struct blob_reference *layer)
{
    enum layer_compression compression;
    bool foreign = false;
    return manifest_layer_type(layer->media_type, &compression, &foreign) && foreign;
}

static bool read_list(const struct parsing *parsing, const json_t *document, const char *name,
                      struct blob_reference **items, size_t *count)
{
    const json_t *array = json_object_get(document, name);
    size_t size = json_array_size(array);
    if (array && !json_is_null(array) && !json_is_array(array))
        return refuse(parsing, "%s is no list", name);
    if (size > ENTRIES_MAX)
        return refuse(parsing, "%s has %zu entries, more than %d", name, size, ENTRIES_MAX);
    if (!size)
        return true;
    struct blob_reference *list = arena_array(parsing->arena, size, sizeof *list);
    if (!list)
        return failure_memory(parsing->failure);
    for (size_t i = 0; i < size; i++) {
        if (!read_descriptor(parsing, json_array_get(array, i), name, &list[i]))
            return false;
        list[i].elsewhere = list[i].elsewhere || is_foreign(&list[i]);
    }
    *items = list;
    *count = size;
    return true;
}

static bool read_annotations(const struct parsing *parsing, const json_t *document,
                             struct manifest_facts *facts)
{
    json_t *object = json_object_get(document, "annotations");
    size_t size = json_object_size(object), i = 0;
    if (object && !json_is_null(object) && !json_is_object(object))
        return refuse(parsing, "annotations are no object");
    if (size > ANNOTATIONS_MAX)
        return refuse(parsing, "%zu annotations, more than %d", size, ANNOTATIONS_MAX);
    facts->annotation_names = arena_array(parsing->arena, size + 1, sizeof(struct slice));
    facts->annotation_values = arena_array(parsing->arena, size + 1, sizeof(struct slice));
    if (!facts->annotation_names || !facts->annotation_values)
        return failure_memory(parsing->failure);
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at), i++) {
        struct slice name = slice_of(json_object_iter_key(at), json_object_iter_key_len(at));
        if (!json_is_string(json_object_iter_value(at)))
            return refuse(parsing, "an annotation is not a text");
        facts->annotation_names[i] = arena_copy(parsing->arena, name);
        if (!facts->annotation_names[i].at ||
            !document_string(json_object_iter_value(at), parsing->arena,
                             &facts->annotation_values[i]))
            return failure_memory(parsing->failure);
    }
    facts->annotation_count = i;
    return true;
}

/* ---- what it is ---- */

static bool has(const json_t *document, const char *name)
{
    const json_t *value = json_object_get(document, name);
    return value && !json_is_null(value);
}

static const char *guess_type(const json_t *document)
{
    if (has(document, "manifests"))
        return "application/vnd.oci.image.index.v1+json";
    if (has(document, "config") || has(document, "layers"))
        return "application/vnd.oci.image.manifest.v1+json";
    return NULL;
}

static bool check_shape(const struct parsing *parsing, const json_t *document, struct slice type)
{
    const json_t *version = json_object_get(document, "schemaVersion");
    bool index = manifest_is_index(type), image = is_one_of(type, image_types);
    struct error err;
    if (is_one_of(type, old_types) || json_integer_value(version) == 1)
        return refuse(parsing, "Docker's schema 1 is of before 2017 and not taken any more: push "
                               "with a client that makes schema 2 or OCI manifests");
    if ((index || image) && json_integer_value(version) != 2)
        return refuse(parsing, "schemaVersion must be 2");
    if ((index || image) && !manifest_plain(document, &err))
        return refuse(parsing, "%.300s", err.text);
    if (index && (has(document, "config") || has(document, "layers")))
        return refuse(parsing, "an index with layers could be taken for two things");
    if (image && has(document, "manifests"))
        return refuse(parsing, "an image manifest with manifests could be taken for two things");
    if (image && !has(document, "config"))
        return refuse(parsing, "config is missing");
    if (image && !json_is_array(json_object_get(document, "layers")))
        return refuse(parsing, "layers are missing");
    if (index && !json_is_array(json_object_get(document, "manifests")))
        return refuse(parsing, "manifests are missing");
    return true;
}

/* A document that calls itself otherwise than it was sent could be taken for two things by two
   readers (CVE-2021-41190). */
static bool settle_type(const struct parsing *parsing, const json_t *document, struct slice given,
                        struct manifest_facts *facts)
{
    struct slice own;
    given = slice_trim(slice_upto(given, slice_find(given, ';')));
    if (is_one_of(given, vague_types))
        given = SLICE("");
    if (!read_type(parsing, document, "mediaType", &own))
        return false;
    if (!media_type_is_valid(given))
        return refuse(parsing, "its Content-Type is no media type");
    if (own.len && given.len && !slice_equal(own, given))
        return refuse(parsing, "it was sent as %.*s and calls itself %.*s",
                      SLICE_ARG(slice_upto(given, 100)), SLICE_ARG(slice_upto(own, 100)));
    facts->media_type = given.len ? given : own;
    if (!facts->media_type.len)
        facts->media_type = slice_str(guess_type(document));
    if (!facts->media_type.len)
        return refuse(parsing, "its media type is not told");
    facts->media_type = arena_copy(parsing->arena, facts->media_type);
    if (!facts->media_type.at)
        return failure_memory(parsing->failure);
    return check_shape(parsing, document, facts->media_type);
}

bool manifest_follows_subject(const struct manifest_facts *facts)
{
    return facts->subject.text[0] && facts->kind != MANIFEST_IS_INDEX &&
           (facts->kind == MANIFEST_IS_ARTIFACT || !config_is_image(facts->artifact_type));
}

/* An artifactType makes no difference: engines run what has an image's configuration. */
static enum manifest_class class_of(const struct manifest_facts *facts)
{
    if (manifest_is_index(facts->media_type))
        return MANIFEST_IS_INDEX;
    if (is_one_of(facts->media_type, image_types) && config_is_image(facts->config.media_type))
        return MANIFEST_IS_IMAGE;
    return MANIFEST_IS_ARTIFACT;
}

static bool add_sizes(const struct parsing *parsing, struct manifest_facts *facts)
{
    uint64_t sum = facts->config.size;
    for (size_t i = 0; i < facts->layer_count; i++)
        if (__builtin_add_overflow(sum, facts->layers[i].size, &sum) || sum > INT64_MAX)
            return refuse(parsing, "the sizes of its layers are beyond all reason");
    facts->image_size = sum;
    return sum <= INT64_MAX;
}

static bool embeds_any(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (has(json_array_get(list, i), "data"))
            return true;
    return false;
}

static bool read_members(const struct parsing *parsing, const json_t *document,
                         struct manifest_facts *facts)
{
    struct blob_reference subject;
    if (has(document, "config") &&
        !read_descriptor(parsing, json_object_get(document, "config"), "config", &facts->config))
        return false;
    if (has(document, "layers") && has(document, "blobs"))
        return refuse(parsing, "it has both layers and blobs");
    if (!read_list(parsing, document, has(document, "blobs") ? "blobs" : "layers", &facts->layers,
                   &facts->layer_count) ||
        !read_list(parsing, document, "manifests", &facts->children, &facts->child_count))
        return false;
    if (has(document, "subject")) {
        if (!read_descriptor(parsing, json_object_get(document, "subject"), "subject", &subject))
            return false;
        facts->subject = subject.digest;
    }
    if (!read_type(parsing, document, "artifactType", &facts->artifact_type) ||
        !read_annotations(parsing, document, facts))
        return false;
    facts->kind = class_of(facts);
    facts->embeds = embeds_any(json_object_get(document, "manifests"));
    if (!facts->artifact_type.len && facts->kind != MANIFEST_IS_INDEX)
        facts->artifact_type = facts->config.media_type;
    return add_sizes(parsing, facts);
}

bool manifest_facts_parse(struct slice bytes, struct slice media_type, struct arena *arena,
                          struct manifest_facts *facts, struct failure *failure)
{
    struct parsing parsing = {arena, failure};
    struct manifest_facts made = {.length = bytes.len};
    struct error err;
    *failure = (struct failure){0};
    CLEANUP_JSON json_t *document = document_parse_large(bytes, META_VALUE_MAX, &err);
    if (!document)
        return refuse(&parsing, "%.300s", err.text);
    if (!json_is_object(document))
        return refuse(&parsing, "it is no JSON object");
    if (!settle_type(&parsing, document, media_type, &made) ||
        !read_members(&parsing, document, &made))
        return false;
    struct sha256 hash;
    sha256_init(&hash);
    sha256_add(&hash, bytes.at, bytes.len);
    sha256_finish(&hash, &made.digest);
    *facts = made;
    return true;
}
