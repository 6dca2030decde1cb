#include "registry/core/codec.h"

#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "image/document.h"

/* ---- values ---- */

json_t *codec_text(struct slice text)
{
    json_t *string = json_stringn(text.at ? text.at : "", text.len);
    if (string)
        return string;
    char *clean = malloc(text.len * 4 + 1); /* only ever for bytes that are no UTF-8 */
    size_t len = 0;
    if (!clean)
        return NULL;
    while (text.len) {
        uint32_t code;
        if (!utf8_cut(&text, &code))
            code = UTF8_REPLACEMENT;
        len += utf8_put(clean + len, code);
    }
    string = json_stringn(clean, len);
    free(clean);
    return string;
}

void codec_put_text(json_t *object, const char *name, struct slice text)
{
    if (text.len)
        json_object_set_new(object, name, codec_text(text));
}

void codec_put_time(json_t *object, const char *name, double when)
{
    if (when != 0 && isfinite(when))
        json_object_set_new(object, name, json_real(when));
}

double codec_time(const json_t *object, const char *name)
{
    double when = json_number_value(json_object_get(object, name));
    return isfinite(when) && when > 0 && when < 1e12 ? when : 0;
}

uint64_t codec_u64(const json_t *object, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(object, name));
    return value > 0 ? (uint64_t)value : 0;
}

static int append(const char *bytes, size_t size, void *context)
{
    struct slice *to = context;
    memcpy((char *)(uintptr_t)to->at + to->len, bytes, size);
    to->len += size;
    return 0;
}

static int measure(const char *bytes, size_t size, void *context)
{
    (void)bytes;
    *(size_t *)context += size;
    return 0;
}

struct slice codec_dump(json_t *object, struct arena *arena)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(14);
    struct slice text = {0};
    size_t size = 0;
    if (object && json_dump_callback(object, measure, &size, flags) == 0 &&
        (text.at = arena_alloc(arena, size + 1)))
        json_dump_callback(object, append, &text, flags);
    json_decref(object);
    return text;
}

static bool no_memory(struct slice *value, struct slice made)
{
    if (made.at)
        *value = made;
    return made.at != NULL;
}

static json_t *texts(const struct slice *items, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, codec_text(items[i]));
    return array;
}

static json_t *parse(struct slice value, struct error *err)
{
    json_t *object = document_parse_large(value, META_VALUE_MAX, err);
    if (object && json_is_object(object))
        return object;
    json_decref(object);
    if (object)
        error_set(err, ERROR_FORMAT, "a row that is no object");
    return NULL;
}

/* ---- manifests ---- */

static json_t *descriptor(const struct blob_reference *from)
{
    json_t *object = json_object();
    json_object_set_new(object, "d", codec_text(digest_slice(&from->digest)));
    json_object_set_new(object, "s", json_integer((json_int_t)from->size));
    codec_put_text(object, "m", from->media_type);
    codec_put_text(object, "os", from->platform_os);
    codec_put_text(object, "arch", from->platform_architecture);
    codec_put_text(object, "variant", from->platform_variant);
    codec_put_text(object, "type", from->artifact_type);
    return object;
}

static json_t *descriptors(const struct blob_reference *from, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, descriptor(&from[i]));
    return array;
}

static json_t *facts_object(const struct manifest_facts *facts)
{
    json_t *object = json_object(), *annotations = json_object();
    json_object_set_new(object, "kind", json_integer(facts->kind));
    codec_put_text(object, "digest", digest_slice(&facts->digest));
    codec_put_text(object, "type", facts->media_type);
    codec_put_text(object, "artifact", facts->artifact_type);
    json_object_set_new(object, "length", json_integer((json_int_t)facts->length));
    json_object_set_new(object, "size", json_integer((json_int_t)facts->image_size));
    if (facts->config.digest.text[0])
        json_object_set_new(object, "config", descriptor(&facts->config));
    if (facts->layer_count)
        json_object_set_new(object, "layers", descriptors(facts->layers, facts->layer_count));
    if (facts->child_count)
        json_object_set_new(object, "children", descriptors(facts->children, facts->child_count));
    codec_put_text(object, "subject", digest_slice(&facts->subject));
    for (size_t i = 0; i < facts->annotation_count; i++)
        json_object_setn_new(annotations, facts->annotation_names[i].at,
                             facts->annotation_names[i].len,
                             codec_text(facts->annotation_values[i]));
    json_object_set_new(object, "annotations", annotations);
    codec_put_text(object, "os", facts->os);
    codec_put_text(object, "arch", facts->architecture);
    codec_put_text(object, "variant", facts->variant);
    codec_put_time(object, "pushed", facts->pushed);
    codec_put_time(object, "archived", facts->archived);
    codec_put_time(object, "activated", facts->activated);
    if (facts->is_archived)
        json_object_set_new(object, "archive", json_true());
    if (facts->sparse)
        json_object_set_new(object, "sparse", json_true());
    return object;
}

bool manifest_encode(const struct manifest_facts *facts, struct arena *arena, struct slice *value)
{
    return no_memory(value, codec_dump(facts_object(facts), arena));
}

