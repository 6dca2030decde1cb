/*
 * A component as a package. Ours tells all by properties. Of others the purl tells type, name and
 * version, and where it is silent: Trivy's properties "aquasecurity:trivy:…" (pkg/sbom/core of
 * Trivy), Syft's "syft:…" (syft/format/internal/cyclonedxutil), the CPE of programs.
 */
#include "base/ascii.h"
#include "catalog/cyclonedx_parts.h"
#include "catalog/vendor.h"

enum { PLATFORMS_MAX = 100, PRODUCTS_MAX = 16 };

struct slice sbom_property(const struct sbom_item *item, const char *name)
{
    for (size_t i = 0; i < item->property_count; i++)
        if (slice_equal_str(item->properties[i].name, name))
            return item->properties[i].value;
    return (struct slice){0};
}

/* The first of two that is not empty. */
static struct slice either(struct slice first, struct slice second)
{
    return first.len ? first : second;
}

/* ---- ours ---- */

static bool take_platforms(const struct sbom_item *item, struct arena *arena,
                           struct sbom_component *component)
{
    size_t count = 0;
    for (size_t i = 0; i < item->property_count; i++)
        count += slice_equal_str(item->properties[i].name, "plimsoll:platform");
    if (count == 0)
        return true;
    count = count < PLATFORMS_MAX ? count : PLATFORMS_MAX;
    component->platforms = arena_array(arena, count, sizeof *component->platforms);
    if (!component->platforms)
        return false;
    for (size_t i = 0; i < item->property_count && component->platform_count < count; i++)
        if (slice_equal_str(item->properties[i].name, "plimsoll:platform"))
            component->platforms[component->platform_count++] = item->properties[i].value;
    return true;
}

static enum sbom_taken take_own(const struct sbom_item *item, struct arena *arena,
                                struct sbom_component *component, struct error *err)
{
    uint64_t index;
    component->package = (struct package){
        .type = package_type_parse(sbom_property(item, "plimsoll:type")),
        .name = item->name,
        .version = item->version,
        .source = either(sbom_property(item, "plimsoll:source"), item->name),
        .source_version = either(sbom_property(item, "plimsoll:source_version"), item->version),
        .arch = sbom_property(item, "plimsoll:arch"),
        .vendor = sbom_property(item, "plimsoll:vendor"),
        .path = sbom_property(item, "plimsoll:path"),
        .evidence = sbom_property(item, "plimsoll:evidence"),
        .cpe = sbom_property(item, "plimsoll:cpe"),
        .license = either(sbom_property(item, "plimsoll:license"), item->license),
    };
    component->purl = item->purl;
    component->layer = sbom_property(item, "plimsoll:layer");
    if (slice_u64(sbom_property(item, "plimsoll:layer_index"), &index) && index < SIZE_MAX)
        component->layer_index = (size_t)index;
    if (!item->name.len) {
        error_set(err, ERROR_FORMAT, "no name");
        return SBOM_UNKNOWN;
    }
    if (!take_platforms(item, arena, component)) {
        arena_error(err);
        return SBOM_UNKNOWN;
    }
    return SBOM_TAKEN;
}

/* ---- others ---- */

/* "cpe:2.3:a:haproxy:haproxy:2.0.31:*…" or "cpe:/a:haproxy:haproxy:2.0.31": "haproxy:haproxy".
   Empty for what is no application, and for wildcards and escapes. */
static struct slice cpe_product(struct slice cpe)
{
    size_t prefix = slice_starts(cpe, SLICE("cpe:2.3:a:")) ? sizeof "cpe:2.3:a:" - 1
                    : slice_starts(cpe, SLICE("cpe:/a:"))  ? sizeof "cpe:/a:" - 1
                                                           : cpe.len;
    struct slice rest = slice_from(cpe, prefix), whole = rest;
    struct slice vendor = slice_cut(&rest, ':'), product = slice_cut(&rest, ':');
    struct slice both = slice_upto(whole, vendor.len + 1 + product.len);
    bool plain = vendor.len && product.len;
    for (size_t i = 0; i < both.len; i++)
        plain &= ascii_alnum(both.at[i]) || memchr(":._-", both.at[i], 4);
    return plain ? both : (struct slice){0};
}

/* Whether `product` stands in "a:b,c:d". */
static bool products_have(struct slice products, struct slice product)
{
    while (products.len)
        if (slice_equal(slice_cut(&products, ','), product))
            return true;
    return false;
}

/* Only programs are looked up by their products: what a package manager brought has advisories of
   its own, which know of back-ported fixes. */
static bool take_products(const struct sbom_item *item, struct arena *arena,
                          struct package *package)
{
    size_t count = 0;
    for (size_t i = 0; i <= item->property_count && count < PRODUCTS_MAX; i++) {
        struct slice cpe = item->cpe;
        if (i && !slice_equal_str(item->properties[i - 1].name, "syft:cpe23"))
            continue;
        if (i)
            cpe = item->properties[i - 1].value;
        struct slice product = cpe_product(cpe);
        if (!product.len || products_have(package->cpe, product))
            continue;
        package->cpe = package->cpe.len ? arena_printf(arena, "%.*s,%.*s", SLICE_ARG(package->cpe),
                                                       SLICE_ARG(product))
                                        : product;
        if (!package->cpe.at)
            return false;
        count++;
    }
    return true;
}

