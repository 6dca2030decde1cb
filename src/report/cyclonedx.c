/*
 * CycloneDX 1.6 in JSON (ECMA-424; bom-1.6.schema.json): what is in the image, and with findings
 * its vulnerabilities. catalog/cyclonedx.h says which properties hold what has no field there;
 * its reader takes all of them back.
 *
 * The serial number is a hash of all the rest, so that the same result makes the same bytes.
 */
#include <stdlib.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/table.h"
#include "image/reference.h"
#include "report/cyclonedx_parts.h"
#include "report/formats.h"
#include "version/purl.h"

#define IMAGE_REF    "image"
#define SERIAL_EMPTY "urn:uuid:00000000-0000-0000-0000-000000000000"

void cyclonedx_property(struct json_writer *json, const char *name, struct slice value)
{
    if (!value.len)
        return;
    json_begin_object(json);
    json_field(json, "name", slice_str(name));
    json_field(json, "value", value);
    json_end_object(json);
}

/* ---- metadata ---- */

/* pkg:oci/NAME@DIGEST of an image that stands in a registry; empty for others. */
static struct slice image_purl(const struct image *image, struct arena *arena)
{
    struct reference reference;
    struct error ignored;
    const struct digest *digest =
        image->index_digest.text[0] ? &image->index_digest : &image->manifest_digest;
    if (!slice_equal(slice_str(image->kind), SLICE("registry")) || !digest->text[0] ||
        !reference_parse(image->name, arena, &reference, &ignored))
        return (struct slice){0};
    struct purl_qualifier qualifiers[] = {
        {SLICE("arch"), image->architecture},
        {SLICE("repository_url"), arena_printf(arena, "%.*s/%.*s", SLICE_ARG(reference.host),
                                               SLICE_ARG(reference.repository))},
        {SLICE("tag"), reference.tag},
    };
    size_t slash = slice_find_last(reference.repository, '/');
    struct purl purl = {
        .type = SLICE("oci"),
        .name = slice_from(reference.repository, slash < reference.repository.len ? slash + 1 : 0),
        .version = digest_slice(digest),
        .qualifiers = qualifiers,
        .qualifier_count = qualifiers[1].value.at ? sizeof qualifiers / sizeof *qualifiers : 0,
    };
    return purl_format(&purl, arena);
}

static void put_tools(struct json_writer *json)
{
    json_name(json, "tools");
    json_begin_object(json);
    json_name(json, "components");
    json_begin_array(json);
    json_begin_object(json);
    json_field(json, "type", SLICE("application"));
    json_field(json, "name", SLICE("plimsoll"));
    json_field(json, "version", SLICE(PLIMSOLL_VERSION));
    json_end_object(json);
    json_end_array(json);
    json_end_object(json);
}

static void put_image(struct json_writer *json, const struct image *image, struct arena *arena)
{
    bool packed = image->kind && strcmp(image->kind, "folder") != 0 &&
                  strcmp(image->kind, "purl") != 0 && strcmp(image->kind, "layer") != 0;
    json_name(json, "component");
    json_begin_object(json);
    json_field(json, "type", packed ? SLICE("container") : SLICE("file"));
    json_field(json, "bom-ref", SLICE(IMAGE_REF));
    json_field(json, "name", image->name);
    json_field_text(json, "version", digest_slice(&image->manifest_digest));
    json_field_text(json, "purl", image_purl(image, arena));
    json_end_object(json);
}

/* An object in a text: {"digest": …}. */
static bool put_layer(struct json_writer *json, const struct layer *layer, struct error *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    struct json_writer inner;
    if (!memory)
        return error_errno(err, "writing a layer");
    json_writer_init(&inner, memory, 0);
    json_begin_object(&inner);
    json_field_text(&inner, "digest", digest_slice(&layer->digest));
    json_field_text(&inner, "diff_id", digest_slice(&layer->diff_id));
    json_field_text(&inner, "media_type", layer->media_type);
    if (layer->size)
        json_field_int(&inner, "size", (int64_t)layer->size);
    json_field_text(&inner, "created_by", layer->created_by);
    if (layer->foreign)
        json_field_bool(&inner, "foreign", true);
    json_end_object(&inner);
    bool fine = fclose(memory) == 0;
    if (fine)
        cyclonedx_property(json, "plimsoll:image:layer", slice_of(text, len));
    free(text);
    return fine || error_errno(err, "writing a layer");
}

