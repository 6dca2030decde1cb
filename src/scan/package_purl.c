/* See package_purl.h. */
#include "scan/package_purl.h"

#include "version/purl.h"

enum { QUALIFIERS = 3 };

static bool type_is_of_distribution(enum package_type type)
{
    return type == PACKAGE_APK || type == PACKAGE_DEB || type == PACKAGE_RPM;
}

/* "group:artifact" of Maven, "vendor/name" of others: all but the last part is the namespace. */
static void purl_split_name(struct purl *purl, enum package_type type, struct slice name)
{
    bool parted = type == PACKAGE_NPM || type == PACKAGE_GO || type == PACKAGE_COMPOSER ||
                  type == PACKAGE_MAVEN;
    size_t at = parted ? slice_find_last(name, type == PACKAGE_MAVEN ? ':' : '/') : name.len;
    purl->name = at < name.len ? slice_from(name, at + 1) : name;
    purl->namespace = at < name.len ? slice_upto(name, at) : (struct slice){NULL, 0};
}

/* "upstream" names the source package, with its version where that is another one. */
static struct slice purl_upstream(const struct package *package, struct arena *arena)
{
    bool version =
        package->source_version.len && !slice_equal(package->source_version, package->version);
    if (!version && (!package->source.len || slice_equal(package->source, package->name)))
        return (struct slice){"", 0};
    if (!version)
        return package->source;
    return arena_printf(arena, "%.*s@%.*s", SLICE_ARG(package->source),
                        SLICE_ARG(package->source_version));
}

static struct slice purl_distro(const struct distribution *distribution, struct arena *arena)
{
    if (!distribution->id.len)
        return (struct slice){"", 0};
    struct slice version =
        distribution->version_id.len ? distribution->version_id : distribution->codename;
    return arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(distribution->id), version.len ? "-" : "",
                        SLICE_ARG(version));
}

struct slice package_purl(const struct package *package, const struct distribution *distribution,
                          struct arena *arena)
{
    struct purl_qualifier qualifiers[QUALIFIERS];
    struct purl purl = {.type = slice_str(package_type_name(package->type)),
                        .version = package->version,
                        .qualifiers = qualifiers};
    if (package->type == PACKAGE_OTHER || !package->name.len)
        return (struct slice){"", 0};
    purl_split_name(&purl, package->type, package->name);
    if (type_is_of_distribution(package->type)) {
        purl.namespace = distribution->id;
        qualifiers[0] = (struct purl_qualifier){SLICE("arch"), package->arch};
        qualifiers[1] = (struct purl_qualifier){SLICE("distro"), purl_distro(distribution, arena)};
        qualifiers[2] = (struct purl_qualifier){SLICE("upstream"), purl_upstream(package, arena)};
        purl.qualifier_count = QUALIFIERS;
        if (!qualifiers[1].value.at || !qualifiers[2].value.at)
            return (struct slice){NULL, 0};
    }
    return purl_format(&purl, arena);
}
