/*
 * The document: members in any order, so that what a component means is decided only when all of
 * it was read, and what needs the whole (distribution, places of layers) at the end. Nested
 * components are packages like any other; they are read while their parent still is, so properties
 * of all of them stand on one stack. Depth is bounded by the JSON reader.
 */
#include "catalog/cyclonedx.h"

#include "base/json.h"
#include "catalog/cyclonedx_parts.h"

enum {
    COMPONENTS_MAX = 1000000,
    PROPERTIES_MAX = 10000, /* of one component and those around it */
    LICENSE_MAX = 4096,     /* bytes, after which no more are joined */
    NOTES_MAX = 20,         /* components that are named; more are counted */
};

struct bom {
    struct json_reader json;
    struct arena *arena;
    struct sbom *sbom;
    struct sbom_property *properties; /* stack */
    size_t property_count, property_room;
    struct distribution from_purl; /* of the first package that tells */
    size_t others;                 /* packages of another distribution than that */
    size_t unknown;                /* components that could not be taken */
    bool is_bom, is_spdx;
    struct error err;
};

static bool bom_full(struct bom *bom)
{
    return arena_error(&bom->err);
}

static bool bom_too_many(struct bom *bom, const char *what, int most)
{
    return error_set(&bom->err, ERROR_LIMIT, "more than %d %s", most, what);
}

static bool bom_note(struct bom *bom, struct slice path, struct slice text)
{
    struct note note = {path, text};
    struct sbom *sbom = bom->sbom;
    return (text.at &&
            ARENA_PUSH(bom->arena, sbom->notes, sbom->note_count, sbom->note_room, note)) ||
           bom_full(bom);
}

/* ---- parts of a component ---- */

static bool read_properties(struct bom *bom)
{
    struct slice member;
    if (!json_enter_array(&bom->json))
        return true;
    while (json_more(&bom->json)) {
        struct sbom_property property = {{0}, {0}};
        if (!json_enter_object(&bom->json))
            continue;
        while (json_member(&bom->json, &member)) {
            if (slice_equal_str(member, "name"))
                json_string(&bom->json, &property.name);
            else if (slice_equal_str(member, "value"))
                json_string(&bom->json, &property.value);
            else
                json_skip(&bom->json);
        }
        if (bom->property_count == PROPERTIES_MAX)
            return bom_too_many(bom, "properties", PROPERTIES_MAX);
        if (!ARENA_PUSH(bom->arena, bom->properties, bom->property_count, bom->property_room,
                        property))
            return bom_full(bom);
    }
    return true;
}

/* {"expression": …} or {"license": {"id" or "name": …}} */
static struct slice read_license(struct json_reader *json)
{
    struct slice member, text = {0};
    if (!json_enter_object(json))
        return text;
    while (json_member(json, &member)) {
        if (slice_equal_str(member, "expression")) {
            json_string(json, &text);
        } else if (slice_equal_str(member, "license") && json_enter_object(json)) {
            while (json_member(json, &member))
                if (slice_equal_str(member, "id") || slice_equal_str(member, "name"))
                    json_string(json, &text);
                else
                    json_skip(json);
        } else if (!slice_equal_str(member, "license")) {
            json_skip(json);
        }
    }
    return text;
}

static bool read_licenses(struct bom *bom, struct slice *joined)
{
    if (!json_enter_array(&bom->json))
        return true;
    while (json_more(&bom->json)) {
        struct slice one = read_license(&bom->json);
        if (!one.len || joined->len > LICENSE_MAX)
            continue;
        if (joined->len)
            one = arena_printf(bom->arena, "%.*s AND %.*s", SLICE_ARG(*joined), SLICE_ARG(one));
        if (!one.at)
            return bom_full(bom);
        *joined = one;
    }
    return true;
}

