/* Distributions and how each writes its releases. A new one is a row. */
#include "advisory/target.h"

#include "base/ascii.h"

enum cycle { CYCLE_NONE, CYCLE_MAJOR, CYCLE_MAJOR_MINOR, CYCLE_WHOLE };

static const struct {
    const char *id;      /* of os-release */
    const char *product; /* of endoflife.date */
    enum package_type type;
    enum cycle cycle;
} distributions[] = {
    {"alpine", "alpine", PACKAGE_APK, CYCLE_MAJOR_MINOR},
    {"wolfi", "", PACKAGE_APK, CYCLE_NONE},
    {"chainguard", "", PACKAGE_APK, CYCLE_NONE},
    {"debian", "debian", PACKAGE_DEB, CYCLE_MAJOR},
    {"ubuntu", "ubuntu", PACKAGE_DEB, CYCLE_WHOLE},
    {"almalinux", "almalinux", PACKAGE_RPM, CYCLE_MAJOR},
    {"rocky", "rocky-linux", PACKAGE_RPM, CYCLE_MAJOR},
    {"rhel", "rhel", PACKAGE_RPM, CYCLE_MAJOR},
    {"centos", "centos", PACKAGE_RPM, CYCLE_MAJOR},
    {"ol", "oracle-linux", PACKAGE_RPM, CYCLE_MAJOR},
    {"fedora", "fedora", PACKAGE_RPM, CYCLE_MAJOR},
    {"amzn", "amazon-linux", PACKAGE_RPM, CYCLE_MAJOR},
    {"azurelinux", "azure-linux", PACKAGE_RPM, CYCLE_MAJOR},
    {"mariner", "cbl-mariner", PACKAGE_RPM, CYCLE_MAJOR},
    {"photon", "photon", PACKAGE_RPM, CYCLE_WHOLE},
    {"sles", "sles", PACKAGE_RPM, CYCLE_WHOLE},
    {"opensuse-leap", "opensuse", PACKAGE_RPM, CYCLE_WHOLE},
};

/* Debian's testing and unstable have no VERSION_ID in os-release; images of both call themselves by
   the coming release, and only etc/debian_version ("forky/sid") tells that it is not out yet. */
static const struct {
    const char *codename, *version;
} debian_releases[] = {
    {"wheezy", "7"},    {"jessie", "8"},  {"stretch", "9"}, {"buster", "10"}, {"bullseye", "11"},
    {"bookworm", "12"}, {"trixie", "13"}, {"forky", "14"},  {"duke", "15"},
};

static struct slice debian_cycle(struct slice codename)
{
    struct slice rest = codename, first = slice_cut(&rest, '/');
    for (size_t i = 0; i < sizeof debian_releases / sizeof *debian_releases; i++)
        if (slice_equal_str(first, debian_releases[i].codename))
            return slice_str(debian_releases[i].version);
    return first; /* "sid", or a name that is younger than this table */
}

/* "3.23.0_alpha20250612" and "edge": Alpine's edge is no numbered release. */
static bool alpine_edge(struct slice version)
{
    return slice_find(version, '_') < version.len || slice_equal_str(version, "edge");
}

/* The first `count` dotted parts, as far as they are numbers. */
static struct slice leading_parts(struct slice version, int count)
{
    size_t end = 0;
    while (end < version.len) {
        if (version.at[end] == '.' && --count == 0)
            break;
        if (version.at[end] != '.' && !ascii_digit(version.at[end]))
            break;
        end++;
    }
    return slice_upto(version, end);
}

static struct slice cycle_of(const struct distribution *distribution, enum cycle cycle)
{
    struct slice version = distribution->version_id;
    if (slice_equal_str(distribution->id, "alpine") && alpine_edge(version))
        return SLICE("edge");
    if (slice_equal_str(distribution->id, "debian") && version.len == 0)
        return debian_cycle(distribution->codename);
    switch (cycle) {
    case CYCLE_MAJOR:
        return leading_parts(version, 1);
    case CYCLE_MAJOR_MINOR:
        return leading_parts(version, 2);
    case CYCLE_WHOLE:
        return version;
    default:
        return (struct slice){0};
    }
}

bool release_of(const struct distribution *distribution, struct arena *arena,
                struct release *release)
{
    *release = (struct release){0};
    for (size_t i = 0; i < sizeof distributions / sizeof *distributions; i++) {
        if (!slice_equal_str(distribution->id, distributions[i].id))
            continue;
        struct slice cycle = cycle_of(distribution, distributions[i].cycle);
        if (distributions[i].cycle != CYCLE_NONE && cycle.len == 0)
            return true;
        release->type = distributions[i].type;
        release->product = slice_str(distributions[i].product);
        release->cycle = cycle;
        release->scope = arena_printf(arena, "%s:%s%s%.*s", package_type_name(release->type),
                                      distributions[i].id, cycle.len ? ":" : "", SLICE_ARG(cycle));
        return release->scope.at != NULL;
    }
    return true;
}