/* Trivy writes the source's version in up to three properties: "[epoch:]version[-release]". */
static struct slice trivy_source_version(const struct sbom_item *item, struct arena *arena)
{
    struct slice epoch = sbom_property(item, "aquasecurity:trivy:SrcEpoch");
    struct slice version = sbom_property(item, "aquasecurity:trivy:SrcVersion");
    struct slice release = sbom_property(item, "aquasecurity:trivy:SrcRelease");
    if (!version.len || (!epoch.len && !release.len))
        return version;
    return arena_printf(arena, "%.*s%s%.*s%s%.*s", SLICE_ARG(epoch), epoch.len ? ":" : "",
                        SLICE_ARG(version), release.len ? "-" : "", SLICE_ARG(release));
}

/* Where the purl's `upstream` did not tell it. */
static bool take_source(const struct sbom_item *item, struct arena *arena, struct package *package)
{
    struct slice name = sbom_property(item, "aquasecurity:trivy:SrcName");
    struct slice version = trivy_source_version(item, arena);
    if (version.len == 0 && sbom_property(item, "aquasecurity:trivy:SrcVersion").len)
        return false;
    name = either(name, sbom_property(item, "syft:metadata:originPackage"));
    name = either(name, sbom_property(item, "syft:metadata:source"));
    version = either(version, sbom_property(item, "syft:metadata:sourceVersion"));
    if (name.len && slice_equal(package->source, package->name))
        package->source = name;
    if (version.len && slice_equal(package->source_version, package->version))
        package->source_version = version;
    return true;
}

/* Paths of ours have no "/" before them. */
static struct slice item_path(const struct sbom_item *item)
{
    struct slice path = sbom_property(item, "aquasecurity:trivy:FilePath");
    path = either(path, sbom_property(item, "syft:location:0:path"));
    path = either(path, item->location);
    while (slice_starts(path, SLICE("/")))
        path = slice_from(path, 1);
    return path;
}

static struct slice item_layer(const struct sbom_item *item)
{
    struct slice layer = sbom_property(item, "aquasecurity:trivy:LayerDigest");
    layer = either(layer, sbom_property(item, "aquasecurity:trivy:LayerDiffID"));
    return either(layer, sbom_property(item, "syft:location:0:layerID"));
}

/* Without a purl: a program, when a CPE says of what. */
static enum sbom_taken take_without_purl(const struct sbom_item *item, struct arena *arena,
                                         struct package *package, struct error *err)
{
    *package = (struct package){.type = PACKAGE_PROGRAM,
                                .name = item->name,
                                .version = item->version,
                                .source = item->name,
                                .source_version = item->version};
    if (!take_products(item, arena, package)) {
        arena_error(err);
        return SBOM_UNKNOWN;
    }
    if (package->cpe.len && item->name.len && item->version.len)
        return SBOM_TAKEN;
    /* Trivy's components for lock files, whose packages are components of their own. */
    if (sbom_property(item, "aquasecurity:trivy:Class").len ||
        sbom_property(item, "aquasecurity:trivy:Type").len)
        return SBOM_LEFT_OUT;
    error_set(err, ERROR_FORMAT, "no package URL");
    return SBOM_UNKNOWN;
}

static bool is_package(struct slice type)
{
    static const char *const types[] = {"library", "application", "framework", "platform", ""};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_equal_str(type, types[i]))
            return true;
    return false;
}

enum sbom_taken sbom_take_package(const struct sbom_item *item, struct arena *arena,
                                  struct sbom_component *component,
                                  struct distribution *distribution, struct error *err)
{
    struct package *package = &component->package;
    *distribution = (struct distribution){0};
    if (sbom_property(item, "plimsoll:type").len)
        return take_own(item, arena, component, err);
    if (!is_package(item->type))
        return SBOM_LEFT_OUT;
    component->purl = item->purl;
    component->layer = item_layer(item);
    if (!item->purl.len) {
        enum sbom_taken taken = take_without_purl(item, arena, package, err);
        package->path = item_path(item);
        package->license = item->license;
        return taken;
    }
    if (!package_from_purl(item->purl, arena, package, distribution, err))
        return SBOM_UNKNOWN;
    if (!package->version.len)
        package->version = item->version;
    package->source_version = either(package->source_version, package->version);
    package->path = item_path(item);
    package->license = item->license;
    if ((package->type == PACKAGE_PROGRAM && !take_products(item, arena, package)) ||
        !take_source(item, arena, package)) {
        arena_error(err);
        return SBOM_UNKNOWN;
    }
    if (package->type == PACKAGE_APK)
        vendor_recognise(package, item->maintainer);
    return SBOM_TAKEN;
}
