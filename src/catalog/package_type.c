/* Names of the kinds of packages: the types of purls. */
#include "catalog/analysis.h"

static const char *const names[PACKAGE_TYPES] = {
    [PACKAGE_APK] = "apk",         [PACKAGE_DEB] = "deb",           [PACKAGE_RPM] = "rpm",
    [PACKAGE_PROGRAM] = "generic", [PACKAGE_PYPI] = "pypi",         [PACKAGE_NPM] = "npm",
    [PACKAGE_GO] = "golang",       [PACKAGE_CARGO] = "cargo",       [PACKAGE_GEM] = "gem",
    [PACKAGE_MAVEN] = "maven",     [PACKAGE_COMPOSER] = "composer", [PACKAGE_NUGET] = "nuget",
    [PACKAGE_BITNAMI] = "bitnami", [PACKAGE_OTHER] = "other",
};

const char *package_type_name(enum package_type type)
{
    bool known = (int)type > 0 && type < PACKAGE_TYPES;
    return known ? names[type] : names[PACKAGE_OTHER];
}

enum package_type package_type_parse(struct slice name)
{
    for (int type = 1; type < PACKAGE_TYPES; type++)
        if (slice_equal_nocase(name, slice_str(names[type])))
            return (enum package_type)type;
    return PACKAGE_OTHER;
}
