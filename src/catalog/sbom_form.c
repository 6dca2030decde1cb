/*
 * See sbom_form.h. A number is 8 bytes, a text its length and its bytes, a list its count and its
 * items; the order of the fields is that of the walk_… functions.
 */
#include "catalog/sbom_form.h"

#include "catalog/cyclonedx_parts.h"

enum { FORM_SBOM_MAGIC = 0x4d4f4253 };

struct form {
    struct arena *arena;
    bool writes, failed;
    char *to; /* written so far; grows in the arena */
    size_t len, room;
    struct slice rest; /* to be read */
};

static void form_put(struct form *form, const void *from, size_t len)
{
    if (form->failed || !len)
        return;
    if (form->room - form->len < len) {
        size_t room = (form->len + len) * 2 + 4096;
        char *grown = arena_alloc(form->arena, room);
        if (!grown) {
            form->failed = true;
            return;
        }
        if (form->len)
            memcpy(grown, form->to, form->len);
        form->to = grown;
        form->room = room;
    }
    memcpy(form->to + form->len, from, len);
    form->len += len;
}

static void walk_number(struct form *form, uint64_t *value)
{
    if (form->writes) {
        form_put(form, value, sizeof *value);
        return;
    }
    *value = 0;
    if (form->failed || form->rest.len < sizeof *value) {
        form->failed = true;
        return;
    }
    memcpy(value, form->rest.at, sizeof *value);
    form->rest = slice_from(form->rest, sizeof *value);
}

/* A number of which only 0 … most are fine. */
static uint64_t walk_choice(struct form *form, uint64_t value, uint64_t most)
{
    walk_number(form, &value);
    if (value <= most)
        return value;
    form->failed = true;
    return 0;
}

static void walk_text(struct form *form, struct slice *text)
{
    uint64_t len = text->len;
    walk_number(form, &len);
    if (form->writes) {
        form_put(form, text->at, text->len);
        return;
    }
    *text = (struct slice){NULL, 0};
    if (form->failed || len > form->rest.len) {
        form->failed = true;
        return;
    }
    *text = slice_upto(form->rest, (size_t)len);
    form->rest = slice_from(form->rest, (size_t)len);
}

/* The items of a list, to be walked by the caller: those there are, or as many new ones. Each takes
   at least 8 bytes, so that no count can ask for more memory than the bytes are worth. */
static void *walk_list(struct form *form, void *items, size_t *count, size_t size)
{
    uint64_t number = *count;
    walk_number(form, &number);
    if (form->writes)
        return items;
    *count = 0;
    if (form->failed || number > form->rest.len / 8) {
        form->failed = true;
        return NULL;
    }
    void *made = arena_array(form->arena, (size_t)number, size);
    if (!made)
        form->failed = true;
    else
        *count = (size_t)number;
    return made;
}

static void walk_digest(struct form *form, struct digest *digest)
{
    struct error ignored;
    struct slice text = digest_slice(digest);
    walk_text(form, &text);
    if (form->writes)
        return;
    *digest = (struct digest){0};
    if (text.len && !digest_parse_any(digest, text, &ignored))
        form->failed = true;
}

static void walk_texts(struct form *form, struct slice **texts, size_t *count)
{
    *texts = walk_list(form, *texts, count, sizeof **texts);
    for (size_t i = 0; i < *count && !form->failed; i++)
        walk_text(form, &(*texts)[i]);
}

static void walk_package(struct form *form, struct package *package)
{
    struct slice *const texts[] = {&package->name,           &package->version,  &package->source,
                                   &package->source_version, &package->arch,     &package->vendor,
                                   &package->path,           &package->evidence, &package->cpe,
                                   &package->license};
    package->type = (enum package_type)walk_choice(form, package->type, PACKAGE_TYPES - 1);
    if (!package->type)
        form->failed = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        walk_text(form, texts[i]);
}

static void walk_component(struct form *form, struct sbom_component *component)
{
    uint64_t index = component->layer_index;
    walk_package(form, &component->package);
    walk_text(form, &component->purl);
    walk_text(form, &component->layer);
    walk_number(form, &index);
    component->layer_index = (size_t)index;
    walk_texts(form, &component->platforms, &component->platform_count);
}