static bool read_digest(const json_t *text, struct digest *digest, struct error *err)
{
    return digest_parse_any(digest, document_view(text), err);
}

static bool read_descriptor(const json_t *object, struct arena *arena, struct blob_reference *out,
                            struct error *err)
{
    if (!read_digest(json_object_get(object, "d"), &out->digest, err))
        return false;
    out->size = codec_u64(object, "s");
    if (!document_text(object, "m", arena, &out->media_type) ||
        !document_text(object, "os", arena, &out->platform_os) ||
        !document_text(object, "arch", arena, &out->platform_architecture) ||
        !document_text(object, "variant", arena, &out->platform_variant) ||
        !document_text(object, "type", arena, &out->artifact_type))
        return arena_error(err);
    return true;
}

static bool read_descriptors(const json_t *array, struct arena *arena, struct blob_reference **out,
                             size_t *count, struct error *err)
{
    size_t size = json_array_size(array);
    *out = arena_array(arena, size + 1, sizeof **out);
    if (!*out)
        return arena_error(err);
    for (size_t i = 0; i < size; i++)
        if (!read_descriptor(json_array_get(array, i), arena, &(*out)[i], err))
            return false;
    *count = size;
    return true;
}

static bool read_annotations(const json_t *object, struct arena *arena,
                             struct manifest_facts *facts, struct error *err)
{
    size_t size = json_object_size(object), i = 0;
    facts->annotation_names = arena_array(arena, size + 1, sizeof *facts->annotation_names);
    facts->annotation_values = arena_array(arena, size + 1, sizeof *facts->annotation_values);
    if (!facts->annotation_names || !facts->annotation_values)
        return arena_error(err);
    for (void *at = json_object_iter((json_t *)(uintptr_t)object); at;
         at = json_object_iter_next((json_t *)(uintptr_t)object, at), i++) {
        struct slice name = slice_of(json_object_iter_key(at), json_object_iter_key_len(at));
        facts->annotation_names[i] = arena_copy(arena, name);
        if (!facts->annotation_names[i].at ||
            !document_string(json_object_iter_value(at), arena, &facts->annotation_values[i]))
            return arena_error(err);
    }
    facts->annotation_count = i;
    return true;
}

static bool read_facts(const json_t *object, struct arena *arena, struct manifest_facts *facts,
                       struct error *err)
{
    const json_t *config = json_object_get(object, "config");
    const json_t *subject = json_object_get(object, "subject");
    uint64_t kind = codec_u64(object, "kind");
    if (kind > MANIFEST_IS_ARTIFACT)
        return error_set(err, ERROR_FORMAT, "a manifest of no kind that is known");
    facts->kind = (enum manifest_class)kind;
    facts->length = codec_u64(object, "length");
    facts->image_size = codec_u64(object, "size");
    facts->pushed = codec_time(object, "pushed");
    facts->archived = codec_time(object, "archived");
    facts->activated = codec_time(object, "activated");
    facts->is_archived = json_is_true(json_object_get(object, "archive"));
    facts->sparse = json_is_true(json_object_get(object, "sparse"));
    if (!read_digest(json_object_get(object, "digest"), &facts->digest, err) ||
        (subject && !read_digest(subject, &facts->subject, err)) ||
        (config && !read_descriptor(config, arena, &facts->config, err)) ||
        !read_descriptors(json_object_get(object, "layers"), arena, &facts->layers,
                          &facts->layer_count, err) ||
        !read_descriptors(json_object_get(object, "children"), arena, &facts->children,
                          &facts->child_count, err) ||
        !read_annotations(json_object_get(object, "annotations"), arena, facts, err))
        return false;
    if (!document_text(object, "type", arena, &facts->media_type) ||
        !document_text(object, "artifact", arena, &facts->artifact_type) ||
        !document_text(object, "os", arena, &facts->os) ||
        !document_text(object, "arch", arena, &facts->architecture) ||
        !document_text(object, "variant", arena, &facts->variant))
        return arena_error(err);
    return true;
}

bool manifest_decode(struct slice value, struct arena *arena, struct manifest_facts *facts,
                     struct error *err)
{
    struct manifest_facts made = {0};
    CLEANUP_JSON json_t *object = parse(value, err);
    if (!object || !read_facts(object, arena, &made, err))
        return error_add(err, "row of a manifest");
    *facts = made;
    return true;
}

/* ---- the recycle bin ---- */

bool recycled_encode(const struct recycled *recycled, struct arena *arena, struct slice *value)
{
    json_t *object = json_object();
    json_object_set_new(object, "facts", facts_object(&recycled->facts));
    json_object_set_new(object, "tags", texts(recycled->facts.tags, recycled->facts.tag_count));
    codec_put_time(object, "deleted", recycled->deleted);
    codec_put_time(object, "until", recycled->until);
    codec_put_text(object, "why", recycled->why);
    codec_put_text(object, "who", recycled->who);
    return no_memory(value, codec_dump(object, arena));
}

