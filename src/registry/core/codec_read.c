/*
 * Rows of manifests, of manifests in the recycle bin, and of repositories, as they are read: by the
 * pull reader, not through a tree, since a repository of 100,000 images is listed for every pass of
 * its lifecycle policy. Texts are slices of a copy of the value.
 */
#include "base/json.h"
#include "registry/core/codec.h"

struct row_reader {
    struct json_reader json;
    struct arena *arena;
    struct error *err;
    bool failed; /* err is set */
};

static bool reader_open(struct row_reader *reader, struct slice value, struct arena *arena,
                        struct error *err)
{
    struct slice copy = arena_copy(arena, value);
    *reader = (struct row_reader){.arena = arena, .err = err};
    if (!copy.at)
        return arena_error(err);
    if (value.len > META_VALUE_MAX)
        return error_set(err, ERROR_LIMIT, "a row of %zu bytes", value.len);
    json_reader_init(&reader->json, copy, arena);
    return true;
}

static bool reader_close(struct row_reader *reader)
{
    return !reader->failed && json_finish(&reader->json, reader->err);
}

static void read_text(struct row_reader *reader, struct slice *text)
{
    (void)json_string(&reader->json, text);
}

static void read_u64(struct row_reader *reader, uint64_t *number)
{
    double ignored;
    if (!json_number(&reader->json, &ignored) || !slice_u64(reader->json.text, number))
        *number = 0;
}

static void read_when(struct row_reader *reader, double *when)
{
    double number;
    if (json_number(&reader->json, &number) && number > 0 && number < 1e12)
        *when = number;
}

static void read_flag(struct row_reader *reader, bool *flag)
{
    if (!json_bool(&reader->json, flag))
        *flag = false;
}

static void read_digest(struct row_reader *reader, struct digest *digest)
{
    struct slice text = {0};
    (void)json_string(&reader->json, &text);
    if (!reader->failed && !digest_parse_any(digest, text, reader->err))
        reader->failed = true;
}

static void spend(struct row_reader *reader)
{
    reader->failed = true;
    arena_error(reader->err);
}

static void read_descriptor(struct row_reader *reader, struct blob_reference *out)
{
    struct slice name;
    if (!json_enter_object(&reader->json))
        return;
    while (json_member(&reader->json, &name)) {
        if (slice_equal(name, SLICE("d")))
            read_digest(reader, &out->digest);
        else if (slice_equal(name, SLICE("s")))
            read_u64(reader, &out->size);
        else if (slice_equal(name, SLICE("m")))
            read_text(reader, &out->media_type);
        else if (slice_equal(name, SLICE("os")))
            read_text(reader, &out->platform_os);
        else if (slice_equal(name, SLICE("arch")))
            read_text(reader, &out->platform_architecture);
        else if (slice_equal(name, SLICE("variant")))
            read_text(reader, &out->platform_variant);
        else if (slice_equal(name, SLICE("type")))
            read_text(reader, &out->artifact_type);
        else
            json_skip(&reader->json);
    }
}

/* One without a digest is worse than none: it would name nothing. */
static void need_digest(struct row_reader *reader, const struct blob_reference *made)
{
    if (!reader->failed && !made->digest.text[0])
        reader->failed = !error_set(reader->err, ERROR_FORMAT, "a descriptor without a digest");
}

static void read_descriptors(struct row_reader *reader, struct blob_reference **items,
                             size_t *count)
{
    size_t room = 0;
    *count = 0;
    if (!json_enter_array(&reader->json))
        return;
    while (json_more(&reader->json)) {
        struct blob_reference made = {0};
        read_descriptor(reader, &made);
        need_digest(reader, &made);
        if (!ARENA_PUSH(reader->arena, *items, *count, room, made)) {
            spend(reader);
            return;
        }
    }
}

