/* Which scopes and names a package of each type is looked up by. */
#include "advisory/target.h"

#include "base/ascii.h"

/* Ecosystems of programming languages: one scope, one order, and what is done to names. */
enum spelling { AS_IS, LOWER, PEP503 };
static const struct ecosystem {
    enum package_type type;
    const char *scope;
    const struct version_scheme *order;
    enum spelling spelling;
} ecosystems[] = {
    {PACKAGE_PYPI, "pypi", &version_pep440, PEP503},
    {PACKAGE_NPM, "npm", &version_npm, AS_IS},
    {PACKAGE_GO, "go", &version_go, AS_IS},
    {PACKAGE_CARGO, "cargo", &version_semver, AS_IS},
    {PACKAGE_GEM, "gem", &version_gem, AS_IS},
    {PACKAGE_MAVEN, "maven", &version_maven, AS_IS},
    {PACKAGE_COMPOSER, "composer", &version_packagist, LOWER},
    {PACKAGE_NUGET, "nuget", &version_nuget, LOWER},
    {PACKAGE_BITNAMI, "bitnami", &version_generic, LOWER},
};

/* Packages for a distribution's package manager that upstream builds carry upstream's version, so
   upstream's ranges are right for them. The catalogue knows the products; modules that are products
   of their own count their version behind the host's: "1.31.6.1.0.1-r1" is njs 1.0.1 for nginx
   1.31.6, so `skip` dotted parts are dropped. */
static const struct {
    const char *vendor, *name, *products;
    int skip;
} vendor_modules[] = {
    {"nginx.org", "nginx-module-njs", "f5:njs,nginx:njs", 3},
};

/* Bitnami's name where it is not the product's. */
static const struct {
    const char *product, *bitnami;
} bitnami_names[] = {
    {"nodejs:node.js", "node"},       {"golang:go", "golang"},
    {"apache:http_server", "apache"}, {"oracle:openjdk", "java"},
    {"oracle:mysql", "mysql"},        {"hashicorp:vault", "vault"},
    {"hashicorp:consul", "consul"},   {"envoyproxy:envoy", "envoy"},
    {"ruby-lang:ruby", "ruby"},       {"lfprojects:valkey", "valkey"},
};

static bool add(struct targets *targets, struct slice scope, struct slice name,
                struct slice version, const struct version_scheme *order)
{
    if (targets->count < TARGETS_MAX && scope.len && name.len && version.len)
        targets->items[targets->count++] = (struct target){scope, name, version, order, false};
    return true;
}

/* PEP 503: runs of "-", "_" and "." are one "-". */
static struct slice spell(struct slice name, enum spelling spelling, struct arena *arena)
{
    char *text;
    size_t len = 0;
    if (spelling == AS_IS || !(text = arena_alloc(arena, name.len + 1)))
        return name;
    for (size_t i = 0; i < name.len; i++) {
        char c = ascii_lower(name.at[i]);
        bool dash = spelling == PEP503 && (c == '-' || c == '_' || c == '.');
        if (dash && len && text[len - 1] == '-')
            continue;
        text[len++] = dash ? '-' : c;
    }
    return slice_of(text, len);
}

static void add_bitnami(struct targets *targets, struct slice product, struct slice version)
{
    struct slice name = slice_from(product, slice_find(product, ':') + 1);
    for (size_t i = 0; i < sizeof bitnami_names / sizeof *bitnami_names; i++)
        if (slice_equal_str(product, bitnami_names[i].product))
            name = slice_str(bitnami_names[i].bitnami);
    for (size_t i = 0; i < targets->count; i++)
        if (slice_equal_str(targets->items[i].scope, "bitnami") &&
            slice_equal(targets->items[i].name, name))
            return;
    add(targets, SLICE("bitnami"), name, version, &version_generic);
}

/* "vendor:product[,vendor:product…]" */
static bool add_products(struct targets *targets, struct slice products, struct slice version)
{
    for (struct slice rest = products; rest.len;) {
        struct slice product = slice_trim(slice_cut(&rest, ','));
        add(targets, SLICE("cpe"), product, version, &version_generic);
        add_bitnami(targets, product, version);
        if (slice_equal_str(product, "golang:go"))
            add(targets, SLICE("go"), SLICE("stdlib"), version, &version_go);
    }
    return true;
}

/* What stands behind the last "-" says how often it was packaged, and upstream does not know of it.
 */
static struct slice upstream_version(struct slice version, int skip)
{
    version = slice_upto(version, slice_find_last(version, '-'));
    while (skip-- > 0)
        slice_cut(&version, '.');
    return version;
}

static bool add_vendor(struct targets *targets, const struct package *package)
{
    for (size_t i = 0; i < sizeof vendor_modules / sizeof *vendor_modules; i++)
        if (slice_equal_str(package->vendor, vendor_modules[i].vendor) &&
            slice_equal_str(package->name, vendor_modules[i].name))
            return add_products(targets, slice_str(vendor_modules[i].products),
                                upstream_version(package->version, vendor_modules[i].skip));
    return add_products(targets, package->cpe, upstream_version(package->version, 0));
}

static void add_release(struct targets *targets, const struct package *package,
                        const struct release *release)
{
    bool source = package->type != PACKAGE_RPM;
    if (release->type != package->type)
        return;
    add(targets, release->scope, source && package->source.len ? package->source : package->name,
        source && package->source_version.len ? package->source_version : package->version,
        package->type == PACKAGE_APK   ? &version_apk
        : package->type == PACKAGE_DEB ? &version_deb
                                       : &version_rpm);
    for (size_t i = 0; i < targets->count; i++)
        targets->items[i].distribution = true;
}

static bool add_ecosystem(struct targets *targets, const struct package *package,
                          struct arena *arena)
{
    for (size_t i = 0; i < sizeof ecosystems / sizeof *ecosystems; i++)
        if (package->type == ecosystems[i].type)
            return add(targets, slice_str(ecosystems[i].scope),
                       spell(package->name, ecosystems[i].spelling, arena), package->version,
                       ecosystems[i].order);
    return true;
}

bool targets_of(const struct package *package, const struct release *release, struct arena *arena,
                struct targets *targets)
{
    targets->count = 0;
    switch (package->type) {
    case PACKAGE_APK:
    case PACKAGE_DEB:
    case PACKAGE_RPM:
        if (package->vendor.len)
            return add_vendor(targets, package);
        add_release(targets, package, release);
        return true;
    case PACKAGE_PROGRAM:
        return add_products(targets, package->cpe, package->version);
    default:
        return add_ecosystem(targets, package, arena);
    }
}