/* evidence: {"occurrences": [{"location": …}]} */
static struct slice read_location(struct json_reader *json)
{
    struct slice member, location = {0}, found = {0};
    if (!json_enter_object(json))
        return found;
    while (json_member(json, &member)) {
        if (!slice_equal_str(member, "occurrences")) {
            json_skip(json);
            continue;
        }
        if (!json_enter_array(json))
            continue;
        while (json_more(json)) {
            if (!json_enter_object(json))
                continue;
            while (json_member(json, &member))
                if (slice_equal_str(member, "location") && json_string(json, &location))
                    found = found.len ? found : location;
                else if (!slice_equal_str(member, "location"))
                    json_skip(json);
        }
    }
    return found;
}

/* supplier: {"name": …} */
static void read_supplier(struct json_reader *json, struct slice *name)
{
    struct slice member;
    if (!json_enter_object(json))
        return;
    while (json_member(json, &member))
        if (slice_equal_str(member, "name"))
            json_string(json, name);
        else
            json_skip(json);
}

static bool read_components(struct bom *bom);

static struct slice *text_member(struct sbom_item *item, struct slice member)
{
    const struct {
        const char *name;
        struct slice *text;
    } texts[] = {
        {"type", &item->type},
        {"group", &item->group},
        {"name", &item->name},
        {"version", &item->version},
        {"purl", &item->purl},
        {"cpe", &item->cpe},
        {"publisher", &item->maintainer},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (slice_equal_str(member, texts[i].name))
            return texts[i].text;
    return NULL;
}

/* Its properties are on the stack, from `first` on. */
static bool read_item(struct bom *bom, struct sbom_item *item, size_t first)
{
    struct slice member;
    bool fine = true;
    while (fine && json_member(&bom->json, &member)) {
        struct slice *text = text_member(item, member);
        if (text)
            json_string(&bom->json, text);
        else if (slice_equal_str(member, "licenses"))
            fine = read_licenses(bom, &item->license);
        else if (slice_equal_str(member, "supplier"))
            read_supplier(&bom->json, &item->maintainer);
        else if (slice_equal_str(member, "evidence"))
            item->location = read_location(&bom->json);
        else if (slice_equal_str(member, "properties"))
            fine = read_properties(bom);
        else if (slice_equal_str(member, "components"))
            fine = read_components(bom);
        else
            json_skip(&bom->json);
    }
    item->properties = bom->property_count > first ? bom->properties + first : NULL;
    item->property_count = bom->property_count - first;
    return fine;
}

/* ---- what components mean ---- */

static bool take_unknown(struct bom *bom, const struct sbom_item *item, const struct error *why)
{
    if (why->kind == ERROR_LIMIT)
        return bom_full(bom);
    if (bom->unknown++ >= NOTES_MAX)
        return true;
    return bom_note(bom, (struct slice){0},
                    arena_printf(bom->arena, "component \"%.*s\" left out: %s",
                                 SLICE_ARG(slice_upto(item->name, 200)), why->text));
}

static void take_distribution(struct bom *bom, const struct distribution *distribution)
{
    if (!bom->from_purl.id.len)
        bom->from_purl = *distribution;
    else if (distribution->id.len &&
             (!slice_equal(bom->from_purl.id, distribution->id) ||
              !slice_equal(bom->from_purl.version_id, distribution->version_id)))
        bom->others++;
}

static bool take_component(struct bom *bom, const struct sbom_item *item)
{
    struct sbom *sbom = bom->sbom;
    struct sbom_component component = {.layer_index = SIZE_MAX};
    struct distribution distribution = {{0}};
    struct error why = {.kind = ERROR_NONE};
    if (slice_equal_str(item->type, "operating-system"))
        return sbom->distribution.id.len ||
               sbom_take_system(item, bom->arena, &sbom->distribution) || bom_full(bom);
    switch (sbom_take_package(item, bom->arena, &component, &distribution, &why)) {
    case SBOM_LEFT_OUT:
        return true;
    case SBOM_UNKNOWN:
        return take_unknown(bom, item, &why);
    default:
        take_distribution(bom, &distribution);
    }
    if (sbom->count == COMPONENTS_MAX)
        return bom_too_many(bom, "components", COMPONENTS_MAX);
    return ARENA_PUSH(bom->arena, sbom->components, sbom->count, sbom->room, component) ||
           bom_full(bom);
}

static bool read_components(struct bom *bom)
{
    if (!json_enter_array(&bom->json))
        return true;
    while (json_more(&bom->json)) {
        struct sbom_item item = {{0}};
        size_t first = bom->property_count;
        if (!json_enter_object(&bom->json))
            continue;
        if (!read_item(bom, &item, first) || !take_component(bom, &item))
            return false;
        bom->property_count = first;
    }
    return true;
}

/* ---- metadata ---- */

static bool read_tool(struct bom *bom)
{
    struct slice member, name = {0}, version = {0};
    while (json_member(&bom->json, &member)) {
        if (slice_equal_str(member, "name"))
            json_string(&bom->json, &name);
        else if (slice_equal_str(member, "version"))
            json_string(&bom->json, &version);
        else
            json_skip(&bom->json);
    }
    if (!bom->sbom->tool.len && name.len)
        bom->sbom->tool = arena_printf(bom->arena, "%.*s%s%.*s", SLICE_ARG(name),
                                       version.len ? " " : "", SLICE_ARG(version));
    return bom->sbom->tool.at || !name.len || bom_full(bom);
}

static bool read_tool_list(struct bom *bom)
{
    bool fine = true;
    while (fine && json_more(&bom->json))
        if (json_enter_object(&bom->json))
            fine = read_tool(bom);
    return fine;
}

/* Up to 1.4 an array; then {"components": […]}. */
static bool read_tools(struct bom *bom)
{
    struct slice member;
    enum json_token token = json_next(&bom->json);
    if (token == JSON_ARRAY)
        return read_tool_list(bom);
    if (token != JSON_OBJECT)
        return true;
    while (json_member(&bom->json, &member)) {
        if (!slice_equal_str(member, "components"))
            json_skip(&bom->json);
        else if (json_enter_array(&bom->json) && !read_tool_list(bom))
            return false;
    }
    return true;
}

static bool read_metadata(struct bom *bom)
{
    struct slice member;
    struct sbom_item image = {{0}};
    size_t first = bom->property_count;
    bool fine = true;
    if (!json_enter_object(&bom->json))
        return true;
    while (fine && json_member(&bom->json, &member)) {
        if (slice_equal_str(member, "tools"))
            fine = read_tools(bom);
        else if (slice_equal_str(member, "properties"))
            fine = read_properties(bom);
        else if (slice_equal_str(member, "component") && json_enter_object(&bom->json))
            fine = read_item(bom, &image, first);
        else if (!slice_equal_str(member, "component"))
            json_skip(&bom->json);
    }
    image.properties = bom->property_count > first ? bom->properties + first : NULL;
    image.property_count = bom->property_count - first;
    bom->property_count = first;
    return fine && (sbom_take_image(&image, bom->arena, bom->sbom) || bom_full(bom));
}

/* ---- the whole ---- */

static bool read_document(struct bom *bom)
{
    struct slice member, text;
    bool fine = true;
    if (!json_enter_object(&bom->json))
        return true;
    while (fine && json_member(&bom->json, &member)) {
        if (slice_equal_str(member, "bomFormat"))
            bom->is_bom = json_string(&bom->json, &text) && slice_equal_str(text, "CycloneDX");
        else if (slice_equal_str(member, "spdxVersion"))
            bom->is_spdx = json_string(&bom->json, &text);
        else if (slice_equal_str(member, "metadata"))
            fine = read_metadata(bom);
        else if (slice_equal_str(member, "components"))
            fine = read_components(bom);
        else
            json_skip(&bom->json);
    }
    return fine;
}

static size_t layer_find(const struct image *image, const struct sbom_component *component)
{
    size_t told = component->layer_index;
    if (!component->layer.len) /* of a layer whose digest is not known */
        return told < image->layer_count ? told : SIZE_MAX;
    for (size_t n = 0; n <= image->layer_count; n++) {
        /* The place that the component tells comes first: a layer can stand twice in an image. */
        size_t i = n ? n - 1 : told;
        if (i < image->layer_count &&
            (slice_equal(component->layer, digest_slice(&image->layers[i].digest)) ||
             slice_equal(component->layer, digest_slice(&image->layers[i].diff_id))))
            return i;
    }
    return SIZE_MAX;
}

static bool bom_finish(struct bom *bom)
{
    struct sbom *sbom = bom->sbom;
    for (size_t i = 0; i < sbom->count; i++)
        sbom->components[i].layer_index = layer_find(&sbom->image, &sbom->components[i]);
    if (!sbom->distribution.id.len)
        sbom->distribution = bom->from_purl;
    else if (!sbom->distribution.version_id.len && !sbom->distribution.codename.len &&
             slice_equal(sbom->distribution.id, bom->from_purl.id))
        sbom->distribution.version_id = bom->from_purl.version_id;
    if (bom->unknown > NOTES_MAX &&
        !bom_note(
            bom, (struct slice){0},
            arena_printf(bom->arena, "%zu more components left out", bom->unknown - NOTES_MAX)))
        return false;
    return !bom->others ||
           bom_note(bom, (struct slice){0},
                    arena_printf(bom->arena,
                                 "%zu packages are of another distribution than the rest, and were "
                                 "judged as of %.*s",
                                 bom->others, SLICE_ARG(sbom->distribution.id)));
}

/* Forms that people try, and that deserve more than "not JSON". */
static bool is_other_form(struct slice bytes, struct error *err)
{
    struct slice head = slice_trim(slice_upto(bytes, 4096));
    if (slice_starts(head, SLICE("\xEF\xBB\xBF")))
        head = slice_trim(slice_from(head, 3));
    if (slice_starts(head, SLICE("<")) && slice_search(head, SLICE("cyclonedx.org")) < head.len)
        error_set(err, ERROR_UNSUPPORTED, "CycloneDX in XML is not read; CycloneDX in JSON is");
    else if (slice_starts(head, SLICE("SPDXVersion:")) ||
             (slice_starts(head, SLICE("<")) && slice_search(head, SLICE("spdx.org")) < head.len))
        error_set(err, ERROR_UNSUPPORTED, "SPDX is not read; CycloneDX in JSON is");
    else
        return false;
    return true;
}

bool cyclonedx_read(struct slice json, struct arena *arena, struct sbom *sbom, struct error *err)
{
    struct bom bom = {.arena = arena, .sbom = sbom};
    *sbom = (struct sbom){0};
    if (is_other_form(json, err))
        return false;
    json_reader_init(&bom.json, json, arena);
    if (!read_document(&bom)) {
        *err = bom.err;
        return false;
    }
    if (!json_finish(&bom.json, err))
        return false;
    if (bom.is_spdx)
        return error_set(err, ERROR_UNSUPPORTED, "SPDX is not read; CycloneDX in JSON is");
    if (!bom.is_bom)
        return error_set(err, ERROR_FORMAT, "not a CycloneDX document: no \"bomFormat\"");
    if (!bom_finish(&bom)) {
        *err = bom.err;
        return false;
    }
    return true;
}

bool cyclonedx_looks_like(struct slice head)
{
    struct slice key = SLICE("\"bomFormat\"");
    struct slice rest = slice_trim(slice_from(head, slice_search(head, key) + key.len));
    if (!slice_starts(rest, SLICE(":")))
        return false;
    return slice_starts(slice_trim(slice_from(rest, 1)), SLICE("\"CycloneDX\""));
}
