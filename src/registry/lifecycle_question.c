/* The document of `plimsoll lifecycle evaluate`. */
#include "image/document.h"
#include "registry/lifecycle_parts.h"

enum { IMAGES_MAX = 1000000 };

static bool read_time(const json_t *object, const char *name, int64_t *when, struct error *err)
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
    *when = (int64_t)number;
    return true;
}

static bool read_choice(const json_t *object, const char *name, const char *const *words,
                        int *index, struct error *err)
{
    struct slice text = document_view(json_object_get(object, name));
    if (!json_object_get(object, name))
        return true;
    for (int i = 0; words[i]; i++)
        if (slice_equal_str(text, words[i])) {
            *index = i;
            return true;
        }
    return error_set(err, ERROR_FORMAT, "%s: \"%.*s\" is none", name,
                     SLICE_ARG(slice_upto(text, 40)));
}

static bool read_image(const json_t *object, struct arena *arena, struct lifecycle_image *image,
                       struct error *err)
{
    static const char *const classes[] = {"STANDARD", "ARCHIVE", NULL};
    static const char *const kinds[] = {"image", "index", "artifact", NULL};
    int storage_class = 0, kind = 0;
    *image = (struct lifecycle_image){.pushed_at = LIFECYCLE_NEVER};
    if (!read_time(object, "pushedAt", &image->pushed_at, err) ||
        !read_time(object, "lastPulledAt", &image->pulled_at, err) ||
        !read_time(object, "archivedAt", &image->archived_at, err) ||
        !read_time(object, "activatedAt", &image->activated_at, err) ||
        !read_choice(object, "storageClass", classes, &storage_class, err) ||
        !read_choice(object, "kind", kinds, &kind, err))
        return false;
    image->storage_class = (enum lifecycle_class)storage_class;
    image->kind = (enum lifecycle_kind)kind;
    if (!document_text(object, "digest", arena, &image->digest) ||
        !document_text(object, "subject", arena, &image->subject) ||
        !document_texts(json_object_get(object, "tags"), arena, &image->tags, &image->tag_count) ||
        !document_texts(json_object_get(object, "children"), arena, &image->children,
                        &image->child_count))
        return arena_error(err);
    return image->digest.len || error_set(err, ERROR_FORMAT, "it has no digest");
}

static bool read_images(const json_t *array, struct arena *arena,
                        struct lifecycle_question *question, struct error *err)
{
    size_t count = json_array_size(array);
    if (!json_is_array(array) || count > IMAGES_MAX)
        return error_set(err, ERROR_FORMAT, "images must be a list of at most %d", IMAGES_MAX);
    question->images = arena_array(arena, count + 1, sizeof *question->images);
    if (!question->images)
        return arena_error(err);
    for (size_t i = 0; i < count; i++)
        if (!read_image(json_array_get(array, i), arena, &question->images[i], err))
            return error_add(err, "image %zu", i + 1);
    question->image_count = count;
    return true;
}

bool lifecycle_question_parse(struct slice text, struct arena *arena,
                              struct lifecycle_question *question, struct error *err)
{
    struct lifecycle_question made = {0};
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
