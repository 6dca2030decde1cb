/* Rows of manifests, and of manifests in the recycle bin, as they are written. */
#include "registry/core/codec.h"
#include "registry/core/codec_json.h"

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
    if (facts->embeds)
        json_object_set_new(object, "embeds", json_true());
    if (facts->sparse)
        json_object_set_new(object, "sparse", json_true());
    return object;
}

bool manifest_encode(const struct manifest_facts *facts, struct arena *arena, struct slice *value)
{
    return codec_made(codec_dump(facts_object(facts), arena), value);
}

bool recycled_encode(const struct recycled *recycled, struct arena *arena, struct slice *value)
{
    json_t *object = json_object();
    json_object_set_new(object, "facts", facts_object(&recycled->facts));
    json_object_set_new(object, "tags",
                        codec_texts(recycled->facts.tags, recycled->facts.tag_count));
    codec_put_time(object, "deleted", recycled->deleted);
    codec_put_time(object, "until", recycled->until);
    codec_put_text(object, "why", recycled->why);
    codec_put_text(object, "who", recycled->who);
    return codec_made(codec_dump(object, arena), value);
}