bool recycled_decode(struct slice value, struct arena *arena, struct recycled *recycled,
                     struct error *err)
{
    struct recycled made = {0};
    CLEANUP_JSON json_t *object = parse(value, err);
    if (!object || !read_facts(json_object_get(object, "facts"), arena, &made.facts, err))
        return error_add(err, "row of the recycle bin");
    made.deleted = codec_time(object, "deleted");
    made.until = codec_time(object, "until");
    if (!document_texts(json_object_get(object, "tags"), arena, &made.facts.tags,
                        &made.facts.tag_count) ||
        !document_text(object, "why", arena, &made.why) ||
        !document_text(object, "who", arena, &made.who))
        return arena_error(err);
    *recycled = made;
    return true;
}

/* ---- repositories ---- */

bool repository_encode(const struct repository *repository, struct arena *arena,
                       struct slice *value)
{
    json_t *object = json_object();
    codec_put_time(object, "created", repository->created);
    json_object_set_new(object, "mutability", json_integer(repository->mutability));
    json_object_set_new(object, "exclusions",
                        texts(repository->exclusions, repository->exclusion_count));
    json_object_set_new(object, "scan", json_boolean(repository->scan_on_push));
    codec_put_text(object, "encryption", repository->encryption);
    codec_put_text(object, "key", repository->kms_key);
    json_object_set_new(object, "tagKeys", texts(repository->tag_keys, repository->tag_count));
    json_object_set_new(object, "tagValues", texts(repository->tag_values, repository->tag_count));
    return no_memory(value, codec_dump(object, arena));
}

bool repository_decode(struct slice value, struct arena *arena, struct repository *repository,
                       struct error *err)
{
    struct repository made = {.name = repository->name};
    size_t values;
    CLEANUP_JSON json_t *object = parse(value, err);
    if (!object)
        return error_add(err, "row of a repository");
    uint64_t mutability = codec_u64(object, "mutability");
    made.created = codec_time(object, "created");
    made.mutability = (enum tag_mutability)mutability;
    made.scan_on_push = json_is_true(json_object_get(object, "scan"));
    if (!document_texts(json_object_get(object, "exclusions"), arena, &made.exclusions,
                        &made.exclusion_count) ||
        !document_texts(json_object_get(object, "tagKeys"), arena, &made.tag_keys,
                        &made.tag_count) ||
        !document_texts(json_object_get(object, "tagValues"), arena, &made.tag_values, &values) ||
        !document_text(object, "encryption", arena, &made.encryption) ||
        !document_text(object, "key", arena, &made.kms_key))
        return arena_error(err);
    if (values != made.tag_count || mutability > TAGS_MUTABLE_WITH_EXCLUSION)
        return error_set(err, ERROR_FORMAT, "row of a repository: its settings are damaged");
    *repository = made;
    return true;
}

/* ---- the journal ---- */

bool journal_encode(const struct journal_entry *entry, struct arena *arena, struct slice *value)
{
    json_t *object = json_object();
    codec_put_time(object, "when", entry->when);
    codec_put_text(object, "action", entry->action);
    codec_put_text(object, "account", entry->account);
    codec_put_text(object, "region", entry->region);
    codec_put_text(object, "repository", entry->repository);
    codec_put_text(object, "digest", entry->digest);
    codec_put_text(object, "tag", entry->tag);
    codec_put_text(object, "type", entry->media_type);
    codec_put_text(object, "who", entry->who);
    codec_put_text(object, "arn", entry->arn);
    codec_put_text(object, "address", entry->address);
    codec_put_text(object, "request", entry->request);
    codec_put_text(object, "detail", entry->detail);
    codec_put_text(object, "why", entry->why);
    if (entry->failed)
        json_object_set_new(object, "failed", json_true());
    return no_memory(value, codec_dump(object, arena));
}

bool journal_decode(struct slice value, struct arena *arena, struct journal_entry *entry,
                    struct error *err)
{
    struct journal_entry made = {.sequence = entry->sequence};
    CLEANUP_JSON json_t *object = parse(value, err);
    if (!object)
        return error_add(err, "row of the journal");
    made.when = codec_time(object, "when");
    made.failed = json_is_true(json_object_get(object, "failed"));
    if (!document_text(object, "action", arena, &made.action) ||
        !document_text(object, "account", arena, &made.account) ||
        !document_text(object, "region", arena, &made.region) ||
        !document_text(object, "repository", arena, &made.repository) ||
        !document_text(object, "digest", arena, &made.digest) ||
        !document_text(object, "tag", arena, &made.tag) ||
        !document_text(object, "type", arena, &made.media_type) ||
        !document_text(object, "who", arena, &made.who) ||
        !document_text(object, "arn", arena, &made.arn) ||
        !document_text(object, "address", arena, &made.address) ||
        !document_text(object, "request", arena, &made.request) ||
        !document_text(object, "detail", arena, &made.detail) ||
        !document_text(object, "why", arena, &made.why))
        return arena_error(err);
    *entry = made;
    return true;
}