static void walk_layer(struct form *form, struct layer *layer)
{
    walk_digest(form, &layer->digest);
    walk_digest(form, &layer->diff_id);
    walk_text(form, &layer->media_type);
    walk_number(form, &layer->size);
    walk_text(form, &layer->created_by);
    layer->foreign = walk_choice(form, layer->foreign, 1);
    layer->fd = -1; /* an SBOM's layers are nowhere */
}

static void walk_image(struct form *form, struct image *image)
{
    struct slice kind = slice_str(image->kind);
    struct slice *const texts[] = {&image->name,         &image->tag,     &image->os,
                                   &image->architecture, &image->variant, &image->os_version,
                                   &image->created};
    struct digest *const digests[] = {&image->manifest_digest, &image->index_digest,
                                      &image->config_digest};
    walk_text(form, &kind);
    if (!form->writes) {
        image->kind = kind.len ? sbom_image_kind(kind) : NULL;
        form->failed |= kind.len && !image->kind;
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        walk_text(form, texts[i]);
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
        walk_digest(form, digests[i]);
    image->layers = walk_list(form, image->layers, &image->layer_count, sizeof *image->layers);
    for (size_t i = 0; i < image->layer_count && !form->failed; i++)
        walk_layer(form, &image->layers[i]);
}

static void walk_distribution(struct form *form, struct distribution *distribution)
{
    walk_text(form, &distribution->id);
    walk_text(form, &distribution->version_id);
    walk_text(form, &distribution->codename);
    walk_text(form, &distribution->pretty);
    walk_text(form, &distribution->path);
}

static void walk_notes(struct form *form, struct sbom *sbom)
{
    sbom->notes = walk_list(form, sbom->notes, &sbom->note_count, sizeof *sbom->notes);
    for (size_t i = 0; i < sbom->note_count && !form->failed; i++) {
        walk_text(form, &sbom->notes[i].path);
        walk_text(form, &sbom->notes[i].text);
    }
}

static void walk_sbom(struct form *form, struct sbom *sbom)
{
    uint64_t magic = FORM_SBOM_MAGIC;
    walk_number(form, &magic);
    form->failed |= magic != FORM_SBOM_MAGIC;
    walk_image(form, &sbom->image);
    walk_distribution(form, &sbom->distribution);
    walk_texts(form, &sbom->platforms, &sbom->platform_count);
    walk_text(form, &sbom->tool);
    sbom->partial = walk_choice(form, sbom->partial, 1);
    walk_notes(form, sbom);
    sbom->components = walk_list(form, sbom->components, &sbom->count, sizeof *sbom->components);
    for (size_t i = 0; i < sbom->count && !form->failed; i++)
        walk_component(form, &sbom->components[i]);
}

bool sbom_encode(const struct sbom *sbom, struct arena *arena, struct slice *bytes,
                 struct error *err)
{
    struct form form = {.arena = arena, .writes = true};
    struct sbom copy = *sbom; /* a writing walk changes nothing behind it */
    walk_sbom(&form, &copy);
    if (form.failed)
        return arena_error(err);
    *bytes = slice_of(form.to, form.len);
    return true;
}

/* What one field cannot tell: a component stands in one of the layers, or in none. */
static bool layers_fit(const struct sbom *sbom)
{
    for (size_t i = 0; i < sbom->count; i++)
        if (sbom->components[i].layer_index != SIZE_MAX &&
            sbom->components[i].layer_index >= sbom->image.layer_count)
            return false;
    return true;
}

bool sbom_decode(struct slice bytes, struct arena *arena, struct sbom *sbom, struct error *err)
{
    struct form form = {.arena = arena, .rest = bytes};
    struct sbom made = {NULL};
    walk_sbom(&form, &made);
    if (form.failed || form.rest.len || !layers_fit(&made))
        return error_set(err, ERROR_FORMAT, "not an encoded SBOM, or more than memory takes");
    *sbom = made;
    return true;
}
