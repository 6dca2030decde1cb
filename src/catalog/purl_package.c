/* A package from its purl: what SBOMs hold, and what `scan pkg:…` is given. */
#include "base/ascii.h"
#include "catalog/cyclonedx_parts.h"
#include "catalog/program_table.h"
#include "version/purl.h"

/* Types whose namespace is part of the name by which advisories know the package, and what joins
 * them. */
static struct slice full_name(const struct purl *purl, enum package_type type, struct arena *arena)
{
    const char *joint = NULL;
    if (type == PACKAGE_GO || type == PACKAGE_NPM || type == PACKAGE_COMPOSER)
        joint = "/";
    else if (type == PACKAGE_MAVEN)
        joint = ":";
    if (!joint || purl->namespace.len == 0)
        return purl->name;
    return arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(purl->namespace), joint,
                        SLICE_ARG(purl->name));
}

/* Names that Trivy and purls have for distributions whose os-release says otherwise. */
static const struct {
    const char *name, *id;
} other_names[] = {
    {"redhat", "rhel"},
    {"alma", "almalinux"},
    {"oracle", "ol"},
    {"oraclelinux", "ol"},
    {"amazon", "amzn"},
    {"amazonlinux", "amzn"},
    {"rockylinux", "rocky"},
    {"cbl-mariner", "mariner"},
    {"opensuse.leap", "opensuse-leap"},
    {"suse", "sles"},
    {"suse linux enterprise server", "sles"},
};

struct slice sbom_distribution_id(struct slice name, struct arena *arena)
{
    for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++)
        if (slice_equal_nocase(name, slice_str(other_names[i].name)))
            return slice_str(other_names[i].id);
    char *lower = arena_string(arena, name);
    for (size_t i = 0; lower && i < name.len; i++)
        lower[i] = ascii_lower(lower[i]);
    return (struct slice){lower, lower ? name.len : 0};
}

/* "3.16", "alpine-3.16.9", "debian-12", "bookworm", "wolfi": id and version. The namespace is the
   id where the qualifier has none. */
static bool read_distribution(const struct purl *purl, struct arena *arena,
                              struct distribution *distribution)
{
    struct slice distro = purl_qualifier(purl, "distro"), id = purl->namespace;
    size_t dash = slice_find_last(distro, '-');
    if (distro.len == 0)
        return true;
    if (dash < distro.len && ascii_alpha(distro.at[0])) {
        id = slice_upto(distro, dash);
        distro = slice_from(distro, dash + 1);
    } else if (slice_equal_nocase(distro, id)) {
        distro = (struct slice){0};
    }
    distribution->id = sbom_distribution_id(id, arena);
    if (distro.len && ascii_digit(distro.at[0]))
        distribution->version_id = distro;
    else
        distribution->codename = distro;
    return distribution->id.at != NULL;
}

/* "acl-2.2.53-1.el8.src.rpm": what stands before the last two dashes is the name. */
static bool read_source_rpm(struct slice upstream, struct package *package)
{
    struct slice stem = slice_upto(upstream, slice_search(upstream, SLICE(".src.rpm")));
    size_t release = slice_find_last(stem, '-');
    size_t version = slice_find_last(slice_upto(stem, release), '-');
    if (stem.len == upstream.len || release == stem.len || version == release)
        return false;
    package->source = slice_upto(stem, version);
    package->source_version = slice_from(stem, version + 1);
    return true;
}

/* `upstream` is "name" or "name@version" (Syft's and Trivy's form), of RPMs the source RPM. */
static void read_source(const struct purl *purl, struct package *package)
{
    struct slice upstream = purl_qualifier(purl, "upstream");
    if (package->type == PACKAGE_RPM && read_source_rpm(upstream, package))
        return;
    package->source = slice_cut(&upstream, '@');
    package->source_version = upstream;
    if (package->source.len == 0)
        package->source = package->name;
    if (package->source_version.len == 0)
        package->source_version = package->version;
}

/* A program that we know by name: its products in the NVD. */
static struct slice known_products(struct slice name)
{
    for (size_t i = 0; i < PROGRAMS; i++)
        if (slice_equal_str(name, program_rows[i].name))
            return slice_str(program_rows[i].cpe);
    return (struct slice){NULL, 0};
}

bool package_from_purl(struct slice text, struct arena *arena, struct package *package,
                       struct distribution *distribution, struct error *err)
{
    struct purl purl;
    if (!purl_parse(text, arena, &purl, err))
        return false;
    struct package made = {.type = package_type_parse(purl.type)};
    struct distribution from = {0};
    made.name = full_name(&purl, made.type, arena);
    made.version = purl.version;
    struct slice epoch = purl_qualifier(&purl, "epoch");
    if (epoch.len && (made.type == PACKAGE_RPM || made.type == PACKAGE_DEB))
        made.version = arena_printf(arena, "%.*s:%.*s", SLICE_ARG(epoch), SLICE_ARG(purl.version));
    if (!made.name.at || (made.version.len && !made.version.at))
        return arena_error(err);
    made.arch = purl_qualifier(&purl, "arch");
    if (made.type == PACKAGE_PROGRAM) {
        made.cpe = purl_qualifier(&purl, "cpe");
        if (made.cpe.len == 0)
            made.cpe = known_products(made.name);
    }
    read_source(&purl, &made);
    if ((made.type == PACKAGE_APK || made.type == PACKAGE_DEB || made.type == PACKAGE_RPM) &&
        !read_distribution(&purl, arena, &from))
        return arena_error(err);
    *package = made;
    *distribution = from;
    return true;
}