static bool put_image_properties(struct json_writer *json, const struct image *image,
                                 struct error *err)
{
    cyclonedx_property(json, "plimsoll:image:kind", slice_str(image->kind));
    cyclonedx_property(json, "plimsoll:image:tag", image->tag);
    cyclonedx_property(json, "plimsoll:image:os", image->os);
    cyclonedx_property(json, "plimsoll:image:architecture", image->architecture);
    cyclonedx_property(json, "plimsoll:image:variant", image->variant);
    cyclonedx_property(json, "plimsoll:image:os_version", image->os_version);
    cyclonedx_property(json, "plimsoll:image:created", image->created);
    cyclonedx_property(json, "plimsoll:image:manifest_digest",
                       digest_slice(&image->manifest_digest));
    cyclonedx_property(json, "plimsoll:image:index_digest", digest_slice(&image->index_digest));
    cyclonedx_property(json, "plimsoll:image:config_digest", digest_slice(&image->config_digest));
    for (size_t i = 0; i < image->layer_count; i++)
        if (!put_layer(json, &image->layers[i], err))
            return false;
    return true;
}

/* What could not be read is told in the SBOM, too. Notes about advisories are left out: they would
   be wrong when it is read again. They have no path, and a result without a database has none. */
static void put_notes(struct json_writer *json, const struct scan_result *result,
                      struct arena *arena)
{
    for (size_t i = 0; i < result->note_count; i++) {
        const struct note *note = &result->notes[i];
        if (note->path.len)
            cyclonedx_property(
                json, "plimsoll:note",
                arena_printf(arena, "%.*s: %.*s", SLICE_ARG(note->path), SLICE_ARG(note->text)));
        else if (!result->feed_count)
            cyclonedx_property(json, "plimsoll:note", note->text);
    }
    if (result->starter_database)
        cyclonedx_property(json, "plimsoll:database",
                           SLICE("starter database, which knows a few packages only"));
    if (result->partial)
        cyclonedx_property(json, "plimsoll:partial", SLICE("true"));
}

static bool put_metadata(struct json_writer *json, const struct scan_result *result,
                         struct arena *arena, struct error *err)
{
    json_name(json, "metadata");
    json_begin_object(json);
    json_field_text(json, "timestamp", result->started);
    put_tools(json);
    put_image(json, &result->image, arena);
    json_name(json, "properties");
    json_begin_array(json);
    bool fine = put_image_properties(json, &result->image, err);
    for (size_t i = 0; i < result->platform_count; i++)
        cyclonedx_property(json, "plimsoll:platform", result->platforms[i]);
    put_notes(json, result, arena);
    json_end_array(json);
    json_end_object(json);
    return fine;
}

/* ---- components ---- */

static void put_system(struct json_writer *json, const struct distribution *distribution)
{
    if (!distribution->id.len)
        return;
    json_begin_object(json);
    json_field(json, "type", SLICE("operating-system"));
    json_field(json, "bom-ref", SLICE("operating-system"));
    json_field(json, "name", distribution->id);
    json_field_text(json, "version", distribution->version_id);
    json_name(json, "properties");
    json_begin_array(json);
    cyclonedx_property(json, "plimsoll:codename", distribution->codename);
    cyclonedx_property(json, "plimsoll:pretty", distribution->pretty);
    cyclonedx_property(json, "plimsoll:path", distribution->path);
    json_end_array(json);
    json_end_object(json);
}

/* Quoted as in the CPE 2.3 formatted string (NISTIR 7695, 6.2); false for bytes it has no form
   for. */
