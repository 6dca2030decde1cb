/*
 * What an SBOM tells of the image and its distribution: metadata.component with its properties, and
 * the component of type operating-system.
 */
#include "base/json.h"
#include "catalog/cyclonedx_parts.h"
#include "version/purl.h"

enum { LAYERS_MAX = 1000, IMAGE_PLATFORMS_MAX = 1000 };

static struct slice either(struct slice first, struct slice second)
{
    return first.len ? first : second;
}

bool sbom_take_system(const struct sbom_item *item, struct arena *arena,
                      struct distribution *distribution)
{
    struct slice id =
        sbom_distribution_id(either(sbom_property(item, "syft:distro:id"), item->name), arena);
    *distribution = (struct distribution){
        .id = id,
        .version_id = either(item->version, sbom_property(item, "syft:distro:versionID")),
        .codename = either(sbom_property(item, "plimsoll:codename"),
                           sbom_property(item, "syft:distro:versionCodename")),
        .pretty = either(sbom_property(item, "plimsoll:pretty"),
                         sbom_property(item, "syft:distro:prettyName")),
        .path = sbom_property(item, "plimsoll:path"),
    };
    return id.at || item->name.len == 0;
}

/* What is no digest is left empty: nothing depends on it. */
static void take_digest(struct digest *digest, struct slice text)
{
    struct error ignored;
    if (text.len && !digest->text[0])
        digest_parse(digest, text, &ignored);
}

static void take_layer_member(struct json_reader *json, struct slice member, struct layer *layer)
{
    struct slice text = {0};
    double size = 0;
    if (slice_equal_str(member, "size")) {
        if (json_number(json, &size) && size > 0 && size < 0x1p53)
            layer->size = (uint64_t)size;
    } else if (slice_equal_str(member, "foreign")) {
        json_bool(json, &layer->foreign);
    } else if (!json_string(json, &text)) {
        return;
    } else if (slice_equal_str(member, "digest")) {
        take_digest(&layer->digest, text);
    } else if (slice_equal_str(member, "diff_id")) {
        take_digest(&layer->diff_id, text);
    } else if (slice_equal_str(member, "media_type")) {
        layer->media_type = text;
    } else if (slice_equal_str(member, "created_by")) {
        layer->created_by = text;
    }
}

/* Ours: a JSON object. Trivy's: the digest of the uncompressed layer. */
static struct layer read_layer(const struct sbom_property *property, struct arena *arena)
{
    struct layer layer = {.fd = -1};
    struct json_reader json;
    struct slice member;
    if (!slice_equal_str(property->name, "plimsoll:image:layer")) {
        take_digest(&layer.diff_id, property->value);
        return layer;
    }
    json_reader_init(&json, property->value, arena);
    if (json_enter_object(&json))
        while (json_member(&json, &member))
            take_layer_member(&json, member, &layer);
    return layer;
}

static bool is_layer(const struct sbom_property *property)
{
    return slice_equal_str(property->name, "plimsoll:image:layer") ||
           slice_equal_str(property->name, "aquasecurity:trivy:DiffID");
}

static bool take_layers(const struct sbom_item *item, struct arena *arena, struct image *image)
{
    size_t count = 0;
    for (size_t i = 0; i < item->property_count; i++)
        count += is_layer(&item->properties[i]);
    count = count < LAYERS_MAX ? count : LAYERS_MAX;
    if (count == 0)
        return true;
    image->layers = arena_array(arena, count, sizeof *image->layers);
    if (!image->layers)
        return false;
    for (size_t i = 0; i < item->property_count && image->layer_count < count; i++)
        if (is_layer(&item->properties[i]))
            image->layers[image->layer_count++] = read_layer(&item->properties[i], arena);
    return true;
}

const char *sbom_image_kind(struct slice text)
{
    static const char *const kinds[] = {"registry", "docker-archive", "oci-layout", "daemon",
                                        "folder",   "layer",          "sbom",       "purl"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (slice_equal_str(text, kinds[i]))
            return kinds[i];
    return NULL;
}

static bool take_lists(const struct sbom_item *item, struct arena *arena, struct sbom *sbom)
{
    for (size_t i = 0; i < item->property_count; i++) {
        const struct sbom_property *property = &item->properties[i];
        struct note note = {.text = property->value};
        if (slice_equal_str(property->name, "plimsoll:partial")) {
            sbom->partial = slice_equal_str(property->value, "true");
        } else if (slice_equal_str(property->name, "plimsoll:note")) {
            if (!ARENA_PUSH(arena, sbom->notes, sbom->note_count, sbom->note_room, note))
                return false;
        } else if (slice_equal_str(property->name, "plimsoll:platform") &&
                   sbom->platform_count < IMAGE_PLATFORMS_MAX) {
            if (!ARENA_PUSH(arena, sbom->platforms, sbom->platform_count, sbom->platform_room,
                            property->value))
                return false;
        }
    }
    return true;
}

/* "alpine@sha256:…" */
static struct slice behind_at(struct slice text)
{
    return slice_from(text, slice_find(text, '@') + 1);
}

/* Others: the digest is the version, or stands in the purl of type oci. */
static void take_foreign(const struct sbom_item *item, struct arena *arena, struct image *image)
{
    struct error ignored;
    struct purl purl;
    take_digest(&image->manifest_digest, item->version);
    take_digest(&image->manifest_digest,
                behind_at(sbom_property(item, "aquasecurity:trivy:RepoDigest")));
    take_digest(&image->config_digest, sbom_property(item, "aquasecurity:trivy:ImageID"));
    image->tag = either(image->tag, sbom_property(item, "aquasecurity:trivy:RepoTag"));
    if (slice_starts(item->purl, SLICE("pkg:oci/")) &&
        purl_parse(item->purl, arena, &purl, &ignored)) {
        take_digest(&image->manifest_digest, purl.version);
        image->architecture = either(image->architecture, purl_qualifier(&purl, "arch"));
    }
}

bool sbom_take_image(const struct sbom_item *item, struct arena *arena, struct sbom *sbom)
{
    struct image *image = &sbom->image;
    bool own = sbom_property(item, "plimsoll:image:kind").len > 0;
    *image = (struct image){
        .name = item->name,
        .kind = sbom_image_kind(sbom_property(item, "plimsoll:image:kind")),
        .tag = sbom_property(item, "plimsoll:image:tag"),
        .os = sbom_property(item, "plimsoll:image:os"),
        .architecture = sbom_property(item, "plimsoll:image:architecture"),
        .variant = sbom_property(item, "plimsoll:image:variant"),
        .os_version = sbom_property(item, "plimsoll:image:os_version"),
        .created = sbom_property(item, "plimsoll:image:created"),
    };
    take_digest(&image->manifest_digest, sbom_property(item, "plimsoll:image:manifest_digest"));
    take_digest(&image->index_digest, sbom_property(item, "plimsoll:image:index_digest"));
    take_digest(&image->config_digest, sbom_property(item, "plimsoll:image:config_digest"));
    if (!own)
        take_foreign(item, arena, image);
    return take_layers(item, arena, image) && take_lists(item, arena, sbom);
}