static void read_annotations(struct row_reader *reader, struct manifest_facts *facts)
{
    size_t count = 0, names = 0, values = 0;
    struct slice name, value;
    if (!json_enter_object(&reader->json))
        return;
    while (json_member(&reader->json, &name)) {
        value = (struct slice){0};
        read_text(reader, &value);
        size_t same = count;
        if (!ARENA_PUSH(reader->arena, facts->annotation_names, same, names, name) ||
            !ARENA_PUSH(reader->arena, facts->annotation_values, count, values, value)) {
            spend(reader);
            return;
        }
    }
    facts->annotation_count = count;
}

/* Members with a name of their own and a simple value. */
static bool read_plain_member(struct row_reader *reader, struct slice name,
                              struct manifest_facts *facts)
{
    const struct {
        const char *name;
        struct slice *text;
        double *when;
        bool *flag;
    } members[] = {
        {"type", &facts->media_type, NULL, NULL},
        {"artifact", &facts->artifact_type, NULL, NULL},
        {"os", &facts->os, NULL, NULL},
        {"arch", &facts->architecture, NULL, NULL},
        {"variant", &facts->variant, NULL, NULL},
        {"pushed", NULL, &facts->pushed, NULL},
        {"archived", NULL, &facts->archived, NULL},
        {"activated", NULL, &facts->activated, NULL},
        {"archive", NULL, NULL, &facts->is_archived},
        {"embeds", NULL, NULL, &facts->embeds},
        {"sparse", NULL, NULL, &facts->sparse},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (!slice_equal_str(name, members[i].name))
            continue;
        if (members[i].text)
            read_text(reader, members[i].text);
        else if (members[i].when)
            read_when(reader, members[i].when);
        else
            read_flag(reader, members[i].flag);
        return true;
    }
    return false;
}

static void read_facts_member(struct row_reader *reader, struct slice name,
                              struct manifest_facts *facts, uint64_t *kind)
{
    uint64_t length = 0;
    if (slice_equal(name, SLICE("kind"))) {
        read_u64(reader, kind);
    } else if (slice_equal(name, SLICE("digest"))) {
        read_digest(reader, &facts->digest);
    } else if (slice_equal(name, SLICE("length"))) {
        read_u64(reader, &length);
        facts->length = (size_t)length;
    } else if (slice_equal(name, SLICE("size"))) {
        read_u64(reader, &facts->image_size);
    } else if (slice_equal(name, SLICE("config"))) {
        read_descriptor(reader, &facts->config);
        need_digest(reader, &facts->config);
    } else if (slice_equal(name, SLICE("layers"))) {
        read_descriptors(reader, &facts->layers, &facts->layer_count);
    } else if (slice_equal(name, SLICE("children"))) {
        read_descriptors(reader, &facts->children, &facts->child_count);
    } else if (slice_equal(name, SLICE("subject"))) {
        read_digest(reader, &facts->subject);
    } else if (slice_equal(name, SLICE("annotations"))) {
        read_annotations(reader, facts);
    } else if (!read_plain_member(reader, name, facts)) {
        json_skip(&reader->json);
    }
}

static void read_facts(struct row_reader *reader, struct manifest_facts *facts)
{
    uint64_t kind = 0;
    struct slice name;
    if (!json_enter_object(&reader->json)) {
        reader->failed = !error_set(reader->err, ERROR_FORMAT, "no object");
        return;
    }
    while (!reader->failed && json_member(&reader->json, &name))
        read_facts_member(reader, name, facts, &kind);
    if (!reader->failed && (kind > MANIFEST_IS_ARTIFACT || !facts->digest.text[0]))
        reader->failed = !error_set(reader->err, ERROR_FORMAT, "its kind or digest is missing");
    facts->kind = kind > MANIFEST_IS_ARTIFACT ? MANIFEST_IS_ARTIFACT : (enum manifest_class)kind;
}

bool manifest_decode(struct slice value, struct arena *arena, struct manifest_facts *facts,
                     struct error *err)
{
    struct manifest_facts made = {0};
    struct row_reader reader;
    if (!reader_open(&reader, value, arena, err))
        return false;
    read_facts(&reader, &made);
    if (!reader_close(&reader))
        return error_add(err, "row of a manifest");
    *facts = made;
    return true;
}