static bool cpe_quote(struct slice text, char *out, size_t room)
{
    size_t used = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c <= ' ' || c > '~' || used + 3 > room)
            return false;
        if (!ascii_alnum(c) && c != '.' && c != '_' && c != '-')
            out[used++] = '\\';
        out[used++] = c;
    }
    out[used] = '\0';
    return used > 0;
}

/* The first of the products, with the version. */
static struct slice package_cpe(const struct package *package, struct arena *arena)
{
    char vendor[100], product[100], version[200];
    struct slice rest = package->cpe, first = slice_cut(&rest, ',');
    struct slice name = first, maker = slice_cut(&name, ':');
    if (!cpe_quote(maker, vendor, sizeof vendor) || !cpe_quote(name, product, sizeof product) ||
        !cpe_quote(package->version, version, sizeof version))
        return (struct slice){"", 0};
    return arena_printf(arena, "cpe:2.3:a:%s:%s:%s:*:*:*:*:*:*:*", vendor, product, version);
}

static struct slice layer_name(const struct layer *layer)
{
    if (!layer)
        return (struct slice){0};
    return digest_slice(layer->digest.text[0] ? &layer->digest : &layer->diff_id);
}

static void put_package_properties(struct json_writer *json, const struct scan_package *installed,
                                   struct arena *arena)
{
    const struct package *package = &installed->package;
    json_name(json, "properties");
    json_begin_array(json);
    cyclonedx_property(json, "plimsoll:type", slice_str(package_type_name(package->type)));
    cyclonedx_property(json, "plimsoll:source", package->source);
    cyclonedx_property(json, "plimsoll:source_version", package->source_version);
    cyclonedx_property(json, "plimsoll:arch", package->arch);
    cyclonedx_property(json, "plimsoll:vendor", package->vendor);
    cyclonedx_property(json, "plimsoll:path", package->path);
    cyclonedx_property(json, "plimsoll:layer", layer_name(installed->layer));
    if (installed->layer)
        cyclonedx_property(json, "plimsoll:layer_index",
                           arena_printf(arena, "%zu", installed->layer_index));
    cyclonedx_property(json, "plimsoll:evidence", package->evidence);
    cyclonedx_property(json, "plimsoll:cpe", package->cpe);
    for (size_t i = 0; i < installed->platform_count; i++)
        cyclonedx_property(json, "plimsoll:platform", installed->platforms[i]);
    json_end_array(json);
}

static void put_license(struct json_writer *json, struct slice license)
{
    if (!license.len)
        return;
    json_name(json, "licenses");
    json_begin_array(json);
    json_begin_object(json);
    json_name(json, "license");
    json_begin_object(json);
    json_field(json, "name", license);
    json_end_object(json);
    json_end_object(json);
    json_end_array(json);
}

static void put_occurrence(struct json_writer *json, struct slice path)
{
    if (!path.len)
        return;
    json_name(json, "evidence");
    json_begin_object(json);
    json_name(json, "occurrences");
    json_begin_array(json);
    json_begin_object(json);
    json_field(json, "location", path);
    json_end_object(json);
    json_end_array(json);
    json_end_object(json);
}

static void put_package(struct json_writer *json, const struct scan_package *installed,
                        struct slice ref, struct arena *arena)
{
    const struct package *package = &installed->package;
    bool program = package->type == PACKAGE_PROGRAM;
    json_begin_object(json);
    json_field(json, "type", program ? SLICE("application") : SLICE("library"));
    json_field(json, "bom-ref", ref);
    json_field(json, "name", package->name);
    json_field_text(json, "version", package->version);
    put_license(json, package->license);
    json_field_text(json, "cpe", package_cpe(package, arena));
    json_field_text(json, "purl", installed->purl);
    put_occurrence(json, package->path);
    put_package_properties(json, installed, arena);
    json_end_object(json);
}

