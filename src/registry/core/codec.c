#include "registry/core/codec.h"
#include "registry/core/codec_json.h"

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

bool codec_made(struct slice made, struct slice *value)
{
    if (made.at)
        *value = made;
    return made.at != NULL;
}

json_t *codec_texts(const struct slice *items, size_t count)
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

/* ---- repositories ---- */

bool repository_encode(const struct repository *repository, struct arena *arena,
                       struct slice *value)
{
    json_t *object = json_object();
    codec_put_time(object, "created", repository->created);
    json_object_set_new(object, "mutability", json_integer(repository->mutability));
    json_object_set_new(object, "exclusions",
                        codec_texts(repository->exclusions, repository->exclusion_count));
    json_object_set_new(object, "scan", json_boolean(repository->scan_on_push));
    codec_put_text(object, "encryption", repository->encryption);
    codec_put_text(object, "key", repository->kms_key);
    json_object_set_new(object, "tagKeys",
                        codec_texts(repository->tag_keys, repository->tag_count));
    json_object_set_new(object, "tagValues",
                        codec_texts(repository->tag_values, repository->tag_count));
    return codec_made(codec_dump(object, arena), value);
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
    return codec_made(codec_dump(object, arena), value);
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