static void read_texts(struct row_reader *reader, struct slice **items, size_t *count)
{
    size_t room = 0;
    *count = 0;
    if (!json_enter_array(&reader->json))
        return;
    while (json_more(&reader->json)) {
        struct slice text = {0};
        read_text(reader, &text);
        if (!ARENA_PUSH(reader->arena, *items, *count, room, text)) {
            spend(reader);
            return;
        }
    }
}

static void read_recycled(struct row_reader *reader, struct recycled *recycled)
{
    struct slice name;
    bool has_facts = false;
    if (!json_enter_object(&reader->json)) {
        reader->failed = !error_set(reader->err, ERROR_FORMAT, "no object");
        return;
    }
    while (!reader->failed && json_member(&reader->json, &name)) {
        if (slice_equal(name, SLICE("facts"))) {
            read_facts(reader, &recycled->facts);
            has_facts = true;
        } else if (slice_equal(name, SLICE("tags"))) {
            read_texts(reader, &recycled->facts.tags, &recycled->facts.tag_count);
        } else if (slice_equal(name, SLICE("deleted"))) {
            read_when(reader, &recycled->deleted);
        } else if (slice_equal(name, SLICE("until"))) {
            read_when(reader, &recycled->until);
        } else if (slice_equal(name, SLICE("why"))) {
            read_text(reader, &recycled->why);
        } else if (slice_equal(name, SLICE("who"))) {
            read_text(reader, &recycled->who);
        } else {
            json_skip(&reader->json);
        }
    }
    if (!reader->failed && !has_facts)
        reader->failed = !error_set(reader->err, ERROR_FORMAT, "without a manifest");
}

bool recycled_decode(struct slice value, struct arena *arena, struct recycled *recycled,
                     struct error *err)
{
    struct recycled made = {0};
    struct row_reader reader;
    if (!reader_open(&reader, value, arena, err))
        return false;
    read_recycled(&reader, &made);
    if (!reader_close(&reader))
        return error_add(err, "row of the recycle bin");
    *recycled = made;
    return true;
}

/* ---- repositories ---- */

static void read_repository(struct row_reader *reader, struct repository *repository)
{
    uint64_t mutability = 0;
    struct slice name;
    size_t values = 0;
    if (!json_enter_object(&reader->json)) {
        reader->failed = !error_set(reader->err, ERROR_FORMAT, "no object");
        return;
    }
    while (!reader->failed && json_member(&reader->json, &name)) {
        if (slice_equal(name, SLICE("created")))
            read_when(reader, &repository->created);
        else if (slice_equal(name, SLICE("mutability")))
            read_u64(reader, &mutability);
        else if (slice_equal(name, SLICE("exclusions")))
            read_texts(reader, &repository->exclusions, &repository->exclusion_count);
        else if (slice_equal(name, SLICE("scan")))
            read_flag(reader, &repository->scan_on_push);
        else if (slice_equal(name, SLICE("encryption")))
            read_text(reader, &repository->encryption);
        else if (slice_equal(name, SLICE("key")))
            read_text(reader, &repository->kms_key);
        else if (slice_equal(name, SLICE("tagKeys")))
            read_texts(reader, &repository->tag_keys, &repository->tag_count);
        else if (slice_equal(name, SLICE("tagValues")))
            read_texts(reader, &repository->tag_values, &values);
        else
            json_skip(&reader->json);
    }
    if (!reader->failed &&
        (values != repository->tag_count || mutability > TAGS_MUTABLE_WITH_EXCLUSION))
        reader->failed = !error_set(reader->err, ERROR_FORMAT, "its settings are damaged");
    repository->mutability = (enum tag_mutability)mutability;
}

bool repository_decode(struct slice value, struct arena *arena, struct repository *repository,
                       struct error *err)
{
    struct repository made = {.name = repository->name};
    struct row_reader reader;
    if (!reader_open(&reader, value, arena, err))
        return false;
    read_repository(&reader, &made);
    if (!reader_close(&reader))
        return error_add(err, "row of a repository");
    *repository = made;
    return true;
}