/* The purl; where that is none or stands already, with a number: no purl has a space in it. */
static struct slice *make_refs(const struct scan_result *result, struct arena *arena,
                               struct error *err)
{
    struct table seen;
    struct slice *refs = arena_array(arena, result->package_count + 1, sizeof *refs);
    table_init(&seen, arena);
    for (size_t i = 0; refs && i < result->package_count; i++) {
        struct slice purl = result->packages[i].purl;
        bool plain = purl.len && slice_find(purl, ' ') == purl.len && !table_get(&seen, purl);
        refs[i] = plain ? purl : arena_printf(arena, "%.*s %zu", SLICE_ARG(purl), i);
        if (!refs[i].at || (plain && !table_put(&seen, purl, refs)))
            refs = NULL;
    }
    if (!refs)
        arena_error(err);
    return refs;
}

/* Nothing is known of who needs whom, but that the image holds them all. */
static void put_dependencies(struct json_writer *json, const struct scan_result *result,
                             const struct slice *refs)
{
    json_name(json, "dependencies");
    json_begin_array(json);
    json_begin_object(json);
    json_field(json, "ref", SLICE(IMAGE_REF));
    json_name(json, "dependsOn");
    json_begin_array(json);
    if (result->distribution.id.len)
        json_put_string(json, SLICE("operating-system"));
    for (size_t i = 0; i < result->package_count; i++)
        json_put_string(json, refs[i]);
    json_end_array(json);
    json_end_object(json);
    json_end_array(json);
    if (!result->partial)
        return;
    json_name(json, "compositions");
    json_begin_array(json);
    json_begin_object(json);
    json_field(json, "aggregate", SLICE("incomplete"));
    json_name(json, "assemblies");
    json_begin_array(json);
    json_put_string(json, SLICE(IMAGE_REF));
    json_end_array(json);
    json_end_object(json);
    json_end_array(json);
}

/* ---- the document ---- */

static bool write_document(const struct scan_result *result, struct arena *arena, FILE *file,
                           struct error *err)
{
    struct json_writer json;
    const struct slice *refs = make_refs(result, arena, err);
    if (!refs)
        return false;
    json_writer_init(&json, file, 2);
    json_begin_object(&json);
    json_field(&json, "$schema", SLICE("http://cyclonedx.org/schema/bom-1.6.schema.json"));
    json_field(&json, "bomFormat", SLICE("CycloneDX"));
    json_field(&json, "specVersion", SLICE("1.6"));
    json_field(&json, "serialNumber", SLICE(SERIAL_EMPTY));
    json_field_int(&json, "version", 1);
    if (!put_metadata(&json, result, arena, err))
        return false;
    json_name(&json, "components");
    json_begin_array(&json);
    put_system(&json, &result->distribution);
    for (size_t i = 0; i < result->package_count; i++)
        put_package(&json, &result->packages[i], refs[i], arena);
    json_end_array(&json);
    put_dependencies(&json, result, refs);
    if (!cyclonedx_put_vulnerabilities(&json, result, refs, arena, err))
        return false;
    json_end_object(&json);
    return true;
}

/* A UUID of version 8 (RFC 9562, 5.8): bits of the hash of what was written. */
static void set_serial(char *text, size_t len)
{
    struct digest digest;
    sha256_of(slice_of(text, len), &digest);
    const char *hex = digest.text + sizeof "sha256:" - 1;
    size_t at = slice_search(slice_of(text, len), SLICE(SERIAL_EMPTY));
    if (at == len)
        return;
    char *uuid = text + at + sizeof "urn:uuid:" - 1;
    for (size_t i = 0; i < 36; i++)
        if (uuid[i] == '0')
            uuid[i] = *hex++;
    uuid[14] = '8';
    uuid[19] = "89ab"[uuid[19] & 3];
}

bool report_cyclonedx(const struct scan_result *result, const struct report_options *options,
                      struct arena *arena, FILE *file, struct error *err)
{
    (void)options;
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    if (!memory)
        return error_errno(err, "memory for the document");
    bool fine = write_document(result, arena, memory, err);
    if (fclose(memory) != 0 && fine)
        fine = error_errno(err, "memory for the document");
    if (fine) {
        set_serial(text, len);
        fwrite(text, 1, len, file);
    }
    free(text);
    return fine;
}
