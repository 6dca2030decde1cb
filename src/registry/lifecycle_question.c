/* The document of `plimsoll lifecycle evaluate`. What has another type than it should is refused:
   to take it for left out would let go of what it was to keep. */
#include "base/table.h"
#include "image/document.h"
#include "registry/lifecycle_parts.h"

enum { IMAGES_MAX = 1000000, VALUES_MAX = 10000000 };

/* A tree takes up to 240 bytes a value, 80 times the text: the tree is what has to be limited. */
static bool values_fit(struct slice text)
{
    size_t count = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        if (byte == '"')
            quoted = !quoted;
        else if (quoted)
            i += byte == '\\';
        else
            count += byte == ',' || byte == '[' || byte == '{';
    }
    return count <= VALUES_MAX;
}

static bool read_time(const json_t *object, const char *name, double *when, struct error *err)
{
    const json_t *value = json_object_get(object, name);
    *when = LIFECYCLE_NEVER;
    if (!value || json_is_null(value))
        return true;
    if (!json_is_number(value))
        return error_set(err, ERROR_FORMAT, "%s must be a time in seconds since 1970", name);
    double number = json_number_value(value);
    if (!(number > -1e15 && number < 1e15))
        return error_set(err, ERROR_FORMAT, "%s is out of range", name);
    *when = number;
    return true;
}

static bool is_given(const json_t *value)
{
    return value && !json_is_null(value);
}

/* One of blank-separated words; left out: the first. */
static bool read_choice(const json_t *object, const char *name, const char *words, int *index,
                        struct error *err)
{
    const json_t *value = json_object_get(object, name);
    *index = 0;
    if (!is_given(value))
        return true;
    for (struct slice rest = slice_str(words); rest.len; ++*index)
        if (slice_equal(slice_cut(&rest, ' '), document_view(value)))
            return true;
    return error_set(err, ERROR_FORMAT, "%s must be one of: %s", name, words);
}

static bool read_text(const json_t *object, const char *name, struct arena *arena,
                      struct slice *text, struct error *err)
{
    const json_t *value = json_object_get(object, name);
    if (is_given(value) && !json_is_string(value))
        return error_set(err, ERROR_FORMAT, "%s must be a text", name);
    return document_text(object, name, arena, text) || arena_error(err);
}

static bool read_texts(const json_t *object, const char *name, struct arena *arena,
                       struct slice **texts, size_t *count, struct error *err)
{
    const json_t *value = json_object_get(object, name);
    bool fits = !is_given(value) || json_is_array(value);
    for (size_t i = 0; i < json_array_size(value); i++)
        fits = fits && json_is_string(json_array_get(value, i));
    if (!fits)
        return error_set(err, ERROR_FORMAT, "%s must be a list of texts", name);
    return document_texts(value, arena, texts, count) || arena_error(err);
}

static bool read_image(const json_t *object, struct arena *arena, struct lifecycle_image *image,
                       struct error *err)
{
    int storage_class, kind;
    *image = (struct lifecycle_image){.pushed_at = LIFECYCLE_NEVER};
    if (!json_is_object(object))
        return error_set(err, ERROR_FORMAT, "an image must be an object");
    if (!read_time(object, "pushedAt", &image->pushed_at, err) ||
        !read_time(object, "lastPulledAt", &image->pulled_at, err) ||
        !read_time(object, "archivedAt", &image->archived_at, err) ||
        !read_time(object, "activatedAt", &image->activated_at, err) ||
        !read_choice(object, "storageClass", "STANDARD ARCHIVE", &storage_class, err) ||
        !read_choice(object, "kind", "image index artifact", &kind, err) ||
        !read_text(object, "digest", arena, &image->digest, err) ||
        !read_text(object, "subject", arena, &image->subject, err) ||
        !read_texts(object, "tags", arena, &image->tags, &image->tag_count, err) ||
        !read_texts(object, "children", arena, &image->children, &image->child_count, err))
        return false;
    image->storage_class = (enum lifecycle_class)storage_class;
    image->kind = (enum lifecycle_kind)kind;
    if (image->kind != LIFECYCLE_ARTIFACT)
        image->subject = SLICE("");
    return image->digest.len || error_set(err, ERROR_FORMAT, "it has no digest");
}

static bool read_images(const json_t *array, struct arena *arena,
                        struct lifecycle_question *question, struct error *err)
{
    size_t count = json_array_size(array);
    struct table known;
    table_init(&known, arena);
    if (!json_is_array(array) || count > IMAGES_MAX)
        return error_set(err, ERROR_FORMAT, "images must be a list of at most %d", IMAGES_MAX);
    question->images = arena_array(arena, count + 1, sizeof *question->images);
    if (!question->images)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        struct lifecycle_image *image = &question->images[i];
        if (!read_image(json_array_get(array, i), arena, image, err))
            return error_add(err, "image %zu", i + 1);
        if (table_get(&known, image->digest))
            return error_set(err, ERROR_FORMAT, "image %zu: the digest \"%.*s\" stood before",
                             i + 1, SLICE_ARG(slice_upto(image->digest, 100)));
        if (!table_put(&known, image->digest, image))
            return arena_error(err);
    }
    question->image_count = count;
    return true;
}

bool lifecycle_question_parse(struct slice text, struct arena *arena,
                              struct lifecycle_question *question, struct error *err)
{
    struct lifecycle_question made = {0};
    if (!values_fit(text))
        return error_set(err, ERROR_LIMIT, "the document has more than %d values", VALUES_MAX);
    CLEANUP_JSON json_t *document = document_parse_large(text, LIFECYCLE_QUESTION_MAX, err);
    if (!document)
        return false;
    if (!json_is_object(document) || !json_is_number(json_object_get(document, "now")))
        return error_set(err, ERROR_FORMAT, "an object with now, policy and images is wanted");
    if (!read_time(document, "now", &made.now, err))
        return false;
    const json_t *policy = json_object_get(document, "policy");
    if (json_is_string(policy)) { /* as ECR's API has it: a text */
        if (!lifecycle_policy_parse(document_view(policy), arena, &made.policy, err))
            return error_add(err, "policy");
    } else if (!lifecycle_policy_read(policy, arena, &made.policy, err))
        return error_add(err, "policy");
    if (!read_images(json_object_get(document, "images"), arena, &made, err))
        return false;
    *question = made;
    return true;
}
